//! Hunks of a pull request's diff, as GitHub gives them for each file.

/// Most lines of a patch that are read; GitHub leaves larger ones out.
const MAX_LINES: usize = 50_000;

/// A part of the new file that the diff shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// Its first line in the new file, 1-based.
    start: usize,
    /// Its lines in the new file: unchanged and added ones.
    lines: Vec<String>,
}

impl Hunk {
    /// Whether the new file's lines from `start` on are these and all in the hunk.
    pub fn reads(&self, start: usize, lines: &[&str]) -> bool {
        start
            .checked_sub(self.start)
            .and_then(|offset| self.lines.get(offset..offset.checked_add(lines.len())?))
            .is_some_and(|shown| !lines.is_empty() && shown.iter().eq(lines.iter()))
    }
}

/// The hunks of `patch`: the field of that name in GitHub's list of a pull request's files, which has no
/// file headers. A patch that is not understood has none.
pub fn hunks(patch: &str) -> Vec<Hunk> {
    read(patch).unwrap_or_default()
}

fn read(patch: &str) -> Option<Vec<Hunk>> {
    let mut hunks: Vec<(Hunk, usize)> = Vec::new();
    for (number, line) in patch.split('\n').enumerate() {
        if number >= MAX_LINES {
            return None;
        }
        if let Some(header) = line.strip_prefix("@@ ") {
            let (start, count) = new_range(header)?;
            let lines = Vec::new();
            hunks.push((Hunk { start, lines }, count));
            continue;
        }
        let (hunk, _) = hunks.last_mut()?;
        match line.split_at_checked(1) {
            Some((" " | "+", text)) => hunk.lines.push(text.to_owned()),
            // An empty line whose blank was lost.
            None if line.is_empty() => {}
            Some(("-" | "\\", _)) => {}
            Some(_) | None => return None,
        }
    }
    let whole = hunks.iter().all(|(hunk, count)| hunk.lines.len() == *count);
    whole.then(|| hunks.into_iter().map(|(hunk, _)| hunk).collect())
}

/// Start and length of the new file's part: `-1,6 +1,8 @@ …`.
fn new_range(header: &str) -> Option<(usize, usize)> {
    let (ranges, _) = header.split_once(" @@")?;
    let (_, new) = ranges.split_once(" +")?;
    let (start, count) = new.split_once(',').unwrap_or((new, "1"));
    let number = |text: &str| {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        (digits && text.len() < 9)
            .then(|| text.parse().ok())
            .flatten()
    };
    Some((number(start)?, number(count)?))
}
