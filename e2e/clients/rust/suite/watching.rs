//! Watchers and reflectors, over a connection that is cut and one that stays away until all is forgotten.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures::{Stream, StreamExt, TryStreamExt, pin_mut};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::{
    Api, Client, Resource, ResourceExt,
    api::{DeleteParams, ListParams, Patch, PatchParams, PostParams, WatchEvent, WatchParams},
    core::{Expression, PartialObjectMeta, Selector},
    runtime::{WatchStreamExt, predicates, reflector, utils::Backoff, watcher},
};
use serde_json::json;
use tokio::task::JoinHandle;

use crate::{lab::*, lists::make_forget};

/// What a watcher told, and what it can't have.
#[derive(Default)]
struct Seen {
    versions: BTreeMap<String, u64>,
    newest: u64,
    starts: usize,
    complete: usize,
    errors: usize,
    wrong: Vec<String>,
}

impl Seen {
    fn note<K: ResourceExt>(&mut self, event: Result<watcher::Event<K>, watcher::Error>) {
        match event {
            Err(_) => self.errors += 1,
            Ok(watcher::Event::Init) => {
                self.starts += 1;
                self.versions.clear();
            }
            Ok(watcher::Event::InitDone) => self.complete += 1,
            Ok(watcher::Event::InitApply(object)) => {
                let version = version(&object);
                self.newest = self.newest.max(version);
                if self.versions.insert(object.name_any(), version).is_some() {
                    self.wrong.push(format!("{} twice in one state", object.name_any()));
                }
            }
            Ok(watcher::Event::Apply(object)) => {
                self.follow(&object);
                self.versions.insert(object.name_any(), version(&object));
            }
            Ok(watcher::Event::Delete(object)) => {
                self.follow(&object);
                if self.versions.remove(&object.name_any()).is_none() {
                    self.wrong.push(format!("{} deleted unseen", object.name_any()));
                }
            }
        }
    }

    fn follow<K: ResourceExt>(&mut self, object: &K) {
        let version = version(object);
        if version <= self.newest {
            self.wrong.push(format!("{} at {version} after {}", object.name_any(), self.newest));
        }
        self.newest = version;
    }
}

fn version<K: ResourceExt>(object: &K) -> u64 {
    object.resource_version().unwrap().parse().unwrap()
}

/// Tries again at the same pace, however long the server is away.
struct Soon;

impl Iterator for Soon {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        Some(Duration::from_millis(200))
    }
}

impl Backoff for Soon {
    fn reset(&mut self) {}
}

struct Follower {
    seen: Arc<Mutex<Seen>>,
    task: JoinHandle<()>,
}

