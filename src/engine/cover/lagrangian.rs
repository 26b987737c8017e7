//! Lagrangian bound and reduced-cost fixing for maximal covering.
//!
//! Relaxing n_c z_c ≤ Σ_{j ∈ c} y_j with multipliers λ_c gives
//!
//! ```text
//! L(λ) = Σ_c max(0, w_c - n_c λ_c) + max { Σ_j ρ_j y_j : rules on sites },   ρ_j = Σ_{c ∋ j} λ_c
//! ```
//!
//! and the rules on sites are priced too: with prices r ≥ 0 on Σ y ≤ p and s ≥ 0 on the budget B, the maximum is at most
//! r p + s B + Σ_j max(0, v_j), v_j = ρ_j - r - s f_j. A site with v_j < 0 that cannot pay for being open is closed for
//! good when L + v_j falls below the known value; one with v_j > 0 is open for good when L - v_j does. The multipliers
//! follow the subgradient (Held, Wolfe and Crowder 1974), deflected by the last direction and scaled by the weights.

use crate::engine::reduce::Cells;
use crate::solve::Control;

/// The best multipliers found for some cells, and what they prove.
#[derive(Debug, Clone)]
pub(crate) struct Bound {
    /// No choice of sites covers more than this (weight covered by the open sites included).
    pub value: f64,
    /// Multiplier of each cell at that bound.
    pub lambda: Vec<f64>,
    /// Sites that are closed in every choice as good as the known value.
    pub closed: Vec<bool>,
    /// Sites that are open in every such choice.
    pub open: Vec<bool>,
    /// The best choice of sites that the relaxation came across, and what it covers.
    pub choice: Option<(f64, Vec<u32>)>,
}

/// Most rounds of the subgradient.
const ROUNDS: usize = 2_000;
/// Rounds without improvement after which steps are shortened, to this part.
const PATIENCE: usize = 30;
const SHORTER: f64 = 0.7;
/// Steps shorter than this part of the first move nothing.
const SHORTEST: f64 = 1e-4;
/// How much of the last direction stays.
const KEPT: f64 = 0.9;

/// What is known when the search begins: a value that some choice reaches, and a bound low enough to stop at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known {
    /// Value of the best choice known.
    pub value: f64,
    /// Below this no better choice can be.
    pub enough: f64,
}

impl Bound {
    /// Multipliers to begin with.
    pub fn start(cells: &Cells) -> Self {
        let n = cells.n_sites();
        Self {
            value: f64::INFINITY,
            lambda: (0..cells.len()).map(|c| 0.5 * most(cells, c)).collect(),
            closed: vec![false; n],
            open: vec![false; n],
            choice: None,
        }
    }

    /// Improves the multipliers.
    pub fn improve(&mut self, cells: &Cells, known: Known, control: &Control) {
        let mut lambda = self.lambda.clone();
        let mut worth = vec![0.0; cells.n_sites()];
        let mut chosen = vec![false; cells.n_sites()];
        let mut direction = vec![0.0; cells.len()];
        let (mut scale, mut idle) = (1.0, 0);
        for round in 0..ROUNDS {
            if round % 16 == 0 && control.stop().is_some() {
                return;
            }
            let value = evaluate(cells, &lambda, &mut worth, &mut chosen);
            self.fix(value, &worth, known.value);
            if value < self.value - 1e-6 * value.abs() {
                idle = 0;
            } else {
                idle += 1;
            }
            if value < self.value {
                self.value = value;
                self.lambda.copy_from_slice(&lambda);
            }
            if idle >= PATIENCE {
                scale *= SHORTER;
                idle = 0;
                lambda.copy_from_slice(&self.lambda);
            }
            let (norm, covered) = turn(cells, &lambda, &chosen, &mut direction);
            if self.choice.as_ref().is_none_or(|(best, _)| covered > *best) && affordable(cells, &chosen) {
                let sites = (0_u32..).zip(&chosen).filter(|(_, open)| **open).map(|(j, _)| j);
                self.choice = Some((covered, sites.collect()));
            }
            if self.value < known.enough || scale < SHORTEST || norm == 0.0 {
                return;
            }
            let step = scale * (value - known.value).max(1e-7 * value.abs()) / norm;
            for (c, lambda) in lambda.iter_mut().enumerate() {
                let most = most(cells, c);
                *lambda = (*lambda - step * most * direction[c]).clamp(0.0, most);
            }
        }
    }

    /// What some multipliers prove, found by other means; their bound.
    pub fn offer(&mut self, cells: &Cells, lambda: &[f64], known: f64) -> f64 {
        let mut worth = vec![0.0; cells.n_sites()];
        let mut chosen = vec![false; cells.n_sites()];
        let value = evaluate(cells, lambda, &mut worth, &mut chosen);
        self.fix(value, &worth, known);
        if value < self.value {
            self.value = value;
            self.lambda.copy_from_slice(lambda);
        }
        value
    }

    /// Takes a value below that of the best multipliers by so much, which more than the multipliers proved.
    pub fn lower(&mut self, cells: &Cells, by: f64, known: f64) {
        let mut worth = vec![0.0; cells.n_sites()];
        let value = evaluate(cells, &self.lambda, &mut worth, &mut vec![false; cells.n_sites()]);
        self.value = self.value.min(value - by);
        self.fix(self.value, &worth, known);
    }

