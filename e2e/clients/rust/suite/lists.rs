//! Lists: pages, selectors, versions, and a place in the list or in time that the server has forgotten.

use futures::{
    StreamExt, TryStreamExt,
    future::join_all,
    stream::{self},
};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::{
    Api, ResourceExt,
    api::{GetParams, ListParams, ObjectList, Patch, PatchParams, PostParams, VersionMatch, WatchEvent, WatchParams},
    core::{Expression, PartialObjectMeta, Selector},
};
use serde_json::json;

use crate::lab::*;

/// More changes of one kind than the server keeps for those who resume.
const FORGOTTEN_AFTER: usize = 4_200;

async fn fill(api: &Api<ConfigMap>, count: usize) {
    let names: Vec<_> = (0..count).map(|i| config_map(&format!("n{i:03}"), json!({"i": i.to_string()}))).collect();
    let post = PostParams::default();
    for made in join_all(names.iter().map(|wanted| api.create(&post, wanted))).await {
        made.unwrap();
    }
}

fn names<K: ResourceExt + Clone>(list: &ObjectList<K>) -> Vec<String> {
    list.iter().map(ResourceExt::name_any).collect()
}

/// Changes one object until the server has forgotten what was before.
pub async fn make_forget(api: &Api<ConfigMap>) {
    stream::iter(0..FORGOTTEN_AFTER)
        .map(async |i| {
            let change = Patch::Merge(json!({"data": {"beat": i.to_string()}}));
            api.patch("clock", &PatchParams::default(), &change).await
        })
        .buffer_unordered(8)
        .try_for_each(async |_| Ok(()))
        .await
        .unwrap();
}

#[tokio::test]
async fn pages_show_one_state_and_every_object_once() {
    let (_, _, api) = config_maps().await;
    fill(&api, 25).await;
    let mut params = ListParams::default().labels("app=web").limit(10);
    let first = api.list(&params).await.unwrap();
    // How many remain is told only where none is left out.
    assert_eq!((first.items.len(), first.metadata.remaining_item_count), (10, None));
    let all = api.list(&ListParams::default()).await.unwrap();
    let version = all.metadata.resource_version.unwrap();
    let exact = ListParams::default().at(&version).matching(VersionMatch::Exact).limit(10);
    let some = api.list(&exact).await.unwrap();
    assert_eq!(some.metadata.remaining_item_count, Some(all.items.len() as i64 - 10));

    // Neither is seen by the pages to come.
    api.delete("n020", &Default::default()).await.unwrap();
    api.create(&PostParams::default(), &config_map("n021a", json!({}))).await.unwrap();
    let mut found = names(&first);
    let mut token = first.metadata.continue_;
    while let Some(next) = token.filter(|token| !token.is_empty()) {
        params = params.continue_token(&next);
        let page = api.list(&params).await.unwrap();
        assert_eq!(page.metadata.resource_version, first.metadata.resource_version);
        found.extend(names(&page));
        token = page.metadata.continue_;
    }
    let wanted: Vec<_> = (0..25).map(|i| format!("n{i:03}")).collect();
    assert_eq!(found, wanted);
}

#[tokio::test]
async fn selectors_choose_by_labels_and_fields() {
    let (_, _, api) = config_maps().await;
    for (name, tier) in [("a", Some("front")), ("b", Some("back")), ("c", None)] {
        let mut wanted = config_map(name, json!({}));
        if let Some(tier) = tier {
            wanted.labels_mut().insert("tier".into(), tier.into());
        }
        api.create(&PostParams::default(), &wanted).await.unwrap();
    }
    let of = |expression: Expression| ListParams::default().labels("app=web").labels_from(&Selector::from(expression));
    let one = ["back".to_string()].into();
    let cases = [
        ("a label equals", of(Expression::Equal("tier".into(), "front".into())), vec!["a"]),
        ("a label is one of", of(Expression::In("tier".into(), one)), vec!["b"]),
        ("a label is there", of(Expression::Exists("tier".into())), vec!["a", "b"]),
        ("a label is not there", ListParams::default().labels("app=web,!tier"), vec!["c"]),
        ("a label differs or is not there", ListParams::default().labels("app=web,tier!=front"), vec!["b", "c"]),
        ("a field equals", ListParams::default().fields("metadata.name=b"), vec!["b"]),
        ("a field differs", ListParams::default().labels("app").fields("metadata.name!=b"), vec!["a", "c"]),
    ];
    for (case, params, wanted) in cases {
        assert_eq!(names(&api.list(&params).await.unwrap()), wanted, "{case}");
    }
    refused(api.list(&ListParams::default().fields("data.x=1")).await, 400, "BadRequest");
}

