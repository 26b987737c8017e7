//! The Lagrangian relaxation of who is served: at prices u_i the sites part, each with a knapsack of its own.
//!
//! ```text
//! ρ_j = g_j + min Σ_i (a_ij − u_i) x_ij   over  Σ_i d_i x_ij ≤ κ_j,  x_ij ∈ {0, 1}
//! L(u) = Σ_i u_i + (the least Σ_j ρ_j y_j that p allows)
//! ```
//!
//! Only pairs with a_ij < u_i are looked at. Since knapsacks are packed without shares, the best L(u) is the bound of
//! column generation over clusters, above that of linear programming (Lorena and Senne 2004, "A column generation approach
//! to capacitated p-median problems", Computers and Operations Research 31).

use super::knapsack::{Item, Knapsack, with_shares};
use super::part::Part;

/// A site and its knapsack at the present prices.
#[derive(Debug, Default)]
struct Packing {
    items: Vec<Item>,
    /// Positions of the packed items.
    packed: Vec<usize>,
    /// ρ_j, or less where its knapsack was given up.
    worth: f64,
}

/// The relaxation of a part, at the prices of the last evaluation.
pub(super) struct Relaxation<'a> {
    pub part: &'a Part,
    sites: Vec<Packing>,
    /// The demand point of each pair.
    of: Vec<u32>,
    knapsack: Knapsack,
    pub open: Vec<bool>,
    /// Sites that take the places, the most worthwhile first.
    ranked: Vec<u32>,
    /// How often each site and each pair was chosen, late choices counting more.
    site_count: Vec<f64>,
    pair_count: Vec<f64>,
    newest: f64,
    total: f64,
    /// Pairs that were looked at, a measure of time.
    pub work: usize,
}

/// How much more a choice counts than the one before.
const GROWTH: f64 = 1.1;

impl<'a> Relaxation<'a> {
    pub fn new(part: &'a Part) -> Self {
        let mut of = vec![0; part.pairs.len()];
        for (point, at) in (0_u32..).zip(0..part.n_points()) {
            of[part.range(at)].fill(point);
        }
        Self {
            part,
            sites: (0..part.n_sites()).map(|_| Packing::default()).collect(),
            of,
            knapsack: Knapsack::default(),
            open: vec![false; part.n_sites()],
            ranked: (0_u32..).zip(0..part.n_sites()).filter(|&(_, j)| part.takes_place(j)).map(|(j, _)| j).collect(),
            site_count: vec![0.0; part.n_sites()],
            pair_count: vec![0.0; part.pairs.len()],
            newest: 1.0,
            total: 0.0,
            work: 0,
        }
    }

    /// L at some prices.
    pub fn evaluate(&mut self, price: &[f64]) -> f64 {
        let part = self.part;
        self.sites.iter_mut().for_each(|site| site.items.clear());
        for (at, (&price, &demand)) in price.iter().zip(&part.demand).enumerate() {
            let range = part.range(at);
            let from = range.start;
            for (pair, there) in (from..).zip(&part.pairs[range]) {
                if there.cost >= price {
                    break;
                }
                // Pairs are fewer than 2^32: they are pairs of a travel matrix with u32 indices within memory.
                let pair = u32::try_from(pair).unwrap_or(u32::MAX);
                self.sites[there.site as usize].items.push(Item::new(price - there.cost, demand, pair));
                self.work += 1;
            }
        }
        for (j, site) in self.sites.iter_mut().enumerate() {
            site.worth = part.charge[j] - self.knapsack.solve(&mut site.items, part.room[j]);
            site.packed.clear();
            site.packed.extend_from_slice(self.knapsack.packed());
        }
        self.work += 4 * part.n_sites() + part.n_points();
        self.choose();
        self.count();
        let worth: f64 = self.sites.iter().zip(&self.open).filter(|(_, open)| **open).map(|(site, _)| site.worth).sum();
        part.given + price.iter().sum::<f64>() + worth
    }

    fn choose(&mut self) {
        let part = self.part;
        for j in 0..part.n_sites() {
            self.open[j] = part.must[j] || (!part.takes_place(j) && self.sites[j].worth < 0.0);
        }
        let sites = &self.sites;
        let worth = |j: u32| sites[j as usize].worth;
        self.ranked.sort_unstable_by(|&a, &b| worth(a).total_cmp(&worth(b)).then(a.cmp(&b)));
        for &j in self.ranked.iter().take(part.places.unwrap_or(0)) {
            self.open[j as usize] = true;
        }
    }

