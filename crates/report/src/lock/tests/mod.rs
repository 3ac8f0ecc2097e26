mod digests;
mod drift;
mod python;
mod stage;
mod tree;
