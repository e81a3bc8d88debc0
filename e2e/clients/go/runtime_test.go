package clients

import (
	"context"
	"testing"

	"github.com/go-logr/logr"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

func init() { log.SetLogger(logr.Discard()) }

// shadow keeps, for each ConfigMap with this label, a Secret of the same name and content, which goes with it.
type shadow struct{ client.Client }

func (s shadow) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	source := &corev1.ConfigMap{}
	if err := s.Get(ctx, request.NamespacedName, source); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	copied := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: source.Namespace, Name: source.Name}}
	_, err := controllerutil.CreateOrUpdate(ctx, s.Client, copied, func() error {
		copied.StringData = source.Data
		return controllerutil.SetControllerReference(source, copied, s.Scheme())
	})
	return ctrl.Result{}, err
}

func TestAnOperatorConvergesWhenItsConnectionBreaks(t *testing.T) {
	ns := Namespace(t)
	config, p := Breakable(t)
	manager, err := ctrl.NewManager(config, ctrl.Options{
		Scheme:                  scheme.Scheme,
		Cache:                   cache.Options{DefaultNamespaces: map[string]cache.Config{ns: {}}},
		Metrics:                 server.Options{BindAddress: "0"},
		LeaderElection:          true,
		LeaderElectionID:        "shadow",
		LeaderElectionNamespace: ns,
	})
	must(t, err)
	must(t, ctrl.NewControllerManagedBy(manager).For(&corev1.ConfigMap{}).Owns(&corev1.Secret{}).
		Complete(shadow{manager.GetClient()}))
	ended := make(chan error, 1)
	ctx, stop := context.WithCancel(t.Context())
	go func() { ended <- manager.Start(ctx) }()
	defer func() {
		stop()
		must(t, <-ended)
	}()

	direct, err := client.New(Config(t), client.Options{Scheme: scheme.Scheme})
	must(t, err)
	for i := range 20 {
		must(t, direct.Create(t.Context(), named(ns, numbered(i), "first")))
		if i%7 == 6 {
			p.Cut()
		}
	}
	copied := func(value string) func() (bool, string) {
		return func() (bool, string) {
			for i := range 20 {
				secret := &corev1.Secret{}
				err := direct.Get(t.Context(), client.ObjectKey{Namespace: ns, Name: numbered(i)}, secret)
				if err != nil || string(secret.Data["value"]) != value {
					return false, numbered(i) + " is not copied"
				}
			}
			return true, ""
		}
	}
	await(t, "all are copied", copied("first"))
	p.Cut()
	for i := range 20 {
		must(t, direct.Patch(t.Context(), named(ns, numbered(i), ""),
			client.RawPatch("application/merge-patch+json", []byte(`{"data":{"value":"second"}}`))))
	}
	await(t, "all are copied again", copied("second"))
	// A secret that somebody deletes comes back, since its owner hears of it.
	must(t, direct.Delete(t.Context(), &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: numbered(3)}}))
	await(t, "the deleted one is back", copied("second"))
	must(t, direct.Delete(t.Context(), named(ns, numbered(3), "")))
	await(t, "a secret goes with its owner", func() (bool, string) {
		err := direct.Get(t.Context(), client.ObjectKey{Namespace: ns, Name: numbered(3)}, &corev1.Secret{})
		return apierrors.IsNotFound(err), "it is still there"
	})
}

func named(ns, name, value string) *corev1.ConfigMap {
	made := configMap(name, map[string]string{"value": value})
	made.Namespace = ns
	return made
}

func TestTheGenericClientPatchesByDifference(t *testing.T) {
	ns := Namespace(t)
	c, err := client.New(Config(t), client.Options{Scheme: scheme.Scheme})
	must(t, err)
	object := deployment("web", "web")
	object.Namespace = ns
	must(t, c.Create(t.Context(), object))
	before := object.DeepCopy()
	object.Spec.Template.Spec.Containers[0].Image = "web:2"
	must(t, c.Patch(t.Context(), object, client.StrategicMergeFrom(before)))
	equal(t, "image", object.Spec.Template.Spec.Containers[0].Image, "web:2")

	before = object.DeepCopy()
	before.ResourceVersion = "1"
	object.Labels["x"] = "y"
	err = c.Patch(t.Context(), object, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}))
	if !apierrors.IsConflict(err) {
		t.Errorf("got %v, want a conflict", err)
	}

	partial := &metav1.PartialObjectMetadataList{}
	partial.SetGroupVersionKind(appsv1.SchemeGroupVersion.WithKind("DeploymentList"))
	must(t, c.List(t.Context(), partial, client.InNamespace(ns), client.MatchingLabels{"app": "web"}))
	equal(t, "objects listed by their metadata", len(partial.Items), 1)
	equal(t, "name", partial.Items[0].Name, "web")
	must(t, c.DeleteAllOf(t.Context(), &appsv1.Deployment{}, client.InNamespace(ns), client.MatchingLabels{"app": "web"}))
}
