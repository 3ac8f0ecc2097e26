//! What a report shows of the evidence about one package.

use std::sync::Arc;

use super::records::{EvidenceRecord, PublisherRecord, SourceRecord};
use package_provenance::verify::{Evidence, Observed, Outcome, Publisher, Source};

/// Most publishers of one spec that are looked through for an equal one.
const MAX_SHARED: usize = 16;

/// The publishers of one spec's evidence, each written down once, however much evidence names it.
#[derive(Default)]
pub(super) struct Publishers<'a>(Vec<(&'a Publisher, Arc<PublisherRecord>)>);

impl<'a> Publishers<'a> {
    fn record(&mut self, publisher: &'a Publisher) -> Arc<PublisherRecord> {
        let known = self.0.iter().find(|(known, _)| *known == publisher);
        if let Some((_, record)) = known {
            return Arc::clone(record);
        }
        let record = Arc::new(PublisherRecord::of(publisher));
        if self.0.len() < MAX_SHARED {
            self.0.push((publisher, Arc::clone(&record)));
        }
        record
    }

    /// The one publisher of a package.
    pub(super) fn of(&mut self, observed: Option<&'a Observed>) -> Option<Arc<PublisherRecord>> {
        let publisher = observed?.publisher.as_ref()?;
        Some(self.record(publisher.get()))
    }
}

fn source_record(source: &Source) -> SourceRecord {
    SourceRecord {
        repository: source.repository.url(),
        repository_id: source.repository_id.clone(),
        owner_id: source.owner_id.clone(),
        git_ref: source.followed.clone(),
        tip: source.tip.clone(),
    }
}

pub(super) fn evidence_records<'a>(
    observed: Option<&'a Observed>,
    publishers: &mut Publishers<'a>,
) -> Vec<EvidenceRecord> {
    let evidence = observed.into_iter().flat_map(|observed| &observed.evidence);
    evidence
        .map(|evidence| evidence_record(evidence, publishers))
        .collect()
}

fn evidence_record<'a>(evidence: &'a Evidence, publishers: &mut Publishers<'a>) -> EvidenceRecord {
    let (facts, reason) = match &evidence.outcome {
        Outcome::Verified(facts) => (Some(facts.get()), None),
        Outcome::Absent => (None, None),
        Outcome::Invalid(reason) | Outcome::Unknown(reason) => (None, Some(reason.clone())),
        Outcome::Unsupported(cause) => (None, Some(cause.to_string())),
    };
    let publisher = facts.and_then(|facts| facts.publisher.as_ref());
    let publisher = publisher.map(|publisher| publishers.record(publisher.get()));
    let facts = facts.cloned().unwrap_or_default();
    EvidenceRecord {
        kind: evidence.kind,
        artifact: evidence.artifact.clone(),
        digest: Some(facts.digest).filter(|digest| !digest.is_empty()),
        outcome: (&evidence.outcome).into(),
        reason,
        predicate_type: facts.predicate_type,
        attestation_digest: facts
            .attestation_sha256
            .map(|digest| format!("sha256:{}", hex::encode(digest))),
        logged_at: facts.logged_at.map(|time| time.to_string()),
        log_index: facts.log_index,
        note: facts.note,
        publisher,
        source: facts
            .source
            .as_ref()
            .map(|source| Box::new(source_record(source))),
    }
}
