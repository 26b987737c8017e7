//! The one problem behind all models with capacities: which sites open, and which share of each demand point each serves.
//!
//! ```text
//! min  Σ_j g_j y_j + Σ_ij a_ij x_ij
//! s.t. Σ_j x_ij = 1,  or ≤ 1 with Σ_ij w_i x_ij ≥ W where a share of the weight is enough,  or ≤ 1
//!      x_ij ≤ y_j,  L_j y_j ≤ Σ_i d_i x_ij ≤ κ_j y_j
//!      Σ_j y_j = p,  Σ_j f_j y_j ≤ B,  closest assignment, single source
//! ```
//!
//! | model | a_ij | g_j | who is served |
//! | --- | --- | --- | --- |
//! | maximal covering | −w_i | 0 | as many as possible |
//! | set covering | 0 | f_j | all, or a share |
//! | p-median | w_i c_ij | 0 | all |
//! | fixed charge | w_i c_ij | f_j | all |

use std::sync::OnceLock;

use super::columns::Columns;
use crate::error::Error;
use crate::model::{Assignment, FixedCharge, MaxCover, PMedian, Sense, SetCover, weights_of};
use crate::solve::{Checked, PRECISION};

/// Who must be served.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Serving {
    /// Every demand point, wholly.
    All,
    /// At least this weight.
    Weight(f64),
    /// Nobody must; the more weight the better.
    Most,
}

/// A model that limited sites can serve: what makes its [`Serve`] differ from the others.
pub(crate) trait ServeModel: Checked {
    /// Who must be served.
    fn serving(&self) -> Serving;
    /// Whether the objective counts what the sites cost.
    const PAYS: bool;
    /// Whether the objective counts what walking costs.
    const WALKS: bool;
}

impl ServeModel for MaxCover {
    const PAYS: bool = false;
    const WALKS: bool = false;

    fn serving(&self) -> Serving {
        Serving::Most
    }
}

impl ServeModel for SetCover {
    const PAYS: bool = true;
    const WALKS: bool = false;

    fn serving(&self) -> Serving {
        self.required_weight().map_or(Serving::All, Serving::Weight)
    }
}

impl ServeModel for PMedian {
    const PAYS: bool = false;
    const WALKS: bool = true;

    fn serving(&self) -> Serving {
        Serving::All
    }
}

impl ServeModel for FixedCharge {
    const PAYS: bool = true;
    const WALKS: bool = true;

    fn serving(&self) -> Serving {
        Serving::All
    }
}

/// A pair of a demand point and a site in its reach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Pair {
    /// Local index of the site.
    pub site: u32,
    /// c_ij: what walking there costs.
    pub walk: f64,
    /// a_ij: what serving the whole demand point there adds to the objective (to be minimised).
    pub cost: f64,
    /// Whether the site can serve it at all; if not, the pair is there because residents would walk to it.
    pub usable: bool,
}

/// The problem over the sites that may open; they are numbered anew, in the order of the model.
#[derive(Debug, Clone)]
pub(crate) struct Serve {
    start: Vec<usize>,
    /// The pairs of all demand points, those of each by ascending site, or by ascending walk with closest assignment.
    pub pairs: Vec<Pair>,
    /// d_i.
    pub demand: Vec<f64>,
    /// w_i.
    pub weight: Vec<f64>,
    pub serving: Serving,
    /// Index of each site in the model.
    pub site: Vec<u32>,
    /// Sites that are open in every plan.
    pub must_open: Vec<bool>,
    /// Sites that count towards p.
    pub counted: Vec<bool>,
    /// f_j: what each site takes of the budget (below 0 where closing it costs).
    pub money: Vec<f64>,
    /// g_j: what each open site adds to the objective.
    pub charge: Vec<f64>,
    /// What is added to the objective whatever opens.
    pub constant: f64,
    /// κ_j, infinity without limit.
    pub capacity: Vec<f64>,
    /// L_j.
    pub min_use: Vec<f64>,
    pub p: Option<usize>,
    /// Money for the sites, closing costs of all closable sites taken off.
    pub budget: Option<f64>,
    pub single: bool,
    pub closest: bool,
    pub sense: Sense,
    /// More than any pair costs per unit of demand.
    pub dear: f64,
    columns: OnceLock<Columns>,
}

impl Serve {
    /// The problem of a model, without the pairs that capacities rule out.
    pub fn of<M: ServeModel>(model: &M) -> Result<Self, Error> {
        Self::build(model, true)
    }

