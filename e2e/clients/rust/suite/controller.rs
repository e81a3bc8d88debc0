//! A controller: reconciliation of our own kind, what it owns, its finalizer and its events, over a breaking connection.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures::StreamExt;
use k8s_openapi::api::{core::v1::ConfigMap, events::v1};
use kube::{
    Api, Client, Resource, ResourceExt,
    api::{DeleteParams, ListParams, Patch, PatchParams, PostParams},
    runtime::{
        Controller,
        controller::{self, Action},
        events::{Event, EventType, Recorder},
        finalizer,
        wait::{await_condition, conditions, delete::delete_and_finalize},
        watcher,
    },
};
use serde_json::json;
use tokio::{sync::oneshot, task::JoinHandle};

use crate::{garden::*, lab::*};

const FINALIZER: &str = "rust.example.com/weeds";

type Failure = finalizer::Error<kube::Error>;

struct Context {
    client: Client,
    cleaned: Mutex<BTreeSet<String>>,
}

impl Context {
    /// A garden has a plan, a ConfigMap that goes with it, and tells in its status how many beds are dug.
    async fn dig(&self, garden: &Garden) -> Result<Action, kube::Error> {
        let (ns, name) = (garden.namespace().unwrap(), garden.name_any());
        let plan = json!({
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": {"name": name, "ownerReferences": [garden.controller_owner_ref(&()).unwrap()]},
            "data": {"beds": garden.spec.beds.to_string()},
        });
        let params = PatchParams::apply("gardener").force();
        Api::<ConfigMap>::namespaced(self.client.clone(), &ns).patch(&name, &params, &Patch::Apply(plan)).await?;
        let status = json!({
            "apiVersion": Garden::api_version(&()), "kind": "Garden", "status": {"beds": garden.spec.beds},
        });
        let gardens = Api::<Garden>::namespaced(self.client.clone(), &ns);
        gardens.patch_status(&name, &params, &Patch::Apply(status)).await?;
        Ok(Action::await_change())
    }

    async fn reconcile(garden: Arc<Garden>, context: Arc<Self>) -> Result<Action, Failure> {
        let api = Api::<Garden>::namespaced(context.client.clone(), &garden.namespace().unwrap());
        let finalized = finalizer(&api, FINALIZER, garden, async |event| match event {
            finalizer::Event::Apply(garden) => context.dig(&garden).await,
            finalizer::Event::Cleanup(garden) => {
                context.cleaned.lock().unwrap().insert(garden.name_any());
                Ok(Action::await_change())
            }
        });
        finalized.await
    }
}

