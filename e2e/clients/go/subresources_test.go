package clients

import (
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

func TestStatusIsWrittenThroughItsSubresourceOnly(t *testing.T) {
	client := Typed(t).BatchV1().CronJobs(Namespace(t))
	made, err := client.Create(t.Context(), cronJob("nightly"), metav1.CreateOptions{})
	must(t, err)
	now := metav1.Now().Rfc3339Copy()

	made.Status.LastScheduleTime = &now
	updated, err := client.Update(t.Context(), made, metav1.UpdateOptions{})
	must(t, err)
	if updated.Status.LastScheduleTime != nil {
		t.Error("an update of the object must leave its status")
	}

	updated.Status.LastScheduleTime = &now
	updated.Spec.Schedule = "1 1 * * *"
	updated.Annotations = map[string]string{"note": "lost"}
	status, err := client.UpdateStatus(t.Context(), updated, metav1.UpdateOptions{})
	must(t, err)
	if status.Status.LastScheduleTime == nil || !status.Status.LastScheduleTime.Equal(&now) {
		t.Errorf("lastScheduleTime: %v", status.Status.LastScheduleTime)
	}
	equal(t, "schedule", status.Spec.Schedule, "0 3 * * *")
	equal(t, "generation", status.Generation, made.Generation)

	patched, err := client.Patch(t.Context(), "nightly", types.MergePatchType,
		[]byte(`{"spec":{"schedule":"2 2 * * *"},"status":{"lastScheduleTime":null}}`), metav1.PatchOptions{}, "status")
	must(t, err)
	if patched.Status.LastScheduleTime != nil {
		t.Error("the status is patched")
	}
	equal(t, "schedule", patched.Spec.Schedule, "0 3 * * *")

	respec, err := client.Patch(t.Context(), "nightly", types.MergePatchType,
		[]byte(`{"spec":{"schedule":"2 2 * * *"}}`), metav1.PatchOptions{})
	must(t, err)
	equal(t, "generation after a change of the spec", respec.Generation, made.Generation+1)
}

func TestScaleIsTheSameForEveryWorkload(t *testing.T) {
	ns := Namespace(t)
	client := Typed(t)
	_, err := client.AppsV1().Deployments(ns).Create(t.Context(), deployment("web", "web"), metav1.CreateOptions{})
	must(t, err)
	of := deployment("web", "web")
	_, err = client.AppsV1().ReplicaSets(ns).Create(t.Context(), &appsv1.ReplicaSet{
		ObjectMeta: metav1.ObjectMeta{Name: "set"},
		Spec:       appsv1.ReplicaSetSpec{Selector: of.Spec.Selector, Template: of.Spec.Template}}, metav1.CreateOptions{})
	must(t, err)
	_, err = client.AppsV1().StatefulSets(ns).Create(t.Context(), &appsv1.StatefulSet{
		ObjectMeta: metav1.ObjectMeta{Name: "state"},
		Spec:       appsv1.StatefulSetSpec{Selector: of.Spec.Selector, Template: of.Spec.Template}}, metav1.CreateOptions{})
	must(t, err)
	type scaler struct {
		get func() (*autoscalingv1.Scale, error)
		put func(*autoscalingv1.Scale) (*autoscalingv1.Scale, error)
	}
	for name, c := range map[string]scaler{
		"deployment": {
			func() (*autoscalingv1.Scale, error) {
				return client.AppsV1().Deployments(ns).GetScale(t.Context(), "web", metav1.GetOptions{})
			},
			func(s *autoscalingv1.Scale) (*autoscalingv1.Scale, error) {
				return client.AppsV1().Deployments(ns).UpdateScale(t.Context(), "web", s, metav1.UpdateOptions{})
			}},
		"replica set": {
			func() (*autoscalingv1.Scale, error) {
				return client.AppsV1().ReplicaSets(ns).GetScale(t.Context(), "set", metav1.GetOptions{})
			},
			func(s *autoscalingv1.Scale) (*autoscalingv1.Scale, error) {
				return client.AppsV1().ReplicaSets(ns).UpdateScale(t.Context(), "set", s, metav1.UpdateOptions{})
			}},
		"stateful set": {
			func() (*autoscalingv1.Scale, error) {
				return client.AppsV1().StatefulSets(ns).GetScale(t.Context(), "state", metav1.GetOptions{})
			},
			func(s *autoscalingv1.Scale) (*autoscalingv1.Scale, error) {
				return client.AppsV1().StatefulSets(ns).UpdateScale(t.Context(), "state", s, metav1.UpdateOptions{})
			}},
	} {
		t.Run(name, func(t *testing.T) {
			// The workload's own controller writes to it too.
			await(t, "scaled", func() (bool, string) {
				scale, err := c.get()
				must(t, err)
				equal(t, "selector", scale.Status.Selector, "app=web")
				scale.Spec.Replicas = 4
				if _, err = c.put(scale); err != nil {
					reason(t, err, metav1.StatusReasonConflict)
					return false, err.Error()
				}
				return true, ""
			})
			scale, err := c.get()
			must(t, err)
			equal(t, "replicas", scale.Spec.Replicas, 4)
			scale.Spec.Replicas = -1
			scale.ResourceVersion = ""
			_, err = c.put(scale)
			reason(t, err, metav1.StatusReasonInvalid)
		})
	}
}

func TestEvictionDeletesAPod(t *testing.T) {
	ns := Namespace(t)
	client := Typed(t)
	// The scheduler writes to a new pod, too; neither may disturb the other.
	for i := range 10 {
		pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: numbered(i)},
			Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "a", Image: "a:1"}}}}
		_, err := client.CoreV1().Pods(ns).Create(t.Context(), pod, metav1.CreateOptions{})
		must(t, err)
		must(t, client.CoreV1().Pods(ns).EvictV1(t.Context(), eviction(pod.Name, ns)))
	}
	await(t, "the pods go", func() (bool, string) {
		pods, err := client.CoreV1().Pods(ns).List(t.Context(), metav1.ListOptions{})
		must(t, err)
		return len(pods.Items) == 0, "some are still there"
	})
}