    /// The problem of a model with all pairs in reach, for when capacities may grow.
    pub fn unfiltered<M: ServeModel>(model: &M) -> Result<Self, Error> {
        Self::build(model, false)
    }

    fn build<M: ServeModel>(model: &M, filter: bool) -> Result<Self, Error> {
        let travel = model.travel();
        let (n_demand, n_sites) = (travel.n_demand(), travel.n_sites());
        let limits = model.capacity().cloned().unwrap_or_default();
        let by_site = model.rules().by_site(n_sites)?;
        let weight = weights_of(model).into_owned();
        let mut serve = Self {
            start: vec![0],
            pairs: Vec::new(),
            demand: limits.demands.unwrap_or_else(|| weight.clone()),
            weight,
            serving: model.serving(),
            site: Vec::new(),
            must_open: Vec::new(),
            counted: Vec::new(),
            money: Vec::new(),
            charge: Vec::new(),
            constant: if M::PAYS { by_site.constant } else { 0.0 },
            capacity: Vec::new(),
            min_use: Vec::new(),
            p: model.rules().p,
            budget: model.rules().budget.map(|budget| by_site.spendable(budget) - by_site.constant),
            single: limits.single_source,
            closest: limits.assignment == Assignment::Closest,
            sense: M::SENSE,
            dear: 1.0,
            columns: OnceLock::new(),
        };
        let all = (serve.demand.iter().sum::<f64>() * (1.0 + PRECISION)).ceil(); // whole where capacities are
        let mut local = vec![None; n_sites];
        for (j, (at, state)) in (0_u32..).zip(by_site.state.iter().enumerate()) {
            if !state.may_open() {
                continue;
            }
            local[at] = u32::try_from(serve.site.len()).ok();
            serve.site.push(j);
            serve.must_open.push(state.must_open());
            serve.counted.push(!state.exists());
            serve.money.push(by_site.cost[at]);
            serve.charge.push(if M::PAYS { by_site.cost[at] } else { 0.0 });
            // More than everyone needs nobody uses.
            serve.capacity.push(limits.capacities.as_ref().map_or(f64::INFINITY, |limits| limits[at].min(all)));
            serve.min_use.push(limits.min_use.as_ref().map_or(0.0, |least| least[at]));
        }
        for i in 0..n_demand {
            let reached = model.reach().sites(travel, i).filter_map(|(j, walk)| Some((local[j as usize]?, walk)));
            serve.push_pairs::<M>(i, reached, filter);
        }
        serve.round_wanted();
        Ok(serve)
    }

    fn push_pairs<M: ServeModel>(&mut self, i: usize, reached: impl Iterator<Item = (u32, f64)>, filter: bool) {
        let from = self.pairs.len();
        let (demand, weight) = (self.demand[i], self.weight[i]);
        for (site, walk) in reached {
            let capacity = self.capacity[site as usize];
            let usable = !filter
                || demand == 0.0
                || (capacity > 0.0 && (!self.single || demand <= capacity * (1.0 + PRECISION)));
            if !usable && !self.closest {
                continue;
            }
            let cost = match (M::WALKS, self.serving) {
                (true, _) => weight * walk,
                (false, Serving::Most) => -weight,
                (false, _) => 0.0,
            };
            if demand > 0.0 && self.serving == Serving::All {
                self.dear = self.dear.max(2.0 * cost / demand);
            }
            self.pairs.push(Pair { site, walk, cost, usable });
        }
        if self.closest {
            self.pairs[from..].sort_by(|a, b| a.walk.total_cmp(&b.walk).then(a.site.cmp(&b.site)));
        }
        self.end_pairs(from);
    }

    /// The problem without some sites, and with others open in every plan.
    pub fn restricted(&self, closed: &[bool], opened: &[bool]) -> Self {
        let kept: Vec<usize> = (0..self.n_sites()).filter(|&j| !closed[j]).collect();
        let mut local = vec![None; self.n_sites()];
        for (new, &j) in (0_u32..).zip(&kept) {
            local[j] = Some(new);
        }
        let mut serve = Self {
            start: vec![0],
            pairs: Vec::new(),
            demand: self.demand.clone(),
            weight: self.weight.clone(),
            site: pick(&kept, &self.site),
            must_open: kept.iter().map(|&j| self.must_open[j] || opened[j]).collect(),
            counted: pick(&kept, &self.counted),
            money: pick(&kept, &self.money),
            charge: pick(&kept, &self.charge),
            capacity: pick(&kept, &self.capacity),
            min_use: pick(&kept, &self.min_use),
            columns: OnceLock::new(),
            ..*self
        };
        for i in 0..self.n_demand() {
            let from = serve.pairs.len();
            serve.pairs.extend(
                self.pairs_of(i).iter().filter_map(|pair| Some(Pair { site: local[pair.site as usize]?, ..*pair })),
            );
            serve.end_pairs(from);
        }
        serve
    }

