//! Discovery, and objects whose kind is found at run time.

use kube::{
    Api, Discovery, ResourceExt,
    api::{ApiResource, DeleteParams, DynamicObject, GroupVersionKind, ListParams, Patch, PatchParams, PostParams},
    core::GroupVersion,
    discovery::{self, ApiCapabilities, Scope, verbs},
};
use serde_json::json;

use crate::{garden::*, lab::*};

type Known = (ApiResource, ApiCapabilities);

/// What both ways of discovery must agree on: every kind that is listed, sorted.
fn kinds(found: &Discovery) -> Vec<(String, String, String, bool, Vec<String>)> {
    let mut all: Vec<_> = found
        .groups()
        .flat_map(|group| group.versions().flat_map(|version| group.versioned_resources(version)).collect::<Vec<_>>())
        .map(|(resource, capabilities)| {
            let mut operations = capabilities.operations.clone();
            operations.sort();
            let namespaced = capabilities.scope == Scope::Namespaced;
            (resource.api_version, resource.kind, resource.plural, namespaced, operations)
        })
        .collect();
    all.sort();
    all
}

#[tokio::test]
async fn both_ways_of_discovery_find_the_same() {
    let client = client().await;
    gardens(&client).await;
    let version = client.apiserver_version().await.unwrap();
    assert_eq!(version.major, "1");
    // Another test may post a kind between the two.
    eventually("both find the same", async || {
        let each = Discovery::new(client.clone()).exclude(&["apiregistration.k8s.io"]).run().await.unwrap();
        let at_once =
            Discovery::new(client.clone()).exclude(&["apiregistration.k8s.io"]).run_aggregated().await.unwrap();
        assert!(!each.has_group("apiregistration.k8s.io") && !at_once.has_group("apiregistration.k8s.io"));
        check(kinds(&each) == kinds(&at_once), "they differ")
    })
    .await;
    for found in [
        Discovery::new(client.clone()).run().await.unwrap(),
        Discovery::new(client.clone()).run_aggregated().await.unwrap(),
    ] {
        assert!(found.has_group("") && found.has_group("apps") && found.groups().count() > 10);
        let (deployment, capabilities) = found.get("apps").unwrap().recommended_kind("Deployment").unwrap();
        assert_eq!((deployment.api_version.as_str(), deployment.plural.as_str()), ("apps/v1", "deployments"));
        assert!(capabilities.supports_operation(verbs::LIST) && capabilities.supports_operation(verbs::WATCH));
        let subresources: Vec<_> = capabilities.subresources.iter().map(|(part, _)| part.plural.as_str()).collect();
        assert!(subresources.contains(&"scale") && subresources.contains(&"status"), "{subresources:?}");
        let garden = GroupVersionKind::gvk("rust.example.com", "v1", "Garden");
        assert_eq!(found.resolve_gvk(&garden).unwrap().0.plural, "gardens");
        assert_eq!(found.get("autoscaling").unwrap().preferred_version(), Some("v2"));
    }
}

#[tokio::test]
async fn one_group_or_kind_is_found_alone() {
    let client = client().await;
    gardens(&client).await;
    let group = discovery::group(&client, "rust.example.com").await.unwrap();
    assert_eq!(group.preferred_version_or_latest(), "v1");
    assert_eq!(group.recommended_kind("Garden").unwrap().0.plural, "gardens");
    let apps = discovery::pinned_group(&client, &GroupVersion::gv("apps", "v1")).await.unwrap();
    assert!(apps.recommended_kind("StatefulSet").is_some());
    let (pod, capabilities) = discovery::pinned_kind(&client, &GroupVersionKind::gvk("", "v1", "Pod")).await.unwrap();
    assert_eq!((pod.plural.as_str(), capabilities.scope), ("pods", Scope::Namespaced));
    assert!(discovery::group(&client, "none.example.com").await.is_err());
}

