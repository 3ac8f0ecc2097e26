//! From what is remembered, what the repository serves and what is embedded to the material of one
//! run.

use jiff::{SignedDuration, Timestamp};
use sigstore_tuf::{Error, Result};

use super::Session;
use super::documents::{Documents, NPM_KEYS, TRUSTED_ROOT, updater, walk};
use super::embedded::Embedded;
use super::fallback::{self, Choice, Known, chain, choose};
use super::repository::{HttpRepository, unreachable};
use super::store::Remembered;
use package_provenance::trust::{
    Freshness, TrustDocument, TrustError, TrustFailure, TrustMaterial, TrustSource, TufVersions,
    age,
};

/// Material that was fetched within this time is used without a request.
const FRESH: SignedDuration = SignedDuration::from_hours(24);

/// When the repository is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refresh {
    /// Where the remembered material is more than a day old, expired, damaged or not there.
    WhenOld,
    /// Whatever is remembered.
    Now,
}

impl Session {
    /// Establishes the trust material as of `now`, within the time budget.
    ///
    /// # Errors
    /// [`TrustFailure`] where what is served does not verify, or cannot be had and nothing may stand
    /// in for it.
    pub async fn establish(
        &self,
        refresh: Refresh,
        now: Timestamp,
    ) -> std::result::Result<TrustMaterial, TrustFailure> {
        // As people read it; the fraction would only make it long.
        let now = Timestamp::from_second(now.as_second()).unwrap_or(now);
        if refresh == Refresh::WhenOld
            && let Some((documents, fetched)) = self.fresh(now).await
        {
            return material(&documents, fetched);
        }
        if !self.network {
            return self.fall_back("the network may not be used", now).await;
        }
        let repository = HttpRepository::new(&self.url, self.timeout, now);
        let withheld = repository.withheld();
        match self.fetch(repository, now).await {
            Ok(documents) => {
                let material = material(&documents, now)?;
                if let Err(error) = self.store.set_refreshed_at(now) {
                    tracing::warn!(error = %chain(&error), "the refresh cannot be remembered");
                }
                Ok(material)
            }
            Err(error) => match unreachable(&error) {
                Some(problem) => self.fall_back(&problem, now).await,
                None => Err(self.refuse(&error, withheld.get(), now)),
            },
        }
    }

    /// The versions that are remembered, verified again, their expiry not regarded.
    pub async fn remembered_versions(&self) -> Option<TufVersions> {
        let documents = self.remembered(Timestamp::MIN).await.ok()?;
        Some(documents.versions)
    }

    /// What is remembered, where it is young and unexpired and nothing newer is known.
    async fn fresh(&self, now: Timestamp) -> Option<(Documents, Timestamp)> {
        let fetched = self.fetched_before(now)?;
        if now.duration_since(fetched) >= FRESH {
            return None;
        }
        let documents = self.remembered(now).await.ok()?;
        documents.fetched(Some(fetched))?;
        let superseded = |embedded| fallback::superseded(&documents, fetched, embedded);
        if self.embedded.as_ref().is_some_and(superseded) {
            return None;
        }
        Some((documents, fetched))
    }

    /// When the last refresh was, as the store says, if it says so and not of the future.
    fn fetched_before(&self, now: Timestamp) -> Option<Timestamp> {
        self.store.refreshed_at().filter(|fetched| *fetched <= now)
    }

    async fn fetch(&self, repository: HttpRepository, now: Timestamp) -> Result<Documents> {
        walk(
            &mut updater(repository, &self.root, self.store.clone())?,
            now,
        )
        .await
    }

    /// What is remembered, verified as of `now`.
    async fn remembered(&self, now: Timestamp) -> Result<Documents> {
        let store = self.store.read_only();
        let repository = Remembered(store.clone());
        walk(&mut updater(repository, &self.root, store)?, now).await
    }

