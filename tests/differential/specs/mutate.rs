//! Changes to a spec at which readers of YAML may part.

use super::hazards::{CHARACTERS, EVIL, KEYS, LINES, PREFIXES, SCALARS};
use crate::chance::Chance;

/// An honest spec with mostly one change, sometimes a few.
pub(super) fn mutate(honest: &str, chance: &mut Chance) -> Vec<u8> {
    let mut text = honest.to_owned();
    let changes = [1, 1, 1, 1, 2, 2, 3][chance.below(7)];
    for _ in 0..changes {
        text = match chance.below(14) {
            0 => insert_character(&text, chance),
            1 | 2 => at_a_boundary(&text, chance),
            3 => remove(&text, chance),
            4 => lines(&text, chance),
            5 => indentation(&text, chance),
            6 | 7 => value(&text, chance),
            8 => restyle(&text, chance),
            9 => key(&text, chance),
            10 => insert_line(&text, chance.one(LINES), chance),
            11 | 12 => evil_block(&text, chance),
            _ => whole(&text, chance),
        };
    }
    let mut bytes = text.into_bytes();
    if chance.percent(5) {
        change_bytes(&mut bytes, chance);
    }
    if chance.percent(1) {
        bytes = utf16(&bytes, chance);
    }
    bytes
}

/// The nearest place at or after `at` where a character starts.
fn boundary(text: &str, at: usize) -> usize {
    (at..text.len())
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(text.len())
}

fn insert_at(text: &str, at: usize, what: &str) -> String {
    let (before, after) = text.split_at(at);
    format!("{before}{what}{after}")
}

fn insert_character(text: &str, chance: &mut Chance) -> String {
    let at = boundary(text, chance.below(text.len() + 1));
    insert_at(text, at, chance.one(CHARACTERS))
}

/// At the start, at the end, or where a line or a token starts or ends.
fn at_a_boundary(text: &str, chance: &mut Chance) -> String {
    let mut places = vec![0, text.len()];
    let bytes = text.as_bytes();
    for (at, pair) in bytes.windows(2).enumerate() {
        if pair[0].is_ascii_alphanumeric() != pair[1].is_ascii_alphanumeric() && pair[0].is_ascii()
        {
            places.push(at + 1);
        }
    }
    let at = if chance.percent(30) {
        0
    } else {
        places[chance.below(places.len())]
    };
    let mut what = chance.one(CHARACTERS).to_owned();
    if chance.percent(20) {
        what = what.repeat(2 + chance.below(3));
    }
    insert_at(text, boundary(text, at), &what)
}

fn remove(text: &str, chance: &mut Chance) -> String {
    let start = boundary(text, chance.below(text.len()));
    let end = boundary(text, start + 1 + chance.below(8));
    let mut text = text.to_owned();
    text.drain(start..end.min(text.len()));
    text
}

/// Duplicates, deletes, swaps or moves a line.
fn lines(text: &str, chance: &mut Chance) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    let (one, other) = (chance.below(lines.len()), chance.below(lines.len()));
    if lines.is_empty() {
        return text.to_owned();
    }
    match chance.below(4) {
        0 => lines.insert(other, lines[one]),
        1 => drop(lines.remove(one)),
        2 => lines.swap(one, other),
        _ => {
            let line = lines.remove(one);
            lines.insert(other.min(lines.len()), line);
        }
    }
    lines.join("\n") + "\n"
}

/// Indents a line, or all from one line on, by another amount.
fn indentation(text: &str, chance: &mut Chance) -> String {
    let (first, whole) = (chance.below(text.lines().count()), chance.percent(40));
    let by = chance.one(&[" ", "  ", "\t", "\u{a0}", "\u{feff}", "- ", "<"]);
    let mut result = String::new();
    for (number, line) in text.lines().enumerate() {
        if number == first || (whole && number > first) {
            if by == "<" {
                result.push_str(line.strip_prefix(' ').unwrap_or(line));
            } else {
                result.push_str(by);
                result.push_str(line);
            }
        } else {
            result.push_str(line);
        }
        result.push('\n');
    }
    result
}

/// The end of a key with its colon, and its line's end, for every line that has a key.
fn values(text: &str) -> Vec<(usize, usize)> {
    let mut start = 0;
    let mut values = Vec::new();
    for line in text.split_inclusive('\n') {
        if let Some(colon) = line.find(": ") {
            values.push((start + colon + 2, start + line.trim_end_matches('\n').len()));
        }
        start += line.len();
    }
    values
}

/// Puts another scalar in the place of a value, or something before or after it.
fn value(text: &str, chance: &mut Chance) -> String {
    let values = values(text);
    if values.is_empty() {
        return text.to_owned();
    }
    let (start, end) = values[chance.below(values.len())];
    let old = &text[start..end];
    let new = match chance.below(8) {
        0 => format!("!!str {old}"),
        1 => format!("&a {old}"),
        2 => format!("{old} # comment"),
        3 => format!("{old}{}", chance.one(CHARACTERS)),
        4 => format!("{}{old}", chance.one(CHARACTERS)),
        5 => format!("\n        {old}"),
        _ => chance.one(SCALARS).to_owned(),
    };
    format!("{}{new}{}", &text[..start], &text[end..])
}

