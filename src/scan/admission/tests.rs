use std::future::{pending, ready};

use futures_util::FutureExt as _;
use tokio::sync::oneshot;

use super::*;
use dockyard_registry::trust::{TrustOptions, load};
use package_provenance::package::PypiName;
use package_provenance::trust::TrustFailure;

/// Trust that arrives when it is sent.
fn on_its_way() -> (oneshot::Sender<()>, TrustHandle) {
    let (send, receive) = oneshot::channel();
    let trust = TrustHandle::of(async move {
        match receive.await {
            Ok(()) => Ok(load(&TrustOptions::default()).unwrap()),
            Err(_) => Err(TrustFailure {
                refused: false,
                problem: "never".to_owned(),
            }),
        }
    });
    (send, trust)
}

fn free(admission: &Arc<Admission>) -> bool {
    admission.admit().now_or_never().is_some()
}

#[tokio::test]
async fn who_waits_for_the_trust_lets_the_next_one_fetch() {
    let (arrive, trust) = on_its_way();
    let admission = Admission::new(1);
    let first = admission.admit().await;
    assert!(!free(&admission), "the control");
    let mut waiting = Box::pin(first.wait_for(&trust));
    assert!((&mut waiting).now_or_never().is_none());
    let second = admission.admit().now_or_never().unwrap();
    assert!(!free(&admission));
    arrive.send(()).unwrap();
    // It has been admitted, and has what it asked for.
    assert!(waiting.now_or_never().unwrap().is_ok());
    drop(first);
    assert!(!free(&admission), "the job is the second's");
    drop(second);
    assert!(free(&admission));
}

#[tokio::test]
async fn trust_that_is_here_costs_no_job() {
    let trust = TrustHandle::ready(load(&TrustOptions::default()).unwrap());
    trust.get().await.unwrap();
    let admission = Admission::new(1);
    let first = admission.admit().await;
    let second = admission.admit();
    assert!(first.wait_for(&trust).now_or_never().unwrap().is_ok());
    assert!(second.now_or_never().is_none());
}

#[tokio::test]
async fn no_more_is_held_than_there_is_room_for() {
    let trust = TrustHandle::of(pending());
    let admission = Admission::new(1);
    let mut waiting = Vec::new();
    // Each holds a third of the memory, and a little more.
    while let Some(admitted) = admission.admit().now_or_never() {
        admitted
            .unreserved
            .store(MEMORY / 3 + UNIT, Ordering::Relaxed);
        let trust = &trust;
        let mut wait = Box::pin(async move { admitted.wait_for(trust).await.is_ok() });
        assert!((&mut wait).now_or_never().is_none());
        waiting.push(wait);
    }
    assert_eq!(
        waiting.len(),
        3,
        "two wait without a job, the third keeps it"
    );
    drop(waiting.remove(0));
    waiting.truncate(1);
    assert!(free(&admission), "what is dropped gives everything back");
}

fn admitted(admission: &Arc<Admission>) -> Admitted {
    admission.admit().now_or_never().unwrap()
}

fn index() -> EvidenceRequest {
    EvidenceRequest::PypiIndex(PypiName::parse("widget").unwrap())
}

fn packument() -> EvidenceRequest {
    EvidenceRequest::NpmPackument(NpmName::parse("widget").unwrap())
}

fn answered(admitted: &Admitted, request: &EvidenceRequest, size: usize) -> bool {
    let answer = ready(Fetched::Found(vec![0; size].into()));
    admitted.fetch(request, answer).now_or_never().is_some()
}

#[test]
fn large_answers_wait_until_there_is_room() {
    // Five indexes, or one packument.
    let admission = Admission::with_memory(9, 160 << 20);
    let others: Vec<Admitted> = (0..3).map(|_| admitted(&admission)).collect();
    assert!(others.iter().all(|one| answered(one, &index(), SMALL + 1)));
    let [first, second, third] = [(); 3].map(|()| admitted(&admission));
    assert!(answered(&first, &index(), SMALL + 1));
    assert!(answered(&second, &index(), SMALL + 1));
    assert!(!answered(&third, &index(), 1), "it may be large");
    drop((first, others));
    assert!(!answered(&third, &packument(), 1));
    assert!(answered(&third, &index(), 1));
    drop(second);
    assert!(answered(&third, &packument(), 1));
}

