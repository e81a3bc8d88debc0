//! Leader election: a Lease that is taken, renewed and given up by those who lose a write when another was faster.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use futures::future::join_all;
use k8s_openapi::{
    api::coordination::v1::{Lease, LeaseSpec},
    apimachinery::pkg::apis::meta::v1::MicroTime,
    jiff::{SignedDuration, Timestamp},
};
use kube::{
    Api, Error,
    api::{
        PostParams,
        entry::{CommitError, Entry},
    },
};
use tokio::time::Duration;

use crate::lab::*;

/// One who wants to lead.
struct Candidate {
    api: Api<Lease>,
    name: String,
    term: SignedDuration,
}

impl Candidate {
    fn free(&self, spec: &LeaseSpec, now: Timestamp) -> bool {
        let holder = spec.holder_identity.as_deref().unwrap_or_default();
        holder.is_empty()
            || holder == self.name
            || spec.renew_time.as_ref().is_none_or(|renewed| renewed.0 + self.term < now)
    }

    fn claim(&self, spec: &mut LeaseSpec, now: Timestamp) {
        if spec.holder_identity.as_deref() != Some(self.name.as_str()) {
            spec.lease_transitions = Some(spec.lease_transitions.map_or(0, |count| count + 1));
            spec.acquire_time = Some(MicroTime(now));
        }
        spec.holder_identity = Some(self.name.clone());
        spec.renew_time = Some(MicroTime(now));
        spec.lease_duration_seconds = Some(self.term.as_secs().max(1) as i32);
    }

    /// Takes or renews the lease; false while another holds it, or was faster.
    async fn lead(&self) -> bool {
        let now = Timestamp::now();
        let entry = self.api.entry("leader").await.unwrap();
        if let Entry::Occupied(held) = &entry
            && !self.free(held.get().spec.as_ref().unwrap(), now)
        {
            return false;
        }
        let mut entry = entry
            .or_insert(|| Lease { spec: Some(LeaseSpec::default()), ..Default::default() })
            .and_modify(|lease| self.claim(lease.spec.as_mut().unwrap(), now));
        match entry.commit(&PostParams::default()).await {
            Ok(()) => true,
            Err(CommitError::Save(Error::Api(status))) if status.is_conflict() || status.is_already_exists() => false,
            Err(other) => panic!("{other}"),
        }
    }

    async fn give_up(&self) {
        let mut lease = self.api.get("leader").await.unwrap();
        let spec = lease.spec.as_mut().unwrap();
        assert_eq!(spec.holder_identity.as_deref(), Some(self.name.as_str()), "nobody takes what is held");
        spec.holder_identity = Some(String::new());
        self.api.replace("leader", &PostParams::default(), &lease).await.unwrap();
    }
}

#[tokio::test]
async fn one_leads_at_a_time_and_each_gets_its_turn() {
    let client = client().await;
    let ns = namespace(&client).await;
    let leading = Arc::new(AtomicUsize::new(0));
    let terms = (0..6).map(|i| {
        let api = Api::namespaced(client.clone(), &ns);
        let candidate = Candidate { api, name: format!("candidate-{i}"), term: SignedDuration::from_secs(60) };
        let leading = leading.clone();
        async move {
            eventually("leading", async || check(candidate.lead().await, "another leads")).await;
            for _ in 0..3 {
                assert_eq!(leading.fetch_add(1, Ordering::SeqCst), 0, "two lead");
                tokio::time::sleep(Duration::from_millis(5)).await;
                assert!(candidate.lead().await, "a leader renews");
                leading.fetch_sub(1, Ordering::SeqCst);
            }
            candidate.give_up().await;
        }
    });
    join_all(terms).await;
    let lease = Api::<Lease>::namespaced(client, &ns).get("leader").await.unwrap();
    assert_eq!(lease.spec.unwrap().lease_transitions, Some(5));
}

#[tokio::test]
async fn a_leader_that_is_silent_is_replaced_and_told_so() {
    let client = client().await;
    let ns = namespace(&client).await;
    let candidate = |name: &str, millis| Candidate {
        api: Api::namespaced(client.clone(), &ns),
        name: name.into(),
        term: SignedDuration::from_millis(millis),
    };
    let (first, second) = (candidate("first", 500), candidate("second", 500));
    assert!(first.lead().await);
    let stale = first.api.get("leader").await.unwrap();
    assert!(!second.lead().await);
    eventually("the second leads", async || check(second.lead().await, "the first still does")).await;

    // The first wakes up and writes what it knew.
    refused(first.api.replace("leader", &PostParams::default(), &stale).await, 409, "Conflict");
    assert!(!candidate("first", 60_000).lead().await);
    let spec = first.api.get("leader").await.unwrap().spec.unwrap();
    assert_eq!((spec.holder_identity.as_deref(), spec.lease_transitions), (Some("second"), Some(1)));
    assert!(spec.acquire_time.unwrap().0 > stale.spec.unwrap().acquire_time.unwrap().0);
}
