//! `trust show` and `trust update`: what is trusted, from where, as of when and until when.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::cli::{TrustRequest, TrustTask};
use crate::settings::{ConfigError, Environment, settle};
use dockyard_registry::trust::read_scopes;
use dockyard_registry::trust::tuf::{Refresh, Session, TufOptions};
use package_provenance::trust::age::{self, MaxAge};
use package_provenance::trust::contents::{Contents, Key, contents};
use package_provenance::trust::{TrustError, TrustFailure, TrustMaterial, TrustSource};
use untrusted_text as text;

/// Longest line shown.
const MAX_LINE: usize = 600;

/// Exit code where what is served does not verify.
const REFUSED: u8 = 1;
/// Exit code where nothing, or for `update` nothing new, could be had.
const INCONCLUSIVE: u8 = 3;

/// Why the command could not even start: exit 2.
#[derive(Debug, thiserror::Error)]
pub enum TrustCommandError {
    /// A setting contradicts another.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// An argument cannot be used.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// The trust material cannot be shown.
    #[error("the trust material cannot be shown: {0}")]
    Contents(#[from] std::io::Error),
}

/// What to say, and the exit code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// For standard output; safe to show.
    pub shown: String,
    /// For standard error: it may quote input.
    pub problem: Option<String>,
    /// The exit code.
    pub code: u8,
}

/// Carries out `request` as of `now`.
///
/// # Errors
/// [`TrustCommandError`], before the first request.
pub async fn run(
    request: TrustRequest,
    environment: &Environment,
    now: Timestamp,
) -> Result<Told, TrustCommandError> {
    let settings = settle(request.request, environment)?;
    let options = settings
        .tuf
        .ok_or_else(|| ConfigError("no TUF repository is configured".to_owned()))?;
    let scopes = read_scopes(&settings.npm_scope_keys, false)?;
    let session = Session::prepare(&options)?;
    let repository = session.repository();
    let note = session.note().map(str::to_owned);
    let mut told = match request.task {
        TrustTask::Show { json, .. } => match session.establish(Refresh::WhenOld, now).await {
            Ok(trust) => {
                let trust = trust.with_scopes(scopes);
                let old = age::objection(&trust.freshness, MaxAge::OfFallback, now);
                Told {
                    shown: show(&trust, &options, &repository, (json, old.clone()))?,
                    problem: join(trust.freshness.fallback.into_iter().chain(old)),
                    code: 0,
                }
            }
            Err(failure) => failed(&failure),
        },
        TrustTask::Update => {
            let before = session.remembered_versions().await;
            match session.establish(Refresh::Now, now).await {
                Ok(trust) => updated(before.map(|versions| versions.to_string()), trust),
                Err(failure) => failed(&failure),
            }
        }
    };
    let warnings = settings.warnings.into_iter().chain(note);
    told.problem = join(warnings.chain(told.problem));
    Ok(told)
}

fn join(problems: impl IntoIterator<Item = String>) -> Option<String> {
    let problems: Vec<String> = problems.into_iter().collect();
    (!problems.is_empty()).then(|| problems.join("\n"))
}

fn failed(failure: &TrustFailure) -> Told {
    Told {
        shown: String::new(),
        problem: Some(failure.to_string()),
        code: if failure.refused {
            REFUSED
        } else {
            INCONCLUSIVE
        },
    }
}

fn updated(before: Option<String>, trust: TrustMaterial) -> Told {
    if let Some(problem) = trust.freshness.fallback {
        return Told {
            shown: String::new(),
            problem: Some(format!("not refreshed: {problem}")),
            code: INCONCLUSIVE,
        };
    }
    let versions = |versions: Option<String>| versions.unwrap_or_else(|| "nothing".to_owned());
    let after = trust.freshness.versions.map(|each| each.to_string());
    let mut lines = Lines::default();
    lines.line(&format!("Before: {}", versions(before)));
    lines.line(&format!("Now:    {}", versions(after)));
    lines.line(&format!("Refreshed on {}.", trust.as_of));
    Told {
        shown: lines.0,
        problem: None,
        code: 0,
    }
}

