//! Small random towns and brute force, shared by the tests of the models.
#![allow(dead_code, reason = "each test file uses its own part")]

use proptest::prelude::*;
use siting::{Rules, TravelMatrix};

/// A town small enough to try every plan.
#[derive(Debug, Clone)]
pub struct Town {
    /// Cost from each demand point to each site; `None` is unreachable.
    pub costs: Vec<Vec<Option<f64>>>,
    pub weights: Vec<f64>,
    pub site_costs: Vec<f64>,
}

impl Town {
    pub fn n_demand(&self) -> usize {
        self.costs.len()
    }

    pub fn n_sites(&self) -> usize {
        self.site_costs.len()
    }

    pub fn travel(&self) -> TravelMatrix {
        let mut pairs = Vec::new();
        for (i, row) in (0_u32..).zip(&self.costs) {
            for (j, cost) in (0_u32..).zip(row) {
                pairs.extend(cost.map(|cost| (i, j, cost)));
            }
        }
        TravelMatrix::from_pairs(self.n_demand(), self.n_sites(), &pairs).unwrap()
    }

    /// Cost from a demand point to its nearest site of a set, within a radius.
    pub fn nearest(&self, i: usize, open: &[usize], radius: f64) -> Option<f64> {
        open.iter().filter_map(|&j| self.costs[i][j]).filter(|&cost| cost <= radius).reduce(f64::min)
    }
}

/// Towns of up to 7 demand points and 6 sites with whole numbers, many ties and some unreachable pairs.
pub fn towns() -> impl Strategy<Value = Town> {
    (1_usize..=7, 2_usize..=6).prop_flat_map(|(demand, sites)| {
        let cost = prop_oneof![4 => (0_u32..12).prop_map(|cost| Some(f64::from(cost))), 1 => Just(None)];
        let costs = prop::collection::vec(prop::collection::vec(cost, sites), demand);
        let weights = prop::collection::vec((0_u32..9).prop_map(f64::from), demand);
        let site_costs = prop::collection::vec((0_u32..9).prop_map(f64::from), sites);
        (costs, weights, site_costs).prop_map(|(costs, weights, site_costs)| Town { costs, weights, site_costs })
    })
}

/// Random rules for `n` sites: each site is free, required, forbidden, existing, or existing and closable.
pub fn rules(n: usize) -> impl Strategy<Value = Rules> {
    let state = prop_oneof![6 => Just(0_u8), 1 => Just(1), 1 => Just(2), 1 => Just(3)];
    let closing = prop::option::of(prop::collection::vec((-3_i32..6).prop_map(f64::from), n));
    (prop::collection::vec(state, n), closing).prop_map(|(states, closing)| {
        let of = |wanted: u8| {
            (0_u32..).zip(&states).filter(|(_, state)| **state == wanted).map(|(j, _)| j).collect::<Vec<_>>()
        };
        let existing = of(3);
        let closing_costs = closing.map(|costs| costs[..existing.len()].to_vec());
        Rules { required: of(1), forbidden: of(2), existing, closing_costs, ..Rules::default() }
    })
}

/// All sets of sites.
pub fn subsets(n: usize) -> impl Iterator<Item = Vec<usize>> {
    (0_u32..1 << n).map(move |bits| (0..n).filter(|j| bits >> j & 1 == 1).collect())
}

/// Whether a set of open sites obeys the rules, written without looking at the library's own.
pub fn allowed(rules: &Rules, site_costs: &[f64], open: &[usize]) -> bool {
    let has = |j: u32| open.contains(&(j as usize));
    let may_close = rules.closing_costs.is_some();
    let new = open.iter().filter(|&&j| !rules.existing.contains(&(j as u32))).count();
    rules.required.iter().all(|&j| has(j))
        && !rules.forbidden.iter().any(|&j| has(j))
        && (may_close || rules.existing.iter().all(|&j| has(j)))
        && rules.p.is_none_or(|p| p == new)
        && rules.budget.is_none_or(|budget| money(rules, site_costs, open) <= budget + 1e-9)
}

/// What a set of open sites costs: opening the new ones, closing the existing ones.
pub fn money(rules: &Rules, site_costs: &[f64], open: &[usize]) -> f64 {
    let opening: f64 = open.iter().filter(|&&j| !rules.existing.contains(&(j as u32))).map(|&j| site_costs[j]).sum();
    let closing: f64 = match &rules.closing_costs {
        Some(costs) => rules
            .existing
            .iter()
            .zip(costs)
            .filter(|(j, _)| !open.contains(&(**j as usize)))
            .map(|(_, cost)| cost)
            .sum(),
        None => 0.0,
    };
    opening + closing
}
