//! The log on standard error: `RUST_LOG`, and each request under `-v`.
//!
//! Events quote what comes from outside: addresses, names, answers. Each becomes one line in which
//! nothing moves the cursor or speaks to a CI runner. Values of `Authorization` are marked as
//! sensitive where the header is made, so that no event of a dependency holds one.

use std::fmt;
use std::io;

use tracing::{Event, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, Uptime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use dockyard_registry::exchange;
use untrusted_text as text;

/// Directives that show this program's own steps, for a runner that asks for debugging.
pub const DEBUG: &str = "dockyard_provenance=debug";

/// Longest event, in characters.
const MAX_LINE: usize = 2_000;

/// Why there is no log, for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    /// No directives.
    #[error(
        "RUST_LOG cannot be read ({0}); write a level (error, warn, info, debug, trace), or \
         target=level, separated by commas"
    )]
    Directives(String),
    /// The process has one.
    #[error("there is a log already")]
    Started,
}

/// Starts the log of this process: what `directives` (as in `RUST_LOG`) ask for, and each request
/// where `requests` is true. Nothing is started where neither asks for anything.
///
/// # Errors
/// [`LogError`] where the directives cannot be read, which is a usage error, or the process has a
/// log already.
pub fn start(directives: Option<&str>, requests: bool) -> Result<(), LogError> {
    if directives.is_none() && !requests {
        return Ok(());
    }
    tracing_subscriber::fmt()
        .with_env_filter(filter(directives, requests)?)
        .with_ansi(false)
        .event_format(Line {
            uptime: Uptime::default(),
        })
        .with_writer(io::stderr)
        .try_init()
        .map_err(|_started| LogError::Started)
}

fn filter(directives: Option<&str>, requests: bool) -> Result<EnvFilter, LogError> {
    let unreadable =
        |error: &dyn fmt::Display| LogError::Directives(text::terminal(&error.to_string(), 200));
    let mut filter = EnvFilter::builder()
        .with_regex(false)
        .parse(directives.unwrap_or("off"))
        .map_err(|error| unreadable(&error))?;
    if requests {
        let directive = format!("{}=info", exchange::TARGET);
        filter = filter.add_directive(directive.parse().map_err(|error| unreadable(&error))?);
    }
    Ok(filter)
}

/// One event, one line.
struct Line {
    uptime: Uptime,
}

impl<S, N> FormatEvent<S, N> for Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut fields = String::new();
        context.format_fields(Writer::new(&mut fields), event)?;
        let fields = text::terminal(&fields, MAX_LINE);
        let metadata = event.metadata();
        // Told to people, who did not ask for levels and targets.
        if metadata.target() == exchange::TARGET {
            return writeln!(writer, "{fields}");
        }
        self.uptime.format_time(&mut writer)?;
        writer.write_char(' ')?;
        // The target is a path in some crate's source, not text from outside.
        writeln!(
            writer,
            " {:>5} {}: {fields}",
            metadata.level(),
            metadata.target()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives_are_read_or_refused() {
        for fine in [
            "trace",
            "info,h2=off",
            "dockyard_provenance=debug",
            DEBUG,
            "off",
            "",
        ] {
            assert!(filter(Some(fine), true).is_ok(), "{fine}");
        }
        for wrong in ["dockyard_provenance=loud", "a=b=c", "[", "\u{1b}[2J=x"] {
            let error = filter(Some(wrong), false).unwrap_err().to_string();
            assert!(
                error.contains("RUST_LOG") && !error.contains('\u{1b}'),
                "{error}"
            );
        }
    }
}
