//! How installers read the entries of an index, where that is more than the grammar of file names:
//! which of them pip (23 to 26) or uv (0.13) would take for a release, seen in their sources and tried
//! on them.
//!
//! Everything here errs on the side of "may be taken": a file that is taken and not counted would be
//! installed unattested beside files that are.

use percent_encoding::percent_decode_str;

use crate::package::PypiPackage;
use untrusted_text::is_hidden;

/// Archives that pip or uv unpack as an sdist (pip `utils/filetypes.py`, uv
/// `SourceDistExtension`); only the first two can be the subject of an attestation.
const ARCHIVES: [&str; 13] = [
    ".tar.gz",
    ".zip",
    ".tar.bz2",
    ".tar.xz",
    ".tar.lzma",
    ".tar.lz",
    ".tar.zst",
    ".tar",
    ".tgz",
    ".tbz",
    ".txz",
    ".tlz",
    ".tzst",
];

/// How often an address is decoded: pip decodes it up to twice.
const DECODINGS: usize = 3;

/// The name under which an installer may take a file for one of `package`'s, if there is one. uv names
/// a file by `filename`, pip by its address.
pub(super) fn taken_as(filename: &str, url: &str, package: &PypiPackage) -> Option<String> {
    std::iter::once(filename.to_owned())
        .chain(names_of_address(url))
        .find(|name| is_taken(name, package))
}

/// What pip may read as a file's name in its address: the last part of the path, decoded as often as
/// some version of pip does, and `egg=` behind it.
fn names_of_address(url: &str) -> Vec<String> {
    let path = url.split(['#', '?']).next().unwrap_or_default();
    let mut names = Vec::new();
    let mut decoded = path.to_owned();
    for _ in 0..DECODINGS {
        names.extend(last_parts(&decoded));
        decoded = decode(&decoded);
    }
    // What stands there is a name and a version, whatever the file is called.
    let eggs = parameters(url).filter_map(|(key, value)| (key == "egg").then(|| value + ".zip"));
    names.extend(eggs);
    names.dedup();
    names
}

/// The last part of a path as written, and after `..` has been applied, as it is to relative ones.
fn last_parts(path: &str) -> impl Iterator<Item = String> {
    let visible: String = path.chars().filter(|one| !is_blank(*one)).collect();
    let (mut written, mut applied) = (None, Vec::new());
    for part in visible.split(['/', '\\', ':']) {
        match part {
            "" | "." => {}
            ".." => {
                applied.pop();
            }
            part => {
                written = Some(part.to_owned());
                applied.push(part.to_owned());
            }
        }
    }
    written.into_iter().chain(applied.pop())
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// What stands in an address as `key=value` behind a `#`, `?`, `&` or `;`, however it is encoded: pip
/// searches the whole address for `[#&]key=`. Keys are in small letters, without blanks.
pub(super) fn parameters(url: &str) -> impl Iterator<Item = (String, String)> {
    let decoded = (0..DECODINGS).fold(url.to_owned(), |text, _| decode(&text));
    let pieces: Vec<(String, String)> = decoded
        .split(['#', '?', '&', ';'])
        .skip(1)
        .filter_map(|piece| piece.split_once('='))
        .map(|(key, value)| (folded(key).collect(), value.trim().to_owned()))
        .collect();
    pieces.into_iter()
}

/// Whether pip or uv may take a file of this name for one of `package`'s. pip accepts more archive
/// types than PyPI does, and cuts an archive's name wherever the left part is the project
/// (`a-1.0-1.tar.gz` is `1.0.post1` of `a`). Both trim versions; pip's patterns know letters that only
/// become ASCII in lower case.
fn is_taken(name: &str, package: &PypiPackage) -> bool {
    let Some(rest) = after_name(folded(name), package.name.as_str()) else {
        return false;
    };
    if let Some(stem) = rest.strip_suffix(".whl") {
        // pip 23 reads `_` in a wheel's version as `-`.
        let version = stem.split('-').next().unwrap_or_default();
        return is_version(&version.replace('_', "-"), package);
    }
    ARCHIVES
        .iter()
        .filter_map(|extension| rest.strip_suffix(extension))
        .any(|version| is_version(version, package))
}

/// What follows the project's name and a `-`. Every run of `-`, `_` and `.` counts as one `-` of the
/// normalised name, so there is one place only where the name can end.
fn after_name(text: impl Iterator<Item = char>, name: &str) -> Option<String> {
    let mut letters = text.peekable();
    for expected in name.chars() {
        if expected == '-' {
            letters.next_if(|letter| is_separator(*letter))?;
            while letters.next_if(|letter| is_separator(*letter)).is_some() {}
        } else {
            letters.next_if_eq(&expected)?;
        }
    }
    letters.next_if_eq(&'-')?;
    Some(letters.collect())
}

const fn is_separator(letter: char) -> bool {
    matches!(letter, '-' | '_' | '.')
}

/// Whether `text` is the release's version, with what pip drops from the end: `-py3.9` is for that
/// Python only.
fn is_version(text: &str, package: &PypiPackage) -> bool {
    let without_python = text
        .rsplit_once("-py")
        .filter(|(_, python)| {
            python.starts_with(|digit: char| digit.is_ascii_digit())
                && python.chars().all(|one| one.is_ascii_digit() || one == '.')
        })
        .map(|(version, _)| version);
    package.version.takes_text(text)
        || without_python.is_some_and(|version| package.version.takes_text(version))
}

/// `text` in small letters and without blanks, as far as some installer would fold it: Python's
/// `str.lower` and its patterns without regard to case (U+0130, U+0131, U+017F, U+212A), Python's and
/// Rust's white space, and what URL parsers leave out.
fn folded(text: &str) -> impl Iterator<Item = char> {
    text.chars()
        .filter(|one| !is_blank(*one))
        .flat_map(char::to_lowercase)
        .filter_map(|letter| match letter {
            '\u{17f}' => Some('s'),
            '\u{131}' => Some('i'),
            // U+0130 in small letters is `i` and this dot.
            '\u{307}' => None,
            letter => Some(letter),
        })
}

fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || is_hidden(letter)
}

#[cfg(test)]
mod tests;
