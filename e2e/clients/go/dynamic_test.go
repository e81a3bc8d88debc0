package clients

import (
	"context"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"sigs.k8s.io/yaml"
)

const gardens = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gardens.go.example.com}
spec:
  group: go.example.com
  scope: Namespaced
  names: {plural: gardens, singular: garden, kind: Garden, shortNames: [gd]}
  versions:
  - name: v1alpha1
    served: true
    storage: false
    schema: &schema
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            required: [beds]
            properties:
              beds: {type: integer, minimum: 1, description: How many beds there are.}
              soil: {type: string, default: loam, enum: [loam, clay, sand]}
              plants:
                type: array
                x-kubernetes-list-type: map
                x-kubernetes-list-map-keys: [name]
                items:
                  type: object
                  required: [name]
                  properties: {name: {type: string}, count: {type: integer}}
          status:
            type: object
            properties: {beds: {type: integer}, selector: {type: string}}
    subresources: &subresources
      status: {}
      scale: {specReplicasPath: .spec.beds, statusReplicasPath: .status.beds, labelSelectorPath: .status.selector}
  - name: v1
    served: true
    storage: true
    schema: *schema
    subresources: *subresources
`

var (
	crds    = schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}
	gardenV = func(version string) schema.GroupVersionResource {
		return schema.GroupVersionResource{Group: "go.example.com", Version: version, Resource: "gardens"}
	}
)

func parsed(t *testing.T, text string) *unstructured.Unstructured {
	t.Helper()
	object := &unstructured.Unstructured{}
	must(t, yaml.Unmarshal([]byte(text), &object.Object))
	return object
}

// Gardens posts the definition and returns once it is established; it is gone when the test ends.
func Gardens(t *testing.T, client dynamic.Interface) {
	t.Helper()
	_, err := client.Resource(crds).Create(t.Context(), parsed(t, gardens), metav1.CreateOptions{})
	must(t, err)
	t.Cleanup(func() {
		must(t, client.Resource(crds).Delete(context.Background(), "gardens.go.example.com", metav1.DeleteOptions{}))
		await(t, "the kind goes", func() (bool, string) {
			_, err := client.Resource(gardenV("v1")).List(context.Background(), metav1.ListOptions{})
			return err != nil, "it is still served"
		})
	})
	await(t, "the kind is established", func() (bool, string) {
		crd, err := client.Resource(crds).Get(t.Context(), "gardens.go.example.com", metav1.GetOptions{})
		must(t, err)
		conditions, _, _ := unstructured.NestedSlice(crd.Object, "status", "conditions")
		for _, condition := range conditions {
			c := condition.(map[string]any)
			if c["type"] == "Established" && c["status"] == "True" {
				return true, ""
			}
		}
		return false, "no such condition"
	})
}

func garden(t *testing.T, version, name string) *unstructured.Unstructured {
	return parsed(t, "apiVersion: go.example.com/"+version+"\nkind: Garden\nmetadata: {name: "+name+
		"}\nspec: {beds: 2, plants: [{name: rose, count: 3}]}\n")
}

func field[T any](t *testing.T, object *unstructured.Unstructured, path ...string) T {
	t.Helper()
	value, found, err := unstructured.NestedFieldNoCopy(object.Object, path...)
	must(t, err)
	typed, ok := value.(T)
	if !found || !ok {
		t.Fatalf("%v: %v (%T) in %v", path, value, value, object.Object)
	}
	return typed
}

func TestAPostedKindIsLikeAnyOther(t *testing.T) {
	client := Dynamic(t)
	Gardens(t, client)
	ns := Namespace(t)
	v1, alpha := client.Resource(gardenV("v1")).Namespace(ns), client.Resource(gardenV("v1alpha1")).Namespace(ns)

	made, err := alpha.Create(t.Context(), garden(t, "v1alpha1", "back"), metav1.CreateOptions{})
	must(t, err)
	equal(t, "apiVersion as created", made.GetAPIVersion(), "go.example.com/v1alpha1")
	equal(t, "soil by default", field[string](t, made, "spec", "soil"), "loam")
	events, err := v1.Watch(t.Context(), metav1.ListOptions{ResourceVersion: made.GetResourceVersion()})
	must(t, err)
	defer events.Stop()

	read, err := v1.Get(t.Context(), "back", metav1.GetOptions{})
	must(t, err)
	equal(t, "apiVersion as v1 reads it", read.GetAPIVersion(), "go.example.com/v1")
	equal(t, "uid", read.GetUID(), made.GetUID())

	must(t, unstructured.SetNestedField(read.Object, int64(5), "spec", "beds"))
	updated, err := v1.Update(t.Context(), read, metav1.UpdateOptions{})
	must(t, err)
	equal(t, "generation", updated.GetGeneration(), 2)
	patched, err := alpha.Patch(t.Context(), "back", types.MergePatchType, []byte(`{"spec":{"soil":"clay"}}`), metav1.PatchOptions{})
	must(t, err)
	equal(t, "soil", field[string](t, patched, "spec", "soil"), "clay")
	patched, err = v1.Patch(t.Context(), "back", types.JSONPatchType,
		[]byte(`[{"op":"remove","path":"/spec/plants/0"}]`), metav1.PatchOptions{})
	must(t, err)
	equal(t, "plants", len(field[[]any](t, patched, "spec", "plants")), 0)
	_, err = v1.Patch(t.Context(), "back", types.StrategicMergePatchType, []byte(`{}`), metav1.PatchOptions{})
	reason(t, err, metav1.StatusReasonUnsupportedMediaType)

	must(t, alpha.Delete(t.Context(), "back", metav1.DeleteOptions{}))
	for _, want := range []string{"MODIFIED", "MODIFIED", "MODIFIED", "DELETED"} {
		event := <-events.ResultChan()
		equal(t, "event", string(event.Type), want)
		equal(t, "apiVersion in the event", event.Object.GetObjectKind().GroupVersionKind().Version, "v1")
	}

	wrong := garden(t, "v1", "wrong")
	must(t, unstructured.SetNestedField(wrong.Object, int64(0), "spec", "beds"))
	_, err = v1.Create(t.Context(), wrong, metav1.CreateOptions{})
	reason(t, err, metav1.StatusReasonInvalid)
	must(t, unstructured.SetNestedField(wrong.Object, int64(1), "spec", "beds"))
	must(t, unstructured.SetNestedField(wrong.Object, "x", "spec", "colour"))
	_, err = v1.Create(t.Context(), wrong, metav1.CreateOptions{FieldValidation: metav1.FieldValidationStrict})
	reason(t, err, metav1.StatusReasonBadRequest)
}

func TestAPostedKindHasItsSubresources(t *testing.T) {
	client := Dynamic(t)
	Gardens(t, client)
	v1 := client.Resource(gardenV("v1")).Namespace(Namespace(t))
	made, err := v1.Create(t.Context(), garden(t, "v1", "back"), metav1.CreateOptions{})
	must(t, err)
	must(t, unstructured.SetNestedMap(made.Object, map[string]any{"beds": int64(2), "selector": "app=garden"}, "status"))
	must(t, unstructured.SetNestedField(made.Object, int64(9), "spec", "beds"))
	status, err := v1.UpdateStatus(t.Context(), made, metav1.UpdateOptions{})
	must(t, err)
	equal(t, "status.beds", field[int64](t, status, "status", "beds"), 2)
	equal(t, "spec.beds", field[int64](t, status, "spec", "beds"), 2)

	scale, err := v1.Get(t.Context(), "back", metav1.GetOptions{}, "scale")
	must(t, err)
	equal(t, "kind", scale.GetKind(), "Scale")
	equal(t, "selector", field[string](t, scale, "status", "selector"), "app=garden")
	must(t, unstructured.SetNestedField(scale.Object, int64(7), "spec", "replicas"))
	_, err = v1.Update(t.Context(), scale, metav1.UpdateOptions{}, "scale")
	must(t, err)
	after, err := v1.Get(t.Context(), "back", metav1.GetOptions{})
	must(t, err)
	equal(t, "spec.beds", field[int64](t, after, "spec", "beds"), 7)
}
