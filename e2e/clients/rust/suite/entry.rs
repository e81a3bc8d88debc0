//! Get or create, and get and change, through the client's entries.

use kube::{
    Error,
    api::{
        DeleteParams, PostParams,
        entry::{CommitError, CommitValidationError, Entry},
    },
};
use serde_json::json;

use crate::lab::*;

fn saved_by_another(result: Result<(), CommitError>, holds: impl Fn(&kube::core::Status) -> bool) {
    match result {
        Err(CommitError::Save(Error::Api(status))) => assert!(holds(&status), "{status:?}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn of_two_that_find_nothing_one_creates() {
    let (_, _, api) = config_maps().await;
    let (first, second) = (api.entry("a").await.unwrap(), api.entry("a").await.unwrap());
    assert!(first.get().is_none());
    let mut first = first.or_insert(|| config_map("a", json!({"by": "first"})));
    let mut second = second.or_insert(|| config_map("a", json!({"by": "second"})));
    let post = PostParams::default();
    first.commit(&post).await.unwrap();
    saved_by_another(second.commit(&post).await, |status| status.is_already_exists());
    assert_eq!(value_of(&api.get("a").await.unwrap(), "by"), Some("first"));

    // What was committed goes on from there, and an entry without a change writes nothing.
    let version = first.get().metadata.resource_version.clone();
    first.commit(&post).await.unwrap();
    assert_eq!(api.get("a").await.unwrap().metadata.resource_version, version);
    first.get_mut().data.as_mut().unwrap().insert("by".into(), "first again".into());
    first.commit(&post).await.unwrap();
    assert_eq!(&api.get("a").await.unwrap(), first.get());
}

#[tokio::test]
async fn of_two_that_change_one_wins() {
    let (_, _, api) = config_maps().await;
    let post = PostParams::default();
    api.create(&post, &config_map("a", json!({"by": "nobody"}))).await.unwrap();
    let (first, second) = (api.entry("a").await.unwrap(), api.entry("a").await.unwrap());
    assert!(matches!((&first, &second), (Entry::Occupied(_), Entry::Occupied(_))));
    let by = |who: &'static str| {
        move |map: &mut k8s_openapi::api::core::v1::ConfigMap| {
            map.data.as_mut().unwrap().insert("by".into(), who.into());
        }
    };
    let mut first = first.and_modify(by("first")).or_insert(|| unreachable!());
    let mut second = second.and_modify(by("second")).or_insert(|| unreachable!());
    first.commit(&post).await.unwrap();
    saved_by_another(second.commit(&post).await, |status| status.is_conflict());
    assert_eq!(value_of(&api.get("a").await.unwrap(), "by"), Some("first"));

    api.delete("a", &DeleteParams::default()).await.unwrap();
    first.get_mut().data = None;
    saved_by_another(first.commit(&post).await, |status| status.is_not_found());
}

#[tokio::test]
async fn a_dry_commit_is_repeated_in_earnest() {
    let (_, _, api) = config_maps().await;
    let dry = PostParams { dry_run: true, ..Default::default() };
    let entry = api.entry("a").await.unwrap();
    let mut entry = entry.or_insert(|| config_map("a", json!({"x": "1"})));
    entry.commit(&dry).await.unwrap();
    assert_eq!(api.get_opt("a").await.unwrap(), None);
    // What the dry run answered, a uid among it, is what the client posts then.
    entry.commit(&PostParams::default()).await.unwrap();
    assert_eq!(&api.get("a").await.unwrap(), entry.get());

    entry.get_mut().data.as_mut().unwrap().insert("x".into(), "2".into());
    entry.commit(&dry).await.unwrap();
    assert_eq!(value_of(&api.get("a").await.unwrap(), "x"), Some("1"));
    entry.commit(&PostParams::default()).await.unwrap();
    assert_eq!(value_of(&api.get("a").await.unwrap(), "x"), Some("2"));
}

#[tokio::test]
async fn an_entry_of_another_name_is_not_sent() {
    let (_, _, api) = config_maps().await;
    let mut entry = api.entry("a").await.unwrap().or_insert(|| config_map("b", json!({})));
    let refused = entry.commit(&PostParams::default()).await;
    assert!(matches!(refused, Err(CommitError::Validate(CommitValidationError::NameMismatch { .. }))), "{refused:?}");
    assert_eq!(api.get_opt("b").await.unwrap(), None);
}