#[test]
fn only_one_package_at_a_time_holds_a_second_large_answer() {
    let admission = Admission::with_memory(2, 64 << 20);
    let [first, second] = [(); 2].map(|()| admitted(&admission));
    for one in [&first, &second] {
        assert!(answered(one, &index(), SMALL + 1));
    }
    assert!(answered(&first, &packument(), SMALL + 1));
    assert!(
        answered(&first, &index(), SMALL + 1),
        "it waits for nothing more"
    );
    assert!(!answered(&second, &packument(), 1));
    drop(first);
    assert!(answered(&second, &packument(), 1));
}

#[test]
fn small_answers_and_failures_hold_nothing() {
    let admission = Admission::with_memory(9, 32 << 20);
    let all: Vec<Admitted> = (0..9).map(|_| admitted(&admission)).collect();
    assert!(all.iter().all(|one| answered(one, &index(), SMALL)));
    let index = &index();
    let missing = all[0].fetch(index, ready(Fetched::Missing));
    assert!(missing.now_or_never().is_some());
    // Nor what is given up on its way.
    assert!(all[1].fetch(index, pending()).now_or_never().is_none());
    assert!(answered(&all[2], index, SMALL + 1));
    assert!(!answered(&all[3], index, 1), "the control");
}

#[test]
fn the_largest_answer_fits_into_an_empty_budget() {
    for request in [index(), packument()] {
        assert!(answered(&admitted(&Admission::new(1)), &request, SMALL + 1));
    }
}

#[tokio::test]
async fn who_waited_for_the_trust_has_one_large_answer_more() {
    let trust = TrustHandle::of(pending());
    let admission = Admission::with_memory(2, 160 << 20);
    let [first, second] = [(); 2].map(|()| admitted(&admission));
    for one in [&first, &second] {
        assert!(answered(one, &index(), SMALL + 1));
        assert!(one.wait_for(&trust).now_or_never().is_none());
    }
    assert!(answered(&first, &packument(), SMALL + 1));
    assert!(!answered(&second, &packument(), 1), "one at a time");
}

/// With one job, and all of the memory in the hands of those that wait for the trust, the one that has
/// the job cannot reserve; once the trust is here, they are done without it.
#[tokio::test]
async fn who_holds_memory_needs_no_job_to_go_on() {
    let (arrive, trust) = on_its_way();
    let admission = Admission::with_memory(1, 160 << 20);
    let first = admission.admit().await;
    assert!(answered(&first, &packument(), SMALL + 1));
    let mut waiting = Box::pin(first.wait_for(&trust));
    assert!((&mut waiting).now_or_never().is_none());
    let second = admission.admit().now_or_never().unwrap();
    assert!(!answered(&second, &packument(), 1), "the control");
    arrive.send(()).unwrap();
    assert!(waiting.now_or_never().unwrap().is_ok());
    drop(first);
    assert!(answered(&second, &packument(), 1));
}

/// A registry and a mirror of it whose packuments are large.
struct Large;

impl EvidenceSource for Large {
    async fn fetch(&self, request: &EvidenceRequest) -> Fetched {
        tokio::task::yield_now().await;
        let is_large = matches!(
            request,
            EvidenceRequest::NpmPackument(_) | EvidenceRequest::NpmPackumentOfMirror(_)
        );
        if is_large {
            Fetched::Found(vec![b' '; SMALL + 1].into())
        } else {
            Fetched::Missing
        }
    }

    fn is_mirrored(&self, _package: &PackageVersion) -> bool {
        true
    }
}

#[tokio::test]
async fn large_answers_of_registry_and_mirror_never_wait_for_each_other() {
    let admission = Admission::new(3);
    let go = dockyard_registry::collect::GoRun::new(
        package_provenance::evidence::go::sources::GoSources::default(),
        package_provenance::trust::Sumdb::public().unwrap(),
    );
    let trust = dockyard_registry::trust::load(&dockyard_registry::trust::TrustOptions::default());
    let trust = TrustHandle::ready(trust.unwrap());
    let packages = ["a", "b", "c"].map(|name| {
        PackageVersion::Npm(package_provenance::package::NpmPackage {
            name: NpmName::parse(name).unwrap(),
            version: package_provenance::package::NpmVersion::parse("1.0.0").unwrap(),
        })
    });
    let all = packages.iter().map(async |package| {
        let admitted = admission.admit().await;
        let metered = Metered {
            source: &Large,
            trust: &trust,
            admitted: &admitted,
        };
        dockyard_registry::collect::collect(&metered, package, &metered, &go).await;
    });
    let all = futures_util::future::join_all(all);
    let waited = tokio::time::timeout(std::time::Duration::from_secs(60), all).await;
    assert_eq!(waited.map(|done| done.len()), Ok(3));
}
