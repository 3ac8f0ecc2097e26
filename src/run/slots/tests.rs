use futures_util::FutureExt as _;
use futures_util::future::pending;
use tokio::sync::oneshot;

use super::*;
use dockyard_registry::trust::{TrustOptions, load};
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

fn free(slots: &Slots) -> bool {
    slots.take().now_or_never().is_some()
}

#[tokio::test]
async fn who_waits_for_the_trust_lets_the_next_one_ask() {
    let (arrive, trust) = on_its_way();
    let slots = Slots::new(1);
    let first = slots.take().await;
    assert!(!free(&slots), "the control");
    let mut waiting = Box::pin(first.wait_for(&trust));
    assert!((&mut waiting).now_or_never().is_none());
    let second = slots.take().now_or_never().unwrap();
    arrive.send(()).unwrap();
    assert!((&mut waiting).now_or_never().is_none(), "no slot is free");
    drop(second);
    assert!(waiting.await.is_ok());
    assert!(!free(&slots), "the first has it again");
    drop(first);
    assert!(free(&slots));
}

#[tokio::test]
async fn trust_that_is_here_costs_no_slot() {
    let trust = TrustHandle::ready(load(&TrustOptions::default()).unwrap());
    trust.get().await.unwrap();
    let slots = Slots::new(1);
    let first = slots.take().await;
    let second = slots.take();
    assert!(first.wait_for(&trust).now_or_never().unwrap().is_ok());
    assert!(second.now_or_never().is_none());
}

#[tokio::test]
async fn no_more_is_held_than_there_is_room_for() {
    let trust = TrustHandle::of(pending());
    let slots = Slots::new(1);
    let mut waiting = Vec::new();
    // Each holds a third of the room, and a little more.
    while let Some(slot) = slots.take().now_or_never() {
        slot.bytes.store(ROOM / 3, Ordering::Relaxed);
        let trust = &trust;
        let mut wait = Box::pin(async move { slot.wait_for(trust).await.is_ok() });
        assert!((&mut wait).now_or_never().is_none());
        waiting.push(wait);
    }
    assert_eq!(
        waiting.len(),
        3,
        "two wait without a slot, the third keeps it"
    );
    drop(waiting.remove(0));
    waiting.truncate(1);
    assert!(free(&slots), "what is dropped gives everything back");
}
