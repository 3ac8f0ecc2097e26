//! What an observation is made from, and asked for.

use super::{Evidence, Limit, Observed, Outcome, RegistryWords, Status, Unsupported};

impl Observed {
    /// The registry has no such package or version; `cause` is the sentence that says so.
    pub(in crate::verify) fn not_found(cause: impl Into<String>) -> Self {
        Self {
            cause: Some(cause.into()),
            ..Self::from_evidence(Status::NotFound, Vec::new())
        }
    }

    /// The registry has the project, and not this version of it; `cause` is the sentence that says so.
    pub(in crate::verify) fn version_not_found(cause: impl Into<String>) -> Self {
        Self {
            project_exists: true,
            ..Self::not_found(cause)
        }
    }

    /// Nothing could be determined; `cause` is the sentence that says why.
    pub fn undetermined(cause: impl Into<String>) -> Self {
        Self {
            cause: Some(cause.into()),
            ..Self::from_evidence(Status::Unknown, Vec::new())
        }
    }

    /// This program cannot judge such a package; `cause` is the sentence that says so.
    pub(in crate::verify) fn unsupported(cause: impl Into<String>) -> Self {
        Self {
            limit: Limit::Unsupported,
            ..Self::undetermined(cause)
        }
    }

    /// What it is for somebody who accepts `issuer`, and pins the publisher besides: the issuer alone
    /// names an enterprise, not a project. The issuer is compared byte for byte.
    #[must_use]
    pub fn accepting(&self, issuer: &str) -> &Self {
        match &self.accepted {
            Some(accepted) if accepted.issuer == issuer => &accepted.observed,
            Some(_) | None => self,
        }
    }

    /// Says whether any key of the registry is known; also of what it is where an issuer is accepted.
    pub fn mark_keyless(&mut self, keyless: bool) {
        self.keyless_registry = keyless;
        if let Some(accepted) = &mut self.accepted {
            accepted.observed.mark_keyless(keyless);
        }
    }

    /// Forgets the files that the registry lists, where nothing is held against them.
    pub fn forget_files(&mut self) {
        self.listed = Vec::new();
        if let Some(accepted) = &mut self.accepted {
            accepted.observed.forget_files();
        }
    }

    /// The issuers that are not known, of certificates that verified.
    pub fn unknown_issuers(&self) -> impl Iterator<Item = &str> {
        self.evidence.iter().filter_map(|one| match &one.outcome {
            Outcome::Unsupported(Unsupported::Issuer(issuer)) => Some(issuer.get().as_str()),
            Outcome::Verified(_)
            | Outcome::Absent
            | Outcome::Invalid(_)
            | Outcome::Unknown(_)
            | Outcome::Unsupported(Unsupported::Other(_)) => None,
        })
    }

    /// What the evidence says, without a publisher.
    pub(in crate::verify) fn from_evidence(status: Status, evidence: Vec<Evidence>) -> Self {
        let any = |test: fn(&Outcome) -> bool| evidence.iter().any(|one| test(&one.outcome));
        let limit = if any(|it| matches!(it, Outcome::Unsupported(_)))
            && !any(|it| matches!(it, Outcome::Unknown(_)))
        {
            Limit::Unsupported
        } else {
            Limit::Outside
        };
        Self {
            status,
            publisher: None,
            builds: Vec::new(),
            slsa_build_level: None,
            evidence,
            yanked: None,
            yanked_unknown: None,
            words: RegistryWords::default(),
            listed: Vec::new(),
            project_status: None,
            project_exists: false,
            keyless_registry: false,
            cause: None,
            limit,
            go: None,
            accepted: None,
        }
    }
}
