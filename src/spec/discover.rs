//! Finding the spec files below a root.
