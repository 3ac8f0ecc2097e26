use futures_util::FutureExt as _;
use futures_util::future::join_all;
use url::Url;

use super::*;

fn host(most: usize, url: &str) -> Arc<Host> {
    Hosts::new(most).of(&Url::parse(url).unwrap())
}

/// As many turns as are to be had right now.
fn all(host: &Arc<Host>) -> Vec<Turn> {
    std::iter::from_fn(|| host.turn().now_or_never().flatten()).collect()
}

#[tokio::test]
async fn each_host_has_turns_of_its_own() {
    let hosts = Hosts::new(2);
    let of = |url: &str| hosts.of(&Url::parse(url).unwrap());
    let _both = all(&of("http://a.example/x"));
    assert_eq!(all(&of("http://a.example/y")).len(), 0, "the same host");
    assert_eq!(all(&of("http://a.example:81/x")).len(), 2);
    assert_eq!(all(&of("http://b.example/x")).len(), 2);
}

#[tokio::test]
async fn fewer_after_a_refusal_and_more_after_answers() {
    let host = host(8, "http://a.example");
    let turns = all(&host);
    assert_eq!(turns.len(), 8);
    for turn in &turns {
        turn.refused(Duration::ZERO);
    }
    drop(turns);
    let turns = all(&host);
    assert_eq!(turns.len(), 4, "half, however many were refused together");
    for turn in &turns {
        turn.answered();
    }
    drop(turns);
    assert_eq!(all(&host).len(), 5);
}

#[tokio::test]
async fn turns_that_are_owed_are_counted_once() {
    let host = host(4, "http://a.example");
    let mut turns = all(&host);
    turns[0].refused(Duration::ZERO);
    // Two are owed; a row of answers forgives one of them.
    turns[1].answered();
    turns[2].answered();
    turns.truncate(3);
    assert_eq!(all(&host).len(), 0, "the one that ended was owed");
    turns.clear();
    assert_eq!(all(&host).len(), 3);
}

#[tokio::test]
async fn a_pause_holds_everybody_back() {
    let host = host(4, "http://a.example");
    let started = Instant::now();
    let (first, second) = (host.turn().await.unwrap(), host.turn().await.unwrap());
    first.refused(Duration::from_millis(60));
    // A shorter one does not end it.
    second.refused(Duration::ZERO);
    drop((first, second));
    assert!(host.turn().now_or_never().is_none());
    let waited = join_all((0..4).map(async |_| {
        drop(host.turn().await.unwrap());
        started.elapsed()
    }));
    for waited in waited.await {
        assert!(waited >= Duration::from_millis(60), "{waited:?}");
    }
}

#[tokio::test]
async fn the_first_connection_is_waited_for() {
    let host = host(4, "https://a.example");
    let mut first = host.turn().await.unwrap();
    let mut second = Box::pin(host.turn());
    assert!(
        (&mut second).now_or_never().is_none(),
        "the first goes alone"
    );
    first.begun(false);
    assert!(second.now_or_never().is_some());
    assert_eq!(all(&host).len(), 3, "the first still runs");
}

#[tokio::test]
async fn a_shared_connection_that_was_lost_is_opened_anew_by_one() {
    for (shared, at_once) in [(true, 1), (false, 4)] {
        let host = host(8, "https://a.example");
        host.turn().await.unwrap().begun(shared);
        let mut before = all(&host);
        assert_eq!(before.len(), 8);
        before[0].lost();
        before[1].lost();
        // What was answered before it ended, or was late to be told, says nothing about the next.
        before[2].begun(shared);
        before.truncate(4);
        let mut after = all(&host);
        assert_eq!(after.len(), at_once, "shared: {shared}");
        after[0].begun(shared);
        before[3].lost();
        after.extend(all(&host));
        assert_eq!(after.len(), 4, "shared: {shared}");
    }
}

#[tokio::test]
async fn a_first_that_hangs_or_fails_holds_nobody_up() {
    let hung = host(4, "https://a.example");
    let first = hung.turn().await.unwrap();
    let others = join_all((0..3).map(|_| hung.turn())).await;
    assert_eq!(others.len(), 3);
    drop((first, others));
    assert_eq!(all(&hung).len(), 4);

    let failed = host(4, "https://a.example");
    drop(failed.turn().await);
    let mut second = all(&failed);
    assert_eq!(second.len(), 1, "the next one goes alone too");
    second[0].begun(false);
    assert_eq!(all(&failed).len(), 3);
}

#[tokio::test]
async fn a_host_that_stays_silent_is_given_up() {
    let host = host(32, "http://a.example");
    let other = host.turn().await.unwrap();
    let turns = all(&host);
    for turn in &turns[..7] {
        turn.timed_out();
    }
    assert_eq!(host.given_up(), None);
    other.heard();
    turns[7].timed_out();
    assert_eq!(host.given_up(), None, "an answer came in between");
    drop(turns);
    for turn in &all(&host)[..8] {
        assert_eq!(host.given_up(), None);
        turn.timed_out();
    }
    assert_eq!(host.given_up(), Some(8));
}

#[tokio::test]
async fn patience_ends() {
    let paused = host(4, "http://a.example");
    paused.turn().await.unwrap().refused(PAUSES);
    assert!(paused.turn().now_or_never().is_none(), "the control");

    let host = host(4, "http://a.example");
    let turn = host.turn().await.unwrap();
    turn.refused(PAUSES + Duration::from_secs(1));
    turn.refused(Duration::MAX);
    drop(turn);
    assert!(host.turn().now_or_never().is_some());
    let turn = host.turn().await.unwrap();
    turn.refused(PAUSES / 2);
    turn.refused(PAUSES * 2);
    assert_eq!(lock(&host.load).patience, PAUSES / 2);
}
