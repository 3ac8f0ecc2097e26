//! The command line of dockyard-provenance.

fn main() {}
