package clients

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
)

func TestAnObjectThroughItsLife(t *testing.T) {
	client := Typed(t).CoreV1().ConfigMaps(Namespace(t))
	made, err := client.Create(t.Context(), configMap("a", map[string]string{"colour": "red"}), metav1.CreateOptions{})
	must(t, err)
	if made.UID == "" || made.ResourceVersion == "" || made.CreationTimestamp.IsZero() {
		t.Errorf("incomplete metadata: %+v", made.ObjectMeta)
	}

	read, err := client.Get(t.Context(), "a", metav1.GetOptions{})
	must(t, err)
	equal(t, "resourceVersion read", read.ResourceVersion, made.ResourceVersion)

	read.Data["colour"] = "blue"
	updated, err := client.Update(t.Context(), read, metav1.UpdateOptions{})
	must(t, err)
	equal(t, "colour", updated.Data["colour"], "blue")
	equal(t, "uid", updated.UID, made.UID)
	if updated.ResourceVersion == made.ResourceVersion {
		t.Error("an update must change the resourceVersion")
	}
	same, err := client.Update(t.Context(), updated, metav1.UpdateOptions{})
	must(t, err)
	equal(t, "resourceVersion after an update that changes nothing", same.ResourceVersion, updated.ResourceVersion)

	must(t, client.Delete(t.Context(), "a", metav1.DeleteOptions{}))
	_, err = client.Get(t.Context(), "a", metav1.GetOptions{})
	reason(t, err, metav1.StatusReasonNotFound)
}

func TestGenerateNameMakesNamesOfItsOwn(t *testing.T) {
	client := Typed(t).CoreV1().ConfigMaps(Namespace(t))
	seen := map[string]bool{}
	for range 5 {
		made, err := client.Create(t.Context(),
			&corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{GenerateName: "part-"}}, metav1.CreateOptions{})
		must(t, err)
		equal(t, "length of the name", len(made.Name), len("part-")+5)
		seen[made.Name] = true
	}
	equal(t, "different names", len(seen), 5)
}

func TestAListComesInPages(t *testing.T) {
	client := Typed(t).CoreV1().ConfigMaps(Namespace(t))
	for i := range 25 {
		_, err := client.Create(t.Context(), configMap(numbered(i), nil), metav1.CreateOptions{})
		must(t, err)
	}
	var names []string
	options := metav1.ListOptions{Limit: 10, LabelSelector: "app=web"}
	var sizes []int
	for {
		page, err := client.List(t.Context(), options)
		must(t, err)
		sizes = append(sizes, len(page.Items))
		for _, item := range page.Items {
			names = append(names, item.Name)
		}
		if page.Continue == "" {
			break
		}
		options.Continue = page.Continue
	}
	equal(t, "names", len(names), 25)
	for i, name := range names {
		equal(t, "name", name, numbered(i))
	}
	equal(t, "pages", len(sizes), 3)

	first, err := client.List(t.Context(), metav1.ListOptions{Limit: 10})
	must(t, err)
	if first.RemainingItemCount == nil {
		t.Fatal("a page without selector says how much remains")
	}
	// 26 with the namespace's own kube-root-ca.crt.
	equal(t, "remainingItemCount", *first.RemainingItemCount, 16)
}

func TestSelectorsChoose(t *testing.T) {
	ns := Namespace(t)
	client := Typed(t)
	for name, labels := range map[string]map[string]string{
		"front": {"tier": "front", "env": "test"}, "back": {"tier": "back", "env": "live"}, "bare": {"app": "x"},
	} {
		_, err := client.CoreV1().Secrets(ns).Create(t.Context(), &corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels},
			Type:       corev1.SecretType("lab.example.com/" + name),
		}, metav1.CreateOptions{})
		must(t, err)
	}
	for _, c := range []struct {
		labels, fields string
		want           int
	}{
		{labels: "tier=front", want: 1},
		{labels: "tier!=front", want: 2},
		{labels: "tier in (front,back),env=live", want: 1},
		{labels: "tier notin (front)", want: 2},
		{labels: "tier", want: 2},
		{labels: "!tier", want: 1},
		{fields: "metadata.name=back", want: 1},
		{fields: "metadata.name!=back", want: 2},
		{fields: "type=lab.example.com/bare", want: 1},
		{labels: "tier", fields: "metadata.name=bare", want: 0},
	} {
		list, err := client.CoreV1().Secrets(ns).List(t.Context(),
			metav1.ListOptions{LabelSelector: c.labels, FieldSelector: c.fields})
		must(t, err)
		equal(t, "count of "+c.labels+" "+c.fields, len(list.Items), c.want)
	}
	_, err := client.CoreV1().Secrets(ns).List(t.Context(), metav1.ListOptions{FieldSelector: "spec.nodeName=x"})
	reason(t, err, metav1.StatusReasonBadRequest)
	_, err = client.CoreV1().Secrets(ns).List(t.Context(), metav1.ListOptions{LabelSelector: "a in b"})
	reason(t, err, metav1.StatusReasonBadRequest)
}