    /// How far what was verified reaches, a refresh that just failed included.
    async fn known(&self) -> Known {
        let store = self.store.read_only();
        let Ok(mut updater) = updater(Remembered(store.clone()), &self.root, store) else {
            return Known::Nothing;
        };
        // At the earliest time nothing is expired.
        match walk(&mut updater, Timestamp::MIN).await {
            Ok(documents) => Known::Complete(Box::new(documents)),
            Err(error) => {
                let trusted = updater.trusted();
                let further =
                    trusted.timestamp().is_some() || trusted.root().version > self.root_version;
                if further {
                    Known::Incomplete(chain(&error))
                } else {
                    Known::Nothing
                }
            }
        }
    }

    async fn fall_back(
        &self,
        problem: &str,
        now: Timestamp,
    ) -> std::result::Result<TrustMaterial, TrustFailure> {
        let known = self.known().await;
        let repository = &self.url;
        let because = format!("The TUF repository {repository} was not reached: {problem}.");
        match choose(known, self.fetched_before(now), self.embedded.as_ref()) {
            Choice::Remembered(documents, fetched) => {
                let mut material = material(&documents, fetched)?;
                let expired = if documents.expires < now {
                    format!(", and whose metadata expired on {}", documents.expires)
                } else {
                    String::new()
                };
                material.freshness.fallback = Some(format!(
                    "{because} Used instead is what was fetched on {fetched}, which is {}{expired}.",
                    age::in_words(fetched, now)
                ));
                Ok(material)
            }
            Choice::Embedded(as_of) => {
                let mut material = Embedded::material().map_err(|error| unusable(&error))?;
                material.freshness.fallback = Some(format!(
                    "{because} Used instead is what is built into this program, as of {}, which is \
                     {}.",
                    material.as_of,
                    age::in_words(as_of, now)
                ));
                Ok(material)
            }
            Choice::Neither(why) => Err(TrustFailure {
                refused: false,
                problem: format!(
                    "{because} Nothing can be used instead: {why}. Try again, or choose with --trust"
                ),
            }),
        }
    }

    /// `withheld` is the root that the server answered 403 for.
    fn refuse(&self, error: &Error, withheld: Option<&String>, now: Timestamp) -> TrustFailure {
        let repository = &self.url;
        let hint = withheld.map_or_else(String::new, |root| {
            format!(
                ". It answered 403 for {root}, as if there were none: a newer root, which would \
                 explain this, may be withheld from this machine"
            )
        });
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "the crate's list of errors is open"
        )]
        let advice = match error {
            Error::Expired { .. } => format!(
                "Either the repository serves old metadata, or this machine's clock is wrong: it says \
                 {now}"
            ),
            Error::Rollback { .. } => {
                let folder = self.folder.as_ref().map_or_else(
                    || "this run's memory".to_owned(),
                    |folder| folder.display().to_string(),
                );
                format!("Newer metadata was verified before and is kept in {folder}")
            }
            _ => "Someone may be tampering with it. Try again from another network, or tell its \
                  operators"
                .to_owned(),
        };
        TrustFailure {
            refused: true,
            problem: format!(
                "the TUF repository {repository} serves what does not verify: {}. {advice}{hint}",
                chain(error)
            ),
        }
    }
}

/// The documents as trust material, as of when they were fetched.
fn material(
    documents: &Documents,
    fetched: Timestamp,
) -> std::result::Result<TrustMaterial, TrustFailure> {
    let Documents {
        trusted_root,
        npm_keys,
        versions,
        expires,
    } = documents;
    let document = |path, json| TrustDocument { name: path, json };
    let mut material = TrustMaterial::new(
        document(TRUSTED_ROOT, trusted_root),
        document(NPM_KEYS, npm_keys),
        TrustSource::Tuf,
    )
    .map_err(|error| unusable(&error))?;
    material.as_of = fetched.to_string();
    material.freshness = Freshness {
        as_of: Some(fetched),
        refreshed_at: Some(fetched),
        expires: Some(*expires),
        versions: Some(*versions),
        fallback: None,
    };
    Ok(material)
}

/// A document that verifies and cannot be read may be of a format that came after this program.
fn unusable(error: &TrustError) -> TrustFailure {
    TrustFailure {
        refused: true,
        problem: format!("{error}. A newer version of this program may be needed"),
    }
}
