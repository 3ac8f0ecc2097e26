//! Who is asked about Go modules, as the go command reads `GOPROXY`, `GOSUMDB`, `GOPRIVATE`,
//! `GONOPROXY` and `GONOSUMDB` (cmd/go/internal/modfetch: `proxy.go`, `sumdb.go`).

use super::super::limits::MAX_GO_PROXIES;
use crate::package::GoPackage;

/// What `GOPROXY` is where nobody sets it.
pub const DEFAULT_PROXY: &str = "https://proxy.golang.org,direct";

/// When the next proxy of the list is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fallback {
    /// After 404 and 410 only: a comma stands behind the proxy, or nothing.
    IfMissing,
    /// After any failure: a `|` stands behind it.
    IfAnyError,
}

/// What stands at the end of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AfterProxies {
    /// Nothing: what no proxy has does not exist.
    #[default]
    Nothing,
    /// `direct`: the go command looks at the module's own repository. That is not done here.
    Direct,
    /// `off`: the go command fails.
    Off,
}

/// One proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proxy {
    /// Its address as it was written, or with `https://` where it had no scheme.
    pub address: String,
    /// When the next one is asked.
    pub fallback: Fallback,
}

/// Where the checksum database is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SumdbRoute {
    /// Through the first proxy that offers it, or else at its own address.
    Proxies,
    /// At the address that the setting names.
    Address,
    /// Nowhere: `off`.
    Off,
}

/// Everything about who is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoSources {
    /// The proxies, in the order in which they are asked.
    pub proxies: Vec<Proxy>,
    /// What stands behind them.
    pub then: AfterProxies,
    /// Where the checksum database is asked.
    pub sumdb: SumdbRoute,
    /// Modules that no proxy is asked for (`GONOPROXY`, or `GOPRIVATE`).
    pub no_proxy: Patterns,
    /// Modules that no checksum database is asked for (`GONOSUMDB`, or `GOPRIVATE`).
    pub no_sumdb: Patterns,
}

impl Default for GoSources {
    fn default() -> Self {
        let (proxies, then) = parse_proxies(DEFAULT_PROXY).unwrap_or_default();
        Self {
            proxies,
            then,
            sumdb: SumdbRoute::Proxies,
            no_proxy: Patterns::default(),
            no_sumdb: Patterns::default(),
        }
    }
}

impl GoSources {
    /// Why nothing is asked about `package`, where that is so: the sentence for the report. A pattern
    /// that covers any module that may have the package covers it: its name must not reach a public
    /// server.
    pub fn uncovered(&self, package: &GoPackage) -> Option<String> {
        if self.sumdb == SumdbRoute::Off {
            return Some(
                "GOSUMDB is off, so that no checksum database vouches for Go modules".to_owned(),
            );
        }
        let modules = package.modules();
        let covered = |patterns: &Patterns| {
            let found = modules
                .iter()
                .find_map(|module| patterns.find(module.path()));
            found.map(str::to_owned)
        };
        if let Some(pattern) = covered(&self.no_sumdb) {
            return Some(format!(
                "the module is private (`{pattern}` in GOPRIVATE or GONOSUMDB), so that no checksum \
                 database vouches for it, and nobody was asked"
            ));
        }
        if let Some(pattern) = covered(&self.no_proxy) {
            return Some(format!(
                "the module is private (`{pattern}` in GOPRIVATE or GONOPROXY): the go command takes \
                 it from its repository, which is not done here"
            ));
        }
        if self.proxies.is_empty() {
            return Some(match self.then {
                AfterProxies::Direct => {
                    "GOPROXY is `direct`: the go command takes modules from their \
                     repositories, which is not done here; name a proxy with --go-proxy"
                        .to_owned()
                }
                AfterProxies::Off | AfterProxies::Nothing => {
                    "GOPROXY is `off`, so that no module can be had".to_owned()
                }
            });
        }
        None
    }
}

/// Reads a list as `GOPROXY` has it.
///
/// # Errors
/// What is wrong, for people. Never repeats the text, which may hold a password.
pub fn parse_proxies(text: &str) -> Result<(Vec<Proxy>, AfterProxies), String> {
    let mut proxies = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (entry, mark, after) = match rest.find([',', '|']) {
            Some(at) => {
                let (entry, tail) = rest.split_at_checked(at).unwrap_or((rest, ""));
                let mut tail = tail.chars();
                let mark = tail.next();
                (entry, mark, tail.as_str())
            }
            None => (rest, None, ""),
        };
        rest = after;
        match entry.trim() {
            "" => {}
            "off" => return Ok((proxies, AfterProxies::Off)),
            "direct" => return Ok((proxies, AfterProxies::Direct)),
            entry => {
                if proxies.len() == MAX_GO_PROXIES {
                    return Err(format!("it names more than {MAX_GO_PROXIES} proxies"));
                }
                let bare = !entry.contains(":/") && !entry.starts_with('/');
                let address = if bare && entry.contains(['.', ':', '/']) {
                    format!("https://{entry}")
                } else {
                    entry.to_owned()
                };
                proxies.push(Proxy {
                    address,
                    fallback: if mark == Some('|') {
                        Fallback::IfAnyError
                    } else {
                        Fallback::IfMissing
                    },
                });
            }
        }
    }
    if proxies.is_empty() {
        return Err(
            "it names no proxy; write `direct` or `off` if that is what is meant".to_owned(),
        );
    }
    Ok((proxies, AfterProxies::Nothing))
}

