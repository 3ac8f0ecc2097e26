//! Text from outside, made safe to show: quoted within messages, neutralised where it leaves.

mod quote;
mod shown;

pub use quote::{quoted, shortened};
pub use shown::*;