func TestEachPatchTypeMergesInItsWay(t *testing.T) {
	client := Typed(t).AppsV1().Deployments(Namespace(t))
	_, err := client.Create(t.Context(), deployment("web", "first"), metav1.CreateOptions{})
	must(t, err)
	for _, c := range []struct {
		name       string
		kind       types.PatchType
		patch      string
		containers int
		image      string
	}{
		{"strategic merge finds the container by its name", types.StrategicMergePatchType,
			`{"spec":{"template":{"spec":{"containers":[{"name":"side","image":"side:1"}]}}}}`, 2, "side:1"},
		{"strategic merge deletes by directive", types.StrategicMergePatchType,
			`{"spec":{"template":{"spec":{"containers":[{"name":"first","$patch":"delete"}]}}}}`, 1, "side:1"},
		{"a merge patch replaces lists", types.MergePatchType,
			`{"spec":{"template":{"spec":{"containers":[{"name":"only","image":"only:1"}]}}}}`, 1, "only:1"},
		{"a JSON patch edits by pointer", types.JSONPatchType,
			`[{"op":"test","path":"/spec/template/spec/containers/0/name","value":"only"},
			  {"op":"replace","path":"/spec/template/spec/containers/0/image","value":"only:2"}]`, 1, "only:2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			patched, err := client.Patch(t.Context(), "web", c.kind, []byte(c.patch), metav1.PatchOptions{})
			must(t, err)
			containers := patched.Spec.Template.Spec.Containers
			equal(t, "containers", len(containers), c.containers)
			equal(t, "first image", containers[0].Image, c.image)
		})
	}
	_, err = client.Patch(t.Context(), "web", types.JSONPatchType,
		[]byte(`[{"op":"test","path":"/spec/replicas","value":77}]`), metav1.PatchOptions{})
	reason(t, err, metav1.StatusReasonInvalid)
	_, err = client.Patch(t.Context(), "none", types.MergePatchType, []byte(`{}`), metav1.PatchOptions{})
	reason(t, err, metav1.StatusReasonNotFound)
}

func TestADryRunChangesNothing(t *testing.T) {
	client := Typed(t).CoreV1().ConfigMaps(Namespace(t))
	dry := []string{metav1.DryRunAll}
	made, err := client.Create(t.Context(), configMap("a", nil), metav1.CreateOptions{DryRun: dry})
	must(t, err)
	if made.UID == "" {
		t.Error("a dry run answers as the real one")
	}
	_, err = client.Get(t.Context(), "a", metav1.GetOptions{})
	reason(t, err, metav1.StatusReasonNotFound)

	kept, err := client.Create(t.Context(), configMap("a", map[string]string{"x": "1"}), metav1.CreateOptions{})
	must(t, err)
	changed := kept.DeepCopy()
	changed.Data["x"] = "2"
	updated, err := client.Update(t.Context(), changed, metav1.UpdateOptions{DryRun: dry})
	must(t, err)
	equal(t, "x in the answer", updated.Data["x"], "2")
	_, err = client.Patch(t.Context(), "a", types.MergePatchType, []byte(`{"data":{"x":"3"}}`),
		metav1.PatchOptions{DryRun: dry})
	must(t, err)
	must(t, client.Delete(t.Context(), "a", metav1.DeleteOptions{DryRun: dry}))
	must(t, client.DeleteCollection(t.Context(), metav1.DeleteOptions{DryRun: dry}, metav1.ListOptions{}))
	after, err := client.Get(t.Context(), "a", metav1.GetOptions{})
	must(t, err)
	equal(t, "resourceVersion", after.ResourceVersion, kept.ResourceVersion)
	equal(t, "x", after.Data["x"], "1")
}

func TestDeleteKeepsItsPreconditionsAndFinalizers(t *testing.T) {
	client := Typed(t).CoreV1().ConfigMaps(Namespace(t))
	held := configMap("held", nil)
	held.Finalizers = []string{"lab.example.com/hold"}
	made, err := client.Create(t.Context(), held, metav1.CreateOptions{})
	must(t, err)
	other := types.UID("00000000-0000-0000-0000-000000000000")
	reason(t, client.Delete(t.Context(), "held", metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &other}}),
		metav1.StatusReasonConflict)
	must(t, client.Delete(t.Context(), "held", metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &made.UID}}))
	waiting, err := client.Get(t.Context(), "held", metav1.GetOptions{})
	must(t, err)
	if waiting.DeletionTimestamp == nil {
		t.Fatal("an object with a finalizer is marked and stays")
	}
	waiting.Finalizers = nil
	_, err = client.Update(t.Context(), waiting, metav1.UpdateOptions{})
	must(t, err)
	_, err = client.Get(t.Context(), "held", metav1.GetOptions{})
	reason(t, err, metav1.StatusReasonNotFound)
}