/// `repository` is the address as it may be shown, `old` why a scan would be inconclusive.
fn show(
    trust: &TrustMaterial,
    options: &TufOptions,
    repository: &str,
    (json, old): (bool, Option<String>),
) -> std::io::Result<String> {
    let contents = contents(trust)?;
    if json {
        let value = as_json(trust, repository, old.as_deref(), &contents)?;
        return dockyard_report::report::json::pretty(&value);
    }
    let mut lines = Lines::default();
    lines.line(&format!(
        "Trust: {}, as of {}",
        trust.source.as_str(),
        trust.as_of
    ));
    lines.line(&format!("Repository: {repository}"));
    let freshness = &trust.freshness;
    for (label, value) in [
        ("Versions", freshness.versions.map(|each| each.to_string())),
        ("Expires", expiry(trust)),
        (
            "Kept in",
            options
                .cache
                .as_ref()
                .map(|each| each.display().to_string()),
        ),
        ("Not refreshed", freshness.fallback.clone()),
        ("Too old", old),
    ] {
        if let Some(value) = value {
            lines.line(&format!("{label}: {value}"));
        }
    }
    lines.list(
        "Certificate authorities (Fulcio)",
        &contents.certificate_authorities,
        |each| {
            let uri = each.uri.as_deref().unwrap_or("no address");
            [
                format!("{} ({uri})", each.subject),
                format!("valid {}", each.valid),
            ]
        },
    );
    for (title, logs) in [
        ("Transparency logs (Rekor)", &contents.transparency_logs),
        ("Certificate transparency logs", &contents.certificate_logs),
    ] {
        lines.list(title, logs, |each| {
            [
                format!("{} ({})", each.url, each.key_id),
                format!("valid {}", each.valid),
            ]
        });
    }
    lines.list(
        "Timestamp authorities",
        &contents.timestamp_authorities,
        |each| {
            let uri = each.uri.as_deref().unwrap_or("no address");
            [
                format!("{} ({uri})", each.subject),
                format!("valid {}", each.valid),
            ]
        },
    );
    let key = |each: &Key| {
        [
            format!("{} for {}", each.key_id, each.usage),
            format!("valid {}", each.valid),
        ]
    };
    let default = if contents.npm_scopes.is_empty() {
        "npm keys"
    } else {
        "npm keys, for all packages but those below"
    };
    lines.list(default, &contents.npm_keys, key);
    for own in &contents.npm_scopes {
        let title = format!("npm keys for packages of {}, and no others", own.scope);
        lines.list(&title, &own.npm_keys, key);
    }
    Ok(lines.0)
}

/// Until when it counts. Embedded material has no date of that kind, and silence would read as
/// "forever".
fn expiry(trust: &TrustMaterial) -> Option<String> {
    let embedded = || {
        format!(
            "not known; embedded material carries no expiry, and is what was published as of {}",
            trust.as_of
        )
    };
    match trust.freshness.expires {
        Some(time) => Some(time.to_string()),
        None => (trust.source == TrustSource::Embedded).then(embedded),
    }
}

fn as_json(
    trust: &TrustMaterial,
    repository: &str,
    old: Option<&str>,
    contents: &Contents,
) -> serde_json::Result<Value> {
    let freshness = &trust.freshness;
    Ok(json!({
        "source": trust.source,
        "as_of": trust.as_of,
        "repository": repository,
        "refreshed_at": freshness.refreshed_at.map(|time| time.to_string()),
        "expires": freshness.expires.map(|time| time.to_string()),
        "fallback": freshness.fallback,
        "problem": old,
        "versions": serde_json::to_value(freshness.versions)?,
        "trusted": serde_json::to_value(contents)?,
    }))
}

/// Lines, each made safe as a whole.
#[derive(Default)]
struct Lines(String);

impl Lines {
    fn line(&mut self, line: &str) {
        self.indented("", line);
    }

    fn indented(&mut self, indent: &str, line: &str) {
        self.0.push_str(indent);
        self.0.push_str(&text::terminal(line, MAX_LINE));
        self.0.push('\n');
    }

    fn list<T>(&mut self, title: &str, items: &[T], told: impl Fn(&T) -> [String; 2]) {
        self.0.push('\n');
        self.line(title);
        if items.is_empty() {
            self.indented("  ", "none");
        }
        for item in items {
            let [first, second] = told(item);
            self.indented("  ", &first);
            self.indented("    ", &second);
        }
    }
}
