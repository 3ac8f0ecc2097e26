//! Which module has a package, who is asked, and what its go.mod says.

use testkit::GoRelease;

use super::{Scene, failed, found, tiles, tool};
use crate::evidence::Fetched;
use crate::evidence::go::sources::{
    AfterProxies, Fallback, Patterns, Proxy, SumdbRoute, parse_proxies,
};
use crate::evidence::go::{GoDocument, GoRequest};
use crate::verify::{Limit, Status};

fn nested() -> GoRelease {
    GoRelease::new("github.com/acme/tools", "v1.0.0", &["cmd/tool"])
}

#[test]
fn a_package_is_looked_for_in_every_module_that_may_have_it() {
    let mut scene = Scene::new(&[nested()], 10, 10);
    let seen = scene.see("github.com/acme/tools/cmd/tool", "v1.0.0");
    assert_eq!(seen.observed.status, Status::Signed);
    let facts = seen.observed.go.unwrap();
    assert_eq!(facts.module.to_string(), "github.com/acme/tools@v1.0.0");
    assert_eq!(
        facts.repository.unwrap().url(),
        "https://github.com/acme/tools"
    );
    assert_eq!(seen.rounds.len(), 3, "{:?}", seen.rounds);

    // A longer one that may be there is in doubt.
    scene.set(
        "go/proxy/github.com/acme/tools/cmd/@v/v1.0.0.info",
        failed(403),
    );
    let seen = scene.see("github.com/acme/tools/cmd/tool", "v1.0.0");
    assert_eq!(seen.observed.status, Status::Unknown);
    assert!(seen.observed.cause.unwrap().contains("403"));

    // So is a shorter one: it is not known whether the longer one has the package.
    for failure in [429, 503] {
        let mut scene = Scene::new(
            &[
                nested(),
                GoRelease::new("github.com/acme/tools/cmd", "v1.0.0", &["tool"]),
            ],
            10,
            10,
        );
        let shorter = "go/proxy/github.com/acme/tools/@v/v1.0.0.info";
        scene.set(shorter, failed(failure));
        let seen = scene.see("github.com/acme/tools/cmd/tool", "v1.0.0");
        assert_eq!(seen.observed.status, Status::Unknown);
        scene.set(shorter, Fetched::Missing);
        let seen = scene.see("github.com/acme/tools/cmd/tool", "v1.0.0");
        assert_eq!(seen.observed.status, Status::Signed);
    }

    // Two that are there: only their zips tell.
    scene.publish(&GoRelease::new(
        "github.com/acme/tools/cmd",
        "v1.0.0",
        &["tool"],
    ));
    let seen = scene.see("github.com/acme/tools/cmd/tool", "v1.0.0");
    assert_eq!(seen.observed.status, Status::Unknown);
}

#[test]
fn what_no_proxy_has_is_missing_unless_somebody_else_may_have_it() {
    let mut scene = Scene::new(&[tool()], 10, 10);
    let seen = scene.see("example.com/nothing", "v1.2.3");
    assert_eq!(
        seen.observed.status,
        Status::Unknown,
        "`direct` may find it"
    );
    scene.sources.then = AfterProxies::Off;
    let seen = scene.see("example.com/nothing", "v1.2.3");
    assert_eq!(seen.observed.status, Status::NotFound);
}

#[test]
fn the_next_proxy_is_asked_as_the_go_command_does() {
    let first = "go/proxy/example.com/tool/@v/v1.2.3.info";
    for (fallback, answer, status) in [
        (Fallback::IfMissing, Fetched::Missing, Status::Signed),
        (Fallback::IfMissing, failed(500), Status::Unknown),
        (Fallback::IfMissing, failed(403), Status::Unknown),
        (Fallback::IfAnyError, failed(500), Status::Signed),
        (Fallback::IfAnyError, Fetched::Missing, Status::Signed),
    ] {
        let mut scene = Scene::new(&[tool()], 10, 10);
        for ending in ["v1.2.3.info", "v1.2.3.mod", "list"] {
            let path = format!("go/proxy/example.com/tool/@v/{ending}");
            let honest = scene.served.remove(&path).unwrap();
            scene.set(&path.replace("proxy/", "proxy-2/"), honest);
            scene.set(&path, answer.clone());
        }
        // Its parent is in neither.
        scene.sources.proxies = vec![
            Proxy {
                address: "https://a.example".to_owned(),
                fallback,
            },
            Proxy {
                address: "https://b.example".to_owned(),
                fallback: Fallback::IfMissing,
            },
        ];
        scene.set(first, answer.clone());
        let seen = scene.see("example.com/tool", "v1.2.3");
        assert_eq!(seen.observed.status, status, "{fallback:?} {answer:?}");
    }
}

