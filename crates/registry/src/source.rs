//! Where answers come from.

use std::future::Future;
use std::sync::Arc;

use package_provenance::evidence::{Asked, EvidenceRequest, Fetched};

/// Where answers come from: the network, or a folder of recorded evidence.
pub trait EvidenceSource: Send + Sync {
    /// Answers one question. Never panics, always ends within the source's time budget.
    fn fetch(&self, request: &EvidenceRequest) -> impl Future<Output = Fetched> + Send;

    /// Where provenance is asked for whose address the index states; none for other questions, and where no address is asked.
    fn asked(&self, request: &EvidenceRequest) -> Option<Asked> {
        let _ = request;
        None
    }

    /// Is told, once the answers about a package have been verified, which of them stand: nothing
    /// about them is in doubt. A source that keeps answers keeps those, and wants everything asked
    /// once more where one that it had kept does not stand; no more than once.
    fn review(&self, stands: &(dyn Fn(&EvidenceRequest) -> bool + Sync)) -> Review {
        let _ = stands;
        Review::Done
    }

    /// What earlier runs kept of the answers, as a source of its own that asks nobody; none where
    /// nothing is kept.
    fn kept(&self) -> Option<impl EvidenceSource + 'static> {
        None::<Nothing>
    }

    /// Whether what is not in the answers is not there. Kept answers alone do not show that: they may
    /// be older than what they leave out, and whoever can write to the cache can leave out more.
    fn shows_absence(&self) -> bool {
        true
    }
}

/// What is to be done after a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Review {
    /// Nothing: the result holds.
    Done,
    /// Ask and verify once more: the result may rest on a kept answer that is wrong.
    AskAgain,
}

impl<S: EvidenceSource> EvidenceSource for Arc<S> {
    fn fetch(&self, request: &EvidenceRequest) -> impl Future<Output = Fetched> + Send {
        S::fetch(self, request)
    }

    fn asked(&self, request: &EvidenceRequest) -> Option<Asked> {
        S::asked(self, request)
    }

    fn review(&self, stands: &(dyn Fn(&EvidenceRequest) -> bool + Sync)) -> Review {
        S::review(self, stands)
    }

    fn kept(&self) -> Option<impl EvidenceSource + 'static> {
        S::kept(self)
    }

    fn shows_absence(&self) -> bool {
        S::shows_absence(self)
    }
}

/// The source that does not exist: what is kept where nothing is.
enum Nothing {}

impl EvidenceSource for Nothing {
    async fn fetch(&self, _: &EvidenceRequest) -> Fetched {
        match *self {}
    }
}
