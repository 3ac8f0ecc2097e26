use futures_util::FutureExt as _;
use futures_util::future::join_all;
use url::Url;

use super::*;

const NO_BUDGET: Duration = Duration::MAX;

fn host(most: usize, url: &str) -> Arc<HostLimiter> {
    HostLimiters::new(most, NO_BUDGET).of(&Url::parse(url).unwrap())
}

/// The next permit, if it is to be had right now.
fn next(host: &Arc<HostLimiter>) -> Option<Permit> {
    host.acquire().now_or_never()?.ok()
}

/// As many permits as are to be had right now.
fn all(host: &Arc<HostLimiter>) -> Vec<Permit> {
    std::iter::from_fn(|| next(host)).collect()
}

fn finish(permits: Vec<Permit>, ending: Ending) {
    for permit in permits {
        permit.finish(ending);
    }
}

#[tokio::test]
async fn each_host_has_permits_of_its_own() {
    let hosts = HostLimiters::new(2, NO_BUDGET);
    let of = |url: &str| hosts.of(&Url::parse(url).unwrap());
    let _both = all(&of("http://a.example/x"));
    assert_eq!(all(&of("http://a.example/y")).len(), 0, "the same host");
    assert_eq!(all(&of("http://a.example:81/x")).len(), 2);
    assert_eq!(all(&of("http://b.example/x")).len(), 2);
}

#[tokio::test]
async fn fewer_after_a_refusal_and_more_after_answers() {
    let host = host(8, "http://a.example");
    let permits = all(&host);
    assert_eq!(permits.len(), 8);
    finish(permits, Ending::SlowDown(Duration::ZERO));
    let permits = all(&host);
    assert_eq!(permits.len(), 4, "half, however many were refused together");
    finish(permits, Ending::Answered);
    assert_eq!(all(&host).len(), 5);
}

#[tokio::test]
async fn permits_that_are_owed_are_counted_once() {
    let host = host(5, "http://a.example");
    let mut permits = all(&host);
    // Three are owed, of which the refused request's own is one.
    permits.remove(0).finish(Ending::SlowDown(Duration::ZERO));
    // A row of answers forgives one, and the answered requests' own are owed.
    permits.remove(0).finish(Ending::Answered);
    assert_eq!(all(&host).len(), 0, "the ones that ended were owed");
    permits.remove(0).finish(Ending::Answered);
    assert_eq!(all(&host).len(), 1);
    permits.clear();
    assert_eq!(all(&host).len(), 3);
}

#[tokio::test]
async fn a_pause_holds_everybody_back() {
    let host = host(4, "http://a.example");
    let started = Instant::now();
    let (first, second) = (next(&host).unwrap(), next(&host).unwrap());
    first.finish(Ending::SlowDown(Duration::from_millis(60)));
    // A shorter one does not end it.
    second.finish(Ending::SlowDown(Duration::ZERO));
    assert!(next(&host).is_none());
    let waited = join_all((0..4).map(async |_| {
        drop(host.acquire().await.ok());
        started.elapsed()
    }));
    for waited in waited.await {
        assert!(waited >= Duration::from_millis(60), "{waited:?}");
    }
}

#[tokio::test]
async fn the_first_connection_is_waited_for() {
    let host = host(4, "https://a.example");
    let mut first = next(&host).unwrap();
    let mut second = Box::pin(host.acquire());
    assert!(
        (&mut second).now_or_never().is_none(),
        "the first goes alone"
    );
    first.began(false);
    assert!(second.now_or_never().is_some());
    assert_eq!(all(&host).len(), 3, "the first still runs");
}

