//! Time, memory and requests in flight are bounded, whoever answers.

use super::*;

#[tokio::test]
async fn bodies_are_bounded() {
    let too_large = FetchProblem::TooLarge { limit: 4 * MIB };
    let sized = |length: usize| {
        Server::start(move |_, _| Reply::Close(answer(200, &[], &vec![b' '; length])))
    };
    assert!(matches!(ask(&sized(4 * MIB)).await, Fetched::Found(_)));
    assert_eq!(problem(&sized(4 * MIB + 1)).await, too_large);

    let endless = Server::start(|_, _| {
        let head = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";
        Reply::Endless(head.to_vec(), vec![b'a'; 64 * 1024])
    });
    assert_eq!(problem(&endless).await, too_large);
    assert_eq!(endless.total(), 1, "not tried again");
}

#[tokio::test]
async fn a_compression_bomb_is_not_unpacked() {
    let packed = |length: usize| {
        let body = gzip(&vec![b' '; length]);
        assert!(body.len() < MIB);
        Server::start(move |_, _| Reply::Close(answer(200, &["Content-Encoding: gzip"], &body)))
    };
    assert!(matches!(ask(&packed(4 * MIB)).await, Fetched::Found(_)));
    let bomb = packed(64 * MIB);
    assert_eq!(
        problem(&bomb).await,
        FetchProblem::TooLarge { limit: 4 * MIB }
    );
    assert_eq!(bomb.total(), 1, "not tried again");
}

#[tokio::test]
async fn brotli_is_unpacked_up_to_the_limit() {
    let packed = |length: usize| {
        let body = testkit::Response::brotli_bomb(length).body;
        assert!(body.len() < 200);
        Server::start(move |_, _| Reply::Close(answer(200, &["Content-Encoding: br"], &body)))
    };
    let Fetched::Found(body) = ask(&packed(4 * MIB)).await else {
        panic!("it is no larger than the limit");
    };
    assert_eq!(*body, vec![b' '; 4 * MIB]);
    let bomb = packed(64 * MIB);
    let too_large = FetchProblem::TooLarge { limit: 4 * MIB };
    assert_eq!(problem(&bomb).await, too_large);
    assert_eq!(bomb.total(), 1, "not tried again");
}

#[tokio::test]
async fn silence_ends_with_the_time_limit() {
    let silences: [&[u8]; 3] = [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-",
        b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{\"na",
    ];
    for silence in silences {
        let server = Server::start(move |_, _| Reply::Hang(silence.to_vec()));
        let mut options = options(&server);
        options.timeout = Duration::from_millis(200);
        let Fetched::Failed(error) = HttpSource::new(options)
            .unwrap()
            .fetch(&manifest("a"))
            .await
        else {
            panic!("there was no answer");
        };
        assert_eq!(error.problem, FetchProblem::Timeout { seconds: 1 });
    }
}

#[tokio::test]
async fn requests_in_flight_are_bounded() {
    let in_flight = AtomicUsize::new(0);
    let most = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&most);
    // Each handler waits for a second one, so that one at a time would never finish.
    let pair = Barrier::new(2);
    let server = Server::start(move |_, _| {
        seen.fetch_max(
            in_flight.fetch_add(1, Ordering::SeqCst) + 1,
            Ordering::SeqCst,
        );
        pair.wait();
        in_flight.fetch_sub(1, Ordering::SeqCst);
        ok()
    });
    let mut options = options(&server);
    options.concurrency = 2;
    let source = HttpSource::new(options).unwrap();
    let names: Vec<String> = (0..16).map(|at| format!("p{at}")).collect();
    let answers = join_all(
        names
            .iter()
            .map(async |name| source.fetch(&manifest(name)).await),
    );
    assert!(answers.await.into_iter().all(|answer| answer == found()));
    assert_eq!(most.load(Ordering::SeqCst), 2);
}
