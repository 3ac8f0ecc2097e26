//! One document about a Go module goes wrong, and everything else is honest.

use futures_util::future::join_all;
use testkit::{Fault, GoRelease, Registry, Response, Sumdb, World};

use super::matrix::{Case, LATE, cases};
use super::stage::scan;

/// A document, its module where it has one of its own, and where it lies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Document {
    Info,
    Mod,
    List,
    Lookup,
    Latest,
    LeafTile,
    TopTile,
}

const DOCUMENTS: [Document; 7] = [
    Document::Info,
    Document::Mod,
    Document::List,
    Document::Lookup,
    Document::Latest,
    Document::LeafTile,
    Document::TopTile,
];

impl Document {
    const fn path(self) -> &'static str {
        match self {
            Self::Info => "/goproxy/example.com/tool/@v/v1.2.3.info",
            Self::Mod => "/goproxy/example.com/tool/@v/v1.2.3.mod",
            Self::List => "/goproxy/example.com/tool/@v/list",
            Self::Lookup => "/sumdb/lookup/example.com/tool@v1.2.3",
            Self::Latest => "/sumdb/latest",
            Self::LeafTile => "/sumdb/tile/8/0/001",
            Self::TopTile => "/sumdb/tile/8/1/000.p/3",
        }
    }
}

/// What everything is served from.
struct Honest {
    trust: tempfile::TempDir,
    database: Sumdb,
    release: GoRelease,
}

impl Honest {
    fn new() -> Self {
        let trust = tempfile::tempdir().unwrap();
        World::new().write_trust(trust.path());
        let mut release = GoRelease::new("example.com/tool", "v1.2.3", &[""]);
        release
            .go_mod
            .push_str(&"// A go.mod of some length.\n".repeat(9));
        let mut database = Sumdb::new("faults", 300);
        database.add(&release);
        database.add_others(500);
        Self {
            trust,
            database,
            release,
        }
    }

    fn serve(&self) -> Registry {
        let registry = Registry::start();
        registry.publish_go(&self.release);
        // Long enough to be slow.
        let older: Vec<String> = (0..30).map(|patch| format!("v1.0.{patch}\n")).collect();
        let list = Response::typed("text/plain", older.concat() + "v1.2.3\n");
        registry.set(Document::List.path(), list);
        registry.publish_sumdb(&self.database);
        registry
    }

    /// Status, rules, messages and exit code.
    async fn see(&self, registry: &Registry, timeout: &str) -> (String, Vec<(String, String)>, u8) {
        let sumdb = registry.go_sumdb(&self.database);
        self.see_through(&sumdb, registry, timeout).await
    }

