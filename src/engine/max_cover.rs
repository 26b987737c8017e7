//! How maximal covering is solved: cells, heuristic, Lagrangian fixing, and the solver on what remains.

use super::cover::lagrangian;
use super::heuristic::cover;
use super::mip;
use super::obstacles::site_obstacles;
use super::reduce::Cells;
use super::{Ended, Engine, Outcome, solvable};
use crate::error::Error;
use crate::model::{MaxCover, Model, Plan, SiteRules, SiteState};
use crate::solve::{Control, Limit, Method, Phase, Reason};

/// Rounds of the subgradient before the solver starts.
const ROUNDS: usize = 400;

solvable!(MaxCover);

impl Engine for MaxCover {
    fn obstacles(&self) -> Vec<Reason> {
        match self.rules().by_site(self.travel().n_sites()) {
            Ok(by_site) => site_obstacles(self.rules(), &by_site),
            Err(_) => Vec::new(),
        }
    }

    fn heuristic(&self, warm: Option<&[u32]>, control: &Control) -> Option<Plan> {
        let mut cells = self.cells().ok()?;
        cells.drop_dominated();
        let warm = warm.map(|sites| cells.local(sites));
        let chosen = cover::search(&cells, warm.as_deref(), control.options.seed, control)?;
        self.plan(&cells, &chosen).ok()
    }

    fn exact(&self, start: Option<&Plan>, control: &Control) -> Result<Outcome, Error> {
        let mut cells = self.cells()?;
        cells.drop_dominated();
        let step = whole_step(self.weights().unwrap_or_default());
        let mut bound = None;
        if let (Method::Auto, Some(plan)) = (control.options.method, start) {
            let enough = plan.objective + if step > 0.0 { 0.999 * step } else { 1e-10 * plan.objective };
            let lagrangian = lagrangian::bound(&cells, plan.objective, enough, ROUNDS, control);
            let value = mip::rounded(lagrangian.value * (1.0 + 1e-9), step, Self::SENSE).max(plan.objective);
            control.bound(Phase::Bound, value);
            bound = Some(value);
            if lagrangian.value < enough || control.gap_reached() || control.stop().is_some() {
                return Ok(settled(plan, value, control));
            }
            cells.fix(&lagrangian.open, &lagrangian.closed);
            cells.drop_dominated();
        }
        let known = start.map(|plan| cells.local(&plan.sites));
        let found = mip::solve(mip::cover::max_cover(&cells, known.as_deref(), step), control)?;
        let plan = match &found.values {
            Some(values) => Some(self.plan(&cells, &mip::cover::open_sites(&cells, values))?),
            None => None,
        };
        // What was fixed away is worse than the known plan, so the best of all is bounded by the larger of both.
        let known = start.map_or(f64::NEG_INFINITY, |plan| plan.objective);
        let proven = match (found.bound, found.ended) {
            (None, Ended::Complete) => Some(known),
            (value, _) => value.map(|value| value.max(known)),
        };
        let bound = match (proven, bound) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        Ok(Outcome { plan, bound, ended: found.ended, nodes: found.nodes })
    }

    fn explain(&self, _control: &Control) -> Vec<Reason> {
        // Only the rules on sites can make the model infeasible, and those obstacles were looked at first.
        vec![Reason::Rules { rules: "p, budget, required and forbidden sites".into() }]
    }
}

impl MaxCover {
    fn cells(&self) -> Result<Cells, Error> {
        Cells::of(self, self.backup_count(), self.rules().budget.is_some())
    }

    /// The plan that opens some of the local sites, with as many more as p asks for.
    fn plan(&self, cells: &Cells, chosen: &[u32]) -> Result<Plan, Error> {
        let by_site = self.rules().by_site(self.travel().n_sites())?;
        let mut open = cells.open.clone();
        open.extend(chosen.iter().map(|&j| cells.site[j as usize]));
        open.sort_unstable();
        fill_up(&mut open, &by_site, self.rules().p, self.rules().budget);
        self.evaluate(&open)
    }
}

/// Opens further free sites until p count: first the cheapest, so that a budget still holds.
pub(crate) fn fill_up(open: &mut Vec<u32>, by_site: &SiteRules, p: Option<usize>, budget: Option<f64>) {
    let Some(p) = p else { return };
    let mut missing = p.saturating_sub(by_site.counted(open));
    if missing == 0 {
        return;
    }
    let closed = |j: &u32| by_site.state[*j as usize] == SiteState::Free && open.binary_search(j).is_err();
    let mut free: Vec<u32> = (0_u32..).zip(&by_site.state).map(|(j, _)| j).filter(closed).collect();
    if budget.is_some() {
        free.sort_by(|&a, &b| by_site.cost[a as usize].total_cmp(&by_site.cost[b as usize]).then(a.cmp(&b)));
    }
    for j in free {
        if missing == 0 {
            break;
        }
        open.push(j);
        missing -= 1;
    }
    open.sort_unstable();
}

/// The start as the answer: proven, or good enough.
fn settled(plan: &Plan, bound: f64, control: &Control) -> Outcome {
    let ended = match control.stop() {
        _ if bound <= plan.objective => Ended::Complete,
        Some(limit) => Ended::Limit(limit),
        None => Ended::Limit(Limit::Gap),
    };
    Outcome { plan: Some(plan.clone()), bound: Some(bound), ended, nodes: 0 }
}

/// 1 when all weights are whole numbers whose sum is exact, so that every objective is whole; otherwise 0.
pub(crate) fn whole_step(weights: &[f64]) -> f64 {
    let exact = weights.iter().sum::<f64>() < 9_007_199_254_740_992.0;
    if exact && weights.iter().all(|weight| weight.fract() == 0.0) { 1.0 } else { 0.0 }
}
