//! Locks that a panic elsewhere does not poison.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// What `mutex` holds.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is behind a lock here is whole after every statement.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