    /// The same with this checksum database, as `GOSUMDB` names it.
    async fn see_through(
        &self,
        sumdb: &str,
        registry: &Registry,
        timeout: &str,
    ) -> (String, Vec<(String, String)>, u8) {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("go/a")).unwrap();
        let spec = "metadata:\n  name: a\n  description: \"A\"\n  protocol: go\n\
                    spec:\n  package: example.com/tool\n  version: v1.2.3\n";
        std::fs::write(root.path().join("go/a/spec.yaml"), spec).unwrap();
        let proxy = registry.go_proxy_url();
        let arguments = [
            "--go-proxy",
            &proxy,
            "--go-sumdb",
            sumdb,
            "--timeout",
            timeout,
            "--no-cache",
        ];
        let url = registry.url();
        let report = scan(root.path(), self.trust.path(), &url, &url, &arguments).await;
        let exit_code = dockyard_report::policy::exit_code(report.verdict);
        let text = dockyard_report::report::json::render(&report).unwrap();
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        let spec = &json["specs"][0];
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let mut said: Vec<_> = spec["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|finding| (text(&finding["rule"]), text(&finding["message"])))
            .collect();
        for evidence in spec["evidence"].as_array().unwrap() {
            said.push(("evidence".to_owned(), evidence.to_string()));
        }
        (text(&spec["status"]), said, exit_code)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn faults_of_one_document_of_go() {
    let honest = Honest::new();
    let other = Registry::start();
    let control = honest.see(&honest.serve(), "120").await;
    assert_eq!(
        (control.0.as_str(), control.2),
        ("signed", 0),
        "{control:?}"
    );
    let (late, prompt) = cases(&other)
        .into_iter()
        .partition::<Vec<_>, _>(|case| case.says == LATE);
    join_all(prompt.iter().map(|case| all(&honest, case))).await;
    for case in &late {
        all(&honest, case).await;
    }
    assert_eq!(other.paths(), [""; 0], "no redirect was followed");
}

async fn all(honest: &Honest, case: &Case) {
    join_all(DOCUMENTS.map(|document| one(honest, case, document))).await;
}

async fn one(honest: &Honest, case: &Case, document: Document) {
    let registry = honest.serve();
    registry.fault(document.path(), case.fault.clone());
    let (status, said, exit_code) = honest.see(&registry, case.timeout).await;
    let name = format!("{}: {document:?}: {said:?}", case.name);
    let gone = matches!(case.name, "404" | "410");
    let expected = match document {
        // What was retracted is not known, and that is said.
        Document::List => "signed",
        // A database need not serve it.
        Document::Latest if gone => "signed",
        Document::Info if gone => "not-found",
        Document::Info
        | Document::Mod
        | Document::Lookup
        | Document::Latest
        | Document::LeafTile
        | Document::TopTile => "unknown",
    };
    assert_eq!(status, expected, "{name}");
    let told = said.iter().any(|(_, message)| message.contains(case.says));
    let nothing_to_tell = gone || (document == Document::List && case.name == "empty");
    // Whether a version was withdrawn is part of the question.
    let pass = expected == "signed" && (document != Document::List || nothing_to_tell);
    assert_eq!(exit_code == 0, pass, "{name}");
    assert!(told || nothing_to_tell, "{name}");
    let retracted = said
        .iter()
        .any(|(_, message)| message.contains("was retracted"));
    assert_eq!(
        retracted,
        document == Document::List && !nothing_to_tell,
        "{name}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_ends_too_early_is_asked_again() {
    let honest = Honest::new();
    let registry = honest.serve();
    for document in DOCUMENTS {
        registry.fault(document.path(), Fault::CloseTimes(1));
    }
    let (status, said, exit_code) = honest.see(&registry, "120").await;
    assert_eq!((status.as_str(), exit_code), ("signed", 0), "{said:?}");
}

/// Nobody but the proxy is asked for the database once it is not known whether the proxy offers it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn faults_of_the_question_whether_the_proxy_offers_the_database() {
    let honest = Honest::new();
    let other = Registry::start();
    let sumdb = honest.database.verifier_key();
    let supported = format!("/goproxy/sumdb/{}/supported", honest.database.name());
    let see = async |fault: Option<&Fault>, timeout: &str| {
        let registry = Registry::start();
        registry.publish_go(&honest.release);
        registry.publish_sumdb_in_proxy(&honest.database);
        // Long enough to be slow.
        registry.set(
            &supported,
            Response::typed("text/plain", "yes\n".repeat(60)),
        );
        if let Some(fault) = fault {
            registry.fault(&supported, fault.clone());
        }
        honest.see_through(&sumdb, &registry, timeout).await
    };
    let control = see(None, "120").await;
    assert_eq!(
        (control.0.as_str(), control.2),
        ("signed", 0),
        "{control:?}"
    );
    let cases = cases(&other);
    join_all(cases.iter().map(async |case| {
        let (status, said, code) = see(Some(&case.fault), case.timeout).await;
        // Status 200 says yes, whatever stands in it; of brotli nothing is unpacked.
        let is_yes = matches!(
            case.name,
            "empty" | "brotli bomb" | "a login page (200, HTML)" | "no JSON"
        );
        let expected = if is_yes {
            ("signed", 0)
        } else {
            ("unknown", 3)
        };
        assert_eq!((status.as_str(), code), expected, "{}: {said:?}", case.name);
    }))
    .await;
    assert_eq!(other.paths(), [""; 0], "no redirect was followed");
}
