//! Connections are reused, and a host that asks for less is sent less.

use super::*;

#[tokio::test]
async fn one_connection_serves_one_request_after_another() {
    let server = Server::start(|_, _| ok());
    let source = source(&server);
    for _ in 0..20 {
        assert_eq!(source.fetch(&manifest("a")).await, found());
    }
    assert_eq!(server.total(), 20);
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn connections_are_as_many_as_requests_in_flight() {
    let server = Server::start(|_, _| ok());
    let mut options = options(&server);
    options.concurrency = 3;
    let source = HttpSource::new(options).unwrap();
    let names: Vec<String> = (0..50).map(|at| format!("p{at}")).collect();
    let asked = names
        .iter()
        .map(async |name| source.fetch(&manifest(name)).await);
    assert!(
        join_all(asked)
            .await
            .into_iter()
            .all(|answer| answer == found())
    );
    assert!(server.connections() <= 3, "{}", server.connections());
}

#[tokio::test]
async fn too_many_requests_halve_what_is_in_flight() {
    let in_flight = AtomicUsize::new(0);
    let most = Arc::new(AtomicUsize::new(0));
    let (seen, refused) = (Arc::clone(&most), AtomicUsize::new(0));
    let together = Barrier::new(8);
    let server = Server::start(move |_, _| {
        let now = in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        let reply = if refused.fetch_add(1, Ordering::SeqCst) < 8 {
            together.wait();
            Reply::Keep(answer(429, &["Retry-After: 0"], b"no"))
        } else {
            seen.fetch_max(now, Ordering::SeqCst);
            ok()
        };
        in_flight.fetch_sub(1, Ordering::SeqCst);
        reply
    });
    let mut options = options(&server);
    options.concurrency = 8;
    let source = HttpSource::new(options).unwrap();
    let names: Vec<String> = (0..8).map(|at| format!("p{at}")).collect();
    let asked = names
        .iter()
        .map(async |name| source.fetch(&manifest(name)).await);
    assert!(
        join_all(asked)
            .await
            .into_iter()
            .all(|answer| answer == found())
    );
    assert_eq!(server.total(), 16);
    // Four at first; eight answers give one back.
    assert!(most.load(Ordering::SeqCst) <= 5, "{most:?}");
}

#[tokio::test]
async fn a_pause_holds_for_everything_on_the_host() {
    use std::time::Instant;

    let refused = Arc::<Mutex<Option<Instant>>>::default();
    let early = Arc::new(AtomicUsize::new(0));
    let (at, count) = (Arc::clone(&refused), Arc::clone(&early));
    let server = Server::start(move |_, _| {
        let mut at = at.lock().unwrap();
        match *at {
            None => {
                *at = Some(Instant::now());
                Reply::Keep(answer(503, &["Retry-After: 1"], b"no"))
            }
            Some(at) => {
                let waited = at.elapsed() >= Duration::from_secs(1);
                count.fetch_add(usize::from(!waited), Ordering::SeqCst);
                ok()
            }
        }
    });
    let mut options = options(&server);
    options.concurrency = 1;
    let source = HttpSource::new(options).unwrap();
    let names: Vec<String> = (0..4).map(|at| format!("p{at}")).collect();
    let asked = names
        .iter()
        .map(async |name| source.fetch(&manifest(name)).await);
    assert!(
        join_all(asked)
            .await
            .into_iter()
            .all(|answer| answer == found())
    );
    assert_eq!(server.total(), 5);
    assert_eq!(
        early.load(Ordering::SeqCst),
        0,
        "sent before the pause was over"
    );
}
