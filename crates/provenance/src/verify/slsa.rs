//! SLSA provenance: what the build wrote about itself, held against what the certificate proves
//! (docs/verification.md#b6).
//!
//! The predicate is written by the build, which may be under attack; the certificate is not. So
//! nothing is read from a predicate; it is only required to agree.

use serde_json::Value;

use super::certificate::Claims;
use super::observed::Publisher;
use super::predicate_types::{PROVENANCE_V0_2, PROVENANCE_V1};
use crate::identity::PublisherKind;
use crate::identity::escaping::is_escaping_of;

const NPM_CLI_V1: &str = "https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1";
const ACTIONS_ATTEST: &str = "https://actions.github.io/buildtypes/workflow/v1";
const NPM_GHA: &str = "https://github.com/npm/cli/gha";
const NPM_GITLAB: &str = "https://github.com/npm/cli/gitlab/v0alpha1";
pub(super) const SLSA_GENERATOR: &str = "https://github.com/slsa-framework/slsa-github-generator/";

/// How far a predicate could be held against the certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CrossCheck {
    /// Everything this program knows of its build type agrees.
    Agrees,
    /// A build type this program does not know: nothing could be compared.
    NotComparable,
}

/// Holds `predicate` against the certificate.
///
/// # Errors
/// The sentence that says which field contradicts the certificate. May hold untrusted text.
pub(super) fn cross_check(
    predicate_type: &str,
    predicate: &Value,
    claims: &Claims,
    publisher: &Publisher,
) -> Result<CrossCheck, String> {
    let check = Check { predicate, claims };
    let build_type = match predicate_type {
        PROVENANCE_V1 => check.text("/buildDefinition/buildType")?,
        PROVENANCE_V0_2 => check.text("/buildType")?,
        other => return Err(format!("`{other}` is no SLSA provenance")),
    };
    match (predicate_type, publisher.kind, build_type) {
        (PROVENANCE_V1, PublisherKind::GitHub, NPM_CLI_V1) => {
            check.github_v1()?;
            let runner = claims
                .get(11)
                .map(|runner| format!("https://github.com/actions/runner/{runner}"));
            check.equal("/runDetails/builder/id", runner.as_deref())?;
        }
        (PROVENANCE_V1, PublisherKind::GitHub, ACTIONS_ATTEST) => {
            check.github_v1()?;
            check.builder_v1()?;
            check.equal(
                "/buildDefinition/internalParameters/github/runner_environment",
                claims.get(11),
            )?;
        }
        (PROVENANCE_V0_2, PublisherKind::GitHub, build_type)
            if build_type.starts_with(NPM_GHA) || build_type.starts_with(SLSA_GENERATOR) =>
        {
            check.github_v0_2(build_type)?;
        }
        (PROVENANCE_V0_2, PublisherKind::GitLab, NPM_GITLAB) => check.gitlab_v0_2()?,
        // Its builders may write v1 too, whose predicate this program does not know.
        (PROVENANCE_V1, PublisherKind::GitHub, build_type)
            if build_type.starts_with(SLSA_GENERATOR) =>
        {
            return Ok(CrossCheck::NotComparable);
        }
        (_, kind, known) if is_known(known) => {
            return Err(format!(
                "its build type `{known}` is none of a {kind} build with `{predicate_type}`"
            ));
        }
        _ => return Ok(CrossCheck::NotComparable),
    }
    Ok(CrossCheck::Agrees)
}

/// What a reader should know of a predicate that could not be compared.
pub(super) fn note(check: CrossCheck) -> Option<String> {
    (check == CrossCheck::NotComparable).then(|| {
        "its build type is not known to this program: its predicate was not held against the certificate, and no build level above 1 is claimed".to_owned()
    })
}

/// Whether a build type is one that this program can compare, under the right forge and predicate.
fn is_known(build_type: &str) -> bool {
    [NPM_CLI_V1, ACTIONS_ATTEST, NPM_GITLAB].contains(&build_type)
        || build_type.starts_with(NPM_GHA)
        || build_type.starts_with(SLSA_GENERATOR)
}

struct Check<'a> {
    predicate: &'a Value,
    claims: &'a Claims,
}

