//! Each verb on kinds that the client knows at compile time.

use futures::future::join_all;
use k8s_openapi::api::{
    apps::v1::Deployment,
    core::v1::{ConfigMap, Namespace, Secret, Service},
};
use kube::{
    Api, ResourceExt,
    api::{DeleteParams, ListParams, Patch, PatchParams, PostParams, Preconditions},
    runtime::wait::{await_condition, conditions, delete::delete_and_finalize},
};
use serde_json::json;

use crate::lab::*;

#[tokio::test]
async fn an_object_is_created_read_replaced_and_deleted() {
    let (_, ns, api) = config_maps().await;
    let post = PostParams { field_manager: Some("gardener".into()), ..Default::default() };
    let made = api.create(&post, &config_map("a", json!({"x": "1"}))).await.unwrap();
    assert_eq!(made.namespace().as_deref(), Some(ns.as_str()));
    assert!(made.uid().is_some() && made.creation_timestamp().is_some());
    assert_eq!(made.managed_fields()[0].manager.as_deref(), Some("gardener"));
    refused(api.create(&post, &config_map("a", json!({}))).await, 409, "AlreadyExists");

    let mut read = api.get("a").await.unwrap();
    assert_eq!(read, made);
    read.data.as_mut().unwrap().insert("y".into(), "2".into());
    let replaced = api.replace("a", &post, &read).await.unwrap();
    assert_eq!(value_of(&replaced, "y"), Some("2"));
    assert_ne!(replaced.resource_version(), made.resource_version());
    // Who read before that loses.
    refused(api.replace("a", &post, &made).await, 409, "Conflict");

    let gone = api.delete("a", &DeleteParams::default()).await.unwrap();
    let status = gone.right().expect("an object without finalizers is gone at once");
    assert!(status.is_success());
    assert_eq!(status.details.unwrap().uid, made.uid().unwrap());
    assert_eq!(api.get_opt("a").await.unwrap(), None);
    let missing = refused(api.get("a").await, 404, "NotFound");
    let details = missing.details.unwrap();
    assert_eq!((details.name.as_str(), details.kind.as_str()), ("a", "configmaps"));
}

#[tokio::test]
async fn a_dry_run_answers_and_changes_nothing() {
    let (_, _, api) = config_maps().await;
    let dry = PostParams { dry_run: true, ..Default::default() };
    let made = api.create(&dry, &config_map("a", json!({"x": "1"}))).await.unwrap();
    assert!(made.uid().is_some());
    assert_eq!(api.get_opt("a").await.unwrap(), None);

    let made = api.create(&PostParams::default(), &config_map("a", json!({"x": "1"}))).await.unwrap();
    let patched = api.patch("a", &PatchParams::default().dry_run(), &Patch::Merge(json!({"data": {"x": "2"}}))).await;
    assert_eq!(value_of(&patched.unwrap(), "x"), Some("2"));
    api.delete("a", &DeleteParams::default().dry_run()).await.unwrap();
    assert_eq!(api.get("a").await.unwrap(), made);
}

#[tokio::test]
async fn each_kind_of_patch_changes_what_it_says() {
    let client = client().await;
    let ns = namespace(&client).await;
    let api: Api<Deployment> = Api::namespaced(client, &ns);
    api.create(&PostParams::default(), &deployment("web")).await.unwrap();
    let params = PatchParams::default();
    let names = |made: &Deployment| -> Vec<String> {
        let spec = made.spec.template.spec.as_ref().unwrap();
        spec.containers.iter().map(|container| container.name.clone()).collect()
    };

    // A strategic merge patch knows lists by their keys, a merge patch does not.
    let other = json!({"spec": {"template": {"spec": {"containers": [{"name": "side", "image": "side:1"}]}}}});
    let patched = api.patch("web", &params, &Patch::Strategic(other.clone())).await.unwrap();
    assert_eq!(names(&patched), ["side", "web"]);
    let patched = api.patch("web", &params, &Patch::Merge(other)).await.unwrap();
    assert_eq!(names(&patched), ["side"]);

    let operations: json_patch::Patch = object(json!([
        {"op": "test", "path": "/spec/template/spec/containers/0/image", "value": "side:1"},
        {"op": "replace", "path": "/spec/template/spec/containers/0/image", "value": "side:2"},
        {"op": "add", "path": "/metadata/labels/tier", "value": "front"},
    ]));
    let patched = api.patch("web", &params, &Patch::Json::<()>(operations.clone())).await.unwrap();
    assert_eq!(patched.labels()["tier"], "front");
    let again = api.patch("web", &params, &Patch::Json::<()>(operations)).await;
    refused(again, 422, "Invalid");

    let restarted = api.restart("web").await.unwrap();
    let annotations = restarted.spec.template.metadata.unwrap().annotations.unwrap();
    assert!(annotations.keys().any(|key| key.ends_with("/restartedAt")), "{annotations:?}");

    let wrong = json!({"spec": {"replicas": -1, "selector": {"matchLabels": {"app": "other"}}}});
    let status = refused(api.patch("web", &params, &Patch::Merge(wrong)).await, 422, "Invalid");
    let mut fields: Vec<_> = status.details.unwrap().causes.into_iter().map(|cause| cause.field).collect();
    fields.sort();
    assert_eq!(fields, ["spec.replicas", "spec.selector", "spec.template.metadata.labels"]);
}