/// Glob patterns of module path prefixes (module.go, `MatchPrefixPatterns`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Patterns(Vec<String>);

impl Patterns {
    /// Reads patterns with commas between them. `none` matches nothing, as people write it to undo
    /// `GOPRIVATE`.
    ///
    /// # Errors
    /// Which pattern cannot be read: the go command would pass over it, and ask a public server for
    /// the module.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut patterns = Vec::new();
        for pattern in text.split(',').map(str::trim) {
            let pattern = pattern.trim_end_matches('/');
            if pattern.is_empty() {
                continue;
            }
            if glob(pattern.as_bytes(), b"").is_none() {
                return Err(format!("`{pattern}` is no pattern"));
            }
            patterns.push(pattern.to_owned());
        }
        Ok(Self(patterns))
    }

    /// The pattern that matches `path` or a prefix of it that ends before a slash.
    pub fn find(&self, path: &str) -> Option<&str> {
        let matches = |pattern: &&String| {
            let elements = pattern.matches('/').count() + 1;
            let end = path
                .match_indices('/')
                .nth(elements - 1)
                .map_or(path.len(), |(at, _)| at);
            let enough = path.matches('/').count() + 1 >= elements;
            let prefix = path.get(..end).unwrap_or(path);
            enough && glob(pattern.as_bytes(), prefix.as_bytes()) == Some(true)
        };
        self.0.iter().find(matches).map(String::as_str)
    }
}

/// Go's `path.Match`: `*`, `?`, `[…]` and `\`, none of which matches a slash. None: no pattern.
fn glob(pattern: &[u8], text: &[u8]) -> Option<bool> {
    let pieces = pieces(pattern)?;
    // Where to go on if the rest does not match: the piece after the last `*`, and how much it took.
    let (mut piece, mut at) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    loop {
        let next = text.get(at);
        match (pieces.get(piece), next) {
            (None, None) => return Some(true),
            (Some(Piece::Any), _) => {
                star = Some((piece + 1, at));
                piece += 1;
                continue;
            }
            (Some(Piece::One(ranges, negated)), Some(byte)) => {
                let inside = ranges
                    .iter()
                    .any(|(low, high)| (low..=high).contains(&byte));
                if inside != *negated && *byte != b'/' {
                    piece += 1;
                    at += 1;
                    continue;
                }
            }
            (Some(Piece::Literal(literal)), Some(byte)) if literal == byte => {
                piece += 1;
                at += 1;
                continue;
            }
            _ => {}
        }
        match star {
            Some((after, taken)) if text.get(taken).is_some_and(|byte| *byte != b'/') => {
                star = Some((after, taken + 1));
                piece = after;
                at = taken + 1;
            }
            _ => return Some(false),
        }
    }
}

enum Piece {
    Any,
    Literal(u8),
    One(Vec<(u8, u8)>, bool),
}

fn pieces(pattern: &[u8]) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut bytes = pattern.iter().copied();
    while let Some(byte) = bytes.next() {
        pieces.push(match byte {
            b'*' => Piece::Any,
            b'?' => Piece::One(vec![(0, 255)], false),
            b'\\' => Piece::Literal(bytes.next()?),
            b'[' => {
                let mut ranges = Vec::new();
                let mut byte = bytes.next()?;
                let negated = byte == b'^';
                if negated {
                    byte = bytes.next()?;
                }
                while byte != b']' || ranges.is_empty() {
                    let escaped = |byte: u8, bytes: &mut dyn Iterator<Item = u8>| match byte {
                        b'\\' => bytes.next(),
                        b'-' | b']' => None,
                        other => Some(other),
                    };
                    let low = escaped(byte, &mut bytes)?;
                    byte = bytes.next()?;
                    let mut high = low;
                    if byte == b'-' {
                        let next = bytes.next()?;
                        high = escaped(next, &mut bytes)?;
                        byte = bytes.next()?;
                    }
                    ranges.push((low, high));
                }
                Piece::One(ranges, negated)
            }
            other => Piece::Literal(other),
        });
    }
    Some(pieces)
}
