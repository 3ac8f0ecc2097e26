//! A logical line: a requirement with its options, or options alone (pip's `break_args_options` and optparse).

/// What a line consists of.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    /// What stands before the first option.
    pub(super) requirement: String,
    /// The options, in order.
    pub(super) options: Vec<Opt>,
}

/// An option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Opt {
    /// `--hash`.
    Hash(String),
    /// `-r`.
    Include(String),
    /// `-c`.
    Constraint(String),
    /// `-e`.
    Editable(String),
    /// `-i`, `--extra-index-url`, `-f`: an address or a folder where packages are looked for.
    Index(String),
    /// What weakens pip's checks, with its text.
    Weakens(String),
    /// What chooses between files or makes pip stricter.
    Harmless,
}

/// What an option with a value says.
type Make = fn(String) -> Opt;

/// An option's names.
type Names = &'static [&'static str];

/// Options with a value, by all their names.
const VALUED: &[(Names, Make)] = &[
    (&["--hash"], Opt::Hash),
    (&["-r", "--requirement"], Opt::Include),
    (&["-c", "--constraint"], Opt::Constraint),
    (&["-e", "--editable"], Opt::Editable),
    (
        &[
            "-i",
            "--index-url",
            "--pypi-url",
            "--extra-index-url",
            "-f",
            "--find-links",
        ],
        Opt::Index,
    ),
    (&["--trusted-host"], |host| {
        Opt::Weakens(format!("--trusted-host {host}"))
    }),
    (
        &[
            "--no-binary",
            "--only-binary",
            "--use-feature",
            "--all-releases",
            "--only-final",
            "--config-setting",
            "--config-settings",
            "-C",
            "--global-option",
        ],
        |_| Opt::Harmless,
    ),
];

/// Options without a value that choose between files or make pip stricter.
const HARMLESS: [&str; 4] = ["--no-index", "--prefer-binary", "--require-hashes", "--pre"];

/// The option without a value that weakens pip.
const NO_HASHES: &str = "--no-require-hashes";

/// Reads a line.
///
/// # Errors
/// The sentence that says what is not understood. pip may understand it.
pub(super) fn read(text: &str) -> Result<Line, String> {
    let start = starts(text).find(|at| text.get(*at..).is_some_and(|rest| rest.starts_with('-')));
    let (requirement, options) = text.split_at(start.unwrap_or(text.len()));
    Ok(Line {
        requirement: requirement.trim().to_owned(),
        options: read_options(&words(options)?)?,
    })
}

/// Where words start.
fn starts(text: &str) -> impl Iterator<Item = usize> {
    let mut before = true;
    text.char_indices().filter_map(move |(at, character)| {
        let blank = character.is_whitespace();
        let first = std::mem::replace(&mut before, blank) && !blank;
        first.then_some(at)
    })
}

/// The words of the options, as a POSIX shell parts them.
fn words(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for character in text.chars() {
        match (quote, character) {
            (None, blank) if blank.is_whitespace() => words.extend(word.take()),
            (None, '"' | '\'') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (Some(open), character) if open == character => quote = None,
            (_, '\\') => return Err("an option holds a backslash".to_owned()),
            (_, character) => word.get_or_insert_default().push(character),
        }
    }
    if quote.is_some() {
        return Err("an option has a quotation mark without its second one".to_owned());
    }
    words.extend(word);
    Ok(words)
}

fn read_options(words: &[String]) -> Result<Vec<Opt>, String> {
    let mut options = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if HARMLESS.contains(&word.as_str()) {
            options.push(Opt::Harmless);
            continue;
        }
        if word == NO_HASHES {
            options.push(Opt::Weakens(word.clone()));
            continue;
        }
        let shown = untrusted_text::quoted(word);
        let Some((make, attached)) = valued(word) else {
            return Err(format!("{shown} is no option that is known in full"));
        };
        let value = match attached {
            Some(value) => value.to_owned(),
            None => words
                .next()
                .ok_or_else(|| format!("{shown} has no value"))?
                .clone(),
        };
        options.push(make(value));
    }
    Ok(options)
}

/// The option that a word names, with the value that is written into the same word.
fn valued(word: &str) -> Option<(Make, Option<&str>)> {
    for (names, make) in VALUED {
        for name in *names {
            let Some(rest) = word.strip_prefix(name) else {
                continue;
            };
            if rest.is_empty() {
                return Some((*make, None));
            }
            let long = name.starts_with("--");
            match (long, rest.strip_prefix('=')) {
                (true, Some(value)) => return Some((*make, Some(value))),
                (false, _) => return Some((*make, Some(rest))),
                (true, None) => {}
            }
        }
    }
    None
}
