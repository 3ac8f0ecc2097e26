mod digests;
mod drift;
mod hidden;
mod python;
mod stage;
mod tree;
