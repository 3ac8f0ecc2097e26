//! One sample report through every renderer, and against the published schema.

mod formats;
mod sample;
mod schema;
