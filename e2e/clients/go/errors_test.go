package clients

import (
	"errors"
	"io"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/util/retry"
)

func TestErrorsCarryTheirReason(t *testing.T) {
	client := Typed(t).CoreV1().ConfigMaps(Namespace(t))
	made, err := client.Create(t.Context(), configMap("a", nil), metav1.CreateOptions{})
	must(t, err)

	_, err = client.Create(t.Context(), configMap("a", nil), metav1.CreateOptions{})
	reason(t, err, metav1.StatusReasonAlreadyExists)
	var status *apierrors.StatusError
	if !errors.As(err, &status) || status.ErrStatus.Details == nil {
		t.Fatalf("no details in %v", err)
	}
	equal(t, "kind in the details", status.ErrStatus.Details.Kind, "configmaps")
	equal(t, "name in the details", status.ErrStatus.Details.Name, "a")
	equal(t, "code", status.ErrStatus.Code, 409)

	_, err = client.Get(t.Context(), "none", metav1.GetOptions{})
	equal(t, "text", err.Error(), `configmaps "none" not found`)

	_, err = client.Update(t.Context(), configMap("none", nil), metav1.UpdateOptions{})
	reason(t, err, metav1.StatusReasonNotFound)

	stale := made.DeepCopy()
	made.Data = map[string]string{"x": "1"}
	_, err = client.Update(t.Context(), made, metav1.UpdateOptions{})
	must(t, err)
	_, err = client.Update(t.Context(), stale, metav1.UpdateOptions{})
	reason(t, err, metav1.StatusReasonConflict)

	_, err = client.List(t.Context(), metav1.ListOptions{Continue: "bm9uc2Vuc2U"})
	reason(t, err, metav1.StatusReasonBadRequest)

	_, err = Typed(t).CoreV1().ConfigMaps("no-such-namespace").Create(t.Context(), configMap("a", nil), metav1.CreateOptions{})
	reason(t, err, metav1.StatusReasonNotFound)
}

func TestAnInvalidObjectNamesEachField(t *testing.T) {
	wrong := deployment("web", "Bad_Name")
	minus := int32(-1)
	wrong.Spec.Replicas = &minus
	wrong.Spec.Selector.MatchLabels = map[string]string{"app": "other"}
	_, err := Typed(t).AppsV1().Deployments(Namespace(t)).Create(t.Context(), wrong, metav1.CreateOptions{})
	reason(t, err, metav1.StatusReasonInvalid)
	var status *apierrors.StatusError
	if !errors.As(err, &status) || status.ErrStatus.Details == nil {
		t.Fatalf("no details in %v", err)
	}
	fields := map[string]bool{}
	for _, cause := range status.ErrStatus.Details.Causes {
		if cause.Message == "" || cause.Type == "" {
			t.Errorf("an empty cause: %+v", cause)
		}
		fields[cause.Field] = true
	}
	for _, field := range []string{"spec.replicas", "spec.template.metadata.labels", "spec.template.spec.containers[0].name"} {
		if !fields[field] {
			t.Errorf("no cause for %s in %v", field, status.ErrStatus.Details.Causes)
		}
	}
}

func TestAConflictIsRetried(t *testing.T) {
	client := Typed(t).CoreV1().ConfigMaps(Namespace(t))
	_, err := client.Create(t.Context(), configMap("counter", nil), metav1.CreateOptions{})
	must(t, err)
	const writers, steps = 4, 10
	done := make(chan error, writers)
	for range writers {
		go func() {
			for range steps {
				if err := retry.RetryOnConflict(wait.Backoff{Steps: 100, Duration: time.Millisecond, Jitter: 1}, func() error {
					object, err := client.Get(t.Context(), "counter", metav1.GetOptions{})
					if err != nil {
						return err
					}
					object.BinaryData = map[string][]byte{"n": append(object.BinaryData["n"], 1)}
					_, err = client.Update(t.Context(), object, metav1.UpdateOptions{})
					return err
				}); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	for range writers {
		must(t, <-done)
	}
	object, err := client.Get(t.Context(), "counter", metav1.GetOptions{})
	must(t, err)
	equal(t, "no write is lost", len(object.BinaryData["n"]), writers*steps)
}

func TestAStrangerIsRefused(t *testing.T) {
	config := rest.AnonymousClientConfig(Config(t))
	stranger, err := kubernetes.NewForConfig(config)
	must(t, err)
	_, err = stranger.CoreV1().Secrets("default").List(t.Context(), metav1.ListOptions{})
	if !apierrors.IsForbidden(err) && !apierrors.IsUnauthorized(err) {
		t.Errorf("got %v, want a refusal", err)
	}
	config.BearerToken = "not.a.token"
	stranger, err = kubernetes.NewForConfig(config)
	must(t, err)
	_, err = stranger.CoreV1().Secrets("default").List(t.Context(), metav1.ListOptions{})
	reason(t, err, metav1.StatusReasonUnauthorized)
}

func TestLogsSayWhyThereAreNone(t *testing.T) {
	ns := Namespace(t)
	client := Typed(t).CoreV1().Pods(ns)
	logs := func(name, container string) error {
		stream, err := client.GetLogs(name, &corev1.PodLogOptions{Container: container}).Stream(t.Context())
		if err == nil {
			_, err = io.Copy(io.Discard, stream)
			stream.Close()
		}
		return err
	}
	reason(t, logs("none", ""), metav1.StatusReasonNotFound)
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "two"}, Spec: corev1.PodSpec{
		Containers: []corev1.Container{{Name: "a", Image: "a:1"}, {Name: "b", Image: "b:1"}}}}
	_, err := client.Create(t.Context(), pod, metav1.CreateOptions{})
	must(t, err)
	reason(t, logs("two", ""), metav1.StatusReasonBadRequest)
	reason(t, logs("two", "c"), metav1.StatusReasonBadRequest)
	must(t, logs("two", "a")) // On no node yet: nothing has been said.
}
