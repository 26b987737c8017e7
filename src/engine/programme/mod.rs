//! How programmes are solved: see [`crate::service`] for the model.

mod candidate;
mod cells;
mod formulation;
mod instance;
mod plan;
mod rows;

use super::Ended;
use super::mip;
use crate::error::Error;
use crate::model::times_power;
use crate::service::{PlanRules, Programme, ServicePlan};
use crate::solve::{Control, Infeasible, Method, Proof, SolveOptions, Verdict};

use candidate::Candidate;
use formulation::{Scope, formulate};
use instance::Instance;

impl Programme {
    /// Chooses which services go into which spaces.
    pub fn solve(&self, rules: &PlanRules, options: &SolveOptions) -> Result<ServicePlan, Error> {
        let sense = rules.objective.sense();
        let control = Control::maximising(options, sense);
        options.validate()?;
        self.validate()?;
        rules.validate(self)?;
        let instance = Instance::new(self, rules)?;
        let outcome = search(&instance, &control)?;
        let Some(candidate) = outcome.candidate else {
            return Err(match outcome.ended {
                Ended::Complete => Error::Infeasible(Infeasible { model: "programme".into(), reasons: Vec::new() }),
                Ended::Limit(limit) => Error::NoSolution { limit, seconds: control.seconds() },
            });
        };
        let parts = candidate.parts(&instance, self);
        let objective = Instance::told(sense, candidate.value);
        let bound = outcome.bound.map(|bound| Instance::told(sense, bound));
        let backend = (options.method != Method::Heuristic).then_some(options.backend);
        let proof = Proof { bound, limit: outcome.ended.limit(), nodes: outcome.nodes, backend };
        let proof = proof.beside(objective, sense)?;
        let Verdict { status, gap, limit, bound } = proof.verdict(objective, options.gap);
        Ok(ServicePlan {
            rules: rules.clone(),
            method: options.method,
            backend,
            status,
            limit,
            objective,
            bound,
            gap,
            seconds: control.seconds(),
            nodes: outcome.nodes,
            fitouts: parts.fitouts,
            facilities: parts.facilities,
            served: parts.served,
        })
    }
}

/// What a search gives.
struct Outcome {
    candidate: Option<Candidate>,
    bound: Option<f64>,
    ended: Ended,
    nodes: u64,
}

fn search(instance: &Instance, control: &Control) -> Result<Outcome, Error> {
    exact(instance, &Scope::all(instance), None, control)
}

/// The best candidate within a scope, with a proof.
fn exact(instance: &Instance, scope: &Scope, start: Option<&Candidate>, control: &Control) -> Result<Outcome, Error> {
    let (formulation, layout, power) = formulate(instance, scope, start);
    control.use_power(power);
    let found = mip::solve(formulation, control)?;
    let candidate = found.values.as_ref().map(|values| layout.candidate(instance, scope, values).settle(instance));
    let scale = instance.cells.arcs.iter().fold(0.0_f64, |most, arc| most.max(arc.gain.abs()));
    let bound = match &candidate {
        Some(candidate) => found.bound_beside(times_power(candidate.value, power), times_power(scale, power)),
        None => found.bound,
    };
    control.use_power(0);
    Ok(Outcome { candidate, bound: bound.map(|bound| times_power(bound, -power)), ended: found.ended, nodes: found.nodes })
}
