package clients

import (
	"errors"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
	appsapply "k8s.io/client-go/applyconfigurations/apps/v1"
	coreapply "k8s.io/client-go/applyconfigurations/core/v1"
	metaapply "k8s.io/client-go/applyconfigurations/meta/v1"
)

func as(manager string) metav1.ApplyOptions { return metav1.ApplyOptions{FieldManager: manager} }

func byForce(manager string) metav1.ApplyOptions {
	return metav1.ApplyOptions{FieldManager: manager, Force: true}
}

func managers(meta metav1.ObjectMeta) string {
	var names []string
	for _, entry := range meta.ManagedFields {
		names = append(names, entry.Manager+"/"+string(entry.Operation)+"/"+entry.Subresource)
	}
	return strings.Join(names, " ")
}

func TestApplyKeepsWhatOthersOwn(t *testing.T) {
	ns := Namespace(t)
	client := Typed(t).CoreV1().ConfigMaps(ns)
	mine := func(data map[string]string) *coreapply.ConfigMapApplyConfiguration {
		return coreapply.ConfigMap("a", ns).WithData(data)
	}
	made, err := client.Apply(t.Context(), mine(map[string]string{"x": "1", "y": "1"}), as("alice"))
	must(t, err)
	equal(t, "managers", managers(made.ObjectMeta), "alice/Apply/")

	_, err = client.Apply(t.Context(), mine(map[string]string{"z": "1"}), as("bob"))
	must(t, err)
	after, err := client.Apply(t.Context(), mine(map[string]string{"x": "2"}), as("alice"))
	must(t, err)
	equal(t, "x", after.Data["x"], "2")
	equal(t, "z, which is bob's", after.Data["z"], "1")
	if _, there := after.Data["y"]; there {
		t.Error("a field that its only owner no longer applies is removed")
	}
	again, err := client.Apply(t.Context(), mine(map[string]string{"x": "2"}), as("alice"))
	must(t, err)
	equal(t, "resourceVersion after the same again", again.ResourceVersion, after.ResourceVersion)

	extracted, err := coreapply.ExtractConfigMap(after, "bob")
	must(t, err)
	equal(t, "what bob declares", len(extracted.Data), 1)
}

func TestApplyRefusesWhatAnotherOwns(t *testing.T) {
	ns := Namespace(t)
	client := Typed(t).CoreV1().ConfigMaps(ns)
	with := func(value string) *coreapply.ConfigMapApplyConfiguration {
		return coreapply.ConfigMap("a", ns).WithData(map[string]string{"x": value})
	}
	_, err := client.Apply(t.Context(), with("1"), as("alice"))
	must(t, err)
	_, err = client.Apply(t.Context(), with("2"), as("bob"))
	reason(t, err, metav1.StatusReasonConflict)
	var status *apierrors.StatusError
	if !errors.As(err, &status) || status.ErrStatus.Details == nil || len(status.ErrStatus.Details.Causes) != 1 {
		t.Fatalf("not one cause in %v", err)
	}
	cause := status.ErrStatus.Details.Causes[0]
	equal(t, "type", cause.Type, metav1.CauseTypeFieldManagerConflict)
	equal(t, "field", cause.Field, ".data.x")
	equal(t, "message", cause.Message, `conflict with "alice"`)

	shared, err := client.Apply(t.Context(), with("1"), as("bob"))
	must(t, err)
	equal(t, "two who agree share", len(shared.ManagedFields), 2)

	taken, err := client.Apply(t.Context(), with("2"), byForce("bob"))
	must(t, err)
	equal(t, "x", taken.Data["x"], "2")
	_, err = client.Apply(t.Context(), with("1"), as("alice"))
	reason(t, err, metav1.StatusReasonConflict)
	left, err := client.Apply(t.Context(), coreapply.ConfigMap("a", ns), as("alice"))
	must(t, err)
	equal(t, "x, which bob took", left.Data["x"], "2")
}

func TestAnUpdateTakesOwnership(t *testing.T) {
	ns := Namespace(t)
	client := Typed(t).CoreV1().ConfigMaps(ns)
	made, err := client.Apply(t.Context(), coreapply.ConfigMap("a", ns).WithData(map[string]string{"x": "1"}), as("alice"))
	must(t, err)
	made.Data["x"] = "2"
	updated, err := client.Update(t.Context(), made, metav1.UpdateOptions{FieldManager: "editor"})
	must(t, err)
	equal(t, "managers", managers(updated.ObjectMeta), "editor/Update/")
	_, err = client.Apply(t.Context(), coreapply.ConfigMap("a", ns).WithData(map[string]string{"x": "1"}), as("alice"))
	reason(t, err, metav1.StatusReasonConflict)
}

