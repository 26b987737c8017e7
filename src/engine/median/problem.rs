//! The p-median and the fixed-charge problem in one normal form.
//!
//! Sites that are open in every plan worth considering are taken for granted, what they cost is paid, and each demand
//! point keeps its sites by ascending weighted cost up to the first that is open anyway: what comes after it can never
//! serve. What is left to decide has costs of 0 or more.

use crate::error::Error;
use crate::model::{Model, SiteState, weights_of};

/// What may become of a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Open in every plan considered.
    Open,
    /// To be decided; counts towards p.
    Counted,
    /// To be decided; does not count towards p.
    Uncounted,
    /// Closed in every plan considered.
    Closed,
}

impl Role {
    /// Whether the site is still to be decided.
    pub fn is_free(self) -> bool {
        matches!(self, Self::Counted | Self::Uncounted)
    }
}

/// Which demand points there are, which sites can serve them, and what is left of p and the budget.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    /// Where the row of each demand point starts; one more entry than rows.
    pub start: Vec<usize>,
    /// Sites of each row, by ascending cost.
    pub site: Vec<u32>,
    /// Their weighted costs w_i c_ij.
    pub cost: Vec<f64>,
    /// Number of each row's demand point when the problem was first built; rows may have been dropped since.
    pub demand: Vec<u32>,
    /// Role of each site.
    pub role: Vec<Role>,
    /// What each site to be decided adds to the objective when open.
    pub charge: Vec<f64>,
    /// What each site to be decided takes from the budget when open.
    pub price: Vec<f64>,
    /// How many counted sites must open.
    pub p: Option<usize>,
    /// What they may cost.
    pub budget: Option<f64>,
    /// What has to be added to the objective.
    pub constant: f64,
    /// The objective of every plan is a whole multiple of this; 0 when nothing is known.
    pub step: f64,
}

/// Sums of whole numbers up to here are exact.
const EXACT: f64 = 9e15;

impl Problem {
    /// Brings a model into normal form; `charged` says that the objective includes what the sites cost.
    pub fn of<M: Model>(model: &M, charged: bool) -> Result<Self, Error> {
        let travel = model.travel();
        let n_sites = travel.n_sites();
        let rules = model.rules();
        let by_site = rules.by_site(n_sites)?;
        let weights = weights_of(model);
        // An existing site serves for nothing, so it only closes where that frees money that matters.
        let money_matters = charged || rules.budget.is_some();
        let role: Vec<Role> = (by_site.state.iter().zip(&by_site.cost))
            .map(|(state, &cost)| match state {
                SiteState::Required | SiteState::Existing => Role::Open,
                SiteState::Closable if money_matters && cost > 0.0 => Role::Uncounted,
                SiteState::Closable => Role::Open,
                SiteState::Free => Role::Counted,
                SiteState::Forbidden => Role::Closed,
            })
            .collect();
        let open: f64 =
            role.iter().zip(&by_site.cost).filter(|(role, _)| **role == Role::Open).map(|(_, cost)| cost).sum();
        let paid = by_site.constant + open;
        let budget = rules.budget.map(|budget| by_site.spendable(budget) - paid);
        let mut problem = Self {
            start: vec![0],
            site: Vec::with_capacity(travel.n_pairs()),
            cost: Vec::with_capacity(travel.n_pairs()),
            demand: Vec::with_capacity(travel.n_demand()),
            charge: if charged { by_site.cost.clone() } else { vec![0.0; n_sites] },
            price: by_site.cost,
            role,
            p: rules.p.map(|p| p.saturating_sub(rules.required.len())),
            budget,
            constant: if charged { paid } else { 0.0 },
            step: 0.0,
        };
        let mut row: Vec<(f64, bool, u32)> = Vec::new();
        for (i, &weight) in (0_u32..).zip(weights.iter()) {
            row.clear();
            for (j, cost) in travel.row(i as usize) {
                let role = problem.role[j as usize];
                if role != Role::Closed {
                    row.push((weight * cost, role != Role::Open, j));
                }
            }
            row.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
            problem.push_row(i, row.iter().map(|&(cost, _, j)| (j, cost)), f64::INFINITY);
        }
        problem.site.shrink_to_fit();
        problem.cost.shrink_to_fit();
        problem.step = if problem.is_whole() { 1.0 } else { 0.0 };
        Ok(problem)
    }

    /// Adds a row up to the first site that is open anyway, or up to a cost that no better plan exceeds. Rows that are
    /// served at their first site are settled: they go into the constant. Gives whether any site is left to serve it.
    fn push_row(&mut self, i: u32, row: impl Iterator<Item = (u32, f64)>, most: f64) -> bool {
        let from = self.site.len();
        for (j, cost) in row {
            if cost > most {
                break;
            }
            match self.role[j as usize] {
                Role::Closed => {}
                Role::Open if self.site.len() == from => {
                    self.constant += cost;
                    return true;
                }
                role => {
                    self.site.push(j);
                    self.cost.push(cost);
                    if role == Role::Open {
                        break;
                    }
                }
            }
        }
        self.start.push(self.site.len());
        self.demand.push(i);
        self.site.len() > from
    }