    /// The problem with other demand points, each given by its demand, weight and pairs.
    pub fn with_demand(&self, demand: Vec<f64>, weight: Vec<f64>, pairs: Vec<Vec<Pair>>) -> Self {
        let mut serve =
            Self { demand, weight, start: vec![0], pairs: Vec::new(), columns: OnceLock::new(), ..self.clone() };
        for pairs in pairs {
            let from = serve.pairs.len();
            serve.pairs.extend(pairs);
            serve.end_pairs(from);
        }
        serve
    }

    /// The problem of some demand points and some sites alone (ascending), of which `p` of those that count open.
    pub fn part(&self, points: &[usize], sites: &[usize], p: Option<usize>) -> Self {
        let mut part = Self {
            start: vec![0],
            pairs: Vec::with_capacity(points.len() * sites.len()),
            demand: pick(points, &self.demand),
            weight: pick(points, &self.weight),
            site: pick(sites, &self.site),
            must_open: pick(sites, &self.must_open),
            counted: pick(sites, &self.counted),
            money: pick(sites, &self.money),
            charge: pick(sites, &self.charge),
            constant: 0.0,
            capacity: pick(sites, &self.capacity),
            min_use: pick(sites, &self.min_use),
            p,
            columns: OnceLock::new(),
            ..*self
        };
        for &i in points {
            let from = part.pairs.len();
            let local = (0_u32..).zip(sites).filter_map(|(local, &j)| Some((local, u32::try_from(j).ok()?)));
            part.pairs.extend(local.filter_map(|(local, j)| Some(Pair { site: local, ..*self.pair(i, j)? })));
            part.end_pairs(from);
        }
        part
    }

    /// Ends the pairs of a demand point; with closest assignment, nobody walks past a site that is open in every plan.
    fn end_pairs(&mut self, from: usize) {
        if self.closest {
            let nearest =
                self.pairs[from..].iter().find(|pair| self.must_open[pair.site as usize]).map(|pair| pair.walk);
            if let Some(nearest) = nearest {
                let keep = self.pairs[from..].partition_point(|pair| pair.walk <= nearest);
                self.pairs.truncate(from + keep);
            }
        }
        self.start.push(self.pairs.len());
    }

    /// Where whole weights are served wholly, a share asks for a whole weight.
    fn round_wanted(&mut self) {
        if let Serving::Weight(wanted) = self.serving
            && self.single
            && self.weight.iter().all(|weight| weight.fract() == 0.0)
        {
            self.serving = Serving::Weight((wanted * (1.0 - PRECISION)).ceil());
        }
    }

    /// The pairs by site. The first call sorts them.
    pub fn columns(&self) -> &Columns {
        self.columns.get_or_init(|| Columns::of(self))
    }

    /// Number of demand points.
    pub fn n_demand(&self) -> usize {
        self.demand.len()
    }

    /// Number of sites that may open.
    pub fn n_sites(&self) -> usize {
        self.site.len()
    }

    /// Where the pairs of a demand point stand.
    pub fn range(&self, i: usize) -> std::ops::Range<usize> {
        self.start[i]..self.start[i + 1]
    }

    /// The pairs of a demand point.
    pub fn pairs_of(&self, i: usize) -> &[Pair] {
        &self.pairs[self.range(i)]
    }

    /// The pair of a demand point and a site, if there is one.
    pub fn pair(&self, i: usize, site: u32) -> Option<&Pair> {
        let pairs = self.pairs_of(i);
        if self.closest {
            return pairs.iter().find(|pair| pair.site == site);
        }
        pairs.binary_search_by_key(&site, |pair| pair.site).ok().and_then(|at| pairs.get(at))
    }

    /// What serving a demand point by these shares adds to the objective.
    pub fn cost_of(&self, i: usize, shares: &[(u32, f64)]) -> f64 {
        shares.iter().filter_map(|&(site, share)| Some(self.pair(i, site)?.cost * share)).sum()
    }