    fn count(&mut self) {
        self.newest *= GROWTH;
        if self.newest > 1e200 {
            for count in self.site_count.iter_mut().chain(&mut self.pair_count).chain([&mut self.total]) {
                *count /= self.newest;
            }
            self.newest = 1.0;
        }
        self.total += self.newest;
        for (j, site) in self.sites.iter().enumerate().filter(|(j, _)| self.open[*j]) {
            self.site_count[j] += self.newest;
            for &at in &site.packed {
                self.pair_count[site.items[at].pair as usize] += self.newest;
            }
        }
    }

    /// How often a site was open lately.
    pub fn site_share(&self, j: usize) -> f64 {
        self.site_count[j] / self.total
    }

    /// How often a pair was packed lately.
    pub fn pair_share(&self, pair: usize) -> f64 {
        self.pair_count[pair] / self.total
    }

    /// What is left undone, Σ_j x_ij taken from 1: the subgradient.
    pub fn rest(&self, rest: &mut [f64]) {
        rest.fill(1.0);
        for (at, _) in self.packed() {
            rest[at] -= 1.0;
        }
    }

    /// The packed demand points of the open sites, with their sites.
    pub fn packed(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        (0..self.sites.len()).filter(|&j| self.open[j]).flat_map(|j| self.points_at(j).map(move |at| (at, j)))
    }

    /// The sites that hold anything and are open, or would be the next to open, up to twice the places; with their demand
    /// points.
    pub fn clusters(&self) -> impl Iterator<Item = (usize, impl Iterator<Item = usize> + '_)> + '_ {
        let places = self.part.places.unwrap_or(0);
        let next = self.ranked.iter().take(2 * places).skip(places).map(|&j| j as usize);
        let open = (0..self.sites.len()).filter(|&j| self.open[j]);
        open.chain(next).filter(|&j| !self.sites[j].packed.is_empty()).map(|j| (j, self.points_at(j)))
    }

    /// The packed demand points of a site.
    fn points_at(&self, j: usize) -> impl Iterator<Item = usize> + '_ {
        let site = &self.sites[j];
        site.packed.iter().map(|&at| self.of[site.items[at].pair as usize] as usize)
    }

    /// What the bound of the last evaluation becomes when each site opens, and when it closes.
    fn turned(&self, bound: f64) -> (Vec<f64>, Vec<f64>) {
        let part = self.part;
        let places = part.places.unwrap_or(0);
        let worth = |j: &u32| self.sites[*j as usize].worth;
        let last_in = places.checked_sub(1).and_then(|at| self.ranked.get(at)).map(worth);
        let first_out = self.ranked.get(places).map(worth);
        let mut opens = vec![bound; part.n_sites()];
        let mut closes = vec![bound; part.n_sites()];
        for j in 0..part.n_sites() {
            let worth = self.sites[j].worth;
            match (part.must[j], part.takes_place(j), self.open[j]) {
                (true, ..) => closes[j] = f64::INFINITY,
                (_, true, true) => closes[j] += first_out.map_or(f64::INFINITY, |first| first - worth),
                (_, true, false) => opens[j] += last_in.map_or(f64::INFINITY, |last| worth - last),
                (_, false, true) => closes[j] -= worth,
                (_, false, false) => opens[j] += worth,
            }
        }
        (opens, closes)
    }

    /// What is left of the part for plans that cost less than `target`, when the last evaluation, at these prices, gave
    /// this bound; `None` where there are none.
    pub fn tightened(&self, price: &[f64], bound: f64, target: f64) -> Option<Part> {
        let part = self.part;
        let (opens, closes) = self.turned(bound);
        let opened: Vec<bool> = closes.iter().map(|&bound| bound >= target).collect();
        let closed: Vec<bool> = opens.iter().map(|&bound| bound >= target).collect();
        let mut alive = vec![true; part.pairs.len()];
        for (at, &demand) in part.demand.iter().enumerate() {
            for pair in part.range(at) {
                let there = part.pairs[pair];
                let j = there.site as usize;
                let (site, room) = (&self.sites[j], part.room[j] - demand);
                // A pair that is not worthwhile takes room from the others at best.
                let profit = price[at] - there.cost;
                if opens[j] - profit >= target && profit <= 0.0 {
                    alive[pair] = false;
                    continue;
                }
                let number = u32::try_from(pair).unwrap_or(u32::MAX);
                let others = with_shares(site.items.iter().filter(|item| item.pair != number), room);
                let worth = part.charge[j] - profit - others;
                alive[pair] = opens[j] + (worth - site.worth) < target;
            }
        }
        part.restricted(&closed, &opened, &alive)
    }
}
