//! Index pages (PEP 691) of one project, made by chance: honest files of the release that is asked
//! for, and files of which installers may think otherwise than this program.

use std::fmt::Write as _;

use super::archive::distribution;
use super::names::Names;
use super::served::{Address, Contents, HERE};
use crate::chance::Chance;

/// A page and what it speaks of.
pub(super) struct Page {
    /// As a spec would write them.
    pub(super) project: &'static str,
    pub(super) version: &'static str,
    /// JSON, with [`HERE`] in it.
    text: String,
    /// It is served as UTF-16, which pip reads.
    utf16: bool,
    pub(super) files: Vec<File>,
}

/// A file of a page. Its address has its number in it.
pub(super) struct File {
    /// What the page says of it.
    pub(super) entry: String,
    pub(super) filename: String,
    /// The path below the page's folder, decoded once.
    pub(super) path: String,
    /// What is served there.
    pub(super) bytes: Vec<u8>,
}

impl Page {
    /// The page, with addresses below `folder`.
    pub(super) fn at(&self, folder: &str) -> Vec<u8> {
        let text = self.text.replace(HERE, folder);
        if self.utf16 {
            text.encode_utf16().flat_map(u16::to_le_bytes).collect()
        } else {
            text.into_bytes()
        }
    }
}

const PROJECTS: &[&str] = &[
    "acme-widget",
    "Acme.Widget",
    "sk-kit",
    "a",
    "post1",
    "acme-1",
];
const VERSIONS: &[&str] = &[
    "1.0",
    "1.2.3",
    "2026.7.4",
    "1.0.post1",
    "1.0rc1",
    "1!1.0",
    "1.0.dev2",
    "1.0a1.post2.dev3",
    "1.0+acme.1",
    "v1.0",
    "1.0-1",
    "01.0",
];
const PYTHONS: &[&str] = &[
    "\">=3\"",
    "\">=3.8\"",
    "\"<3\"",
    "\"\"",
    "null",
    "\"nonsense\"",
    "\">=3,\"",
    "\"&gt;=3\"",
];

pub(super) fn page(chance: &mut Chance) -> Page {
    let (project, version) = (chance.one(PROJECTS), chance.one(VERSIONS));
    let names = Names { project, version };
    let count = 1 + chance.below(5);
    let mut files = Vec::new();
    for number in 0..count {
        files.push(file(&names, number, &files, chance));
    }
    Page {
        project,
        version,
        text: document(&names, &files, chance),
        utf16: chance.percent(1),
        files,
    }
}

fn file(names: &Names, number: usize, before: &[File], chance: &mut Chance) -> File {
    let mut file = names.any(chance);
    if chance.percent(3)
        && let Some(last) = before.last()
    {
        file.filename.clone_from(&last.filename);
    }
    if chance.percent(2) {
        "notes.txt".clone_into(&mut file.filename);
    }
    let filename = file.filename;
    let build = |mark: &str| {
        let mark = format!("{number} {mark}");
        distribution(&filename, names.project, &file.version, &mark)
    };
    let contents = Contents {
        good: build("good"),
        other: build("other"),
    };
    let other = if chance.percent(50) {
        names.honest(chance).filename
    } else {
        "other-1.0.tar.gz".to_owned()
    };
    let address = Address::of(&filename, &other, number, chance);
    let (hashes, fragment, serves_other) = contents.bound(chance);
    let mut entry = format!(
        "{{\"filename\": {}, \"url\": {}, \"hashes\": {{{hashes}}}",
        json(&filename),
        json(&format!("{}{fragment}", address.url)),
    );
    for (key, values) in [
        ("yanked", &["false", "true", "\"why\"", "\"\""] as &[&str]),
        ("requires-python", PYTHONS),
        (
            "provenance",
            &["null", "\"https://example.com/provenance\""],
        ),
        ("size", &["1", "1000"]),
    ] {
        if chance.percent(15) {
            write!(entry, ", \"{key}\": {}", chance.one(values)).unwrap();
        }
    }
    entry.push('}');
    let bytes = if serves_other {
        contents.other
    } else {
        contents.good
    };
    File {
        entry,
        filename,
        path: address.path,
        bytes,
    }
}

fn document(names: &Names, files: &[File], chance: &mut Chance) -> String {
    let entries: Vec<&str> = files.iter().map(|file| file.entry.as_str()).collect();
    let files = entries.join(",\n  ");
    let name = names.project.to_lowercase().replace('.', "-");
    let api = if chance.percent(95) {
        "1.4"
    } else {
        chance.one(&["1", "1.0", "1.99", "2.0", "1.x", ""])
    };
    let mut text = format!(
        "{{\"meta\": {{\"api-version\": \"{api}\"}},\n \"name\": {}",
        json(&name)
    );
    if chance.percent(50) {
        write!(text, ", \"versions\": [{}]", json(&names.normal())).unwrap();
    }
    write!(text, ",\n \"files\": [{files}]}}\n").unwrap();
    if chance.percent(95) {
        return text;
    }
    match chance.below(5) {
        0 => format!("\u{feff}{text}"),
        1 => text.replacen("\"files\"", "\"files\": [], \"files\"", 1),
        2 => text.replacen("\"name\"", "\"name\": \"other\", \"name\"", 1),
        3 => text.replacen("\"hashes\"", "\"hashes\": {}, \"hashes\"", 1),
        _ => text.replacen(&json(&name), "\"other\"", 1),
    }
}

/// A JSON text.
fn json(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}
