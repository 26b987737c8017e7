//! The order in which the nodes of a search wait.

use std::cmp::Ordering;

/// Nodes by bound, of equal ones the oldest first.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key(pub f64, pub u64);

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0).then(self.1.cmp(&other.1))
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Key {}
