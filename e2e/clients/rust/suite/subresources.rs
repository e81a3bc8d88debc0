//! Parts of objects with paths of their own, and the kinds that are answered and never stored.

use k8s_openapi::api::{
    apps::v1::{Deployment, StatefulSet},
    authentication::v1::{SelfSubjectReview, TokenReview},
    authorization::v1::SelfSubjectAccessReview,
    batch::v1::CronJob,
    core::v1::{Node, Pod},
};
use kube::{
    Api, ResourceExt,
    api::{DeleteParams, EvictParams, ListParams, LogParams, Patch, PatchParams, PostParams},
    runtime::wait::{await_condition, conditions},
};
use serde_json::json;

use crate::lab::*;

fn pod(name: &str) -> Pod {
    object(json!({"metadata": {"name": name}, "spec": {"containers": [{"name": "a", "image": "a:1"}]}}))
}

#[tokio::test]
async fn status_is_written_through_its_subresource_only() {
    let client = client().await;
    let ns = namespace(&client).await;
    let api: Api<CronJob> = Api::namespaced(client, &ns);
    let template = json!({"spec": {"template": {"spec": {
        "restartPolicy": "Never", "containers": [{"name": "a", "image": "a:1"}]}}}});
    let wanted = object(json!({
        "metadata": {"name": "nightly"}, "spec": {"schedule": "0 3 * * *", "jobTemplate": template},
        "status": {"lastScheduleTime": "2026-01-01T00:00:00Z"},
    }));
    let made = api.create(&PostParams::default(), &wanted).await.unwrap();
    let last = |job: &CronJob| job.status.as_ref().and_then(|status| status.last_schedule_time.clone());
    assert_eq!(last(&made), None);
    let both = json!({"spec": {"schedule": "1 1 * * *"}, "status": {"lastScheduleTime": "2026-01-01T00:00:00Z"}});
    let told = api.patch_status("nightly", &PatchParams::default(), &Patch::Merge(both.clone())).await.unwrap();
    assert_eq!(told.spec.schedule, "0 3 * * *");
    assert_eq!((last(&told).is_some(), told.metadata.generation), (true, made.metadata.generation));
    let respec =
        api.patch("nightly", &PatchParams::default(), &Patch::Merge(json!({"spec": both["spec"]}))).await.unwrap();
    assert_eq!(respec.metadata.generation, Some(2));
    assert_eq!(last(&respec), last(&told));
    let mut emptied = api.get_status("nightly").await.unwrap();
    emptied.status = None;
    assert_eq!(last(&api.replace_status("nightly", &PostParams::default(), &emptied).await.unwrap()), None);
}

#[tokio::test]
async fn scale_is_read_patched_and_replaced() {
    let client = client().await;
    let ns = namespace(&client).await;
    let api: Api<StatefulSet> = Api::namespaced(client, &ns);
    let mut wanted: serde_json::Value = deployment("web");
    wanted["kind"] = "StatefulSet".into();
    api.create(&PostParams::default(), &object(wanted)).await.unwrap();
    let scale = api.get_scale("web").await.unwrap();
    assert_eq!(scale.status.as_ref().unwrap().selector.as_deref(), Some("app=web"));
    let merge = Patch::Merge(json!({"spec": {"replicas": 3}}));
    let mut patched = api.patch_scale("web", &PatchParams::default(), &merge).await.unwrap();
    assert_eq!(patched.spec.as_ref().unwrap().replicas, Some(3));
    patched.spec.as_mut().unwrap().replicas = Some(4);
    api.replace_scale("web", &PostParams::default(), &patched).await.unwrap();
    assert_eq!(api.get("web").await.unwrap().spec.replicas, Some(4));
    refused(api.replace_scale("web", &PostParams::default(), &patched).await, 409, "Conflict");
    patched.metadata.resource_version = None;
    patched.spec.as_mut().unwrap().replicas = Some(-1);
    refused(api.replace_scale("web", &PostParams::default(), &patched).await, 422, "Invalid");
}