func TestApplyMergesListsByTheirKeys(t *testing.T) {
	ns := Namespace(t)
	client := Typed(t).CoreV1().Services(ns)
	port := func(name string, number int32) *coreapply.ServicePortApplyConfiguration {
		return coreapply.ServicePort().WithName(name).WithPort(number).WithTargetPort(intstr.FromInt32(number)).
			WithProtocol(corev1.ProtocolTCP)
	}
	_, err := client.Apply(t.Context(), coreapply.Service("web", ns).WithSpec(coreapply.ServiceSpec().
		WithSelector(map[string]string{"app": "web"}).WithPorts(port("http", 80))), as("alice"))
	must(t, err)
	both, err := client.Apply(t.Context(),
		coreapply.Service("web", ns).WithSpec(coreapply.ServiceSpec().WithPorts(port("metrics", 9090))), as("bob"))
	must(t, err)
	equal(t, "ports", len(both.Spec.Ports), 2)
	fewer, err := client.Apply(t.Context(), coreapply.Service("web", ns).WithSpec(coreapply.ServiceSpec()), as("bob"))
	must(t, err)
	equal(t, "ports", len(fewer.Spec.Ports), 1)
	equal(t, "port", fewer.Spec.Ports[0].Name, "http")
}

func TestAWholeDeploymentApplies(t *testing.T) {
	ns := Namespace(t)
	client := Typed(t).AppsV1().Deployments(ns)
	labels := map[string]string{"app": "web"}
	declared := func() *appsapply.DeploymentApplyConfiguration {
		return appsapply.Deployment("web", ns).WithLabels(labels).WithSpec(appsapply.DeploymentSpec().
			WithSelector(metaapply.LabelSelector().WithMatchLabels(labels)).
			WithTemplate(coreapply.PodTemplateSpec().WithLabels(labels).WithSpec(coreapply.PodSpec().
				WithContainers(coreapply.Container().WithName("web").WithImage("web:1").
					WithEnv(coreapply.EnvVar().WithName("A").WithValue("1"), coreapply.EnvVar().WithName("B").WithValue("2"))))))
	}
	made, err := client.Apply(t.Context(), declared(), as("alice"))
	must(t, err)
	equal(t, "replicas by default", *made.Spec.Replicas, 1)
	scaled, err := client.Patch(t.Context(), "web", types.MergePatchType, []byte(`{"spec":{"replicas":3}}`),
		metav1.PatchOptions{FieldManager: "scaler"})
	must(t, err)
	equal(t, "replicas", *scaled.Spec.Replicas, 3)
	again, err := client.Apply(t.Context(), declared(), as("alice"))
	must(t, err)
	equal(t, "replicas, which the scaler owns", *again.Spec.Replicas, 3)
	// A condition of its own: all else of the status is its controller's.
	status, err := client.ApplyStatus(t.Context(), appsapply.Deployment("web", ns).WithStatus(appsapply.DeploymentStatus().
		WithConditions(appsapply.DeploymentCondition().WithType("Watched").WithStatus(corev1.ConditionTrue))), as("watcher"))
	must(t, err)
	if !strings.Contains(managers(status.ObjectMeta), "watcher/Apply/status") {
		t.Errorf("no manager of the status in %s", managers(status.ObjectMeta))
	}
}

func TestApplyChecksItsInput(t *testing.T) {
	ns := Namespace(t)
	client := Typed(t).CoreV1().ConfigMaps(ns)
	_, err := client.Patch(t.Context(), "a", types.ApplyYAMLPatchType,
		[]byte("apiVersion: v1\nkind: ConfigMap\ndata: {x: y}\n"), metav1.PatchOptions{})
	reason(t, err, metav1.StatusReasonInvalid) // fieldManager is required
	_, err = client.Patch(t.Context(), "a", types.ApplyYAMLPatchType,
		[]byte("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n"), metav1.PatchOptions{FieldManager: "alice"})
	reason(t, err, metav1.StatusReasonBadRequest)
	dry := as("alice")
	dry.DryRun = []string{metav1.DryRunAll}
	_, err = client.Apply(t.Context(), coreapply.ConfigMap("a", ns), dry)
	must(t, err)
	_, err = client.Get(t.Context(), "a", metav1.GetOptions{})
	reason(t, err, metav1.StatusReasonNotFound)
}