    /// How far a weight stays below the wanted one, beyond rounding: the same part of all demand, which other violations
    /// are measured in.
    pub fn lacking(&self, weight: f64, wanted: f64) -> f64 {
        if weight >= wanted * (1.0 - PRECISION) {
            return 0.0;
        }
        let demand: f64 = self.demand.iter().sum();
        (1.0 - weight / wanted) * if demand > 0.0 { demand } else { wanted }
    }

    /// Σ_j g_j y_j of an open set.
    pub fn charge_of(&self, open: &[bool]) -> f64 {
        open.iter().zip(&self.charge).filter(|(open, _)| **open).map(|(_, charge)| charge).sum()
    }

    /// The objective of the model from that of this problem, which is always minimised.
    pub fn objective(&self, cost: f64) -> f64 {
        match self.sense {
            // Not -cost: nothing covered is 0, not -0.
            Sense::Maximize => 0.0 - cost,
            Sense::Minimize => cost,
        }
    }

    /// The largest coefficient of the objective: solvers leave noise in proportion to it.
    pub fn largest_cost(&self) -> f64 {
        let costs = self.pairs.iter().map(|pair| pair.cost.abs());
        costs.chain(self.charge.iter().map(|charge| charge.abs())).fold(self.constant.abs(), f64::max)
    }

    /// What an open set takes of the budget.
    pub fn money_of(&self, open: &[bool]) -> f64 {
        open.iter().zip(&self.money).filter(|(open, _)| **open).map(|(_, money)| money).sum()
    }

    /// How many sites of an open set count towards p.
    pub fn counted_of(&self, open: &[bool]) -> usize {
        open.iter().zip(&self.counted).filter(|(open, counted)| **open && **counted).count()
    }

    /// The open set as local flags; sites that may not open are left out.
    pub fn flags(&self, sites: &[u32]) -> Vec<bool> {
        let mut sorted = sites.to_vec();
        sorted.sort_unstable();
        self.site.iter().map(|j| sorted.binary_search(j).is_ok()).collect()
    }

    /// The least demand that must be served: all of it, or what a share of the weight takes up at least.
    pub fn least_demand(&self) -> f64 {
        match self.serving {
            Serving::All => self.demand.iter().sum(),
            Serving::Most => 0.0,
            Serving::Weight(wanted) => {
                let density = |i: usize| self.demand[i] / self.weight[i];
                let mut order: Vec<usize> = (0..self.n_demand()).filter(|&i| self.weight[i] > 0.0).collect();
                order.sort_by(|&a, &b| density(a).total_cmp(&density(b)));
                let (mut left, mut least) = (wanted, 0.0);
                for i in order {
                    let share = (left / self.weight[i]).clamp(0.0, 1.0);
                    least += share * self.demand[i];
                    left -= share * self.weight[i];
                }
                least
            }
        }
    }

    /// A number of which every objective is a whole multiple: 1, or 0 where that is not known.
    pub fn step(&self) -> f64 {
        let whole = |value: f64| value.fract() == 0.0 && value.abs() < 9.0e15;
        let all_whole = |values: &[f64]| values.iter().all(|&value| whole(value));
        if !all_whole(&self.charge) || !whole(self.constant) {
            return 0.0;
        }
        if matches!(self.serving, Serving::Weight(_)) {
            return 1.0;
        }
        // With whole demands and limits some best shares are whole amounts, each at a price per unit of demand.
        let limits_whole = all_whole(&self.demand)
            && self.capacity.iter().chain(&self.min_use).all(|&limit| whole(limit) || limit == f64::INFINITY);
        if !self.single && !limits_whole {
            return 0.0;
        }
        let prices_whole = (0..self.n_demand()).all(|i| {
            let by = if self.single || self.demand[i] == 0.0 { 1.0 } else { self.demand[i] };
            // A quotient that rounding made whole is whole only if it divides exactly.
            self.pairs_of(i).iter().all(|pair| whole(pair.cost) && whole(pair.cost / by) && pair.cost % by == 0.0)
        });
        if prices_whole { 1.0 } else { 0.0 }
    }
}

/// Some of the values.
fn pick<T: Copy>(kept: &[usize], values: &[T]) -> Vec<T> {
    kept.iter().map(|&at| values[at]).collect()
}
