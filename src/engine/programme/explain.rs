//! Why a search found no plan: the least by which rules must give way for there to be one.
//!
//! The same rows get a slack each, divided by the figure of its rule; the sum of slacks is minimised (an elastic
//! programme: Brown and Graves, 1975; Chinneck, Feasibility and Infeasibility in Optimization, 2008). Nothing but what
//! a single space decides stays hard, so that building nothing is always feasible.

use super::candidate::Candidate;
use super::formulation::{Scope, formulate_elastic};
use super::instance::Instance;
use super::wording::{Wording, strongest};
use crate::engine::mip;
use crate::model::Sense;
use crate::service::{PlanRules, Programme};
use crate::solve::{Control, Infeasible, Reason};

/// What is missing below this part of the figure of a rule is the noise of a solver.
const NOISE: f64 = 1e-7;
/// Advice need not be the least to the last digit.
const GAP: f64 = 1e-4;

/// Why no plan obeys every rule, and what would make one possible.
pub(crate) fn why(programme: &Programme, rules: &PlanRules, instance: &Instance, control: &Control) -> Infeasible {
    let wording = Wording { programme, rules, instance };
    let model = "programme".into();
    match elastic(&wording, control).map(|candidate| lacking(&wording, &candidate)) {
        Some(reasons) if !reasons.is_empty() => Infeasible { model, reasons, together: true },
        _ => Infeasible { model, reasons: vec![wording.all()], together: false },
    }
}

/// A plan that breaks the rules as little as can be, or nothing when a limit comes first.
fn elastic(wording: &Wording<'_>, control: &Control) -> Option<Candidate> {
    let instance = wording.instance;
    if control.stop().is_some() || !mip::fits(instance.cells.arcs.len(), control) {
        return None;
    }
    let largest = instance.largest_taken();
    let sizes: Vec<Option<f64>> = (0..instance.rows.len())
        .map(|row| {
            let figure = wording.figure(row)?.abs();
            let size = if figure > 0.0 { figure } else { largest[row] };
            Some(if size > 0.0 { size } else { 1.0 })
        })
        .collect();
    let scope = Scope::all(instance);
    let (formulation, layout) = formulate_elastic(instance, &scope, &sizes);
    let mut options = control.options.on_the_way();
    options.gap = control.options.gap.max(GAP);
    let control = control.on_the_way(&options, Sense::Maximize);
    // That there is no plan is known already: if the solver fails here, the reason is told less precisely.
    let values = mip::solve(formulation, &control).ok()?.values?;
    Some(layout.candidate(instance, &scope, &values).settle(instance))
}

/// What the rules lack for a candidate to be a plan.
fn lacking(wording: &Wording<'_>, candidate: &Candidate) -> Vec<Reason> {
    let instance = wording.instance;
    let mut reasons = Vec::new();
    let unused = instance.rooms.iter().filter(|room| room.required && !candidate.is_used(instance, room));
    for room in unused {
        reasons.push(wording.required(room.space, "nothing fitted out there can obey the other rules: leave it free"));
    }
    let mut taken = candidate.taken_by_decisions(instance);
    instance.taken_by_flows(&candidate.flows, |row, amount| taken[row as usize] += amount);
    for (row, (taken, &limit)) in taken.into_iter().zip(&instance.rows.limits).enumerate() {
        let Some(figure) = wording.figure(row) else { continue };
        let missing = taken - limit;
        let size = if wording.is_share(row) { 1.0 } else { figure.abs().max(limit.abs()) };
        if missing > NOISE * size {
            reasons.extend(wording.lacks(row, missing, None));
        }
    }
    strongest(reasons)
}

#[cfg(all(test, feature = "microlp"))]
mod tests {
    use super::*;
    use crate::service::{Demand, Module, Service, Space};
    use crate::solve::{CancelToken, SolveOptions};
    use crate::travel::TravelMatrix;

    #[test]
    fn when_a_limit_comes_before_the_advice_all_rules_are_named() -> Result<(), crate::Error> {
        let module = Module::new("one", 10.0, 10.0).capital_cost(90.0);
        let canteen = Service::new("canteen", 5.0).need(Demand::PEOPLE, 1.0).module(module);
        let programme = Programme::new(Demand::new([10.0]), [canteen])
            .spaces([Space::new(100.0, "hall")])
            .travel_to_spaces(TravelMatrix::from_pairs(1, 1, &[(0, 0, 1.0)])?);
        let rules = PlanRules::default().budget(50.0).least_met(0.5);
        let instance = Instance::new(&programme, &rules)?;
        let told = |options: &SolveOptions| {
            let control = Control::maximising(options, Sense::Maximize);
            why(&programme, &rules, &instance, &control).to_string()
        };
        let stopped = CancelToken::new();
        stopped.cancel();
        let generic = "these rules cannot hold together: budget, least_met, with minimum use, areas and pairs";
        for options in [SolveOptions::default().cancel(stopped), SolveOptions::default().memory_limit(1)] {
            assert!(told(&options).ends_with(generic), "{}", told(&options));
        }
        assert!(told(&SolveOptions::default()).ends_with("with that there is a plan"));
        Ok(())
    }
}
