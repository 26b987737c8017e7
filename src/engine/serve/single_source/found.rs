//! Plans: from what a relaxation packs, by repair.

use super::part::Part;
use super::relaxation::Relaxation;
use crate::engine::serve::problem::Serve;
use crate::engine::serve::single;
use crate::engine::serve::transport::Served;

/// A plan that obeys every rule.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub open: Vec<bool>,
    /// The site of each demand point.
    pub site: Vec<u32>,
    pub cost: f64,
}

impl Found {
    /// A plan by its open sites and who is served where; `None` where a pair is missing.
    pub fn of(serve: &Serve, open: Vec<bool>, site: Vec<u32>) -> Option<Self> {
        let mut cost = serve.constant + serve.charge_of(&open);
        for (i, &site) in site.iter().enumerate() {
            cost += serve.pair(i, site)?.cost;
        }
        Some(Self { open, site, cost })
    }

    /// The shares by which demand points are served.
    pub fn shares(&self) -> Vec<Vec<(u32, f64)>> {
        self.site.iter().map(|&site| vec![(site, 1.0)]).collect()
    }
}

/// The plan of a part in which every demand point is decided.
pub(super) fn complete(serve: &Serve, part: &Part) -> Option<Found> {
    let mut open = vec![false; serve.n_sites()];
    let mut free: Vec<usize> = Vec::new();
    for (j, &site) in part.site.iter().enumerate() {
        if part.must[j] || (!part.takes_place(j) && part.charge[j] < 0.0) {
            open[site as usize] = true;
        } else if part.takes_place(j) {
            free.push(j);
        }
    }
    free.sort_by(|&a, &b| part.charge[a].total_cmp(&part.charge[b]).then(a.cmp(&b)));
    for j in free.into_iter().take(part.places.unwrap_or(0)) {
        open[part.site[j] as usize] = true;
    }
    let mut site = vec![0; serve.n_demand()];
    for &(i, j) in &part.taken {
        site[i as usize] = j;
    }
    Found::of(serve, open, site)
}

/// A plan near what the relaxation packs, and the work that it took.
pub(super) fn repaired(serve: &Serve, relaxation: &Relaxation<'_>) -> (Option<Found>, usize) {
    let part = relaxation.part;
    let mut open = vec![false; serve.n_sites()];
    for (&site, _) in part.site.iter().zip(&relaxation.open).filter(|(_, open)| **open) {
        open[site as usize] = true;
    }
    let mut site: Vec<Option<u32>> = vec![None; serve.n_demand()];
    for &(i, j) in &part.taken {
        site[i as usize] = Some(j);
    }
    let cost = |i: usize, j: u32| serve.pair(i, j).map_or(f64::INFINITY, |pair| pair.cost);
    for (at, j) in relaxation.packed() {
        let (i, j) = (part.point[at] as usize, part.site[j]);
        if site[i].is_none_or(|known| cost(i, j) < cost(i, known)) {
            site[i] = Some(j);
        }
    }
    completed(serve, open, site)
}

/// A plan with these open sites near what is known of who goes where, and the work that it took.
pub(super) fn completed(serve: &Serve, open: Vec<bool>, site: Vec<Option<u32>>) -> (Option<Found>, usize) {
    let shares = site.iter().map(|site| site.iter().map(|&site| (site, 1.0)).collect()).collect();
    let near = Served { shares, price: vec![0.0; serve.n_sites()], ..Served::default() };
    let served = single::assign(serve, &open, &near);
    if served.violation > 0.0 {
        return (None, served.work);
    }
    let site: Option<Vec<u32>> = served.shares.iter().map(|shares| shares.first().map(|share| share.0)).collect();
    (site.and_then(|site| Found::of(serve, open, site)), served.work)
}