    /// Whether the objective of every plan is a whole number, small enough to be added up exactly.
    fn is_whole(&self) -> bool {
        let whole = |value: &f64| value.fract() == 0.0;
        let charges = self.role.iter().zip(&self.charge).filter(|(role, _)| role.is_free()).map(|(_, charge)| charge);
        self.constant.fract() == 0.0
            && self.cost.iter().all(whole)
            && charges.clone().all(whole)
            && self.constant.abs() + charges.sum::<f64>() + self.worst_service() < EXACT
    }

    /// Number of rows: demand points not yet settled.
    pub fn n_rows(&self) -> usize {
        self.demand.len()
    }

    /// Number of sites, decided or not.
    pub fn n_sites(&self) -> usize {
        self.role.len()
    }

    /// Sites still to be decided.
    pub fn free(&self) -> impl Iterator<Item = u32> + '_ {
        (0_u32..).zip(&self.role).filter(|(_, role)| role.is_free()).map(|(j, _)| j)
    }

    /// Sites that are open in every plan considered.
    pub fn open_sites(&self) -> Vec<u32> {
        (0_u32..).zip(&self.role).filter(|(_, role)| **role == Role::Open).map(|(j, _)| j).collect()
    }

    /// What service costs at most: everyone at the farthest site that is left.
    pub fn worst_service(&self) -> f64 {
        self.start.windows(2).filter(|ends| ends[1] > ends[0]).map(|ends| self.cost[ends[1] - 1]).sum()
    }

    /// A bound on the objective, rounded up to what a plan can reach.
    pub fn rounded(&self, bound: f64) -> f64 {
        // The bound is below the truth by less than this already, so a bound this close above a step is that step.
        if self.step > 0.0 { ((bound / self.step) - 1e-6).ceil() * self.step } else { bound }
    }

    /// Settles a site: open, which is paid for, or closed. Rows keep the site until the next [`Problem::compressed`].
    pub fn settle(&mut self, j: u32, open: bool) {
        let at = j as usize;
        if open {
            if self.role[at] == Role::Counted {
                self.p = self.p.map(|p| p.saturating_sub(1));
            }
            self.budget = self.budget.map(|budget| budget - self.price[at]);
            self.constant += self.charge[at];
        }
        self.role[at] = if open { Role::Open } else { Role::Closed };
    }

    /// Whether p and the budget can still be kept, going by number and price alone.
    pub fn is_possible(&self) -> bool {
        let counted: Vec<f64> = (self.role.iter().zip(&self.price))
            .filter(|(role, _)| **role == Role::Counted)
            .map(|(_, &price)| price)
            .collect();
        if self.p.is_some_and(|p| p > counted.len()) {
            return false;
        }
        let Some(budget) = self.budget else { return true };
        self.p.map_or(0.0, |p| cheapest(counted, p)) <= budget
    }

    /// The same problem without what the roles have settled since, with more sites settled, and without sites that row
    /// r reaches at more than `most(r)`. `None` when no plan is left.
    pub fn compressed(&self, settled: &[(u32, bool)], most: impl Fn(usize) -> f64) -> Option<Self> {
        let mut smaller = Self {
            start: vec![0],
            site: Vec::new(),
            cost: Vec::new(),
            demand: Vec::new(),
            role: self.role.clone(),
            charge: self.charge.clone(),
            price: self.price.clone(),
            ..*self
        };
        for &(j, open) in settled {
            smaller.settle(j, open);
        }
        if !smaller.is_possible() {
            return None;
        }
        for r in 0..self.n_rows() {
            let row = self.start[r]..self.start[r + 1];
            let entries = self.site[row.clone()].iter().copied().zip(self.cost[row].iter().copied());
            if !smaller.push_row(self.demand[r], entries, most(r)) {
                return None;
            }
        }
        Some(smaller)
    }

    /// The same sites and rows with nothing but the question whether everyone can be served.
    pub fn reach_only(&self) -> Self {
        self.asking(0.0, vec![0.0; self.charge.len()])
    }

    /// The question how few sites can serve everyone, `constant` of which are open anyway.
    pub fn fewest_sites(&self, constant: usize) -> Self {
        let charge = self.role.iter().map(|&role| if role == Role::Counted { 1.0 } else { 0.0 }).collect();
        Self { p: None, budget: None, ..self.asking(constant as f64, charge) }
    }

    /// The question how little money can serve everyone with the same p; `paid` is spent anyway.
    pub fn least_money(&self, paid: f64) -> Self {
        Self { budget: None, ..self.asking(paid, self.price.clone()) }
    }

    /// The same sites and rows with other charges, and service for nothing.
    fn asking(&self, constant: f64, charge: Vec<f64>) -> Self {
        let mut problem = Self { cost: vec![0.0; self.cost.len()], charge, constant, ..self.clone() };
        problem.step = if problem.is_whole() { 1.0 } else { 0.0 };
        problem
    }
}

/// Sum of the `count` smallest values.
pub(crate) fn cheapest(mut values: Vec<f64>, count: usize) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.iter().take(count).sum()
}
