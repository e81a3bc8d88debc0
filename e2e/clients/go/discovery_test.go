package clients

import (
	"encoding/json"
	"testing"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/restmapper"
)

func TestDiscoveryTellsWhatIsServed(t *testing.T) {
	Gardens(t, Dynamic(t))
	for name, legacy := range map[string]bool{"aggregated": false, "legacy": true} {
		t.Run(name, func(t *testing.T) {
			client, err := discovery.NewDiscoveryClientForConfig(Config(t))
			must(t, err)
			client.UseLegacyDiscovery = legacy
			version, err := client.ServerVersion()
			must(t, err)
			equal(t, "major", version.Major, "1")
			groups, lists, err := client.ServerGroupsAndResources()
			must(t, err)
			if len(groups) < 10 {
				t.Errorf("only %d groups", len(groups))
			}
			found := map[string]bool{}
			for _, list := range lists {
				for _, resource := range list.APIResources {
					found[list.GroupVersion+" "+resource.Name] = len(resource.Verbs) > 0
				}
			}
			for _, want := range []string{"v1 pods", "v1 pods/log", "apps/v1 deployments", "apps/v1 deployments/scale",
				"apps/v1 deployments/status", "go.example.com/v1 gardens", "go.example.com/v1alpha1 gardens/scale"} {
				if !found[want] {
					t.Errorf("%s is not listed, or has no verbs", want)
				}
			}
			preferred, err := client.ServerPreferredResources()
			must(t, err)
			versions := map[string]string{}
			for _, list := range preferred {
				for _, resource := range list.APIResources {
					versions[resource.Name] = list.GroupVersion
				}
			}
			equal(t, "preferred version of gardens", versions["gardens"], "go.example.com/v1")
		})
	}
}

func TestKindsAreMappedToResources(t *testing.T) {
	Gardens(t, Dynamic(t))
	client, err := discovery.NewDiscoveryClientForConfig(Config(t))
	must(t, err)
	cached := memory.NewMemCacheClient(client)
	mapper := restmapper.NewShortcutExpander(restmapper.NewDeferredDiscoveryRESTMapper(cached), cached, nil)
	for _, c := range []struct{ short, resource, kind string }{
		{"cm", "configmaps", "ConfigMap"},
		{"deploy", "deployments", "Deployment"},
		{"gd", "gardens", "Garden"},
		{"lsvc", "services", "Service"},
	} {
		kind, err := mapper.KindFor(schema.GroupVersionResource{Resource: c.short})
		must(t, err)
		equal(t, "kind of "+c.short, kind.Kind, c.kind)
		mapping, err := mapper.RESTMapping(kind.GroupKind(), kind.Version)
		must(t, err)
		equal(t, "resource of "+c.short, mapping.Resource.Resource, c.resource)
	}
	mapping, err := mapper.RESTMapping(schema.GroupKind{Group: "go.example.com", Kind: "Garden"})
	must(t, err)
	equal(t, "preferred version", mapping.Resource.Version, "v1")
}

func TestOpenAPIDescribesEveryKind(t *testing.T) {
	Gardens(t, Dynamic(t))
	client, err := discovery.NewDiscoveryClientForConfig(Config(t))
	must(t, err)

	document, err := client.OpenAPISchema() // OpenAPI v2 in protobuf
	must(t, err)
	found := map[string]bool{}
	for _, definition := range document.GetDefinitions().GetAdditionalProperties() {
		found[definition.GetName()] = true
	}
	for _, want := range []string{"io.k8s.api.core.v1.Pod", "io.k8s.api.apps.v1.Deployment", "com.example.go.v1.Garden",
		"com.example.go.v1alpha1.Garden"} {
		if !found[want] {
			t.Errorf("OpenAPI v2 has no %s", want)
		}
	}

	paths, err := client.OpenAPIV3().Paths()
	must(t, err)
	for path, definition := range map[string]string{"api/v1": "io.k8s.api.core.v1.Pod",
		"apis/apps/v1": "io.k8s.api.apps.v1.Deployment", "apis/go.example.com/v1": "com.example.go.v1.Garden"} {
		group, there := paths[path]
		if !there {
			t.Errorf("OpenAPI v3 has no %s", path)
			continue
		}
		text, err := group.Schema("application/json")
		must(t, err)
		var v3 struct {
			Components struct{ Schemas map[string]any }
		}
		must(t, json.Unmarshal(text, &v3))
		if v3.Components.Schemas[definition] == nil {
			t.Errorf("OpenAPI v3's %s has no %s", path, definition)
		}
	}
}
