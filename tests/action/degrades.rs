//! Where GitHub refuses, is slow to allow, fails or is not there: a finding is never lost, and the
//! verdict's exit code always stands.

use testkit::github::Fault;

use crate::job::{Job, TOKEN, api_url, bad, good, proxied};

/// A failing pull request of which nothing can be delivered still fails, visibly; a passing one
/// passes.
#[track_caller]
fn stands(job: &Job, words: &[&str]) {
    job.spec("a", &good());
    job.run().exits(0);
    fails(job, words);
}

/// The same where nothing can be read either: what a passing one changes is not known.
#[track_caller]
fn is_in_doubt(job: &Job, words: &[&str]) {
    job.spec("a", &good());
    job.run().exits(3);
    fails(job, words);
}

#[track_caller]
fn fails(job: &Job, words: &[&str]) {
    job.spec("a", &bad());
    let mut run = job.run().exits(1).shows_the_finding();
    for words in words {
        run = run.tells(words);
    }
    assert_eq!(run.output("comment-url"), "");
    assert_eq!(run.output("sarif-id"), "");
}

fn job(name: &str) -> Job {
    let mut job = Job::pull_request(name);
    job.input("config", "none");
    job
}

fn everywhere(job: &Job, status: u16, headers: &[(&'static str, &str)]) {
    job.github(|repository| {
        repository.knobs.faults = [
            ("POST", "graphql"),
            ("GET", ""),
            ("POST", ""),
            ("PATCH", ""),
        ]
        .into_iter()
        .map(|(method, path)| {
            let mut fault = Fault::new(method, path, status, 1_000);
            let headers = headers.iter();
            fault.headers = headers
                .map(|(name, value)| (*name, (*value).to_owned()))
                .collect();
            fault
        })
        .collect();
    });
}

#[test]
fn a_read_only_token_of_a_fork() {
    let job = job("read-only");
    job.github(|repository| repository.knobs.read_only = true);
    stands(
        &job,
        &[
            "the comment could not be written: GitHub answered 403",
            "Resource not accessible by integration",
            "`pull-requests: write`",
            "`security-events: write`",
        ],
    );
}

#[test]
fn a_token_that_may_nothing() {
    let job = job("forbidden");
    job.github(|repository| repository.knobs.forbidden = true);
    is_in_doubt(
        &job,
        &[
            "the comments could not be read: GitHub answered 403",
            "no upload to code scanning",
        ],
    );
}

#[test]
fn a_github_that_fails() {
    let job = job("failing");
    everywhere(&job, 503, &[]);
    is_in_doubt(&job, &["GitHub answered 503"]);
}

#[test]
fn a_github_that_fails_once_is_asked_again() {
    let job = job("recovers");
    job.spec("a", &bad());
    job.github(|repository| {
        repository.knobs.faults = vec![
            Fault::new("GET", "comments", 500, 2),
            Fault::new("POST", "sarifs", 503, 1),
            Fault::new("GET", "sarifs", 503, 1),
        ];
    });
    let run = job.run().exits(1);
    assert_ne!(run.output("comment-url"), "");
    assert_ne!(run.output("sarif-id"), "");
}

#[test]
fn a_rate_limit_is_waited_for_or_said() {
    let short = job("short-limit");
    short.spec("a", &bad());
    short.github(|repository| {
        // GitHub's secondary limit, and its hourly one: one second after the answer's own date.
        let mut secondary = Fault::new("POST", "comments", 403, 1);
        secondary.headers.push(("retry-after", "1".to_owned()));
        let mut primary = Fault::new("GET", "comments", 403, 1);
        primary
            .headers
            .push(("x-ratelimit-remaining", "0".to_owned()));
        primary
            .headers
            .push(("x-ratelimit-reset", "1767225600".to_owned()));
        repository.knobs.faults = vec![secondary, primary];
    });
    let run = short.run().exits(1);
    assert_ne!(run.output("comment-url"), "");
    let long = job("long-limit");
    everywhere(&long, 429, &[("retry-after", "3600")]);
    is_in_doubt(&long, &["rate limit holds for another 3600 s"]);
    let hour = job("hour-limit");
    everywhere(
        &hour,
        403,
        &[
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", "1767229200"),
        ],
    );
    is_in_doubt(&hour, &["rate limit holds for another 3601 s"]);
}

#[test]
fn nobody_there() {
    let mut job = job("nobody");
    let gone = testkit::GitHub::start();
    job.set("GITHUB_API_URL", &gone.url());
    drop(gone);
    is_in_doubt(&job, &["GitHub could not be reached"]);
}

#[test]
fn no_token() {
    let mut job = job("no-token");
    job.input("token", "");
    is_in_doubt(
        &job,
        &[
            "no comment: there is no token",
            "no upload to code scanning",
        ],
    );
    assert!(job.github(|repository| repository.calls.is_empty()));
}

#[test]
fn a_redirect_is_not_followed_and_the_token_stays() {
    if proxied() {
        println!("SKIPPED: the proxy in front of the fake follows redirects itself");
        return;
    }
    let job = job("redirect");
    let other = testkit::Registry::start();
    let target = other.url();
    everywhere(&job, 301, &[("location", &target)]);
    is_in_doubt(&job, &["GitHub answered 301"]);
    assert_eq!(other.paths(), [""; 0]);
}

#[test]
fn every_request_carries_the_token_and_names_the_program() {
    let job = job("headers");
    job.spec("a", &bad());
    job.run().exits(1);
    let calls = job.github(|repository| repository.calls.clone());
    assert!(calls.len() >= 4, "{calls:#?}");
    for call in calls {
        assert_eq!(
            call.authorization,
            Some(format!("Bearer {TOKEN}")),
            "{call:?}"
        );
        let agent = call.agent.unwrap_or_default();
        assert!(agent.contains("dockyard-provenance/"), "{agent}");
    }
}

#[test]
fn an_enterprise_server_is_asked_below_its_path() {
    if proxied() {
        println!("SKIPPED: the description in front of the fake has no path prefix");
        return;
    }
    for prefix in ["/api/v3", "/api/v3/"] {
        let mut job = job(&format!("ghes{}", prefix.len()));
        job.set("GITHUB_API_URL", &format!("{}{prefix}", api_url()));
        job.set("GITHUB_SERVER_URL", "https://ghes.example");
        job.spec("a", &bad());
        let run = job.run().exits(1);
        assert_ne!(run.output("comment-url"), "");
        assert_ne!(run.output("sarif-id"), "");
    }
}

#[test]
fn a_server_without_https_is_not_asked_and_gets_no_token() {
    let mut job = job("clear-text");
    // No such host: it would be an error of another kind to ask.
    job.set("GITHUB_API_URL", "http://ghes.invalid/api/v3");
    job.set("GITHUB_SERVER_URL", "http://ghes.invalid");
    is_in_doubt(
        &job,
        &["GitHub is not asked: GITHUB_API_URL begins with `http:`"],
    );
    // Whose configuration holds is then not known, and that is no pass.
    job.input("config", "");
    job.spec("a", &good());
    job.run().exits(3).tells("GitHub is not asked");
    job.event("push", "refs/heads/main", &serde_json::json!({}));
    job.run().exits(0).tells("GitHub is not asked");
    // The control: this machine's address is asked without https.
    job.set("GITHUB_API_URL", &api_url());
    job.run().exits(0);
    assert_ne!(job.github(|repository| repository.sarifs.len()), 0);
}
