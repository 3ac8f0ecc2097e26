//! A result in memory of its own.

use std::sync::Arc;

use super::{Observed, Outcome, Publisher, Verified};

impl Observed {
    /// The same, in memory that was allocated by the caller's thread.
    ///
    /// Allocators give each thread its own memory: what thousands of results leave behind, scattered among what
    /// verifying them took and gave back, no other thread can use. Whoever keeps results of other threads copies
    /// them, so that the little that stays lies together. What evidence shares stays shared.
    #[must_use]
    pub fn detached(&self) -> Self {
        let mut copy = self.clone();
        let mut publishers: Vec<(Verified<Publisher>, Verified<Publisher>)> = Vec::new();
        let mut publisher = |of: &mut Verified<Publisher>| {
            let known = publishers
                .iter()
                .find(|(old, _)| Arc::ptr_eq(&old.0, &of.0));
            let known = known.map(|(_, own)| own.clone());
            *of = known.unwrap_or_else(|| {
                let own = of.copied();
                publishers.push((of.clone(), own.clone()));
                own
            });
        };
        let mut digests: Vec<Arc<str>> = Vec::new();
        copy.publisher.iter_mut().for_each(&mut publisher);
        copy.builds.iter_mut().for_each(&mut publisher);
        for evidence in &mut copy.evidence {
            if let Outcome::Verified(facts) = &mut evidence.outcome {
                let mut own = facts.get().clone();
                own.publisher.iter_mut().for_each(&mut publisher);
                let known = digests.iter().find(|known| **known == own.digest);
                own.digest = known.cloned().unwrap_or_else(|| {
                    let digest: Arc<str> = own.digest.as_ref().into();
                    digests.push(Arc::clone(&digest));
                    digest
                });
                *facts = Verified::attest(own);
            }
        }
        copy
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::PublisherKind;
    use crate::verify::{Evidence, EvidenceFacts, EvidenceKind, Status};

    #[test]
    fn it_is_equal_and_shares_within_itself_only() {
        let publisher = Verified::attest(Publisher {
            kind: PublisherKind::GitHub,
            subject: "https://github.com/acme/widget/.github/workflows/release.yml".to_owned(),
            issuer: "https://token.actions.githubusercontent.com".to_owned(),
            repository: None,
            workflow: None,
            git_ref: None,
            commit: None,
            runner_environment: None,
            trigger: None,
            repository_id: None,
            owner_id: None,
            run_url: None,
            build_signer_uri: None,
            environment: None,
        });
        let evidence = || Evidence {
            kind: EvidenceKind::SlsaProvenance,
            artifact: "widget@1.2.3".to_owned(),
            outcome: Outcome::Verified(Verified::attest(EvidenceFacts {
                digest: "sha512:ab".into(),
                publisher: Some(publisher.clone()),
                ..EvidenceFacts::default()
            })),
        };
        let all = vec![evidence(), evidence()];
        let mut observed = Observed::from_evidence(Status::Verified, all);
        observed.publisher = Some(publisher.clone());
        observed.builds = vec![publisher.clone()];
        let copy = observed.detached();
        assert_eq!(copy, observed);
        let own = copy.publisher.as_ref().unwrap();
        assert!(!Arc::ptr_eq(&own.0, &publisher.0));
        assert!(Arc::ptr_eq(&own.0, &copy.builds[0].0));
        let facts: Vec<&EvidenceFacts> = copy
            .evidence
            .iter()
            .filter_map(|one| match &one.outcome {
                Outcome::Verified(facts) => Some(facts.get()),
                Outcome::Absent
                | Outcome::Invalid(_)
                | Outcome::Unknown(_)
                | Outcome::Unsupported(_) => None,
            })
            .collect();
        assert!(
            facts
                .iter()
                .all(|it| Arc::ptr_eq(&it.publisher.as_ref().unwrap().0, &own.0))
        );
        assert!(Arc::ptr_eq(&facts[0].digest, &facts[1].digest));
    }
}
