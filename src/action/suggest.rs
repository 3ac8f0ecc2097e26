//! The input `suggest`: what is proven of a pull request's specs and not declared in them, as changes
//! that one click accepts (`docs/build.md`).

pub mod proposals;
pub mod review;
