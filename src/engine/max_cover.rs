//! How maximal covering is solved: cells, heuristic, then branch and bound of our own or the formulation.

use super::cover::{Best, Proof};
use super::heuristic::cover;
use super::mip;
use super::obstacles::site_obstacles;
use super::reduce::Cells;
use super::{Engine, Outcome, serve, solvable};
use crate::error::Error;
use crate::model::{MaxCover, Model, Plan, SiteRules, SiteState};
use crate::solve::{Control, Method, Phase, Reason};

solvable!(MaxCover);

impl Engine for MaxCover {
    fn obstacles(&self) -> Vec<Reason> {
        if serve::is_limited(self) {
            return serve::obstacles(self);
        }
        match self.rules().by_site(self.travel().n_sites()) {
            Ok(by_site) => site_obstacles(self.rules(), &by_site),
            Err(_) => Vec::new(),
        }
    }

    fn heuristic(&self, warm: Option<&[u32]>, control: &Control) -> Option<Plan> {
        if serve::is_limited(self) {
            return serve::heuristic(self, warm, control);
        }
        let mut cells = self.cells().ok()?;
        // More than what all sites together cover no plan can.
        if control.options.method != Method::Heuristic {
            control.bound(Phase::Heuristic, cells.covered + cells.weight.iter().sum::<f64>());
        }
        cells.drop_dominated();
        let warm = warm.map(|sites| cells.local(sites));
        let chosen = cover::search(&cells, warm.as_deref(), control.options.seed, control)?;
        self.plan(&cells, &chosen).ok()
    }

    fn exact(&self, start: Option<&Plan>, control: &Control) -> Result<Outcome, Error> {
        if serve::is_limited(self) {
            return serve::exact(self, start, control);
        }
        let mut cells = self.cells()?;
        cells.drop_dominated();
        let step = whole_step(self.weights().unwrap_or_default());
        log::info!(
            "max-cover: {} cells of demand points with the same {} sites in reach",
            cells.len(),
            cells.n_sites()
        );
        let several = cells.need_several();
        let why = mip::why_whole(control)
            .or_else(|| if several { cells.why_several_are_many() } else { cells.why_not_plain() });
        match (why, start) {
            (None, Some(plan)) => {
                log::info!(
                    "max-cover: {}",
                    if several {
                        "branch and bound, with cuts for demand points that ask for more than one site"
                    } else {
                        "Lagrangian bound, then branch and bound, as strong here as the linear relaxation"
                    }
                );
                return self.prove(cells, plan, step, control);
            }
            (why, _) => mip::tell_whole(Self::NAME, why.unwrap_or("no plan is known to start from"), control),
        }
        self.whole(&cells, start, step, control)
    }

    fn explain(&self, control: &Control) -> Vec<Reason> {
        if serve::is_limited(self) {
            return serve::explain(self, control);
        }
        // Only the rules on sites can make the model infeasible, and those obstacles were looked at first.
        vec![Reason::Rules { rules: "p, budget, required and forbidden sites".into() }]
    }
}

impl MaxCover {
    /// The formulation as a whole on the backend.
    fn whole(&self, cells: &Cells, start: Option<&Plan>, step: f64, control: &Control) -> Result<Outcome, Error> {
        let known = start.map(|plan| cells.local(&plan.sites));
        let found = mip::solve(mip::cover::max_cover(cells, known.as_deref(), step), control)?;
        let plan = match &found.values {
            Some(values) => Some(self.plan(cells, &mip::cover::open_sites(cells, values))?),
            None => None,
        };
        let largest = cells.weight.iter().copied().fold(0.0, f64::max);
        let best = plan.as_ref().or(start).map(|plan| plan.objective);
        let bound = best.map_or(found.bound, |best| found.bound_beside(best, largest));
        Ok(Outcome { plan, bound, ended: found.ended, nodes: found.nodes })
    }

    /// The proof from a plan in hand.
    fn prove(&self, cells: Cells, start: &Plan, step: f64, control: &Control) -> Result<Outcome, Error> {
        let mut proof = Proof::new(cells, start.objective, &start.sites, step);
        let proven = proof.search(control);
        let Best { value, sites, is_new } = proof.best;
        let plan = is_new.then(|| self.filled(sites)).transpose()?;
        let least = proof.least.max(value);
        let proven = match proven {
            Err(error @ Error::Solver { .. }) => {
                let least = control.best_bound().map_or(least, |known| known.min(least)).max(value);
                let best = plan.as_ref().unwrap_or(start);
                return super::after_failure::<Self>(&error, (best, Some(least)), || {
                    let mut cells = self.cells()?;
                    cells.drop_dominated();
                    self.whole(&cells, Some(best), step, control)
                });
            }
            proven => proven?,
        };
        let bound = proven.bound.map_or(least, |bound| bound.min(least)).max(value);
        Ok(Outcome { plan, bound: Some(bound), ended: proven.ended, nodes: proven.nodes })
    }

    fn cells(&self) -> Result<Cells, Error> {
        Cells::of(self, self.backup_count(), self.rules().budget.is_some())
    }

    /// The plan that opens some of the local sites, with as many more as p asks for.
    fn plan(&self, cells: &Cells, chosen: &[u32]) -> Result<Plan, Error> {
        self.filled(cells.in_model(chosen))
    }

    fn filled(&self, mut open: Vec<u32>) -> Result<Plan, Error> {
        let by_site = self.rules().by_site(self.travel().n_sites())?;
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

/// 1 when all weights are whole numbers whose sum is exact, so that every objective is whole; otherwise 0.
pub(crate) fn whole_step(weights: &[f64]) -> f64 {
    let exact = weights.iter().sum::<f64>() < 9_007_199_254_740_992.0;
    if exact && weights.iter().all(|weight| weight.fract() == 0.0) { 1.0 } else { 0.0 }
}
