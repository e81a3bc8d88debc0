//! What all tests share: the server, namespaces of their own, objects, and a connection that can be cut.

use std::{
    fmt::Debug,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use k8s_openapi::api::core::v1::{ConfigMap, Namespace};
use kube::{Api, Client, Config, Error, ResourceExt, api::PostParams, core::Status};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::broadcast,
};

/// How long anything that the server does in the background may take.
pub const PATIENCE: Duration = Duration::from_secs(30);

pub async fn client() -> Client {
    Client::try_default().await.unwrap()
}

/// Makes a namespace for one test.
pub async fn namespace(client: &Client) -> String {
    let wanted: Namespace = object(json!({"metadata": {"generateName": "rust-"}}));
    Api::all(client.clone()).create(&PostParams::default(), &wanted).await.unwrap().name_any()
}

/// A client, a namespace of its own, and the ConfigMaps in it.
pub async fn config_maps() -> (Client, String, Api<ConfigMap>) {
    let client = client().await;
    let ns = namespace(&client).await;
    let api = Api::namespaced(client.clone(), &ns);
    (client, ns, api)
}

pub fn object<K: DeserializeOwned>(value: Value) -> K {
    serde_json::from_value(value).unwrap()
}

pub fn config_map(name: &str, data: Value) -> ConfigMap {
    object(json!({"metadata": {"name": name, "labels": {"app": "web"}}, "data": data}))
}

pub fn value_of<'a>(map: &'a ConfigMap, key: &str) -> Option<&'a str> {
    map.data.as_ref()?.get(key).map(String::as_str)
}

pub fn deployment<K: DeserializeOwned>(name: &str) -> K {
    object(json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "labels": {"app": "web"}},
        "spec": {
            "selector": {"matchLabels": {"app": "web"}},
            "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {"containers": [{"name": "web", "image": "web:1"}]},
            },
        },
    }))
}

/// Expects an error of the API, and returns its status.
#[track_caller]
pub fn refused<T: Debug>(result: kube::Result<T>, code: u16, reason: &str) -> Box<Status> {
    match result {
        Err(Error::Api(status)) => {
            assert_eq!((status.code, status.reason.as_str()), (code, reason), "{}", status.message);
            status
        }
        other => panic!("{other:?}, and not {code} {reason}"),
    }
}

/// Asks until there is nothing missing, and fails with what was missing last.
pub async fn eventually(what: &str, ask: impl AsyncFn() -> Result<(), String>) {
    let end = Instant::now() + PATIENCE;
    while let Err(missing) = ask().await {
        assert!(Instant::now() < end, "{what}: not after {PATIENCE:?}: {missing}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

pub fn check(holds: bool, missing: impl Into<String>) -> Result<(), String> {
    if holds { Ok(()) } else { Err(missing.into()) }
}

/// Passes connections on to the server, cuts all that are open when asked to, and lets none in while it is closed.
pub struct Proxy {
    pub config: Config,
    cut: broadcast::Sender<()>,
    open: Arc<AtomicUsize>,
    closed: Arc<AtomicBool>,
}

impl Proxy {
    pub async fn start() -> Self {
        let mut config = Config::infer().await.unwrap();
        let target = config.cluster_url.authority().unwrap().to_string();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        config.cluster_url = format!("https://{}", listener.local_addr().unwrap()).parse().unwrap();
        let made = Self { config, cut: broadcast::channel(1).0, open: Arc::default(), closed: Arc::default() };
        let (cut, open, closed) = (made.cut.clone(), made.open.clone(), made.closed.clone());
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                if !closed.load(Ordering::SeqCst) {
                    tokio::spawn(pass(near, target.clone(), cut.subscribe(), open.clone()));
                }
            }
        });
        made
    }

    pub fn client(&self) -> Client {
        Client::try_from(self.config.clone()).unwrap()
    }

    pub fn cut(&self) {
        let _ = self.cut.send(());
    }

    pub fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        self.cut();
    }

    pub fn reopen(&self) {
        self.closed.store(false, Ordering::SeqCst);
    }

    pub async fn await_connection(&self) {
        eventually("a connection is open", async || check(self.open.load(Ordering::SeqCst) > 0, "none is")).await;
    }
}

async fn pass(mut near: TcpStream, target: String, mut cut: broadcast::Receiver<()>, open: Arc<AtomicUsize>) {
    let Ok(mut far) = TcpStream::connect(target).await else { return };
    open.fetch_add(1, Ordering::SeqCst);
    tokio::select! {
        _ = copy_bidirectional(&mut near, &mut far) => {}
        _ = cut.recv() => {}
    }
    open.fetch_sub(1, Ordering::SeqCst);
}
