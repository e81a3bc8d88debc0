package clients

import (
	"fmt"
	"net/http"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
)

// witness follows what an informer tells, and notes what can't be: an object added twice, changed or deleted unseen,
// or told of again at a version that was told before.
type witness struct {
	mutex    sync.Mutex
	versions map[string]string
	wrong    []string
	events   int
}

func (w *witness) see(what string, object any, present bool) {
	if unknown, ok := object.(cache.DeletedFinalStateUnknown); ok {
		object = unknown.Obj
	}
	found, err := meta.Accessor(object)
	if err != nil {
		w.wrong = append(w.wrong, err.Error())
		return
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.events++
	version, known := w.versions[found.GetName()]
	if known == (what == "add") || (what == "update" && version == found.GetResourceVersion()) {
		w.wrong = append(w.wrong, fmt.Sprintf("%s of %s at %s, known: %v at %s", what, found.GetName(),
			found.GetResourceVersion(), known, version))
	}
	if present {
		w.versions[found.GetName()] = found.GetResourceVersion()
	} else {
		delete(w.versions, found.GetName())
	}
}

func (w *witness) handler() cache.ResourceEventHandler {
	return cache.ResourceEventHandlerFuncs{
		AddFunc:    func(object any) { w.see("add", object, true) },
		UpdateFunc: func(_, object any) { w.see("update", object, true) },
		DeleteFunc: func(object any) { w.see("delete", object, false) },
	}
}

// settled says whether the witness knows exactly these objects at these versions.
func (w *witness) settled(want map[string]string) (bool, string) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for name, version := range want {
		if w.versions[name] != version {
			return false, fmt.Sprintf("%s is at %q, want %q", name, w.versions[name], version)
		}
	}
	return len(w.versions) == len(want), fmt.Sprintf("%d objects known, want %d", len(w.versions), len(want))
}

// countStates counts how often the whole state was asked for: by lists, and by watches that begin with it.
func countStates(config *rest.Config, count *int) {
	var mutex sync.Mutex
	config.Wrap(func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(request *http.Request) (*http.Response, error) {
			query := request.URL.Query()
			response, err := next.RoundTrip(request)
			if err == nil && response.StatusCode == http.StatusOK &&
				(query.Get("watch") == "" || query.Get("sendInitialEvents") == "true") {
				mutex.Lock()
				*count++
				mutex.Unlock()
			}
			return response, err
		})
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }

// churn creates, changes and deletes through a connection of its own while it cuts those of the informer.
func churn(t *testing.T, ns string, p *proxy) map[string]string {
	t.Helper()
	client := Typed(t).CoreV1().ConfigMaps(ns)
	for i := range 120 {
		_, err := client.Create(t.Context(), configMap(numbered(i), nil), metav1.CreateOptions{})
		must(t, err)
		_, err = client.Patch(t.Context(), numbered(i), types.MergePatchType, []byte(`{"data":{"x":"1"}}`),
			metav1.PatchOptions{})
		must(t, err)
		if i%6 == 5 {
			must(t, client.Delete(t.Context(), numbered(i), metav1.DeleteOptions{}))
		}
		if i%30 == 29 {
			await(t, "the informer is connected again", p.Busy)
			p.Cut()
		}
	}
	list, err := client.List(t.Context(), metav1.ListOptions{LabelSelector: "app=web"})
	must(t, err)
	want := map[string]string{}
	for _, item := range list.Items {
		want[item.Name] = item.ResourceVersion
	}
	return want
}

func TestAnInformerMissesNothingWhenItsConnectionBreaks(t *testing.T) {
	ns := Namespace(t)
	config, p := Breakable(t)
	states := 0
	countStates(config, &states)
	client, err := kubernetes.NewForConfig(config)
	must(t, err)
	factory := informers.NewSharedInformerFactoryWithOptions(client, 0, informers.WithNamespace(ns),
		informers.WithTweakListOptions(func(options *metav1.ListOptions) { options.LabelSelector = "app=web" }))
	informer := factory.Core().V1().ConfigMaps()
	seen := &witness{versions: map[string]string{}}
	_, err = informer.Informer().AddEventHandler(seen.handler())
	must(t, err)
	factory.Start(t.Context().Done())
	factory.WaitForCacheSync(t.Context().Done())

	want := churn(t, ns, p)
	await(t, "the informer knows all", func() (bool, string) { return seen.settled(want) })
	for _, wrong := range seen.wrong {
		t.Error(wrong)
	}
	equal(t, "times the whole state was asked for", states, 1)
	for name := range want {
		object, err := informer.Lister().ConfigMaps(ns).Get(name)
		must(t, err)
		var _ *corev1.ConfigMap = object
	}
}

func TestADynamicInformerMissesNothingEither(t *testing.T) {
	ns := Namespace(t)
	config, p := Breakable(t)
	client, err := dynamic.NewForConfig(config)
	must(t, err)
	factory := dynamicinformer.NewFilteredDynamicSharedInformerFactory(client, 0, ns,
		func(options *metav1.ListOptions) { options.LabelSelector = "app=web" })
	seen := &witness{versions: map[string]string{}}
	_, err = factory.ForResource(corev1.SchemeGroupVersion.WithResource("configmaps")).Informer().
		AddEventHandler(seen.handler())
	must(t, err)
	factory.Start(t.Context().Done())
	factory.WaitForCacheSync(t.Context().Done())

	want := churn(t, ns, p)
	await(t, "the informer knows all", func() (bool, string) { return seen.settled(want) })
	for _, wrong := range seen.wrong {
		t.Error(wrong)
	}
}