/// Writes a value in another style, so that it stays what it is to a reader without faults.
fn restyle(text: &str, chance: &mut Chance) -> String {
    let values = values(text);
    if values.is_empty() {
        return text.to_owned();
    }
    let (start, end) = values[chance.below(values.len())];
    let bare = text[start..end].trim_matches(['"', '\'']);
    let escaped: String = bare
        .chars()
        .map(|one| match chance.below(4) {
            0 if one.is_ascii() => format!("\\x{:02x}", u32::from(one)),
            1 => format!("\\u{:04X}", u32::from(one) & 0xffff),
            2 => "\\\n      ".to_owned() + &one.to_string(),
            _ => one.to_string(),
        })
        .collect();
    let indent = " ".repeat(1 + chance.below(6));
    let new = match chance.below(9) {
        0 => format!("\"{bare}\""),
        1 => format!("'{bare}'"),
        2 => bare.to_owned(),
        3 => format!("\"{escaped}\""),
        4 => format!("|-\n{indent}{bare}"),
        5 => format!(">-\n{indent}{bare}\n{indent}"),
        6 => format!(
            "|{}{}\n{indent}{bare}",
            1 + chance.below(5),
            chance.one(&["", "-", "+"])
        ),
        7 => format!("!!str\n{indent}{bare}"),
        _ => format!("\"{indent}\n\t{bare}\\\n  \""),
    };
    format!("{}{new}{}", &text[..start], &text[end..])
}

/// Writes a key in another way.
fn key(text: &str, chance: &mut Chance) -> String {
    let key = chance.one(&[
        "metadata",
        "spec",
        "package",
        "version",
        "protocol",
        "name",
        "provenance",
        "security",
        "overrides",
        "constraints",
        "env",
        "reason",
    ]);
    let upper = key.to_uppercase();
    let (first, rest) = key.split_at(1);
    let new = match chance.below(12) {
        0 => format!("\"{key}\""),
        1 => format!("'{key}'"),
        2 => upper,
        3 => format!("{}{rest}", first.to_uppercase()),
        4 => format!("? {key}\n"),
        5 => format!("!!str {key}"),
        6 => format!("&a {key}"),
        7 => format!("\"\\x{:02x}{rest}\"", first.as_bytes()[0]),
        8 => format!("{key}{}", chance.one(CHARACTERS)),
        9 => format!("{}{key}", chance.one(CHARACTERS)),
        10 => format!("{first}\u{17f}{rest}"),
        _ => format!("[{key}]"),
    };
    text.replacen(&format!("{key}:"), &format!("{new}:"), 1)
}

fn insert_line(text: &str, line: &str, chance: &mut Chance) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.insert(chance.below(lines.len() + 1), line);
    lines.join(chance.one(&["\n", "\n", "\n", "\n", "\r\n", "\r"])) + "\n"
}

/// Another package below some key, before the honest one or after it.
fn evil_block(text: &str, chance: &mut Chance) -> String {
    let indent = chance.one(&["", " ", "  ", "    ", "\t", "\u{feff}", "\u{a0}"]);
    let mut block = String::new();
    if chance.percent(85) {
        block = format!(
            "{}:{}\n",
            chance.one(KEYS),
            chance.one(&["", " ", " &a", " |", " >", " !!map", " #"])
        );
    }
    for line in chance.one(EVIL).lines() {
        block = format!("{block}{indent}{line}\n");
    }
    block = format!("{}{block}", chance.one(PREFIXES));
    match chance.below(4) {
        0 => format!("{text}{block}"),
        1 => insert_line(text, block.trim_end_matches('\n'), chance),
        _ => format!("{block}{text}"),
    }
}

/// Changes the file as a whole.
fn whole(text: &str, chance: &mut Chance) -> String {
    match chance.below(10) {
        0 => text.replace('\n', "\r\n"),
        1 => text.replace('\n', "\r"),
        2 => text.replace('\n', "\u{85}"),
        3 => text.replacen('\n', "\u{2028}", 1 + chance.below(5)),
        4 => text.replace("  ", "\t"),
        5 => text.replace(' ', "\u{a0}"),
        6 => format!("{}{text}", chance.one(PREFIXES)),
        7 => text.trim_end().to_owned(),
        8 => format!("{text}{}", chance.one(LINES)),
        // Deep nesting.
        _ => {
            let depth = 1 + chance.below(60);
            format!("{text}deep: {}{}\n", "[".repeat(depth), "]".repeat(depth))
        }
    }
}

fn change_bytes(bytes: &mut Vec<u8>, chance: &mut Chance) {
    for _ in 0..=chance.below(2) {
        let at = chance.below(bytes.len());
        let byte = u8::try_from(chance.below(256)).unwrap();
        match (chance.below(3), bytes.get_mut(at)) {
            (0, Some(old)) => *old = byte,
            (1, Some(_)) => drop(bytes.remove(at)),
            (_, _) => bytes.insert(at, byte),
        }
    }
}

/// The text as UTF-16 of either order, with or without its mark. Bytes that are no text stay.
fn utf16(bytes: &[u8], chance: &mut Chance) -> Vec<u8> {
    let (mark, little) = (chance.percent(70), chance.percent(50));
    let Ok(text) = std::str::from_utf8(bytes) else {
        return bytes.to_vec();
    };
    let text = if mark {
        format!("\u{feff}{text}")
    } else {
        text.to_owned()
    };
    text.encode_utf16()
        .flat_map(|unit| {
            if little {
                unit.to_le_bytes()
            } else {
                unit.to_be_bytes()
            }
        })
        .collect()
}
