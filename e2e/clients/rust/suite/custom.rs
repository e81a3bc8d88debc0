//! Kinds that are posted: derived types, their schema, subresources, versions and end.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::{
    Api, CustomResource, CustomResourceExt, ResourceExt,
    api::{DeleteParams, ListParams, Patch, PatchParams, PostParams},
    core::crd::merge_crds,
    runtime::wait::delete::delete_and_finalize,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{garden::*, lab::*};

async fn api() -> Api<Garden> {
    let client = client().await;
    gardens(&client).await;
    let ns = namespace(&client).await;
    Api::namespaced(client, &ns)
}

#[tokio::test]
async fn a_derived_kind_is_like_any_other() {
    let api = api().await;
    let post = PostParams::default();
    let made = api.create(&post, &garden("back")).await.unwrap();
    assert_eq!((made.spec.soil, made.metadata.generation), (Soil::Loam, Some(1)));
    assert_eq!(made.status, None);

    let mut read = api.get("back").await.unwrap();
    read.spec.fence = Some(Fence::Wall { height: 1.5 });
    let replaced = api.replace("back", &post, &read).await.unwrap();
    assert_eq!(replaced.metadata.generation, Some(2));
    assert_eq!(replaced.spec.fence, read.spec.fence);

    let merged = api.patch("back", &PatchParams::default(), &Patch::Merge(json!({"spec": {"soil": "clay"}}))).await;
    assert_eq!(merged.unwrap().spec.soil, Soil::Clay);
    let operations: json_patch::Patch = object(json!([{"op": "remove", "path": "/spec/plants/0"}]));
    let patched = api.patch("back", &PatchParams::default(), &Patch::Json::<()>(operations)).await.unwrap();
    assert!(patched.spec.plants.is_empty());
    let strategic = api.patch("back", &PatchParams::default(), &Patch::Strategic(json!({}))).await;
    refused(strategic, 415, "UnsupportedMediaType");

    let status = api.delete("back", &DeleteParams::default()).await.unwrap().right().expect("it is gone at once");
    assert_eq!(status.details.unwrap().uid, made.uid().unwrap());
}

#[tokio::test]
async fn the_derived_schema_is_enforced() {
    let api = api().await;
    let mut wrong = garden("wrong");
    wrong.spec.beds = 0;
    wrong.spec.plants.push(Plant { name: "R".into(), count: None });
    let status = refused(api.create(&PostParams::default(), &wrong).await, 422, "Invalid");
    let mut fields: Vec<_> = status.details.unwrap().causes.into_iter().map(|cause| cause.field).collect();
    fields.sort();
    fields.dedup();
    assert_eq!(fields, ["spec.beds", "spec.plants[1].name"], "{}", status.message);

    api.create(&PostParams::default(), &garden("a")).await.unwrap();
    let cases = [
        ("an unknown word", json!({"spec": {"soil": "rock"}}), "spec.soil: Unsupported value: \"rock\""),
        (
            "two forms at once",
            json!({"spec": {"fence": {"wall": {"height": 1}, "hedge": {"plant": "box"}}}}),
            "spec.fence",
        ),
        ("another type", json!({"spec": {"plants": [{"name": "rose", "count": "many"}]}}), "spec.plants[0].count"),
        ("a required field is missing", json!({"spec": {"beds": null}}), "spec.beds: Required value"),
    ];
    for (case, patch, wanted) in cases {
        let status = refused(api.patch("a", &PatchParams::default(), &Patch::Merge(patch)).await, 422, "Invalid");
        assert!(status.message.contains(wanted), "{case}: {}", status.message);
    }
    // A field that the schema does not have is pruned, or refused where the client is strict.
    let unknown = Patch::Merge(json!({"spec": {"colour": "green"}}));
    assert_eq!(api.patch("a", &PatchParams::default(), &unknown).await.unwrap().metadata.generation, Some(1));
    let strict = PatchParams::default().validation_strict();
    refused(api.patch("a", &strict, &unknown).await, 422, "Invalid");
}

