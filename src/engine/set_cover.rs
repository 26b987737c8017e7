//! How set covering is solved: cells, dominance, heuristic, then the solver on what remains, or for a share of the weight
//! branch and bound on a live linear programme.

use super::cover::backup::Cuts;
use super::heuristic::set_cover;
use super::max_cover::whole_step;
use super::mip;
use super::obstacles::unreachable;
use super::reduce::Cells;
use super::tree::{self, Task};
use super::{Engine, Outcome, serve, solvable};
use crate::error::Error;
use crate::model::{Model, Plan, SetCover, weights_of};
use crate::solve::{Control, Phase, Reason};

solvable!(SetCover);

impl Engine for SetCover {
    fn obstacles(&self) -> Vec<Reason> {
        if serve::is_limited(self) {
            return serve::obstacles(self);
        }
        let Ok(by_site) = self.rules().by_site(self.travel().n_sites()) else { return Vec::new() };
        let unreached = unreachable(self, &by_site, self.backup_count());
        let Some(wanted) = self.wanted() else { return unreached.into_iter().collect() };
        // A share can leave out those that nobody reaches, as long as they weigh little enough.
        let Ok(cells) = Cells::of(self, self.backup_count(), true) else { return Vec::new() };
        let most = cells.covered + cells.weight.iter().sum::<f64>();
        if most < wanted - 1e-9 * wanted { unreached.into_iter().collect() } else { Vec::new() }
    }

    fn heuristic(&self, warm: Option<&[u32]>, control: &Control) -> Option<Plan> {
        if serve::is_limited(self) {
            return serve::heuristic(self, warm, control);
        }
        let mut cells = Cells::of(self, self.backup_count(), true).ok()?;
        cells.drop_dominated();
        let warm = warm.map(|sites| cells.local(sites));
        let chosen = set_cover::search(&cells, self.wanted(), warm.as_deref(), control.options.seed, control)?;
        self.plan(&cells, &chosen).ok()
    }

    fn exact(&self, start: Option<&Plan>, control: &Control) -> Result<Outcome, Error> {
        if serve::is_limited(self) {
            return serve::exact(self, start, control);
        }
        let mut cells = Cells::of(self, self.backup_count(), true)?;
        cells.drop_dominated();
        let by_site = self.rules().by_site(self.travel().n_sites())?;
        let step = whole_step(&by_site.cost);
        let constant = by_site.money(&cells.open);
        log::info!(
            "set-cover: {} cells of demand points with the same {} sites in reach",
            cells.len(),
            cells.n_sites()
        );
        let why = mip::why_whole(control).or_else(|| self.why_not_branched(&cells));
        match (why, start) {
            (None, Some(plan)) => {
                log::info!(
                    "set-cover: branch and bound on the linear relaxation, which a generic solver bounds late for a share"
                );
                return self.branch(&cells, plan, (constant, step), control);
            }
            (why, _) => mip::tell_whole(Self::NAME, why.unwrap_or("no plan is known to start from"), control),
        }
        self.whole(&cells, start, (constant, step), control)
    }

    fn explain(&self, control: &Control) -> Vec<Reason> {
        if serve::is_limited(self) {
            return serve::explain(self, control);
        }
        // Without capacities only reach can fail, and that obstacle was looked at first.
        vec![Reason::Rules { rules: "forbidden sites and reach".into() }]
    }
}

impl SetCover {
    /// The formulation as a whole on the backend. `money` is what the open sites cost, and what objectives are whole
    /// multiples of.
    fn whole(
        &self,
        cells: &Cells,
        start: Option<&Plan>,
        money: (f64, f64),
        control: &Control,
    ) -> Result<Outcome, Error> {
        let (constant, step) = money;
        // Dominated sites may have left the known plan; then it is no start.
        let known =
            start.map(|plan| cells.local(&plan.sites)).filter(|chosen| set_cover::covers(cells, self.wanted(), chosen));
        let found = mip::solve(mip::cover::set_cover(cells, self.wanted(), known.as_deref(), constant, step), control)?;
        let plan = match &found.values {
            Some(values) => Some(self.plan(cells, &mip::cover::open_sites(cells, values))?),
            None => None,
        };
        let largest = cells.cost.iter().copied().fold(0.0, f64::max);
        let best = plan.as_ref().or(start).map(|plan| plan.objective);
        let bound = best.map_or(found.bound, |best| found.bound_beside(best, largest));
        Ok(Outcome { plan, bound, ended: found.ended, nodes: found.nodes })
    }

    /// Branch and bound on a live linear programme, from a plan in hand. `money` is what the open sites cost, and what
    /// objectives are whole multiples of.
    fn branch(&self, cells: &Cells, start: &Plan, money: (f64, f64), control: &Control) -> Result<Outcome, Error> {
        let (constant, step) = money;
        let mut best = None;
        let task =
            Task { binaries: cells.n_sites(), sense: Self::SENSE, step, known: start.objective, nodes: u64::MAX };
        let formulation = mip::cover::set_cover(cells, self.wanted(), None, constant, step);
        let mut value = start.objective;
        let mut cuts = Cuts::of(cells, mip::cover::columns_of_set_cover(cells));
        let offer = |shares: &[f64]| {
            let chosen = set_cover::rounded(cells, self.wanted(), shares)?;
            let cost = constant + chosen.iter().map(|&j| cells.cost[j as usize]).sum::<f64>();
            if cost < value {
                value = cost;
                best = Some(chosen);
                control.incumbent(Phase::Bound, cost);
            }
            Some(value)
        };
        let proven = tree::branch_with_rows(formulation, task, control, offer, |values| cuts.broken(values));
        let plan = best.map(|chosen| self.plan(cells, &chosen)).transpose()?;
        let proven = match proven {
            Err(error @ Error::Solver { .. }) => {
                let best = plan.as_ref().unwrap_or(start);
                let whole = || self.whole(cells, Some(best), money, control);
                return super::after_failure::<Self>(&error, (best, control.best_bound()), whole);
            }
            proven => proven?,
        };
        let bound = proven.bound.or_else(|| control.best_bound());
        Ok(Outcome { plan, bound, ended: proven.ended, nodes: proven.nodes })
    }

    /// Why a generic solver does better than branch and bound; `None` where it does not.
    fn why_not_branched(&self, cells: &Cells) -> Option<&'static str> {
        if self.wanted().is_none() {
            return Some("everybody is to be covered, which it is good at");
        }
        if cells.n_sites() == 0 {
            return Some("no site is left to decide");
        }
        cells.why_several_are_many()
    }

    /// The weight that must be covered, rounded up to what whole weights can reach; `None`: every demand point.
    fn wanted(&self) -> Option<f64> {
        let wanted = self.required_weight()?;
        let whole = whole_step(&weights_of(self)) > 0.0;
        let wanted = wanted - 1e-9 * wanted;
        Some(if whole { wanted.ceil() } else { wanted })
    }

    fn plan(&self, cells: &Cells, chosen: &[u32]) -> Result<Plan, Error> {
        self.evaluate(&cells.in_model(chosen))
    }
}