impl Follower {
    fn start<K: Resource + 'static>(
        events: impl Stream<Item = Result<watcher::Event<K>, watcher::Error>> + Send + 'static,
    ) -> Self {
        let seen = Arc::new(Mutex::new(Seen::default()));
        let noted = seen.clone();
        let task = tokio::spawn(async move {
            let events = events.backoff(Soon);
            pin_mut!(events);
            while let Some(event) = events.next().await {
                noted.lock().unwrap().note(event);
            }
        });
        Self { seen, task }
    }

    fn ask<T>(&self, question: impl Fn(&Seen) -> T) -> T {
        question(&self.seen.lock().unwrap())
    }

    async fn await_complete(&self, times: usize) {
        eventually("the watcher has the whole state", async || {
            check(self.ask(|seen| seen.complete >= times), self.ask(|seen| format!("{} errors", seen.errors)))
        })
        .await;
    }

    async fn await_state(&self, api: &Api<ConfigMap>) {
        let wanted: BTreeMap<_, _> = api
            .list(&ListParams::default().labels("app=web"))
            .await
            .unwrap()
            .iter()
            .map(|item| (item.name_any(), version(item)))
            .collect();
        eventually("the watcher knows all", async || {
            check(self.ask(|seen| seen.versions == wanted), self.ask(|seen| format!("{:?}", seen.versions)))
        })
        .await;
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn fill(api: &Api<ConfigMap>, names: impl Iterator<Item = usize>) {
    for i in names {
        api.create(&PostParams::default(), &config_map(&format!("n{i:03}"), json!({}))).await.unwrap();
    }
}

/// Creates, changes and deletes while it cuts the watcher's connections.
async fn churn(api: &Api<ConfigMap>, proxy: &Proxy) {
    for i in 20..80 {
        fill(api, i..i + 1).await;
        let name = format!("n{:03}", i - 10);
        let change = Patch::Merge(json!({"data": {"i": i.to_string()}}));
        api.patch(&name, &PatchParams::default(), &change).await.unwrap();
        if i % 6 == 5 {
            api.delete(&name, &DeleteParams::default()).await.unwrap();
        }
        if i % 20 == 19 {
            proxy.await_connection().await;
            proxy.cut();
        }
    }
}

/// Every way to begin must miss nothing and tell nothing twice, and ask for the whole state once only.
async fn survives<K: Resource + 'static, S>(begin: impl FnOnce(Client, &str) -> S)
where
    S: Stream<Item = Result<watcher::Event<K>, watcher::Error>> + Send + 'static,
{
    let (_, ns, api) = config_maps().await;
    fill(&api, 0..20).await;
    let proxy = Proxy::start().await;
    let follower = Follower::start(begin(proxy.client(), &ns));
    follower.await_complete(1).await;
    churn(&api, &proxy).await;
    follower.await_state(&api).await;
    follower.ask(|seen| {
        assert_eq!(seen.wrong, Vec::<String>::new());
        assert_eq!((seen.starts, seen.complete), (1, 1), "times the whole state was asked for");
    });
}

fn web() -> watcher::Config {
    watcher::Config::default().labels("app=web")
}

#[tokio::test]
async fn a_watcher_that_lists_survives_a_broken_connection() {
    survives(|client, ns| watcher(Api::<ConfigMap>::namespaced(client, ns), web())).await;
}

#[tokio::test]
async fn a_watcher_that_pages_survives_a_broken_connection() {
    survives(|client, ns| watcher(Api::<ConfigMap>::namespaced(client, ns), web().page_size(7))).await;
}

#[tokio::test]
async fn a_watcher_that_lists_any_state_survives_a_broken_connection() {
    survives(|client, ns| watcher(Api::<ConfigMap>::namespaced(client, ns), web().any_semantic())).await;
}

#[tokio::test]
async fn a_watcher_that_streams_its_list_survives_a_broken_connection() {
    survives(|client, ns| watcher(Api::<ConfigMap>::namespaced(client, ns), web().streaming_lists())).await;
}

#[tokio::test]
async fn a_watcher_of_metadata_survives_a_broken_connection() {
    survives(|client, ns| watcher(Api::<PartialObjectMeta<ConfigMap>>::namespaced(client, ns), web())).await;
}

#[tokio::test]
async fn a_watcher_of_metadata_that_streams_survives_a_broken_connection() {
    survives(|client, ns| {
        watcher(Api::<PartialObjectMeta<ConfigMap>>::namespaced(client, ns), web().streaming_lists())
    })
    .await;
}

#[tokio::test]
async fn a_watcher_that_was_away_too_long_begins_again() {
    for config in [web(), web().streaming_lists()] {
        let (_, ns, api) = config_maps().await;
        fill(&api, 0..3).await;
        let mut clock = config_map("clock", json!({}));
        clock.labels_mut().clear();
        api.create(&PostParams::default(), &clock).await.unwrap();
        let proxy = Proxy::start().await;
        let follower = Follower::start(watcher(Api::<ConfigMap>::namespaced(proxy.client(), &ns), config));
        follower.await_complete(1).await;

        proxy.close();
        api.delete("n001", &DeleteParams::default()).await.unwrap();
        fill(&api, 3..4).await;
        make_forget(&api).await;
        proxy.reopen();
        follower.await_complete(2).await;
        follower.await_state(&api).await;
        follower.ask(|seen| assert_eq!(seen.wrong, Vec::<String>::new()));
    }
}

#[tokio::test]
async fn a_watch_ends_in_time_and_resumes_from_a_bookmark() {
    let (_, _, api) = config_maps().await;
    fill(&api, 0..2).await;
    let events = api.watch(&WatchParams::default().labels("app=web").timeout(1), "0").await.unwrap();
    let events: Vec<_> = events.try_collect().await.unwrap();
    let added = events.iter().filter(|event| matches!(event, WatchEvent::Added(_))).count();
    assert_eq!(added, 2, "{events:?}");

    let streaming = WatchParams::streaming_lists().labels("app=web").timeout(1);
    let events: Vec<_> = api.watch(&streaming, "").await.unwrap().try_collect().await.unwrap();
    let WatchEvent::Bookmark(end) = &events[2] else { panic!("{events:?}") };
    assert_eq!(end.metadata.annotations["k8s.io/initial-events-end"], "true");
    assert_eq!((end.types.api_version.as_str(), end.types.kind.as_str()), ("v1", "ConfigMap"));

    fill(&api, 2..3).await;
    let params = WatchParams::default().labels("app=web").timeout(1);
    let events: Vec<_> = api.watch(&params, &end.metadata.resource_version).await.unwrap().try_collect().await.unwrap();
    assert!(matches!(&events[0], WatchEvent::Added(made) if made.name_any() == "n002"), "{events:?}");
}

#[tokio::test]
async fn an_object_that_no_longer_matches_is_deleted_for_the_watcher() {
    let (_, _, api) = config_maps().await;
    fill(&api, 0..1).await;
    let version = api.get("n000").await.unwrap().resource_version().unwrap();
    for tier in [Some("front"), None] {
        let label = Patch::Merge(json!({"metadata": {"labels": {"tier": tier}}}));
        api.patch("n000", &PatchParams::default(), &label).await.unwrap();
    }
    let params = WatchParams::default().labels("tier=front").timeout(1);
    let events: Vec<_> = api.watch(&params, &version).await.unwrap().try_collect().await.unwrap();
    match &events[..] {
        [WatchEvent::Added(_), WatchEvent::Deleted(gone), ..] => assert_eq!(gone.name_any(), "n000"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_reflector_keeps_a_store_and_predicates_filter_what_is_passed_on() {
    let (client, ns, api) = config_maps().await;
    fill(&api, 0..5).await;
    let (reader, writer) = reflector::store();
    let events = watcher(Api::<ConfigMap>::namespaced(client, &ns), web().streaming_lists());
    let changes = Arc::new(Mutex::new(Vec::new()));
    let noted = changes.clone();
    let task = tokio::spawn(
        reflector(writer, events)
            .default_backoff()
            .applied_objects()
            .predicate_filter(predicates::labels, Default::default())
            .for_each(move |object| {
                noted.lock().unwrap().push(object.unwrap().name_any());
                futures::future::ready(())
            }),
    );
    reader.wait_until_ready().await.unwrap();
    assert_eq!(reader.len(), 5);
    let data = Patch::Merge(json!({"data": {"x": "1"}}));
    api.patch("n001", &PatchParams::default(), &data).await.unwrap();
    let label = Patch::Merge(json!({"metadata": {"labels": {"tier": "front"}}}));
    let labelled = api.patch("n002", &PatchParams::default(), &label).await.unwrap();
    api.delete("n003", &DeleteParams::default()).await.unwrap();

    let stored = reflector::ObjectRef::from_obj(&labelled);
    eventually("the store has all", async || {
        check(reader.len() == 4 && reader.get(&stored).as_deref() == Some(&labelled), format!("{}", reader.len()))
    })
    .await;
    let front = Selector::from(Expression::Equal("tier".into(), "front".into()));
    assert_eq!(reader.state_filter_selector(&front).len(), 1);
    // Those of the first state, in any order, and the one whose labels changed.
    eventually("the changes are passed on", async || {
        let told = changes.lock().unwrap().clone();
        check(told.len() == 6 && told[5] == "n002", format!("{told:?}"))
    })
    .await;
    task.abort();
}