#[tokio::test]
async fn status_and_scale_are_written_through_their_subresources() {
    let api = api().await;
    let post = PostParams::default();
    let mut made = api.create(&post, &garden("a")).await.unwrap();
    made.status = Some(GardenStatus { beds: 1, selector: Some("app=web".into()) });
    assert_eq!(api.replace("a", &post, &made).await.unwrap().status, None);
    let mut read = api.get("a").await.unwrap();
    read.status = made.status.clone();
    read.spec.beds = 9;
    let told = api.replace_status("a", &post, &read).await.unwrap();
    assert_eq!((told.status, told.spec.beds, told.metadata.generation), (made.status, 2, Some(1)));

    let scale = api.get_scale("a").await.unwrap();
    let status = scale.status.clone().unwrap();
    assert_eq!((status.replicas, status.selector.as_deref()), (1, Some("app=web")));
    assert_eq!(scale.spec.as_ref().unwrap().replicas, Some(2));
    let patched = api.patch_scale("a", &PatchParams::default(), &Patch::Merge(json!({"spec": {"replicas": 5}}))).await;
    assert_eq!(patched.unwrap().spec.unwrap().replicas, Some(5));
    refused(api.replace_scale("a", &post, &scale).await, 409, "Conflict");
    assert_eq!(api.get("a").await.unwrap().spec.beds, 5);

    let patch = Patch::Merge(json!({"status": {"beds": 5}}));
    assert_eq!(api.patch_status("a", &PatchParams::default(), &patch).await.unwrap().status.unwrap().beds, 5);
    let applied = Patch::Apply(json!({
        "apiVersion": "rust.example.com/v1", "kind": "Garden", "status": {"beds": 6},
    }));
    let told = api.patch_status("a", &PatchParams::apply("teller").force(), &applied).await.unwrap();
    assert_eq!(told.status.as_ref().unwrap().beds, 6);
    let owner = told.managed_fields().iter().find(|entry| entry.manager.as_deref() == Some("teller")).unwrap();
    assert_eq!(owner.subresource.as_deref(), Some("status"));
    assert_eq!(api.get_status("a").await.unwrap().status, told.status);
}

#[tokio::test]
async fn a_field_that_is_selectable_selects() {
    let api = api().await;
    for (name, soil) in [("a", Soil::Clay), ("b", Soil::Sand), ("c", Soil::Clay)] {
        let mut wanted = garden(name);
        wanted.spec.soil = soil;
        api.create(&PostParams::default(), &wanted).await.unwrap();
    }
    let found = api.list(&ListParams::default().fields("spec.soil=clay")).await.unwrap();
    assert_eq!(found.iter().map(ResourceExt::name_any).collect::<Vec<_>>(), ["a", "c"]);
    refused(api.list(&ListParams::default().fields("spec.beds=2")).await, 400, "BadRequest");
    let gone = api.delete_collection(&DeleteParams::default(), &ListParams::default().fields("spec.soil=clay")).await;
    assert_eq!(gone.unwrap().left().unwrap().items.len(), 2);
    assert_eq!(api.list(&ListParams::default()).await.unwrap().items.len(), 1);
}

mod shed {
    use super::*;

    pub mod v1 {
        use super::*;
        #[derive(CustomResource, Deserialize, Serialize, Clone, Debug, JsonSchema)]
        #[kube(group = "rust.example.com", version = "v1", kind = "Shed")]
        pub struct ShedSpec {
            pub size: i32,
        }
    }

    pub mod v2 {
        use super::*;
        #[derive(CustomResource, Deserialize, Serialize, Clone, Debug, JsonSchema)]
        #[kube(group = "rust.example.com", version = "v2", kind = "Shed")]
        pub struct ShedSpec {
            pub size: i32,
            pub doors: Option<i32>,
        }
    }
}

#[tokio::test]
async fn a_kind_has_versions_and_goes_with_its_objects() {
    let client = client().await;
    let both = merge_crds(vec![shed::v1::Shed::crd(), shed::v2::Shed::crd()], "v1").unwrap();
    establish(&client, both).await;
    let (v1, v2): (Api<shed::v1::Shed>, Api<shed::v2::Shed>) = (Api::all(client.clone()), Api::all(client.clone()));
    let wanted = shed::v2::Shed::new("tools", shed::v2::ShedSpec { size: 4, doors: Some(2) });
    let made = v2.create(&PostParams::default(), &wanted).await.unwrap();
    assert_eq!(v1.get("tools").await.unwrap().spec.size, 4);
    assert_eq!(v1.get("tools").await.unwrap().uid(), made.uid());

    // The other version is stored from now on; both are served, and what was there is read.
    establish(&client, merge_crds(vec![shed::v1::Shed::crd(), shed::v2::Shed::crd()], "v2").unwrap()).await;
    let patch = Patch::Merge(json!({"spec": {"doors": 3}}));
    let patched = v2.patch("tools", &PatchParams::default(), &patch).await.unwrap();
    assert_eq!((patched.spec.size, patched.spec.doors), (4, Some(3)));
    let crds: Api<CustomResourceDefinition> = Api::all(client.clone());
    let stored = crds.get("sheds.rust.example.com").await.unwrap().status.unwrap().stored_versions;
    assert_eq!(stored, Some(vec!["v1".into(), "v2".into()]));

    tokio::time::timeout(PATIENCE, delete_and_finalize(crds, "sheds.rust.example.com", &DeleteParams::default()))
        .await
        .expect("the definition goes in time")
        .unwrap();
    eventually("the kind is no longer served", async || {
        check(v1.list(&ListParams::default()).await.is_err(), "it is still listed")
    })
    .await;
    establish(&client, shed::v1::Shed::crd()).await;
    assert!(v1.list(&ListParams::default()).await.unwrap().items.is_empty(), "its objects went with it");
}
