mod digests;
mod drift;
mod elsewhere;
mod hidden;
mod python;
mod stage;
mod tree;
