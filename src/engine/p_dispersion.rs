//! How the p-dispersion is solved: a search over the distinct distances, with independent sets in between.

use super::dispersion::instance::Instance;
use super::dispersion::search::search;
use super::obstacles::site_obstacles;
use super::{Engine, Outcome, heuristic, solvable};
use crate::error::Error;
use crate::model::{Model, PDispersion, Plan};
use crate::solve::{Control, Method, Reason};

solvable!(PDispersion);

impl Engine for PDispersion {
    fn obstacles(&self) -> Vec<Reason> {
        match self.rules().by_site(self.travel().n_sites()) {
            Ok(by_site) => site_obstacles(self.rules(), &by_site),
            Err(_) => Vec::new(),
        }
    }

    fn heuristic(&self, warm: Option<&[u32]>, control: &Control) -> Option<Plan> {
        let instance = Instance::of(self).ok()?;
        let warm = warm.map(|sites| instance.local(sites));
        let (_, chosen) = heuristic::dispersion::search(&instance, warm.as_deref(), control.options.seed, control)?;
        self.evaluate(&instance.sites(&chosen)).ok()
    }

    fn exact(&self, start: Option<&Plan>, control: &Control) -> Result<Outcome, Error> {
        let instance = Instance::of(self)?;
        let own = control.options.method == Method::Auto;
        if own {
            log::info!("p-dispersion: search over the distances by graphs of sites too close, the solver last");
        } else {
            log::info!("p-dispersion: the solver at every distance: the method asks for it");
        }
        let searched = search(&instance, start.map(|plan| plan.objective), own, control)?;
        if searched.best == f64::INFINITY {
            return Err(self.infinite_objective());
        }
        let plan = match &searched.chosen {
            Some(chosen) => Some(self.evaluate(&instance.sites(chosen))?),
            None => start.cloned(),
        };
        let bound = searched.bound.is_finite().then_some(searched.bound);
        Ok(Outcome { plan, bound, ended: searched.ended, nodes: searched.nodes })
    }

    fn explain(&self, _control: &Control) -> Vec<Reason> {
        // Any p sites within the rules are a plan, and those obstacles were looked at first.
        vec![Reason::Rules { rules: "p, budget, required and forbidden sites".into() }]
    }

    fn infinite_objective(&self) -> Error {
        let (value, reason) = match self.travel().cutoff() {
            Some(cutoff) => (
                format!("a matrix cut off at {cutoff}"),
                "a plan within the rules has no two open sites whose distance is stored, so there is nothing to \
                 maximise; build the matrix with a larger cutoff, or without one",
            ),
            None => (
                format!("a matrix of {} pairs", self.travel().n_pairs()),
                "a plan within the rules has no two open sites whose distance is stored, so there is nothing to \
                 maximise; give the distances of more pairs, or ask for at least two sites to be open",
            ),
        };
        Error::InvalidValue { argument: "travel", value, reason: reason.into() }
    }
}
