//! The nodes of a search that wait: least bound first, as long as they do not take too much memory.

use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Bytes that waiting nodes may take where nothing else is said.
const MOST: usize = 1 << 30;

/// Nodes by bound, of equal ones the oldest first.
#[derive(Debug, Clone, Copy)]
struct Key(f64, u64);

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

/// The nodes that wait.
#[derive(Debug)]
pub(crate) struct Queue<T> {
    nodes: BTreeMap<Key, (usize, T)>,
    bytes: usize,
    most: usize,
    made: u64,
}

impl<T> Queue<T> {
    /// An empty queue; its nodes should not take more than `most` bytes.
    pub fn new(most: Option<usize>) -> Self {
        Self { nodes: BTreeMap::new(), bytes: 0, most: most.unwrap_or(MOST), made: 0 }
    }

    /// Puts a node in, with its bound and its size.
    pub fn push(&mut self, bound: f64, bytes: usize, node: T) {
        self.made += 1;
        self.bytes += bytes;
        self.nodes.insert(Key(bound, self.made), (bytes, node));
    }

    /// Takes a node out: that of least bound, or where too much waits that of greatest, which is closed soonest.
    pub fn pop(&mut self) -> Option<T> {
        let popped = if self.bytes > self.most { self.nodes.pop_last() } else { self.nodes.pop_first() };
        let (_, (bytes, node)) = popped?;
        self.bytes -= bytes;
        Some(node)
    }

    /// The least bound of all nodes.
    pub fn least(&self) -> Option<f64> {
        self.nodes.first_key_value().map(|(key, _)| key.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_bound_comes_first_until_too_much_waits() {
        let mut queue = Queue::new(Some(25));
        for (bound, name) in [(2.0, 'b'), (1.0, 'a'), (2.0, 'c')] {
            queue.push(bound, 10, name);
        }
        assert_eq!(queue.least(), Some(1.0));
        // 30 bytes wait, then 20, then 10.
        assert_eq!((queue.pop(), queue.pop(), queue.pop(), queue.pop()), (Some('c'), Some('a'), Some('b'), None));
    }
}