    /// Marks the sites that are decided for all choices as good as the known value.
    fn fix(&mut self, value: f64, worth: &[f64], known: f64) {
        // Sums of thousands of terms: leave room for their rounding.
        let safe = value + 1e-9 * value.abs();
        if safe - worth.iter().copied().map(f64::abs).fold(0.0, f64::max) >= known {
            return;
        }
        for (j, &worth) in worth.iter().enumerate() {
            self.closed[j] |= worth < 0.0 && safe + worth < known;
            self.open[j] |= worth > 0.0 && safe - worth < known;
        }
    }
}

/// Whether the sites that the relaxation opens keep the budget: the last one taken may pass it.
fn affordable(cells: &Cells, chosen: &[bool]) -> bool {
    let money: f64 = cells.cost.iter().zip(chosen).filter(|(_, open)| **open).map(|(cost, _)| cost).sum();
    cells.budget.is_none_or(|budget| money <= budget)
}

/// The largest multiplier that makes sense. Steps are in proportion to it: heavy cells have far to go.
fn most(cells: &Cells, cell: usize) -> f64 {
    cells.weight[cell] / f64::from(cells.need[cell])
}

/// Moves the direction towards the subgradient; gives its squared length, and what the chosen sites cover.
fn turn(cells: &Cells, lambda: &[f64], chosen: &[bool], direction: &mut [f64]) -> (f64, f64) {
    let (mut norm, mut covered) = (0.0, cells.covered);
    for (c, sites) in cells.sites_of.iter().enumerate() {
        let need = f64::from(cells.need[c]);
        // Numbers of sites are far below the precision of f64.
        let open = sites.iter().filter(|&&j| chosen[j as usize]).count() as f64;
        if open >= need {
            covered += cells.weight[c];
        }
        let wanted = if cells.weight[c] > need * lambda[c] { need } else { 0.0 };
        direction[c] = KEPT * direction[c] + (open - wanted);
        let most = most(cells, c);
        // What stands at its end and would go beyond does not move.
        let stuck = lambda[c] <= 0.0 && direction[c] > 0.0 || lambda[c] >= most && direction[c] < 0.0;
        if !stuck {
            norm += most * direction[c] * direction[c];
        }
    }
    (norm, covered)
}

/// The bound at given multipliers; tells the worth of each site and which sites the relaxation opens.
fn evaluate(cells: &Cells, lambda: &[f64], worth: &mut [f64], chosen: &mut [bool]) -> f64 {
    worth.fill(0.0);
    let mut value = cells.covered;
    for (c, sites) in cells.sites_of.iter().enumerate() {
        value += (cells.weight[c] - f64::from(cells.need[c]) * lambda[c]).max(0.0);
        for &j in sites {
            worth[j as usize] += lambda[c];
        }
    }
    let (price_p, price_money) = prices(cells, worth);
    value += price_p * cells.p.unwrap_or(0) as f64 + price_money * cells.budget.unwrap_or(0.0).max(0.0);
    let mut taken = 0;
    for (j, worth) in worth.iter_mut().enumerate() {
        *worth -= price_money * cells.cost[j] + if cells.counted[j] { price_p } else { 0.0 };
        value += worth.max(0.0);
        chosen[j] = *worth > 0.0;
        taken += usize::from(chosen[j] && cells.counted[j]);
    }
    // At the price of the last site taken that site is worth nothing: it completes the number.
    let missing = cells.p.unwrap_or(0).saturating_sub(taken);
    let at_price = (0..chosen.len()).filter(|&j| worth[j] == 0.0 && cells.counted[j]);
    if price_p > 0.0 {
        at_price.take(missing).for_each(|j| chosen[j] = true);
    }
    value
}

/// Prices of one site and of one unit of money: the worth of the last site taken. Where p and a budget bind at once only
/// the number is priced, which bounds still.
fn prices(cells: &Cells, worth: &[f64]) -> (f64, f64) {
    if let Some(p) = cells.p {
        let mut values: Vec<f64> = (0..worth.len()).filter(|&j| cells.counted[j]).map(|j| worth[j]).collect();
        if p == 0 {
            return (values.iter().copied().fold(0.0, f64::max), 0.0);
        }
        if p >= values.len() {
            return (0.0, 0.0);
        }
        let (_, last, _) = values.select_nth_unstable_by(p - 1, |a, b| b.total_cmp(a));
        return (last.max(0.0), 0.0);
    }
    let Some(budget) = cells.budget else { return (0.0, 0.0) };
    let mut order: Vec<usize> = (0..worth.len()).filter(|&j| cells.cost[j] > 0.0).collect();
    order.sort_by(|&a, &b| (worth[b] / cells.cost[b]).total_cmp(&(worth[a] / cells.cost[a])).then(a.cmp(&b)));
    let mut left = budget;
    for j in order {
        left -= cells.cost[j];
        if left < 0.0 {
            return (0.0, worth[j] / cells.cost[j]);
        }
    }
    (0.0, 0.0)
}
