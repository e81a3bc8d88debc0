// Package helm has Helm install, upgrade, roll back and uninstall a chart, up to the API server: nothing waits for pods.
// HELM names the program, CHART the folder of the podinfo chart.
package helm

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

const ns = "helm"

type lab struct {
	t      *testing.T
	client kubernetes.Interface
	home   string
}

func newLab(t *testing.T) lab {
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err != nil {
		t.Fatal(err)
	}
	return lab{t, kubernetes.NewForConfigOrDie(config), t.TempDir()}
}

func (l lab) run(args ...string) (string, error) {
	command := exec.Command(os.Getenv("HELM"), append(args, "--namespace", ns)...)
	command.Env = append(os.Environ(), "HELM_CACHE_HOME="+l.home, "HELM_CONFIG_HOME="+l.home, "HELM_DATA_HOME="+l.home)
	out, err := command.CombinedOutput()
	return string(out), err
}

// helm returns what Helm prints, and fails the test when it is refused.
func (l lab) helm(args ...string) string {
	l.t.Helper()
	out, err := l.run(args...)
	if err != nil {
		l.t.Fatalf("helm %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// refused expects Helm to fail with this text.
func (l lab) refused(text string, args ...string) {
	l.t.Helper()
	if out, err := l.run(args...); err == nil || !strings.Contains(out, text) {
		l.t.Errorf("helm %s: %v, want %q in\n%s", strings.Join(args, " "), err, text, out)
	}
}

func (l lab) deployment() *appsv1.Deployment {
	l.t.Helper()
	found, err := l.client.AppsV1().Deployments(ns).Get(l.t.Context(), "web-podinfo", metav1.GetOptions{})
	if err != nil {
		l.t.Fatal(err)
	}
	return found
}

func (l lab) message() string {
	for _, env := range l.deployment().Spec.Template.Spec.Containers[0].Env {
		if env.Name == "PODINFO_UI_MESSAGE" {
			return env.Value
		}
	}
	return ""
}

func (l lab) ingresses() int {
	l.t.Helper()
	list, err := l.client.NetworkingV1().Ingresses(ns).List(l.t.Context(), metav1.ListOptions{})
	if err != nil {
		l.t.Fatal(err)
	}
	return len(list.Items)
}

// history returns the status of each revision.
func (l lab) history() string {
	l.t.Helper()
	var revisions []struct {
		Status string `json:"status"`
	}
	if err := json.Unmarshal([]byte(l.helm("history", "web", "-o", "json")), &revisions); err != nil {
		l.t.Fatal(err)
	}
	var all []string
	for _, revision := range revisions {
		all = append(all, revision.Status)
	}
	return strings.Join(all, " ")
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func TestAReleaseThroughItsLife(t *testing.T) {
	l := newLab(t)
	chart := os.Getenv("CHART")
	l.helm("install", "web", chart, "--create-namespace", "--set", "replicaCount=2,ui.message=first")
	made := l.deployment()
	equal(t, "replicas", *made.Spec.Replicas, 2)
	equal(t, "message", l.message(), "first")
	equal(t, "managed by", made.Labels["app.kubernetes.io/managed-by"], "Helm")
	equal(t, "release", made.Annotations["meta.helm.sh/release-name"], "web")
	equal(t, "history", l.history(), "deployed")
	l.refused("cannot re-use a name", "install", "web", chart)

	l.helm("upgrade", "web", chart, "--reuse-values", "--dry-run=server", "--set", "ui.message=dry")
	equal(t, "message after a dry run", l.message(), "first")
	l.helm("upgrade", "web", chart, "--reuse-values", "--set", "ui.message=second,ingress.enabled=true")
	equal(t, "message", l.message(), "second")
	equal(t, "uid", l.deployment().UID, made.UID)
	equal(t, "ingresses", l.ingresses(), 1)
	equal(t, "history", l.history(), "superseded deployed")

	l.refused("spec.replicas", "upgrade", "web", chart, "--reuse-values", "--set", "replicaCount=-1")
	equal(t, "replicas", *l.deployment().Spec.Replicas, 2)
	equal(t, "history", l.history(), "superseded deployed failed")

	l.helm("rollback", "web", "1")
	equal(t, "message", l.message(), "first")
	equal(t, "ingresses", l.ingresses(), 0)
	equal(t, "history", l.history(), "superseded superseded failed deployed")
	if list := l.helm("list"); !strings.Contains(list, "web") || !strings.Contains(list, "deployed") {
		t.Errorf("helm list: %s", list)
	}
	if manifest := l.helm("get", "manifest", "web"); !strings.Contains(manifest, "name: web-podinfo") {
		t.Errorf("helm get manifest: %s", manifest)
	}
	l.helm("status", "web", "--show-resources")

	l.helm("uninstall", "web")
	_, err := l.client.AppsV1().Deployments(ns).Get(t.Context(), "web-podinfo", metav1.GetOptions{})
	if !apierrors.IsNotFound(err) && l.deployment().DeletionTimestamp == nil {
		t.Errorf("the deployment is still there: %v", err)
	}
	equal(t, "list after", strings.Count(l.helm("list", "--all", "--short"), "web"), 0)
}