#[tokio::test]
async fn a_shared_connection_that_was_lost_is_opened_anew_by_one() {
    for (shared, at_once) in [(true, 1), (false, 4)] {
        let host = host(8, "https://a.example");
        next(&host).unwrap().began(shared);
        let mut before = all(&host);
        assert_eq!(before.len(), 8);
        before.remove(0).finish(Ending::ConnectionLost);
        before.remove(0).finish(Ending::ConnectionLost);
        // What was answered before it ended, or was late to be told, says nothing about the next.
        before[0].began(shared);
        before.truncate(4);
        let mut after = all(&host);
        assert_eq!(after.len(), at_once, "shared: {shared}");
        after[0].began(shared);
        before.remove(1).finish(Ending::ConnectionLost);
        after.extend(all(&host));
        assert_eq!(after.len(), 5, "shared: {shared}");
    }
}

#[tokio::test]
async fn a_first_that_hangs_or_fails_holds_nobody_up() {
    let hung = host(4, "https://a.example");
    let first = next(&hung).unwrap();
    let others = join_all((0..3).map(|_| hung.acquire())).await;
    assert!(others.iter().all(Result::is_ok));
    drop((first, others));
    assert_eq!(all(&hung).len(), 4);

    let failed = host(4, "https://a.example");
    drop(next(&failed));
    let mut second = all(&failed);
    assert_eq!(second.len(), 1, "the next one goes alone too");
    second[0].began(false);
    assert_eq!(all(&failed).len(), 3);
}

fn refusal(host: &Arc<HostLimiter>) -> Option<FetchProblem> {
    host.acquire().now_or_never().unwrap().err()
}

#[tokio::test]
async fn a_host_that_stays_silent_opens_the_circuit() {
    let host = host(9, "http://a.example");
    let silent = |count| {
        let mut permits = all(&host);
        permits.truncate(count);
        finish(permits, Ending::Silent);
    };
    silent(MAX_TIMEOUTS - 1);
    assert_eq!(refusal(&host), None);
    // Sent before the answer.
    let overtaken = all(&host);
    assert_eq!(overtaken.len(), 9);
    let mut overtaken = overtaken.into_iter();
    overtaken.next().unwrap().finish(Ending::Heard);
    finish(overtaken.collect(), Ending::Silent);
    assert_eq!(refusal(&host), None, "an answer came in between");
    silent(MAX_TIMEOUTS - 1);
    assert_eq!(refusal(&host), None, "the count begins anew");
    let late = next(&host).unwrap();
    silent(1);
    let requests = MAX_TIMEOUTS;
    assert_eq!(refusal(&host), Some(FetchProblem::Silent { requests }));
    late.finish(Ending::Answered);
    assert!(refusal(&host).is_some(), "it stays open");
}

#[tokio::test]
async fn an_answer_that_does_not_end_asks_for_fewer_or_is_a_timeout() {
    let host = host(4, "http://a.example");
    finish(all(&host), Ending::Unfinished);
    let pair = all(&host);
    assert_eq!(pair.len(), 2);
    finish(pair, Ending::Unfinished);
    for _ in 0..MAX_TIMEOUTS {
        let alone = all(&host);
        assert_eq!(alone.len(), 1);
        finish(alone, Ending::Unfinished);
    }
    assert!(refusal(&host).is_some());
}

#[tokio::test]
async fn pauses_end() {
    let paused = host(4, "http://a.example");
    let slow_down = |host: &Arc<HostLimiter>, pause| {
        next(host).unwrap().finish(Ending::SlowDown(pause));
    };
    slow_down(&paused, MAX_PAUSES);
    assert!(next(&paused).is_none(), "the control");

    let host = host(4, "http://a.example");
    slow_down(&host, MAX_PAUSES + Duration::from_secs(1));
    slow_down(&host, Duration::MAX);
    let (one, other) = (next(&host).unwrap(), host.acquire());
    one.finish(Ending::SlowDown(MAX_PAUSES / 2));
    assert!(other.now_or_never().is_none());
    let mut state = host.state();
    state.pause(MAX_PAUSES * 2);
    assert_eq!(state.pauses_left, MAX_PAUSES / 2);
}
