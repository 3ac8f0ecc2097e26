//! Stories: what a spec was, what it is, and what is said of it; by the base, and by an earlier report.

mod releases;
mod stage;
mod stories;
mod told;