func TestDeleteCollectionTakesWhatIsSelected(t *testing.T) {
	client := Typed(t).CoreV1().ConfigMaps(Namespace(t))
	for i := range 6 {
		made := configMap(numbered(i), nil)
		made.Labels["half"] = []string{"even", "odd"}[i%2]
		_, err := client.Create(t.Context(), made, metav1.CreateOptions{})
		must(t, err)
	}
	must(t, client.DeleteCollection(t.Context(), metav1.DeleteOptions{}, metav1.ListOptions{LabelSelector: "half=odd"}))
	left, err := client.List(t.Context(), metav1.ListOptions{LabelSelector: "app=web"})
	must(t, err)
	equal(t, "left", len(left.Items), 3)
	for _, item := range left.Items {
		equal(t, "half", item.Labels["half"], "even")
	}
}

func TestDependentsFollowTheirOwnerAsThePolicySays(t *testing.T) {
	client := Typed(t).CoreV1().ConfigMaps(Namespace(t))
	for _, c := range []struct {
		policy metav1.DeletionPropagation
		stays  bool
	}{{metav1.DeletePropagationBackground, false}, {metav1.DeletePropagationForeground, false},
		{metav1.DeletePropagationOrphan, true}} {
		t.Run(string(c.policy), func(t *testing.T) {
			owner, err := client.Create(t.Context(), configMap("owner", nil), metav1.CreateOptions{})
			must(t, err)
			blocks := true
			dependent := configMap("dependent", nil)
			dependent.OwnerReferences = []metav1.OwnerReference{{APIVersion: "v1", Kind: "ConfigMap", Name: owner.Name,
				UID: owner.UID, BlockOwnerDeletion: &blocks}}
			_, err = client.Create(t.Context(), dependent, metav1.CreateOptions{})
			must(t, err)
			must(t, client.Delete(t.Context(), "owner", metav1.DeleteOptions{PropagationPolicy: &c.policy}))
			await(t, "owner and dependent settle", func() (bool, string) {
				list, err := client.List(t.Context(), metav1.ListOptions{LabelSelector: "app=web"})
				must(t, err)
				if c.stays {
					ok := len(list.Items) == 1 && len(list.Items[0].OwnerReferences) == 0
					return ok, "the orphan still has an owner, or its owner is still there"
				}
				return len(list.Items) == 0, "something is still there"
			})
			must(t, client.DeleteCollection(t.Context(), metav1.DeleteOptions{}, metav1.ListOptions{LabelSelector: "app=web"}))
		})
	}
}

func TestAWatchTellsEveryChangeOnce(t *testing.T) {
	client := Typed(t).CoreV1().ConfigMaps(Namespace(t))
	made, err := client.Create(t.Context(), configMap("a", map[string]string{"x": "0"}), metav1.CreateOptions{})
	must(t, err)
	events, err := client.Watch(t.Context(),
		metav1.ListOptions{ResourceVersion: made.ResourceVersion, LabelSelector: "app=web"})
	must(t, err)
	defer events.Stop()
	_, err = client.Patch(t.Context(), "a", types.MergePatchType, []byte(`{"data":{"x":"1"}}`), metav1.PatchOptions{})
	must(t, err)
	// Out of the selection and in again: the watcher must hear of a deletion and of an addition.
	for _, label := range []string{"other", "web"} {
		_, err = client.Patch(t.Context(), "a", types.MergePatchType,
			[]byte(`{"metadata":{"labels":{"app":"`+label+`"}}}`), metav1.PatchOptions{})
		must(t, err)
	}
	must(t, client.Delete(t.Context(), "a", metav1.DeleteOptions{}))
	for _, want := range []watch.EventType{watch.Modified, watch.Deleted, watch.Added, watch.Deleted} {
		event := <-events.ResultChan()
		equal(t, "event", event.Type, want)
		if object, ok := event.Object.(*corev1.ConfigMap); !ok || object.Name != "a" {
			t.Errorf("event of %v", event.Object)
		}
	}
}

func TestAWatchEndsAfterItsTime(t *testing.T) {
	client := Typed(t).CoreV1().ConfigMaps(Namespace(t))
	one := int64(1)
	events, err := client.Watch(t.Context(), metav1.ListOptions{TimeoutSeconds: &one})
	must(t, err)
	equal(t, "first event", (<-events.ResultChan()).Type, watch.Added) // kube-root-ca.crt, as no version was given
	if event, open := <-events.ResultChan(); open {
		t.Errorf("an event after the end: %v", event)
	}
}
