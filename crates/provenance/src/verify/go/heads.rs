//! The heads of the database's tree that a package's evidence speaks of, and the newest of them, in
//! which everything is proven.

use crate::evidence::GoRaw;
use crate::evidence::go::lookup::Lookup;
use crate::evidence::go::note::{Note, TreeHead};
use crate::evidence::go::{GoRequest, SumdbAt};
use crate::evidence::{Body, Fetched};

/// A head, and where it is from.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) head: TreeHead,
    /// As served; none for the one that the program was built with.
    pub(super) note: Option<Note>,
    /// For people: `the head beside the record`.
    pub(super) what: &'static str,
}

/// All of them. The signatures are not verified here.
pub(super) struct Heads {
    /// The one beside the record.
    pub(super) own: TreeHead,
    all: Vec<Known>,
}

impl Heads {
    /// Reads what is there beside `lookup`. A document that cannot be read is not among them; it is
    /// told of when the signatures are verified.
    pub(super) fn read(
        lookup: &Lookup,
        raw: &GoRaw,
        at: SumdbAt,
        anchor: Option<TreeHead>,
    ) -> Self {
        let read = |body: &Body, what| {
            let note = Note::parse(body).ok()?;
            Some(Known {
                head: note.head,
                note: Some(note),
                what,
            })
        };
        let served = |request: GoRequest, what| match raw.answers.get(&request)? {
            Fetched::Found(body) => read(body, what),
            Fetched::Missing | Fetched::Failed(_) => None,
        };
        let own = Known {
            head: lookup.note.head,
            note: Some(lookup.note.clone()),
            what: "the tree head beside the record",
        };
        let anchor = anchor.map(|head| Known {
            head,
            note: None,
            what: "the tree head that this program was built with",
        });
        let latest = served(GoRequest::Latest(at), "the database's latest tree head");
        let remembered = served(
            GoRequest::Remembered,
            "the tree head that an earlier run saw",
        );
        let seen = raw
            .seen
            .as_ref()
            .and_then(|body| read(body, "the tree head beside another package of this run"));
        Self {
            own: own.head,
            all: [Some(own), latest, remembered, seen, anchor]
                .into_iter()
                .flatten()
                .collect(),
        }
    }

    /// The newest one.
    pub(super) fn newest(&self) -> Option<&Known> {
        self.all.iter().rev().max_by_key(|known| known.head.size)
    }

    /// Every one.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Known> {
        self.all.iter()
    }
}
