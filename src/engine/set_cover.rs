//! How set covering is solved: cells, dominance, heuristic, and the solver on what remains.

use super::heuristic::set_cover;
use super::max_cover::whole_step;
use super::mip;
use super::obstacles::unreachable;
use super::reduce::Cells;
use super::{Engine, Outcome, serve, solvable};
use crate::error::Error;
use crate::model::{Model, Plan, SetCover, weights_of};
use crate::solve::{Control, Reason};

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
        // Dominated sites may have left the known plan; then it is no start.
        let known = start
            .map(|plan| cells.local(&plan.sites))
            .filter(|chosen| set_cover::covers(&cells, self.wanted(), chosen));
        let found =
            mip::solve(mip::cover::set_cover(&cells, self.wanted(), known.as_deref(), constant, step), control)?;
        let plan = match &found.values {
            Some(values) => Some(self.plan(&cells, &mip::cover::open_sites(&cells, values))?),
            None => None,
        };
        Ok(Outcome { plan, bound: found.bound, ended: found.ended, nodes: found.nodes })
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
    /// The weight that must be covered, rounded up to what whole weights can reach; `None`: every demand point.
    fn wanted(&self) -> Option<f64> {
        let wanted = self.required_weight()?;
        let whole = whole_step(&weights_of(self)) > 0.0;
        Some(if whole { (wanted - 1e-9 * wanted).ceil() } else { wanted })
    }

    fn plan(&self, cells: &Cells, chosen: &[u32]) -> Result<Plan, Error> {
        self.evaluate(&cells.in_model(chosen))
    }
}