struct Running {
    context: Arc<Context>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Running {
    fn start(client: Client, ns: &str, config: watcher::Config) -> Self {
        let context = Arc::new(Context { client: client.clone(), cleaned: Mutex::default() });
        let (stop, stopped) = oneshot::channel();
        let controller = Controller::new(Api::<Garden>::namespaced(client.clone(), ns), config.clone())
            .owns(Api::<ConfigMap>::namespaced(client, ns), config)
            .with_config(controller::Config::default().concurrency(4))
            .graceful_shutdown_on(async {
                let _ = stopped.await;
            });
        let retry = |_: Arc<Garden>, _: &Failure, _: Arc<Context>| Action::requeue(Duration::from_millis(100));
        let steps = controller.run(Context::reconcile, retry, context.clone());
        let task = tokio::spawn(steps.for_each(|_| futures::future::ready(())));
        Self { context, stop, task }
    }

    async fn end(self) {
        self.stop.send(()).unwrap();
        tokio::time::timeout(PATIENCE, self.task).await.expect("the controller ends in time").unwrap();
    }
}

async fn await_plans(client: &Client, ns: &str, wanted: &[(String, i32)]) {
    let plans: Api<ConfigMap> = Api::namespaced(client.clone(), ns);
    let gardens: Api<Garden> = Api::namespaced(client.clone(), ns);
    eventually("the plans are as they should be", async || {
        for (name, beds) in wanted {
            let plan = plans.get_opt(name).await.unwrap();
            let planned = plan.as_ref().and_then(|plan| value_of(plan, "beds").map(str::to_owned));
            let told = gardens.get(name).await.unwrap().status.map(|status| status.beds);
            if planned != Some(beds.to_string()) || told != Some(*beds) {
                return Err(format!("{name}: planned {planned:?}, told {told:?}, wanted {beds}"));
            }
        }
        Ok(())
    })
    .await;
}

async fn converges(config: watcher::Config) {
    let client = client().await;
    gardens(&client).await;
    let ns = namespace(&client).await;
    let api: Api<Garden> = Api::namespaced(client.clone(), &ns);
    let proxy = Proxy::start().await;
    let running = Running::start(proxy.client(), &ns, config);

    let names: Vec<_> = (0..10).map(|i| format!("g{i}")).collect();
    for (i, name) in names.iter().enumerate() {
        api.create(&PostParams::default(), &garden(name)).await.unwrap();
        if i % 4 == 3 {
            proxy.cut();
        }
    }
    let all = |beds| names.iter().map(|name| (name.clone(), beds)).collect::<Vec<_>>();
    await_plans(&client, &ns, &all(2)).await;
    proxy.cut();
    for name in &names {
        let more = Patch::Merge(json!({"spec": {"beds": 5}}));
        api.patch(name, &PatchParams::default(), &more).await.unwrap();
    }
    await_plans(&client, &ns, &all(5)).await;
    // A plan that somebody deletes or spoils comes back, since its owner hears of it.
    let plans: Api<ConfigMap> = Api::namespaced(client.clone(), &ns);
    plans.delete("g3", &DeleteParams::default()).await.unwrap();
    let spoilt = Patch::Merge(json!({"data": {"beds": "0"}}));
    plans.patch("g4", &PatchParams::default(), &spoilt).await.unwrap();
    await_plans(&client, &ns, &all(5)).await;

    proxy.cut();
    let plan = plans.get("g5").await.unwrap();
    let foreground = DeleteParams::foreground();
    let gone = delete_and_finalize(api.clone(), "g5", &foreground);
    tokio::time::timeout(PATIENCE, gone).await.expect("the garden goes in time").unwrap();
    assert!(running.context.cleaned.lock().unwrap().contains("g5"), "it went before it was cleaned up");
    let gone = await_condition(plans, "g5", conditions::is_deleted(plan.metadata.uid.as_deref().unwrap()));
    tokio::time::timeout(PATIENCE, gone).await.expect("what it owned goes in time").unwrap();

    running.end().await;
    // Without its controller a garden waits.
    let held = api.delete("g6", &DeleteParams::default()).await.unwrap().left().expect("it is not gone yet");
    assert!(held.metadata.deletion_timestamp.is_some());
    assert_eq!(held.finalizers(), [FINALIZER]);
    let restarted = Running::start(client.clone(), &ns, watcher::Config::default());
    eventually("the garden goes", async || check(api.get_opt("g6").await.unwrap().is_none(), "it is still there"))
        .await;
    restarted.end().await;
}

#[tokio::test]
async fn a_controller_that_lists_converges() {
    converges(watcher::Config::default()).await;
}

#[tokio::test]
async fn a_controller_that_streams_its_lists_converges() {
    converges(watcher::Config::default().streaming_lists()).await;
}

#[tokio::test]
async fn finalizers_hold_an_object_and_are_removed_one_by_one() {
    let (_, _, api) = config_maps().await;
    let mut wanted = config_map("a", json!({}));
    wanted.finalizers_mut().extend(["rust.example.com/one".to_string(), "rust.example.com/two".to_string()]);
    let made = api.create(&PostParams::default(), &wanted).await.unwrap();
    let held = api.delete("a", &DeleteParams::default()).await.unwrap().left().expect("it is not gone yet");
    assert!(held.metadata.deletion_timestamp.is_some());
    let set = |finalizers| Patch::Merge(json!({"metadata": {"finalizers": finalizers}}));
    let params = PatchParams::default();
    let status = refused(api.patch("a", &params, &set(json!(["rust.example.com/three"]))).await, 422, "Invalid");
    assert!(status.message.contains("no new finalizers can be added"), "{}", status.message);
    let one = api.patch("a", &params, &set(json!(["rust.example.com/two"]))).await.unwrap();
    assert_eq!(one.metadata.deletion_timestamp, held.metadata.deletion_timestamp);
    api.patch("a", &params, &set(json!(null))).await.unwrap();
    let gone = await_condition(api.clone(), "a", conditions::is_deleted(made.metadata.uid.as_deref().unwrap()));
    tokio::time::timeout(PATIENCE, gone).await.expect("it goes in time").unwrap();
}

#[tokio::test]
async fn events_are_recorded_and_counted() {
    let client = client().await;
    gardens(&client).await;
    let ns = namespace(&client).await;
    let made =
        Api::<Garden>::namespaced(client.clone(), &ns).create(&PostParams::default(), &garden("a")).await.unwrap();
    let recorder = Recorder::new(client.clone(), "gardener".into());
    let event = Event {
        type_: EventType::Normal,
        reason: "Dug".into(),
        note: Some("2 beds are dug".into()),
        action: "Digging".into(),
        secondary: None,
    };
    for _ in 0..3 {
        recorder.publish(&event, &made.object_ref(&())).await.unwrap();
    }
    let events: Api<v1::Event> = Api::namespaced(client.clone(), &ns);
    let found = events.list(&ListParams::default().fields("regarding.name=a,reason=Dug")).await.unwrap();
    assert_eq!(found.items.len(), 1);
    let series = found.items[0].series.as_ref().expect("what is repeated is counted");
    assert_eq!((series.count, found.items[0].note.as_deref()), (3, Some("2 beds are dug")));
    let old: Api<k8s_openapi::api::core::v1::Event> = Api::namespaced(client, &ns);
    let of = ListParams::default().fields(&format!("involvedObject.uid={}", made.uid().unwrap()));
    assert_eq!(old.list(&of).await.unwrap().items[0].message.as_deref(), Some("2 beds are dug"));
}
