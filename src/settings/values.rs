//! Values: parsers that several options share, and what is wrong with a value.

use std::error::Error as _;

use clap::error::ErrorKind;

/// What is wrong with a value, in our own words where `clap` only passed them on.
pub(crate) fn problem(error: &clap::Error) -> String {
    match (error.source(), error.kind()) {
        (Some(why), _) => why.to_string(),
        (None, ErrorKind::InvalidValue) => "it is empty".to_owned(),
        (None, kind) => kind.to_string(),
    }
}

/// A parser of whole numbers from 1 to `most`.
pub(crate) fn up_to(
    most: u64,
) -> impl Fn(&str) -> Result<u64, String> + Clone + Send + Sync + 'static {
    move |text: &str| {
        let number = text
            .parse()
            .ok()
            .filter(|number| (1..=most).contains(number));
        number.ok_or_else(|| format!("write a whole number from 1 to {most}"))
    }
}