#[tokio::test]
async fn unknown_fields_are_refused_where_the_client_is_strict() {
    let (_, _, api) = config_maps().await;
    api.create(&PostParams::default(), &config_map("a", json!({}))).await.unwrap();
    let misspelt = Patch::Merge(json!({"dta": {"x": "1"}}));
    let status = refused(api.patch("a", &PatchParams::default().validation_strict(), &misspelt).await, 422, "Invalid");
    assert!(status.message.contains("unknown field \"dta\""), "{}", status.message);
    for lax in [PatchParams::default().validation_warn(), PatchParams::default().validation_ignore()] {
        assert_eq!(api.patch("a", &lax, &misspelt).await.unwrap().data, None);
    }
}

#[tokio::test]
async fn a_delete_heeds_its_preconditions() {
    let (_, _, api) = config_maps().await;
    let made = api.create(&PostParams::default(), &config_map("a", json!({}))).await.unwrap();
    let only = |uid: Option<&str>, version: Option<&str>| {
        DeleteParams::default()
            .preconditions(Preconditions { uid: uid.map(str::to_owned), resource_version: version.map(str::to_owned) })
    };
    refused(api.delete("a", &only(Some("another"), None)).await, 409, "Conflict");
    refused(api.delete("a", &only(None, Some("1"))).await, 409, "Conflict");
    let (uid, version) = (made.uid(), made.resource_version());
    api.delete("a", &only(uid.as_deref(), version.as_deref())).await.unwrap();
}

#[tokio::test]
async fn a_collection_is_deleted_by_selector() {
    let (_, _, api) = config_maps().await;
    for (name, tier) in [("a", "front"), ("b", "front"), ("c", "back")] {
        let mut wanted = config_map(name, json!({}));
        wanted.labels_mut().insert("tier".into(), tier.into());
        api.create(&PostParams::default(), &wanted).await.unwrap();
    }
    let front = ListParams::default().labels("tier in (front)");
    let gone = api.delete_collection(&DeleteParams::default(), &front).await.unwrap();
    let mut names: Vec<_> =
        gone.left().expect("what was deleted is listed").iter().map(ResourceExt::name_any).collect();
    names.sort();
    assert_eq!(names, ["a", "b"]);
    let left = api.list(&ListParams::default().labels("app=web")).await.unwrap();
    assert_eq!(left.iter().map(ResourceExt::name_any).collect::<Vec<_>>(), ["c"]);
}

#[tokio::test]
async fn what_the_server_fills_in_comes_back_typed() {
    let client = client().await;
    let ns = namespace(&client).await;
    let services: Api<Service> = Api::namespaced(client.clone(), &ns);
    let wanted =
        object(json!({"metadata": {"name": "web"}, "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}}));
    let spec = services.create(&PostParams::default(), &wanted).await.unwrap().spec.unwrap();
    assert!(spec.cluster_ip.unwrap().parse::<std::net::Ipv4Addr>().is_ok());
    assert_eq!(spec.type_.as_deref(), Some("ClusterIP"));
    assert_eq!(spec.ports.unwrap()[0].protocol.as_deref(), Some("TCP"));

    let secrets: Api<Secret> = Api::namespaced(client, &ns);
    let wanted = object(json!({"metadata": {"name": "key"}, "stringData": {"word": "croft"}}));
    let secret = secrets.create(&PostParams::default(), &wanted).await.unwrap();
    assert_eq!(secret.data.unwrap()["word"].0, b"croft");
    assert_eq!((secret.string_data, secret.type_.as_deref()), (None, Some("Opaque")));
}

#[tokio::test]
async fn a_namespace_goes_with_what_is_in_it() {
    let client = client().await;
    let ns = namespace(&client).await;
    let api: Api<ConfigMap> = Api::namespaced(client.clone(), &ns);
    await_condition(api.clone(), "kube-root-ca.crt", conditions::is_created()).await.unwrap();
    let names = ["a", "b", "c"].map(|name| config_map(name, json!({})));
    let post = PostParams::default();
    join_all(names.iter().map(|wanted| api.create(&post, wanted))).await;

    let namespaces: Api<Namespace> = Api::all(client);
    tokio::time::timeout(PATIENCE, delete_and_finalize(namespaces, &ns, &DeleteParams::default()))
        .await
        .expect("the namespace goes in time")
        .unwrap();
    assert!(api.list(&ListParams::default()).await.unwrap().items.is_empty());
    let late = api.create(&PostParams::default(), &config_map("late", json!({}))).await;
    refused(late, 404, "NotFound");
}
