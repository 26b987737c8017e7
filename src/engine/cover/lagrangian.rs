//! Lagrangian bound and reduced-cost fixing for maximal covering.
//!
//! Relaxing n_c z_c ≤ Σ_{j ∈ c} y_j with multipliers λ_c gives
//!
//! ```text
//! L(λ) = Σ_c max(0, w_c - n_c λ_c) + max { Σ_j ρ_j y_j : rules on sites },   ρ_j = Σ_{c ∋ j} λ_c
//! ```
//!
//! and the rules on sites are priced too: with prices r ≥ 0 (or any sign for an exact p) on Σ y ≤ p and s ≥ 0 on the
//! budget, the maximum is at most r p + s B + Σ_j max(0, v_j), v_j = ρ_j - r - s f_j. A site with v_j < 0 that cannot pay
//! for being open is closed for good when L + v_j falls below the known value; one with v_j > 0 is open for good when
//! L - v_j does. The multipliers follow the subgradient (Held and Karp 1971), deflected by the last direction.

use crate::engine::reduce::Cells;
use crate::solve::Control;

/// Bound and the sites that it fixes.
#[derive(Debug, Clone)]
pub(crate) struct Bound {
    /// No choice of sites covers more than this (weight covered by the open sites included).
    pub value: f64,
    /// Sites that are closed in every better choice.
    pub closed: Vec<bool>,
    /// Sites that are open in every better choice.
    pub open: Vec<bool>,
}

/// Runs the subgradient against the value of a known choice.
///
/// Fixings hold for all choices that are as good as the `known` value; a bound below `enough` ends the rounds.
pub(crate) fn bound(cells: &Cells, known: f64, enough: f64, rounds: usize, control: &Control) -> Bound {
    let n = cells.n_sites();
    let mut lambda: Vec<f64> = (0..cells.len()).map(|c| 0.5 * cells.weight[c] / f64::from(cells.need[c])).collect();
    let mut direction = vec![0.0; cells.len()];
    let mut worth = vec![0.0; n];
    let mut best = Bound { value: f64::INFINITY, closed: vec![false; n], open: vec![false; n] };
    let (mut scale, mut since_better) = (1.0, 0);
    let mut chosen = vec![false; n];
    for _ in 0..rounds {
        if control.stop().is_some() {
            break;
        }
        let value = evaluate(cells, &lambda, &mut worth, &mut chosen, known, &mut best);
        if value < best.value - 1e-7 * value.abs() {
            since_better = 0;
        } else {
            since_better += 1;
        }
        best.value = best.value.min(value);
        if best.value < enough || scale < 1e-4 {
            break;
        }
        if since_better >= 15 {
            scale *= 0.6;
            since_better = 0;
        }
        let mut norm = 0.0;
        for (c, sites) in cells.sites_of.iter().enumerate() {
            let need = f64::from(cells.need[c]);
            let open = sites.iter().filter(|&&j| chosen[j as usize]).count();
            let wanted = if cells.weight[c] > need * lambda[c] { need } else { 0.0 };
            // Counts of sites are far below the precision of f64.
            direction[c] = 0.7 * direction[c] + (open as f64 - wanted);
            norm += direction[c] * direction[c];
        }
        if norm == 0.0 {
            break;
        }
        let step = scale * (value - known).max(1e-9 * value.abs()) / norm;
        for c in 0..cells.len() {
            let most = cells.weight[c] / f64::from(cells.need[c]);
            lambda[c] = (lambda[c] - step * direction[c]).clamp(0.0, most);
        }
    }
    best
}

/// The bound at given multipliers; marks what it fixes, and the sites that the relaxation opens.
fn evaluate(cells: &Cells, lambda: &[f64], worth: &mut [f64], chosen: &mut [bool], known: f64, best: &mut Bound) -> f64 {
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
    for (j, worth) in worth.iter_mut().enumerate() {
        *worth -= price_money * cells.cost[j] + if cells.counted[j] { price_p } else { 0.0 };
        value += worth.max(0.0);
        chosen[j] = *worth > 0.0;
    }
    // At the price of the last site taken that site is worth nothing: it completes the number.
    if let (Some(p), true) = (cells.p, price_p > 0.0) {
        let mut missing = p.saturating_sub((0..chosen.len()).filter(|&j| chosen[j] && cells.counted[j]).count());
        for j in 0..chosen.len() {
            if missing > 0 && worth[j] == 0.0 && cells.counted[j] && !chosen[j] {
                chosen[j] = true;
                missing -= 1;
            }
        }
    }
    // Sums of thousands of terms: leave room for their rounding.
    let safe = value * (1.0 + 1e-9);
    for (j, &worth) in worth.iter().enumerate() {
        best.closed[j] |= worth < 0.0 && safe + worth < known;
        best.open[j] |= worth > 0.0 && safe - worth < known;
    }
    value
}

/// Prices of one site and of one unit of money: the worth of the last site taken.
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
        let last = *last;
        // Within p and a budget at once, the price that bounds more is not known beforehand: take the site's.
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
