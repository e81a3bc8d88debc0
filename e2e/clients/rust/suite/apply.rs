//! Server-side apply: who owns which field.

use k8s_openapi::api::{apps::v1::Deployment, core::v1::ConfigMap};
use kube::{
    Api, ResourceExt,
    api::{Patch, PatchParams, PostParams},
};
use serde_json::{Value, json};

use crate::lab::*;

fn applied(data: Value) -> Patch<Value> {
    Patch::Apply(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": data}))
}

fn managers<K: ResourceExt>(object: &K) -> Vec<(String, String)> {
    let mut found: Vec<_> = object
        .managed_fields()
        .iter()
        .map(|entry| (entry.manager.clone().unwrap_or_default(), entry.operation.clone().unwrap_or_default()))
        .collect();
    found.sort();
    found
}

fn pair(manager: &str, operation: &str) -> (String, String) {
    (manager.into(), operation.into())
}

#[tokio::test]
async fn a_field_of_another_manager_is_a_conflict_unless_forced() {
    let (_, _, api) = config_maps().await;
    let (one, two) = (PatchParams::apply("one"), PatchParams::apply("two"));
    let made = api.patch("a", &one, &applied(json!({"x": "1", "y": "1"}))).await.unwrap();
    assert_eq!(managers(&made), [pair("one", "Apply")]);
    // The same value is owned by both.
    let both = api.patch("a", &two, &applied(json!({"y": "1"}))).await.unwrap();
    assert_eq!(managers(&both), [pair("one", "Apply"), pair("two", "Apply")]);

    let status = refused(api.patch("a", &two, &applied(json!({"x": "2", "y": "1"}))).await, 409, "Conflict");
    let causes = status.details.unwrap().causes;
    assert_eq!(causes.len(), 1, "{causes:?}");
    assert_eq!((causes[0].reason.as_str(), causes[0].field.as_str()), ("FieldManagerConflict", ".data.x"));
    assert!(causes[0].message.contains("\"one\""), "{}", causes[0].message);

    let forced = api.patch("a", &two.clone().force(), &applied(json!({"x": "2", "y": "1"}))).await.unwrap();
    assert_eq!(value_of(&forced, "x"), Some("2"));
    refused(api.patch("a", &one, &applied(json!({"x": "1", "y": "1"}))).await, 409, "Conflict");
    // What its last owner no longer applies goes; what has another owner stays.
    let less = api.patch("a", &two, &applied(json!({}))).await.unwrap();
    assert_eq!((value_of(&less, "x"), value_of(&less, "y")), (None, Some("1")));
}

#[tokio::test]
async fn applying_the_same_again_writes_nothing() {
    let (_, _, api) = config_maps().await;
    let one = PatchParams::apply("one");
    let made = api.patch("a", &one, &applied(json!({"x": "1"}))).await.unwrap();
    let again = api.patch("a", &one, &applied(json!({"x": "1"}))).await.unwrap();
    assert_eq!(again, made);
    let dry = api.patch("a", &one.clone().dry_run(), &applied(json!({"x": "2"}))).await.unwrap();
    assert_eq!(value_of(&dry, "x"), Some("2"));
    assert_eq!(api.get("a").await.unwrap(), made);
}

#[tokio::test]
async fn a_typed_object_is_applied_as_it_is() {
    let (_, _, api) = config_maps().await;
    let wanted: ConfigMap = config_map("a", json!({"x": "1"}));
    let made = api.patch("a", &PatchParams::apply("one"), &Patch::Apply(&wanted)).await.unwrap();
    assert_eq!(made.data, wanted.data);
    // What was read carries records of ownership, which no applied configuration may.
    let status = refused(api.patch("a", &PatchParams::apply("one"), &Patch::Apply(&made)).await, 400, "BadRequest");
    assert!(status.message.contains("metadata.managedFields must be nil"), "{}", status.message);
}

#[tokio::test]
async fn an_apply_that_names_no_manager_is_refused() {
    let (_, _, api) = config_maps().await;
    let status = refused(api.patch("a", &PatchParams::default(), &applied(json!({}))).await, 422, "Invalid");
    assert!(status.message.contains("fieldManager"), "{}", status.message);
}

#[tokio::test]
async fn lists_with_keys_are_merged_by_manager() {
    let client = client().await;
    let ns = namespace(&client).await;
    let api: Api<Deployment> = Api::namespaced(client, &ns);
    api.create(&PostParams { field_manager: Some("maker".into()), ..Default::default() }, &deployment("web"))
        .await
        .unwrap();
    let containers = |list: Value| {
        Patch::Apply(json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
            "spec": {"template": {"spec": {"containers": list}}},
        }))
    };
    let injector = PatchParams::apply("injector");
    let side = json!([{"name": "side", "image": "side:1", "env": [{"name": "A", "value": "1"}]}]);
    let with_side = api.patch("web", &injector, &containers(side)).await.unwrap();
    let names = |made: &Deployment| -> Vec<String> {
        let spec = made.spec.template.spec.as_ref().unwrap();
        spec.containers.iter().map(|container| container.name.clone()).collect()
    };
    assert_eq!(names(&with_side), ["web", "side"]);
    let status = refused(
        api.patch("web", &injector, &containers(json!([{"name": "web", "image": "web:2"}]))).await,
        409,
        "Conflict",
    );
    let field = &status.details.unwrap().causes[0].field;
    assert_eq!(field, ".spec.template.spec.containers[name=\"web\"].image");
    let without = api.patch("web", &injector, &containers(json!([]))).await.unwrap();
    assert_eq!(names(&without), ["web"]);
}