#[tokio::test]
async fn every_kind_that_can_be_listed_is() {
    let client = client().await;
    let found = Discovery::new(client.clone()).run_aggregated().await.unwrap();
    let listable: Vec<Known> = found
        .groups()
        .flat_map(|group| group.versions().flat_map(|version| group.versioned_resources(version)).collect::<Vec<_>>())
        .filter(|(resource, capabilities)| {
            // Those that other tests post come and go.
            capabilities.supports_operation(verbs::LIST) && !resource.group.ends_with("example.com")
        })
        .collect();
    assert!(listable.len() > 40, "{}", listable.len());
    for (resource, _) in &listable {
        let api: Api<DynamicObject> = Api::all_with(client.clone(), resource);
        let list =
            api.list(&ListParams::default().limit(5)).await.unwrap_or_else(|error| panic!("{resource:?}: {error}"));
        assert_eq!(list.types.kind, format!("{}List", resource.kind));
        assert_eq!(list.types.api_version, resource.api_version);
        assert!(list.metadata.resource_version.is_some_and(|version| !version.is_empty()), "{resource:?}");
        let count = list.metadata.remaining_item_count.unwrap_or(0) as usize + list.items.len();
        let all = api.list_metadata(&ListParams::default()).await.unwrap();
        assert!(count == 0 || !all.items.is_empty(), "{resource:?}");
    }
}

#[tokio::test]
async fn an_object_of_any_kind_is_created_patched_and_deleted() {
    let client = client().await;
    gardens(&client).await;
    let ns = namespace(&client).await;
    let found = Discovery::new(client.clone()).run_aggregated().await.unwrap();
    let template =
        json!({"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "web", "image": "web:1"}]}});
    let cases = [
        ("", "v1", "ConfigMap", json!({"data": {"x": "1"}})),
        ("", "v1", "Secret", json!({"stringData": {"x": "1"}})),
        ("apps", "v1", "ReplicaSet", json!({"spec": {"selector": {"matchLabels": {"a": "b"}}, "template": template}})),
        ("networking.k8s.io", "v1", "NetworkPolicy", json!({"spec": {"podSelector": {}}})),
        (
            "policy",
            "v1",
            "PodDisruptionBudget",
            json!({"spec": {"minAvailable": "50%", "selector": {"matchLabels": {"a": "b"}}}}),
        ),
        (
            "autoscaling",
            "v1",
            "HorizontalPodAutoscaler",
            json!({"spec": {
            "maxReplicas": 3, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}}}),
        ),
        ("rust.example.com", "v1", "Garden", json!({"spec": {"beds": 1}})),
        ("croft.lab", "v1", "Service", json!({"spec": {"image": "web:1"}})),
    ];
    for (group, version, kind, data) in cases {
        let gvk = GroupVersionKind::gvk(group, version, kind);
        let (resource, capabilities) = found.resolve_gvk(&gvk).unwrap_or_else(|| panic!("{gvk:?} is not served"));
        let api: Api<DynamicObject> = Api::dynamic(client.clone(), &resource, &capabilities.scope).constrain(&ns);
        let wanted = DynamicObject::new("thing", &resource).within(&ns).data(data);
        let made = api.create(&PostParams::default(), &wanted).await.unwrap_or_else(|error| panic!("{kind}: {error}"));
        assert_eq!(made.types, wanted.types);
        let note = Patch::Merge(json!({"metadata": {"annotations": {"note": kind}}}));
        let noted = api.patch("thing", &PatchParams::default(), &note).await.unwrap();
        assert_eq!(noted.annotations()["note"], kind);
        let label = Patch::Apply(json!({
            "apiVersion": resource.api_version, "kind": kind, "metadata": {"labels": {"owner": "suite"}},
        }));
        let labelled = api.patch("thing", &PatchParams::apply("suite"), &label).await.unwrap();
        assert_eq!(labelled.labels()["owner"], "suite");
        api.delete("thing", &DeleteParams::background()).await.unwrap();
        eventually(kind, async || check(api.get_opt("thing").await.unwrap().is_none(), "it is still there")).await;
    }
}