#[test]
fn the_database_is_asked_through_the_first_proxy_that_offers_it() {
    let mut scene = Scene::new(&[tool()], 10, 10);
    scene.sources.sumdb = SumdbRoute::Proxies;
    let supported = GoRequest::Proxy(0, GoDocument::SumdbSupported).evidence_path();
    let through = |scene: &Scene| {
        let seen = scene.see("example.com/tool", "v1.2.3");
        let lookups: Vec<GoRequest> = seen
            .rounds
            .iter()
            .flatten()
            .filter(|request| matches!(request, GoRequest::Lookup(..)))
            .cloned()
            .collect();
        (seen.observed.status, format!("{lookups:?}"))
    };
    let (status, lookups) = through(&scene);
    assert!(
        status == Status::Signed && lookups.contains("Itself"),
        "{lookups}"
    );
    scene.set(&supported, found(""));
    let (status, lookups) = through(&scene);
    assert!(
        status == Status::Signed && lookups.contains("Proxy(0)"),
        "{lookups}"
    );
    for failure in [403, 500] {
        scene.set(&supported, failed(failure));
        let (status, lookups) = through(&scene);
        assert_eq!((status, lookups.as_str()), (Status::Unknown, "[]"));
    }
}

#[test]
fn nobody_is_asked_about_private_modules() {
    for (edit, word) in [
        (
            (|scene| scene.sources.no_sumdb = Patterns::parse("example.com").unwrap())
                as fn(&mut Scene),
            "GONOSUMDB",
        ),
        (
            |scene| scene.sources.no_proxy = Patterns::parse("*.org,*.com/tool").unwrap(),
            "GONOPROXY",
        ),
        (
            |scene| scene.sources.sumdb = SumdbRoute::Off,
            "GOSUMDB is off",
        ),
        (
            |scene| {
                scene.sources.proxies = Vec::new();
                scene.sources.then = AfterProxies::Direct;
            },
            "direct",
        ),
    ] {
        let mut scene = Scene::new(&[tool()], 10, 10);
        edit(&mut scene);
        let seen = scene.see("example.com/tool", "v1.2.3");
        assert_eq!(seen.observed.status, Status::Unknown);
        assert_eq!(seen.observed.limit, Limit::Unsupported);
        assert!(seen.observed.cause.unwrap().contains(word), "{word}");
        assert!(seen.rounds.is_empty());
    }
}

