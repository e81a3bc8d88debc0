//! A kind of our own, derived from Rust types, which several tests use.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::{
    Api, Client, CustomResource, CustomResourceExt,
    api::{Patch, PatchParams},
    runtime::wait::{await_condition, conditions},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::lab::PATIENCE;

#[derive(CustomResource, Deserialize, Serialize, Clone, Debug, PartialEq, JsonSchema)]
#[kube(
    group = "rust.example.com",
    version = "v1",
    kind = "Garden",
    namespaced,
    status = "GardenStatus",
    derive = "PartialEq",
    shortname = "rgd",
    category = "plots",
    selectable = ".spec.soil",
    scale(
        spec_replicas_path = ".spec.beds",
        status_replicas_path = ".status.beds",
        label_selector_path = ".status.selector"
    ),
    printcolumn(name = "Beds", type_ = "integer", json_path = ".spec.beds")
)]
pub struct GardenSpec {
    /// How many beds there are.
    #[schemars(range(min = 1))]
    pub beds: i32,
    #[serde(default)]
    pub soil: Soil,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plants: Vec<Plant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fence: Option<Fence>,
}

#[derive(Deserialize, Serialize, Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Soil {
    #[default]
    Loam,
    Clay,
    Sand,
}

#[derive(Deserialize, Serialize, Clone, Debug, PartialEq, JsonSchema)]
pub struct Plant {
    #[schemars(length(min = 2), regex(pattern = r"^[a-z]+$"))]
    pub name: String,
    pub count: Option<u32>,
}

/// One of its forms.
#[derive(Deserialize, Serialize, Clone, Debug, PartialEq, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Fence {
    Wall { height: f64 },
    Hedge { plant: String },
}

#[derive(Deserialize, Serialize, Clone, Debug, Default, PartialEq, JsonSchema)]
pub struct GardenStatus {
    pub beds: i32,
    pub selector: Option<String>,
}

/// Applies the definition; every test may, and finds the kind served afterwards.
pub async fn gardens(client: &Client) {
    establish(client, Garden::crd()).await;
}

pub async fn establish(client: &Client, definition: CustomResourceDefinition) {
    let name = definition.metadata.name.clone().unwrap();
    let crds: Api<CustomResourceDefinition> = Api::all(client.clone());
    crds.patch(&name, &PatchParams::apply("suite").force(), &Patch::Apply(definition)).await.unwrap();
    tokio::time::timeout(PATIENCE, await_condition(crds, &name, conditions::is_crd_established()))
        .await
        .expect("the kind is established in time")
        .unwrap();
}

pub fn garden(name: &str) -> Garden {
    let plants = vec![Plant { name: "rose".into(), count: Some(3) }];
    Garden::new(name, GardenSpec { beds: 2, soil: Soil::default(), plants, fence: None })
}
