//! The objective of each model, added up anew from a plan.

use super::check::{Checked, TOLERANCE, check_all_served, served_weight, unverified};
use crate::error::Error;
use crate::model::{
    FixedCharge, Flow, MaxCover, Model, PCenter, PDispersion, PMedian, Plan, SetCover, covering_sites, weights_of,
};

impl Checked for MaxCover {
    fn recompute(&self, plan: &Plan, flows: &[Flow]) -> Result<f64, Error> {
        let weights = weights_of(self);
        check_backup(self, self.backup_count(), plan)?;
        Ok(served_weight(flows, &weights))
    }
}

impl Checked for SetCover {
    fn recompute(&self, plan: &Plan, flows: &[Flow]) -> Result<f64, Error> {
        let weights = weights_of(self);
        check_backup(self, self.backup_count(), plan)?;
        match self.required_weight() {
            None => check_all_served(flows, self.travel().n_demand())?,
            Some(required) => {
                let covered = served_weight(flows, &weights);
                if covered < required * (1.0 - TOLERANCE) {
                    return unverified(format!("a weight of {covered} is covered where {required} is asked for"));
                }
            }
        }
        Ok(self.rules().by_site(self.travel().n_sites())?.money(&plan.sites))
    }
}

impl Checked for PMedian {
    fn recompute(&self, _plan: &Plan, flows: &[Flow]) -> Result<f64, Error> {
        check_all_served(flows, self.travel().n_demand())?;
        Ok(walked(self, flows))
    }
}

impl Checked for FixedCharge {
    fn recompute(&self, plan: &Plan, flows: &[Flow]) -> Result<f64, Error> {
        check_all_served(flows, self.travel().n_demand())?;
        Ok(self.rules().by_site(self.travel().n_sites())?.money(&plan.sites) + walked(self, flows))
    }
}

impl Checked for PCenter {
    fn recompute(&self, _plan: &Plan, flows: &[Flow]) -> Result<f64, Error> {
        check_all_served(flows, self.travel().n_demand())?;
        let weights = weights_of(self);
        let costs = flows.iter().map(|flow| weights[flow.demand as usize] * cost(self, flow));
        Ok(costs.fold(0.0, f64::max))
    }
}

impl Checked for PDispersion {
    fn recompute(&self, plan: &Plan, _flows: &[Flow]) -> Result<f64, Error> {
        let mut least = f64::INFINITY;
        for &a in &plan.sites {
            for &b in plan.sites.iter().filter(|&&b| b != a) {
                least = self.travel().cost(a, b).map_or(least, |distance| least.min(distance));
            }
        }
        Ok(least)
    }

    fn assigns(&self) -> bool {
        false
    }
}

fn cost<M: Model>(model: &M, flow: &Flow) -> f64 {
    // An unreachable pair was refused before; infinity would show in the objective.
    model.travel().cost(flow.demand, flow.site).unwrap_or(f64::INFINITY)
}

fn walked<M: Model>(model: &M, flows: &[Flow]) -> f64 {
    let weights = weights_of(model);
    flows.iter().map(|flow| weights[flow.demand as usize] * cost(model, flow) * flow.share).sum()
}

/// Where no capacity decides, exactly the demand points with enough open sites in reach count as covered.
fn check_backup<M: Model>(model: &M, backup: usize, plan: &Plan) -> Result<(), Error> {
    if model.capacity().is_some_and(|capacity| !capacity.is_unlimited()) {
        return Ok(());
    }
    let counts = covering_sites(model.travel(), model.reach(), &plan.sites);
    for (i, (count, site)) in counts.iter().zip(&plan.assignment).enumerate() {
        if (*count >= backup) != site.is_some() {
            return unverified(format!(
                "demand point {i} has {count} open sites in reach where {backup} are needed, but is assigned to {site:?}"
            ));
        }
    }
    Ok(())
}
