#![doc = include_str!("../README.md")]

pub mod dist;
pub mod evidence;
pub mod git;
pub mod history;
pub mod identity;
pub mod json;
pub mod package;
pub mod trust;
pub mod verify;
