//! `report` mode: what a run without rights found, published by one that has them, as untrusted data.

pub mod workflow_run;
