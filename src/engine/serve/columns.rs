//! The pairs by site, and those of an open set by demand point: what the search looks at again and again.

use super::problem::{Pair, Serve, Serving};

/// A demand point in reach of a site.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    pub demand: u32,
    /// What serving it costs per unit of demand (in all where it has none).
    pub unit: f64,
    pub walk: f64,
}

/// The demand points that each site can serve.
#[derive(Debug, Clone)]
pub(crate) struct Columns {
    start: Vec<usize>,
    entries: Vec<Entry>,
}

impl Columns {
    pub fn of(serve: &Serve) -> Self {
        let mut start = vec![0_usize; serve.n_sites() + 1];
        for pair in serve.pairs.iter().filter(|pair| pair.usable) {
            start[pair.site as usize + 1] += 1;
        }
        for at in 0..serve.n_sites() {
            start[at + 1] += start[at];
        }
        let mut next = start.clone();
        let mut entries = vec![Entry { demand: 0, unit: 0.0, walk: 0.0 }; start.last().copied().unwrap_or(0)];
        for (demand, i) in (0_u32..).zip(0..serve.n_demand()) {
            for pair in serve.pairs_of(i).iter().filter(|pair| pair.usable) {
                let slot = &mut next[pair.site as usize];
                entries[*slot] = Entry { demand, unit: serve.unit_price(i, pair), walk: pair.walk };
                *slot += 1;
            }
        }
        Self { start, entries }
    }

    /// The demand points that a site can serve, ascending.
    pub fn get(&self, site: usize) -> &[Entry] {
        &self.entries[self.start[site]..self.start[site + 1]]
    }
}

/// A site that can serve a demand point.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Way {
    pub site: u32,
    /// What serving there costs per unit of demand (in all where there is none).
    pub unit: f64,
    pub walk: f64,
}

/// The open sites that can serve each demand point, by ascending site.
#[derive(Debug, Clone)]
pub(crate) struct Ways {
    start: Vec<usize>,
    ways: Vec<Way>,
}

impl Ways {
    pub fn of(serve: &Serve, open: &[bool]) -> Self {
        if serve.closest {
            return Self::nearest(serve, open);
        }
        let columns = serve.columns();
        let is_open = || open.iter().enumerate().filter(|(_, open)| **open).map(|(j, _)| j);
        let mut start = vec![0_usize; serve.n_demand() + 1];
        for j in is_open() {
            for entry in columns.get(j) {
                start[entry.demand as usize + 1] += 1;
            }
        }
        for i in 0..serve.n_demand() {
            start[i + 1] += start[i];
        }
        let mut next = start.clone();
        let mut ways = vec![Way { site: 0, unit: 0.0, walk: 0.0 }; start.last().copied().unwrap_or(0)];
        for (site, j) in (0_u32..).zip(0..open.len()).filter(|&(_, j)| open[j]) {
            for entry in columns.get(j) {
                let slot = &mut next[entry.demand as usize];
                ways[*slot] = Way { site, unit: entry.unit, walk: entry.walk };
                *slot += 1;
            }
        }
        Self { start, ways }
    }

    /// With closest assignment only the nearest open sites can serve, and only where their capacity allows.
    fn nearest(serve: &Serve, open: &[bool]) -> Self {
        let mut found = Self { start: vec![0], ways: Vec::new() };
        for i in 0..serve.n_demand() {
            let from = found.ways.len();
            let way = |pair: &Pair| Way { site: pair.site, unit: serve.unit_price(i, pair), walk: pair.walk };
            let nearest = serve.nearest(i, open).iter().filter(|pair| pair.usable && open[pair.site as usize]);
            found.ways.extend(nearest.map(way));
            found.ways[from..].sort_unstable_by_key(|way| way.site);
            found.start.push(found.ways.len());
        }
        found
    }

    /// The open sites that can serve a demand point.
    pub fn get(&self, i: usize) -> &[Way] {
        &self.ways[self.start[i]..self.start[i + 1]]
    }

    /// Where a demand point without demand is served, freely: at its nearest open site.
    pub fn free(&self, i: usize) -> Option<u32> {
        let nearest = self.get(i).iter().min_by(|a, b| a.walk.total_cmp(&b.walk).then(a.site.cmp(&b.site)));
        nearest.map(|way| way.site)
    }

    /// Number of pairs.
    pub fn len(&self) -> usize {
        self.ways.len()
    }
}

impl Serve {
    /// What serving a demand point costs per unit of its demand (in all where it has none); where nobody must be
    /// served, minus the weight that it brings.
    pub fn unit_price(&self, i: usize, pair: &Pair) -> f64 {
        let total = if self.serving == Serving::All { pair.cost } else { -self.weight[i] };
        if self.demand[i] > 0.0 { total / self.demand[i] } else { total }
    }

    /// What staying unserved costs in the same unit: more than any chain of exchanges where all must be served, and
    /// nothing otherwise.
    pub fn unserved_price(&self, n_open: usize) -> f64 {
        if self.serving == Serving::All { self.dear * (n_open + 2) as f64 } else { 0.0 }
    }

    /// With closest assignment: the pairs of a demand point that are as near as its nearest open site.
    fn nearest(&self, i: usize, open: &[bool]) -> &[Pair] {
        let pairs = self.pairs_of(i);
        let Some(first) = pairs.iter().find(|pair| open[pair.site as usize]) else { return &[] };
        let from = pairs.partition_point(|pair| pair.walk < first.walk);
        let to = pairs.partition_point(|pair| pair.walk <= first.walk);
        &pairs[from..to]
    }
}