#[tokio::test]
async fn a_deployment_gets_its_replica_set_and_scales_by_apply() {
    let client = client().await;
    let ns = namespace(&client).await;
    let api: Api<Deployment> = Api::namespaced(client.clone(), &ns);
    api.create(&PostParams::default(), &deployment("web")).await.unwrap();
    let scaler = PatchParams::apply("scaler").force();
    let two = Patch::Apply(json!({"apiVersion": "autoscaling/v1", "kind": "Scale", "spec": {"replicas": 2}}));
    assert_eq!(api.patch_scale("web", &scaler, &two).await.unwrap().spec.unwrap().replicas, Some(2));
    let observed = |deployment: Option<&Deployment>| {
        deployment.is_some_and(|found| found.status.as_ref().and_then(|status| status.replicas) == Some(2))
    };
    tokio::time::timeout(PATIENCE, await_condition(api.clone(), "web", observed)).await.expect("in time").unwrap();
    let pods: Api<Pod> = Api::namespaced(client, &ns);
    assert_eq!(pods.list(&ListParams::default().labels("app=web")).await.unwrap().items.len(), 2);

    api.delete("web", &DeleteParams::background()).await.unwrap();
    eventually("the pods go with it", async || {
        let left = pods.list(&ListParams::default().labels("app=web")).await.unwrap().items.len();
        check(left == 0, format!("{left} are left"))
    })
    .await;
}

#[tokio::test]
async fn an_eviction_deletes_a_pod_and_logs_are_of_its_containers() {
    let client = client().await;
    let ns = namespace(&client).await;
    let api: Api<Pod> = Api::namespaced(client, &ns);
    let made = api.create(&PostParams::default(), &pod("a")).await.unwrap();
    assert_eq!(api.logs("a", &LogParams::default()).await.unwrap(), "", "it has said nothing yet");
    refused(api.logs("none", &LogParams::default()).await, 404, "NotFound");
    let other = LogParams { container: Some("other".into()), ..Default::default() };
    let status = refused(api.logs("a", &other).await, 400, "BadRequest");
    assert!(status.message.contains("container other is not valid for pod a"), "{}", status.message);

    let dry = EvictParams { post_options: PostParams { dry_run: true, ..Default::default() }, ..Default::default() };
    assert!(api.evict("a", &dry).await.unwrap().is_success());
    assert!(api.get("a").await.is_ok());
    assert!(api.evict("a", &EvictParams::default()).await.unwrap().is_success());
    let gone = await_condition(api.clone(), "a", conditions::is_deleted(made.metadata.uid.as_deref().unwrap()));
    tokio::time::timeout(PATIENCE, gone).await.expect("it goes in time").unwrap();
    refused(api.evict("a", &EvictParams::default()).await, 404, "NotFound");
}

#[tokio::test]
async fn a_node_is_cordoned() {
    let client = client().await;
    let api: Api<Node> = Api::all(client);
    api.create(&PostParams::default(), &object(json!({"metadata": {"name": "rust-node"}}))).await.unwrap();
    let unschedulable = |node: &Node| node.spec.as_ref().and_then(|spec| spec.unschedulable);
    assert_eq!(unschedulable(&api.cordon("rust-node").await.unwrap()), Some(true));
    let found = api.list(&ListParams::default().fields("spec.unschedulable=true")).await.unwrap();
    assert!(found.iter().any(|node| node.name_any() == "rust-node"));
    let freed = api.uncordon("rust-node").await.unwrap();
    assert_ne!(unschedulable(&freed), Some(true));
    api.delete("rust-node", &DeleteParams::default()).await.unwrap();
}

#[tokio::test]
async fn reviews_are_answered() {
    let client = client().await;
    let reviews: Api<TokenReview> = Api::all(client.clone());
    let asked = object(json!({"spec": {"token": "stranger"}}));
    let status = reviews.create(&PostParams::default(), &asked).await.unwrap().status.unwrap();
    assert_ne!(status.authenticated, Some(true));

    let who: Api<SelfSubjectReview> = Api::all(client.clone());
    let me = who.create(&PostParams::default(), &SelfSubjectReview::default()).await.unwrap();
    assert!(me.status.unwrap().user_info.unwrap().username.is_some());
    let access: Api<SelfSubjectAccessReview> = Api::all(client);
    let asked = object(json!({"spec": {"resourceAttributes": {"verb": "list", "resource": "pods"}}}));
    assert!(access.create(&PostParams::default(), &asked).await.unwrap().status.unwrap().allowed);
}