impl Check<'_> {
    /// As [`Value::pointer`], which allocates at every step to undo escapes that no pointer here has.
    fn find(&self, pointer: &str) -> Option<&Value> {
        let mut steps = pointer.split('/').skip(1);
        steps.try_fold(self.predicate, |value, step| match value {
            Value::Object(entries) => entries.get(step),
            Value::Array(items) => items.get(step.parse::<usize>().ok()?),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
        })
    }

    fn text(&self, pointer: &str) -> Result<&str, String> {
        self.find(pointer)
            .and_then(Value::as_str)
            .ok_or_else(|| format!("its predicate has no text at `{}`", dotted(pointer)))
    }

    /// Requires the text at `pointer` to be `expected`. A claim that the certificate lacks (old
    /// certificates) cannot contradict.
    fn equal(&self, pointer: &str, expected: Option<&str>) -> Result<(), String> {
        let stated = self.text(pointer)?;
        match expected {
            Some(expected) if stated != expected => Err(contradiction(pointer, stated, expected)),
            _ => Ok(()),
        }
    }

    /// As [`Self::equal`], where the predicate may leave the field out.
    fn equal_if_stated(&self, pointer: &str, expected: Option<&str>) -> Result<(), String> {
        match self.find(pointer) {
            None | Some(Value::Null) => Ok(()),
            Some(_) => self.equal(pointer, expected),
        }
    }

    /// The workflow that signed. A certificate may encode the URI of a reusable one beside a build
    /// configuration that has nothing to encode.
    fn builder_v1(&self) -> Result<(), String> {
        const ID: &str = "/runDetails/builder/id";
        let stated = self.text(ID)?;
        match self.claims.get(9) {
            Some(signer) if !is_escaping_of(signer, stated) => {
                Err(contradiction(ID, stated, signer))
            }
            Some(_) | None => Ok(()),
        }
    }

    fn repository(&self) -> Option<String> {
        let old = || {
            self.claims
                .get(5)
                .map(|path| format!("https://github.com/{path}"))
        };
        self.claims.get(12).map(str::to_owned).or_else(old)
    }

    fn git_ref(&self) -> Option<&str> {
        self.claims.get_or(14, 6)
    }

    /// Requires `git+<repository>@<ref>`. A run for a bare commit has no ref in its certificate; the
    /// repository must agree all the same.
    fn source_uri(&self, pointer: &str) -> Result<(), String> {
        let repository = self.repository().unwrap_or_default();
        if let Some(git_ref) = self.git_ref() {
            return self.equal(pointer, Some(&format!("git+{repository}@{git_ref}")));
        }
        let prefix = format!("git+{repository}@");
        let stated = self.text(pointer)?;
        if stated.starts_with(&prefix) {
            Ok(())
        } else {
            Err(contradiction(pointer, stated, &prefix))
        }
    }

    /// Extension 18, or the subject of certificates that predate it.
    fn config_uri(&self) -> &str {
        self.claims
            .get(18)
            .unwrap_or_else(|| self.claims.san.as_str())
    }

    fn one_of(&self, pointer: &str) -> Result<(), String> {
        match self.find(pointer).and_then(Value::as_array).map(Vec::len) {
            Some(1) => Ok(()),
            other => Err(format!(
                "its predicate lists {} entries at `{}` instead of one",
                other.unwrap_or(0),
                dotted(pointer)
            )),
        }
    }

    /// What the npm CLI and actions/attest have in common.
    fn github_v1(&self) -> Result<(), String> {
        const WORKFLOW: &str = "/buildDefinition/externalParameters/workflow";
        const GITHUB: &str = "/buildDefinition/internalParameters/github";
        const SOURCE: &str = "/buildDefinition/resolvedDependencies";
        self.equal(
            &format!("{WORKFLOW}/repository"),
            self.repository().as_deref(),
        )?;
        let stated = format!(
            "{}/{}@{}",
            self.text(&format!("{WORKFLOW}/repository"))?,
            self.text(&format!("{WORKFLOW}/path"))?,
            self.text(&format!("{WORKFLOW}/ref"))?
        );
        if stated != self.config_uri() {
            return Err(contradiction(WORKFLOW, &stated, self.config_uri()));
        }
        self.equal(&format!("{GITHUB}/event_name"), self.claims.get_or(20, 2))?;
        self.equal(&format!("{GITHUB}/repository_id"), self.claims.get(15))?;
        self.equal(
            &format!("{GITHUB}/repository_owner_id"),
            self.claims.get(17),
        )?;
        self.one_of(SOURCE)?;
        self.source_uri(&format!("{SOURCE}/0/uri"))?;
        self.equal(
            &format!("{SOURCE}/0/digest/gitCommit"),
            self.claims.get_or(13, 3),
        )?;
        self.equal("/runDetails/metadata/invocationId", self.claims.get(21))
    }

    fn github_v0_2(&self, build_type: &str) -> Result<(), String> {
        self.builder_v0_2(build_type)?;
        self.source_uri("/invocation/configSource/uri")?;
        self.equal(
            "/invocation/configSource/digest/sha1",
            self.claims.get_or(13, 3),
        )?;
        self.entry_point()?;
        if let Some((run, attempt)) = self.claims.get(21).and_then(run_and_attempt) {
            self.equal(
                "/metadata/buildInvocationId",
                Some(&format!("{run}-{attempt}")),
            )?;
            self.equal_if_stated("/invocation/environment/GITHUB_RUN_ID", Some(run))?;
            self.equal_if_stated("/invocation/environment/GITHUB_RUN_ATTEMPT", Some(attempt))?;
        }
        self.one_of("/materials")?;
        self.equal("/materials/0/digest/sha1", self.claims.get_or(13, 3))?;
        self.material_uri()?;
        let repository = self.repository();
        let path = repository
            .as_deref()
            .and_then(|uri| uri.strip_prefix("https://github.com/"));
        let config = self.config_uri().strip_prefix("https://github.com/");
        for (name, expected) in [
            ("REPOSITORY", path),
            ("REF", self.git_ref()),
            ("SHA", self.claims.get_or(13, 3)),
            ("EVENT_NAME", self.claims.get_or(20, 2)),
            ("REPOSITORY_ID", self.claims.get(15)),
            ("REPOSITORY_OWNER_ID", self.claims.get(17)),
            ("WORKFLOW_REF", config),
            ("WORKFLOW_SHA", self.claims.get(19)),
        ] {
            self.equal_if_stated(&format!("/invocation/environment/GITHUB_{name}"), expected)?;
        }
        Ok(())
    }

    /// `builder.id` names the npm client (before general availability), GitHub's runner, or a
    /// workflow of slsa-github-generator at the ref of the certificate's signer.
    fn builder_v0_2(&self, build_type: &str) -> Result<(), String> {
        let id = self.text("/builder/id")?;
        let agrees = if let Some(suffix) = build_type.strip_prefix(NPM_GHA) {
            match suffix {
                "/v2" => {
                    let runner = self.claims.get(11).unwrap_or("github-hosted");
                    id == "https://github.com/actions/runner"
                        || id.strip_prefix("https://github.com/actions/runner/") == Some(runner)
                }
                _ => id.starts_with("https://github.com/npm/cli@"),
            }
        } else {
            let signer = self.claims.get(9).unwrap_or_default();
            let at_ref = |uri: &str| uri.rsplit_once('@').map(|(_, at)| at.to_owned());
            signer.starts_with(SLSA_GENERATOR)
                && id.starts_with(SLSA_GENERATOR)
                && at_ref(id).is_some()
                && at_ref(id) == at_ref(signer)
        };
        if agrees {
            Ok(())
        } else {
            Err(format!(
                "its predicate's builder `{id}` is not the one that the certificate names"
            ))
        }
    }

    /// The workflow file, or `owner/name/file@ref` before general availability.
    fn entry_point(&self) -> Result<(), String> {
        let pointer = "/invocation/configSource/entryPoint";
        let stated = self.text(pointer)?;
        let repository = self.repository().unwrap_or_default();
        let git_ref = self.git_ref().unwrap_or_default();
        let agrees = [
            format!("{repository}/{stated}@{git_ref}"),
            format!("https://github.com/{stated}"),
        ]
        .iter()
        .any(|full| full == self.config_uri());
        if agrees {
            Ok(())
        } else {
            Err(contradiction(pointer, stated, self.config_uri()))
        }
    }

    /// The first material is the source, with or without its ref.
    fn material_uri(&self) -> Result<(), String> {
        let pointer = "/materials/0/uri";
        let stated = self.text(pointer)?;
        let without_ref = self
            .repository()
            .map(|repository| format!("git+{repository}"));
        if Some(stated) == without_ref.as_deref() {
            return Ok(());
        }
        self.source_uri(pointer)
    }

    fn gitlab_v0_2(&self) -> Result<(), String> {
        let repository = self.claims.get(12).unwrap_or_default();
        let runner = format!("{repository}/-/runners/");
        let id = self.text("/builder/id")?;
        if !id.strip_prefix(&runner).is_some_and(is_number) {
            return Err(contradiction("/builder/id", id, &runner));
        }
        let source = format!("git+{repository}");
        self.one_of("/materials")?;
        for place in ["/invocation/configSource", "/materials/0"] {
            self.equal(&format!("{place}/uri"), Some(&source))?;
            self.equal(&format!("{place}/digest/sha1"), self.claims.get(13))?;
        }
        let job = self.claims.get(21);
        for (name, expected) in [
            ("COMMIT_SHA", self.claims.get(13)),
            ("PROJECT_ID", self.claims.get(15)),
            (
                "PROJECT_PATH",
                repository.strip_prefix("https://gitlab.com/"),
            ),
            ("PIPELINE_SOURCE", self.claims.get(20)),
            ("JOB_URL", job),
            (
                "JOB_ID",
                job.and_then(|uri| Some(uri.rsplit_once("/-/jobs/")?.1)),
            ),
        ] {
            self.equal_if_stated(&format!("/invocation/parameters/CI_{name}"), expected)?;
        }
        self.equal("/metadata/buildInvocationId", job)
    }
}

/// `…/actions/runs/{run}/attempts/{attempt}`.
fn run_and_attempt(uri: &str) -> Option<(&str, &str)> {
    uri.rsplit_once("/actions/runs/")?
        .1
        .split_once("/attempts/")
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn dotted(pointer: &str) -> String {
    pointer.trim_start_matches('/').replace('/', ".")
}

fn contradiction(pointer: &str, stated: &str, certified: &str) -> String {
    format!(
        "its predicate contradicts its certificate: `{}` is `{stated}`, the certificate says `{certified}`",
        dotted(pointer)
    )
}
