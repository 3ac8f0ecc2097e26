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
async fn what_was_not_asked_for_is_not_unpacked() {
    let body = testkit::Response::brotli_bomb(64 * MIB).body;
    let sent = body.clone();
    let server =
        Server::start(move |_, _| Reply::Close(answer(200, &["Content-Encoding: br"], &sent)));
    assert_eq!(ask(&server).await, Fetched::Found(body.into()));
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

#[tokio::test]
async fn a_host_that_stopped_answering_is_not_asked_again() {
    let server = Server::start(|request, _| {
        if request.path.contains("hangs") {
            Reply::Hang(Vec::new())
        } else {
            ok()
        }
    });
    let mut options = options(&server);
    options.timeout = Duration::from_secs(1);
    let source = HttpSource::new(options).unwrap();
    let hang = async |count: usize| {
        let names: Vec<String> = (0..count).map(|at| format!("hangs{at}")).collect();
        join_all(names.iter().map(|name| async {
            match source.fetch(&manifest(name)).await {
                Fetched::Failed(error) => error.problem,
                Fetched::Found(_) | Fetched::Missing => panic!("it hangs"),
            }
        }))
        .await
    };
    let late = FetchProblem::Timeout { seconds: 1 };
    assert_eq!(hang(7).await, vec![late.clone(); 7]);
    assert_eq!(source.fetch(&manifest("a")).await, found(), "the control");
    assert_eq!(hang(8).await, vec![late; 8]);
    let before = server.total();
    let given_up = FetchProblem::Silent { requests: 8 };
    assert_eq!(hang(20).await, vec![given_up.clone(); 20]);
    let Fetched::Failed(error) = source.fetch(&manifest("a")).await else {
        panic!("it was asked");
    };
    assert_eq!(error.problem, given_up);
    assert_eq!(server.total(), before);
}

#[tokio::test]
async fn a_host_that_answers_now_and_then_costs_no_more_than_it_may() {
    let server = Server::start(|_, _| ok());
    assert_eq!(ask(&server).await, found());
    let count = AtomicUsize::new(0);
    let server = Server::start(move |_, _| {
        if count.fetch_add(1, Ordering::SeqCst) % 4 == 3 {
            ok()
        } else {
            Reply::Hang(Vec::new())
        }
    });
    let mut options = options(&server);
    options.timeout = Duration::from_secs(1);
    options.concurrency = 8;
    options.failure_budget = Duration::from_secs(2);
    let source = HttpSource::new(options).unwrap();
    let names: Vec<String> = (0..200).map(|at| format!("p{at}")).collect();
    let asked = names
        .iter()
        .map(async |name| source.fetch(&manifest(name)).await);
    let given_up = FetchProblem::Wasteful { seconds: 2 };
    let (answered, late, refused) = counted(join_all(asked).await, 1, &given_up);
    assert_eq!(answered + late + refused, 200);
    // Two rounds of eight requests cost two seconds.
    assert!(
        answered > 0 && late >= 8 && refused > 100,
        "{answered} {late}"
    );
    assert_eq!(server.total(), answered + late);
}

#[tokio::test]
async fn only_answers_cost_nothing() {
    let redirect = answer(302, &["Location: http://elsewhere.invalid/"], b"");
    let large = answer(200, &[], &vec![b' '; 4 * MIB + 1]);
    let cases = [
        ("503", true, 3, answer(503, &[], b"no")),
        ("400", true, 1, answer(400, &[], b"no")),
        ("403", true, 1, answer(403, &[], b"no")),
        ("another origin", true, 1, redirect),
        ("too large", true, 1, large),
        ("404", false, 5, answer(404, &[], b"no")),
        ("found", false, 5, answer(200, &[], BODY)),
    ];
    for (name, costs, requests, reply) in cases {
        let server = Server::start(move |_, _| Reply::Keep(reply.clone()));
        let mut options = options(&server);
        options.concurrency = 1;
        options.failure_budget = Duration::from_nanos(1);
        let source = HttpSource::new(options).unwrap();
        for at in 0..5 {
            let answer = source.fetch(&manifest(&format!("p{at}"))).await;
            let refused = matches!(&answer, Fetched::Failed(error)
                if matches!(error.problem, FetchProblem::Wasteful { .. }));
            assert_eq!(refused, costs && at > 0, "{name} {at}: {answer:?}");
        }
        assert_eq!(server.total(), requests, "{name}");
    }
}

#[tokio::test]
async fn what_was_asked_is_told_though_the_host_is_given_up_meanwhile() {
    let (given_up, wait) = std::sync::mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    let server = Server::start(move |request, _| {
        if request.path == PATH {
            wait.lock().unwrap().recv().unwrap();
            Reply::Keep(answer(503, &[], b"no"))
        } else {
            Reply::Keep(answer(500, &[], b"no"))
        }
    });
    let mut options = options(&server);
    options.failure_budget = Duration::from_nanos(1);
    let source = HttpSource::new(options).unwrap();
    let meanwhile = async {
        source.fetch(&manifest("other")).await;
        given_up.send(()).unwrap();
    };
    let package = manifest("a");
    let (asked, ()) = futures_util::future::join(source.fetch(&package), meanwhile).await;
    let Fetched::Failed(error) = asked else {
        panic!("it was answered");
    };
    assert_eq!(error.problem, FetchProblem::Status(503));
    assert_eq!(server.count(PATH), 1, "not asked again");
    let Fetched::Failed(error) = source.fetch(&package).await else {
        panic!("it was asked");
    };
    let given_up = matches!(error.problem, FetchProblem::Wasteful { .. });
    assert!(given_up, "the control: {error}");
}

#[tokio::test]
async fn a_second_try_with_little_time_left_is_no_silence() {
    let server = Server::start(|request, earlier| match earlier {
        _ if request.path == PATH => ok(),
        0 => Reply::Keep(answer(503, &["Retry-After: 1"], b"no")),
        _ => Reply::Hang(Vec::new()),
    });
    let mut options = options(&server);
    // Less than a third of it is left after the pause.
    options.timeout = Duration::from_millis(1400);
    let source = HttpSource::new(options).unwrap();
    let names: Vec<String> = (0..16).map(|at| format!("p{at}")).collect();
    let asked = names
        .iter()
        .map(async |name| source.fetch(&manifest(name)).await);
    for answer in join_all(asked).await {
        let Fetched::Failed(error) = answer else {
            panic!("it was answered");
        };
        assert_eq!(error.problem, FetchProblem::Status(503));
    }
    assert_eq!(source.fetch(&manifest("a")).await, found());
}

/// A host whose first answers, so `many`, come to nothing but `begun`, asked 40 questions, 8 at a
/// time. Gives how many were answered, late, and not asked any more.
async fn slow_at_first(begun: &'static [u8], many: usize) -> (usize, usize, usize) {
    let count = AtomicUsize::new(0);
    let server = Server::start(move |_, _| {
        if count.fetch_add(1, Ordering::SeqCst) < many {
            Reply::Hang(begun.to_vec())
        } else {
            ok()
        }
    });
    let mut options = options(&server);
    (options.timeout, options.concurrency) = (Duration::from_secs(2), 8);
    let source = HttpSource::new(options).unwrap();
    let names: Vec<String> = (0..40).map(|at| format!("p{at}")).collect();
    let asked = names
        .iter()
        .map(async |name| source.fetch(&manifest(name)).await);
    let given_up = FetchProblem::Silent { requests: 8 };
    counted(join_all(asked).await, 2, &given_up)
}

#[tokio::test]
async fn a_slow_link_is_sent_less_and_not_given_up() {
    let begun = b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{\"na";
    assert_eq!(slow_at_first(begun, 12).await, (28, 12, 0));
    let (answered, late, refused) = slow_at_first(b"", usize::MAX).await;
    assert_eq!(answered, 0, "the control");
    assert!(late >= 8 && refused > 0, "the control: {late} {refused}");
}

#[tokio::test]
async fn answers_that_begin_and_do_not_end_are_silence_too() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{\"na";
    let server = Server::start(|_, _| Reply::Hang(head.to_vec()));
    let mut options = options(&server);
    (options.timeout, options.concurrency) = (Duration::from_millis(200), 4);
    let source = HttpSource::new(options).unwrap();
    let names: Vec<String> = (0..40).map(|at| format!("p{at}")).collect();
    let asked = names
        .iter()
        .map(async |name| source.fetch(&manifest(name)).await);
    let given_up = FetchProblem::Silent { requests: 8 };
    let answers = join_all(asked).await;
    let refused = answers
        .iter()
        .filter(|answer| matches!(answer, Fetched::Failed(error) if error.problem == given_up));
    // Four and two at once, which a slow link explains, and then eight in vain, one by one.
    assert!(refused.count() >= 40 - 4 - 2 - 8);
    assert!(server.total() <= 4 + 2 + 8, "{}", server.total());
}

/// How many were answered, how many not within so many seconds, and how many not asked because the host
/// was `given_up`; there is nothing else.
fn counted(answers: Vec<Fetched>, seconds: u64, given_up: &FetchProblem) -> (usize, usize, usize) {
    let (mut answered, mut late, mut refused) = (0, 0, 0);
    for answer in answers {
        match answer {
            Fetched::Found(_) => answered += 1,
            Fetched::Failed(error) if error.problem == FetchProblem::Timeout { seconds } => {
                late += 1;
            }
            Fetched::Failed(error) => {
                assert_eq!(error.problem, *given_up);
                refused += 1;
            }
            Fetched::Missing => panic!("nobody said so"),
        }
    }
    (answered, late, refused)
}