#[tokio::test]
async fn versions_say_which_state_is_read() {
    let (_, _, api) = config_maps().await;
    fill(&api, 2).await;
    let before = api.list(&ListParams::default().labels("app=web")).await.unwrap();
    let version = before.metadata.resource_version.unwrap();
    let change = Patch::Merge(json!({"data": {"i": "other"}}));
    let changed = api.patch("n000", &PatchParams::default(), &change).await.unwrap();

    let at = |match_: VersionMatch| ListParams::default().labels("app=web").at(&version).matching(match_);
    let exact = api.list(&at(VersionMatch::Exact)).await.unwrap();
    assert_eq!(exact.metadata.resource_version.as_deref(), Some(version.as_str()));
    assert_eq!(exact.items, before.items);
    let newer = api.list(&at(VersionMatch::NotOlderThan)).await.unwrap();
    assert_eq!(newer.items[0], changed);
    let any = api.list(&ListParams::default().labels("app=web").match_any()).await.unwrap();
    assert_eq!(any.items.len(), 2);
    assert_eq!(api.get_with("n000", &GetParams::any()).await.unwrap().name_any(), "n000");
    assert_eq!(api.get_with("n000", &GetParams::at(&version)).await.unwrap(), changed);
}

#[tokio::test]
async fn metadata_is_read_without_the_rest() {
    let (client, ns, api) = config_maps().await;
    fill(&api, 3).await;
    let metadata: Api<PartialObjectMeta<ConfigMap>> = Api::namespaced(client, &ns);
    let one = metadata.get("n001").await.unwrap();
    assert_eq!(one.types.unwrap().kind, "PartialObjectMetadata");
    assert_eq!(one.metadata, api.get("n001").await.unwrap().metadata);
    assert_eq!(api.get_metadata("n001").await.unwrap().metadata.uid, one.metadata.uid);
    let all = metadata.list(&ListParams::default().labels("app=web")).await.unwrap();
    assert_eq!(names(&all), ["n000", "n001", "n002"]);

    let note = Patch::Merge(json!({"metadata": {"annotations": {"note": "new"}}}));
    let patched = metadata.patch("n001", &PatchParams::default(), &note).await.unwrap();
    assert_eq!(patched.annotations()["note"], "new");
    let events = metadata.watch(&WatchParams::default().timeout(1), "0").await.unwrap();
    let seen: Vec<_> = events.boxed().try_collect().await.unwrap();
    let told = seen.iter().filter(|event| matches!(event, WatchEvent::Added(made) if made.types.is_some())).count();
    assert!(told >= 3, "{seen:?}");
}

#[tokio::test]
async fn what_is_forgotten_is_gone_and_the_client_told_how_to_go_on() {
    let (_, _, api) = config_maps().await;
    fill(&api, 5).await;
    api.create(&PostParams::default(), &config_map("clock", json!({}))).await.unwrap();
    let params = ListParams::default().labels("app=web").limit(2);
    let first = api.list(&params).await.unwrap();
    let version = first.metadata.resource_version.clone().unwrap();
    make_forget(&api).await;

    let rest = params.clone().continue_token(&first.metadata.continue_.clone().unwrap());
    let status = refused(api.list(&rest).await, 410, "Expired");
    let token = status.metadata.unwrap().continue_.expect("a token that goes on in the present");
    let rest = api.list(&params.clone().continue_token(&token)).await.unwrap();
    assert_ne!(rest.metadata.resource_version.as_ref(), Some(&version));
    assert!(!names(&rest).contains(&names(&first)[0]));

    let exact = ListParams::default().at(&version).matching(VersionMatch::Exact);
    refused(api.list(&exact).await, 410, "Expired");
    let mut events = api.watch(&WatchParams::default(), &version).await.unwrap().boxed();
    match events.try_next().await.unwrap() {
        Some(WatchEvent::Error(status)) => assert_eq!((status.code, status.reason.as_str()), (410, "Expired")),
        other => panic!("{other:?}"),
    }
    assert!(events.try_next().await.unwrap().is_none(), "nothing follows");
}
