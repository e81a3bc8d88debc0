package clients

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestApplyOfAPostedKindMergesByItsSchema(t *testing.T) {
	client := Dynamic(t)
	Gardens(t, client)
	v1 := client.Resource(gardenV("v1")).Namespace(Namespace(t))
	_, err := v1.Apply(t.Context(), "back", garden(t, "v1", "back"), as("alice"))
	must(t, err)
	more := parsed(t, "apiVersion: go.example.com/v1\nkind: Garden\nmetadata: {name: back}\nspec: {plants: [{name: lily, count: 1}]}\n")
	both, err := v1.Apply(t.Context(), "back", more, as("bob"))
	must(t, err)
	equal(t, "plants", len(field[[]any](t, both, "spec", "plants")), 2)
	other := parsed(t, "apiVersion: go.example.com/v1\nkind: Garden\nmetadata: {name: back}\nspec: {plants: [{name: rose, count: 4}]}\n")
	_, err = v1.Apply(t.Context(), "back", other, as("carol"))
	reason(t, err, metav1.StatusReasonConflict)
	_, err = v1.Apply(t.Context(), "back", other, byForce("carol"))
	must(t, err)
	status := parsed(t, "apiVersion: go.example.com/v1\nkind: Garden\nmetadata: {name: back}\nstatus: {beds: 2}\n")
	reported, err := v1.ApplyStatus(t.Context(), "back", status, as("watcher"))
	must(t, err)
	equal(t, "status.beds", field[int64](t, reported, "status", "beds"), 2)
}