#[test]
fn patterns_are_those_of_the_go_command() {
    for (patterns, path, matched) in [
        ("example.com", "example.com/a", true),
        ("example.com", "example.com", true),
        ("example.com", "example.com.evil/a", false),
        ("example.com/a", "example.com", false),
        ("example.com/a/", "example.com/a/b", true),
        ("*.example.com", "git.example.com/a", true),
        ("*.example.com", "a/b.example.com", false),
        ("*", "example.com/a", true),
        ("none", "example.com/a", false),
        ("a.b,github.com/acme/*", "github.com/acme/x/y", true),
        ("github.com/acme/*", "github.com/acme", false),
        ("github.com/[a-c]cme", "github.com/acme/x", true),
        ("github.com/[^a-c]cme", "github.com/acme/x", false),
        ("github.com/a?me", "github.com/acme", true),
        ("github.com/*c*e", "github.com/acme", true),
        ("github.com/\\*", "github.com/acme", false),
    ] {
        let read = Patterns::parse(patterns).unwrap();
        assert_eq!(read.find(path).is_some(), matched, "{patterns} {path}");
    }
    for bad in ["[", "a[b", "a\\", "[]", "[a-"] {
        assert!(Patterns::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn lists_of_proxies_are_read_as_the_go_command_reads_them() {
    let read = |text: &str| {
        let (proxies, then) = parse_proxies(text).unwrap();
        let proxies: Vec<(String, bool)> = proxies
            .into_iter()
            .map(|proxy| (proxy.address, proxy.fallback == Fallback::IfAnyError))
            .collect();
        (proxies, then)
    };
    let one = |address: &str, any: bool| (address.to_owned(), any);
    assert_eq!(
        read("https://proxy.golang.org,direct"),
        (
            vec![one("https://proxy.golang.org", false)],
            AfterProxies::Direct
        )
    );
    assert_eq!(
        read(" goproxy.example | https://b.example/x,, off,https://never.example"),
        (
            vec![
                one("https://goproxy.example", true),
                one("https://b.example/x", false)
            ],
            AfterProxies::Off
        )
    );
    assert_eq!(
        read("direct,https://a.example"),
        (vec![], AfterProxies::Direct)
    );
    assert!(parse_proxies(",").is_err());
}

#[test]
fn what_its_author_withdrew_is_told() {
    let mut newest = GoRelease::new("example.com/tool", "v1.3.0", &[""]);
    newest.go_mod =
        "// Deprecated: use example.com/better\n// instead.\nmodule example.com/tool\n\n\
                     retract (\n\t[v1.2.0, v1.2.9] // leaks\n\tv1.1.0\n)\n"
            .to_owned();
    let mut scene = Scene::new(&[tool()], 10, 10);
    scene.publish(&newest);
    scene.publish(&GoRelease::new("example.com/tool", "v1.4.0-rc.1", &[""]));
    let seen = scene.see("example.com/tool", "v1.2.3");
    assert_eq!(seen.observed.status, Status::Signed);
    assert_eq!(seen.observed.yanked.as_deref(), Some("leaks"));
    assert_eq!(
        seen.observed.words.deprecated.as_deref(),
        Some("use example.com/better instead.")
    );
    assert_eq!(seen.rounds.len(), 3, "{:?}", seen.rounds);
    assert_eq!(seen.observed.yanked_unknown, None);
    // Neither where it cannot be had.
    scene.set("go/proxy/example.com/tool/@v/list", failed(500));
    let seen = scene.see("example.com/tool", "v1.2.3");
    assert_eq!(
        (seen.observed.status, &seen.observed.yanked),
        (Status::Signed, &None)
    );
    let crate::verify::Outcome::Verified(facts) = &seen.observed.evidence[0].outcome else {
        panic!("{:?}", seen.observed);
    };
    assert!(facts.get().note.as_ref().unwrap().contains("retracted"));
    assert!(seen.observed.yanked_unknown.unwrap().contains("500"));
    scene.set(
        "go/proxy/example.com/tool/@v/list",
        found("<html>Log in</html>"),
    );
    let seen = scene.see("example.com/tool", "v1.2.3");
    assert!(seen.observed.yanked_unknown.unwrap().contains("names none"));
    // Its own go.mod is read all the same.
    let mut own = tool();
    own.go_mod = "module example.com/tool\n\nretract v1.2.3 // broken\n".to_owned();
    let mut scene = Scene::new(&[own], 10, 10);
    scene.publish(&newest);
    scene.set("go/proxy/example.com/tool/@v/v1.3.0.mod", failed(500));
    let seen = scene.see("example.com/tool", "v1.2.3");
    assert_eq!(seen.observed.yanked.as_deref(), Some("broken"));
}

#[test]
fn everything_is_asked_once_and_few_tiles_are() {
    let scene = Scene::new(&[tool()], 66_000, 3_000);
    let seen = scene.see("example.com/tool", "v1.2.3");
    assert_eq!(seen.observed.status, Status::Signed);
    assert_eq!(seen.rounds.len(), 3);
    assert!(tiles(&seen.rounds) <= 5, "{:?}", seen.rounds);
}
