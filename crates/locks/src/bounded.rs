//! Every text of a lock cut to a length that fits a report, in one place.

use untrusted_text::shortened;

use crate::lock::{Entry, Lock, Note, What};

/// Longest text of an entry, in characters. Names of packages are shorter.
const LONGEST: usize = 1024;

/// Most words of one of `os`, `cpu`, `libc`.
const MOST_WORDS: usize = 32;

/// Most claims of a package, and fields of a claim.
const MOST_CLAIMS: usize = 32;

/// A text of at most [`LONGEST`] characters; `…` at its end says that it was longer, so that it equals nothing.
fn cut(text: String) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text,
    }
}

fn words(words: Vec<String>) -> Vec<String> {
    words.into_iter().take(MOST_WORDS).map(cut).collect()
}

pub(crate) fn lock(lock: Lock) -> Lock {
    Lock {
        entries: lock.entries.into_iter().map(entry).collect(),
        notes: lock.notes.into_iter().map(note).collect(),
        ..lock
    }
}

fn note(note: Note) -> Note {
    Note {
        message: cut(note.message),
        ..note
    }
}

fn entry(mut entry: Entry) -> Entry {
    entry.name = cut(entry.name);
    let platforms = &mut entry.platforms;
    for list in [&mut platforms.os, &mut platforms.cpu, &mut platforms.libc] {
        *list = words(std::mem::take(list));
    }
    entry.what = match entry.what {
        What::Registry(mut pinned) => {
            pinned.contradiction = pinned.contradiction.map(cut);
            pinned.claims.truncate(MOST_CLAIMS);
            for claim in &mut pinned.claims {
                claim.kind = cut(std::mem::take(&mut claim.kind));
                claim.fields.truncate(MOST_CLAIMS);
                for (key, value) in &mut claim.fields {
                    (*key, *value) = (shortened(key), cut(std::mem::take(value)));
                }
            }
            What::Registry(pinned)
        }
        What::Elsewhere(mut elsewhere) => {
            elsewhere.stated = elsewhere.stated.map(cut);
            elsewhere.version = elsewhere.version.map(cut);
            elsewhere.shown = cut(elsewhere.shown);
            What::Elsewhere(elsewhere)
        }
        What::Broken(why) => What::Broken(cut(why)),
    };
    entry
}
