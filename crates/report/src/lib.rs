//! From specs and verified evidence to findings, a verdict and reports. Pure: the program that uses it
//! reads the files, asks the registries and writes what comes out.

pub mod bounded;
pub mod declare;
pub mod drift;
pub mod finding;
pub mod lock;
pub mod merge;
pub mod policy;
pub mod report;
pub mod rules;
pub mod spec;
pub mod suggest;
