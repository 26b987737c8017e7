//! How the p-center is solved: a search over the distinct radii, with set covers in between.

use super::center::instance::Instance;
use super::center::search::search;
use super::obstacles::{serving_obstacles, unreachable};
use super::{Engine, Outcome, heuristic, solvable};
use crate::error::Error;
use crate::model::{Model, PCenter, Plan};
use crate::solve::{Control, Method, Reason};

solvable!(PCenter);

impl Engine for PCenter {
    fn obstacles(&self) -> Vec<Reason> {
        let Ok(by_site) = self.rules().by_site(self.travel().n_sites()) else { return Vec::new() };
        let mut reasons = serving_obstacles(self.rules(), &by_site);
        reasons.extend(unreachable(self, &by_site, 1));
        reasons
    }

    fn heuristic(&self, warm: Option<&[u32]>, control: &Control) -> Option<Plan> {
        let instance = Instance::of(self).ok()?;
        let warm = warm.map(|sites| instance.local(sites));
        let chosen = heuristic::center::search(&instance, warm.as_deref(), control.options.seed, control)?;
        self.evaluate(&instance.sites(&chosen)).ok()
    }

    fn exact(&self, start: Option<&Plan>, control: &Control) -> Result<Outcome, Error> {
        let instance = Instance::of(self)?;
        let own = control.options.method == Method::Auto;
        if own {
            log::info!("p-center: search over the radii by covers of who is left out, a tree last");
        } else {
            log::info!("p-center: the solver at every radius: the method asks for it");
        }
        let known = start.map(|plan| (plan.objective, instance.local(&plan.sites)));
        let searched = search(&instance, known, own, control)?;
        let plan = match &searched.chosen {
            Some(chosen) => Some(self.evaluate(&instance.sites(chosen))?),
            None => start.cloned(),
        };
        let bound = searched.bound.is_finite().then_some(searched.bound);
        Ok(Outcome { plan, bound, ended: searched.ended, nodes: searched.nodes })
    }

    fn explain(&self, control: &Control) -> Vec<Reason> {
        super::center::explain::reasons(self, control)
    }

    /// Nobody walks less than nothing.
    fn ideal(&self) -> Option<f64> {
        Some(0.0)
    }
}
