//! How programmes are solved: `src/service/plan/mod.rs` has the model, line by line.
//!
//! A programme becomes an [`Instance`]: choices, merged cells of need, and rows that all share. [`hunt`] finds good plans
//! and a bound for programmes of any size: a Lagrangian relaxation that takes programmes apart into rooms
//! ([`pricing`], [`room`], [`ascent`], and [`cuts`] that [`climb`] adds), plans that follow the [`mixture`] of fit-outs
//! that it ends with ([`dive`]), and sweeps that fit rooms out one by one at its prices ([`sweep`]).
//! What remains open goes to the solver as a tight formulation ([`formulation`]). [`plan`] takes cells apart into demand
//! points again, and nothing leaves before the check of [`crate::service`] agrees.

mod ascent;
mod assignment;
mod broken;
mod candidate;
mod cells;
mod climb;
mod cuts;
mod dive;
mod draft;
mod explain;
mod explore;
mod formulation;
mod hunt;
mod input;
mod instance;
mod mixture;
mod movers;
mod nearby;
mod neighbours;
mod obstacles;
mod offers;
mod plan;
mod pricing;
mod reach;
mod room;
mod rows;
mod sweep;
mod takers;
mod tariff;
mod what_if;
mod wording;
mod write;

use super::{Ended, mip, on_threads};
use crate::error::Error;
use crate::model::times_power;
use crate::service::{PlanRules, Programme, ServicePlan, verify};
use crate::solve::{Control, Infeasible, Limit, Method, Phase, Proof, SolveOptions, Verdict, relative_gap};

use candidate::Candidate;
use formulation::{Scope, formulate};
use instance::Instance;

/// How far a plan may pass a bound by the tolerance of the rules: then the bound proves nothing.
const TOLERATED: f64 = 1e-4;

impl Programme {
    /// Chooses which services go into which spaces, at what size and when: see [`PlanRules`] for what can be asked.
    ///
    /// A good plan comes within seconds, then a bound and better plans. Programmes in which homes reach services in more
    /// than a million ways, or with more than 300,000 sizes of services in spaces (a province; facilities that may move
    /// into any space), end when neither gets better, with the gap that is left. Without a time limit and with a gap of 0 a
    /// large programme may take very long: ask for a gap.
    ///
    /// # Errors
    ///
    /// Those of [`Programme::validate`] and [`PlanRules::validate`]; [`Error::Missing`] without a travel matrix to the
    /// spaces; [`Error::InvalidField`] for a module larger than every space; [`Error::Infeasible`] with reasons when no plan
    /// obeys every rule; [`Error::NoSolution`] when a limit came before any plan; [`Error::NothingFound`] when the heuristic
    /// alone was asked and found none.
    ///
    /// ```
    /// use siting::service::{Demand, Module, PlanRules, Programme, Service, Space};
    /// use siting::{Metric, SolveOptions, TravelMatrix};
    ///
    /// let homes = [[0.0, 0.0], [400.0, 0.0], [3_000.0, 0.0]];
    /// let halls = [[100.0, 0.0], [2_900.0, 0.0]];
    /// let travel = TravelMatrix::from_points(&homes, &halls, Metric::Euclidean, Some(900.0))?;
    /// let canteen = Service::new("canteen", 900.0)
    ///     .need(Demand::PEOPLE, 0.2)
    ///     .module(Module::new("small", 135.0, 60.0).capital_cost(240_000.0));
    /// let programme = Programme::new(Demand::new([100.0, 200.0, 50.0]), [canteen])
    ///     .spaces([Space::new(150.0, "hall"), Space::new(150.0, "hall")])
    ///     .travel_to_spaces(travel);
    ///
    /// let plan = programme.solve(&PlanRules::default().budget(300_000.0), &SolveOptions::default())?;
    /// assert_eq!(plan.objective, 60.0); // people who have a place
    /// assert_eq!(plan.fitouts[0].space, 0);
    /// assert!(plan.is_optimal());
    /// # Ok::<(), siting::Error>(())
    /// ```
    pub fn solve(&self, rules: &PlanRules, options: &SolveOptions) -> Result<ServicePlan, Error> {
        self.solve_from(rules, None, options)
    }

    /// Solves from a plan in hand, which need not obey the rules: what can be used of it is used.
    ///
    /// # Errors
    ///
    /// Those of [`Programme::solve`].
    ///
    /// ```
    /// use siting::service::{Demand, Module, PlanRules, Programme, Service, Space};
    /// use siting::{SolveOptions, TravelMatrix};
    ///
    /// let canteen = Service::new("canteen", 900.0)
    ///     .need(Demand::PEOPLE, 0.1)
    ///     .module(Module::new("small", 100.0, 30.0).capital_cost(200_000.0));
    /// let programme = Programme::new(Demand::new([200.0, 200.0]), [canteen])
    ///     .spaces([Space::new(120.0, "hall"), Space::new(120.0, "hall")])
    ///     .travel_to_spaces(TravelMatrix::from_pairs(2, 2, &[(0, 0, 100.0), (1, 1, 100.0)])?);
    /// let options = SolveOptions::default();
    /// let plan = programme.solve(&PlanRules::default().budget(200_000.0), &options)?;
    ///
    /// // Twice the money: the search begins with the plan in hand.
    /// let larger = programme.solve_from(&PlanRules::default().budget(400_000.0), Some(&plan), &options)?;
    /// assert_eq!((plan.objective, larger.objective), (20.0, 40.0));
    /// # Ok::<(), siting::Error>(())
    /// ```
    pub fn solve_from(
        &self,
        rules: &PlanRules,
        start: Option<&ServicePlan>,
        options: &SolveOptions,
    ) -> Result<ServicePlan, Error> {
        let sense = rules.objective.sense();
        let control = Control::maximising(options, sense);
        options.validate()?;
        no_sites(options)?;
        let instance = ready(self, rules)?;
        let start = start.map(|plan| instance.decisions(plan));
        let outcome = search(&instance, start, &control)?;
        let Some(candidate) = outcome.candidate else {
            return Err(match outcome.ended {
                Ended::Complete if options.method == Method::Heuristic => Error::NothingFound,
                Ended::Complete => Error::Infeasible(explain::why(self, rules, &instance, &control)),
                Ended::Limit(limit) => Error::NoSolution { limit, seconds: control.seconds() },
            });
        };
        let parts = candidate.parts(&instance, self);
        let objective = verify(self, rules, &parts.fitouts, &parts.facilities, &parts.served)?;
        let value = Instance::told(sense, objective);
        let same = |bound: f64| (bound - value).abs() <= instance.rounding();
        let bound = outcome.bound.map(|bound| if same(bound) { objective } else { Instance::told(sense, bound) });
        // A plan that keeps its rules to a millionth only may pass what holds for plans that keep them wholly.
        let passed = |bound: f64| {
            let size = objective.abs().max(instance.largest_gain());
            let beyond = sense.better(objective, bound) && relative_gap(objective, bound) > 0.0;
            beyond && (objective - bound).abs() <= TOLERATED * size
        };
        let bound = bound.filter(|&bound| !passed(bound));
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

/// The instance of a programme and rules that are found right, and in whose way nothing plain stands.
fn ready(programme: &Programme, rules: &PlanRules) -> Result<Instance, Error> {
    programme.validate()?;
    rules.validate(programme)?;
    input::check(programme, rules)?;
    let instance = Instance::new(programme, rules)?;
    let reasons = obstacles::find(programme, rules, &instance);
    if reasons.is_empty() {
        return Ok(instance);
    }
    Err(Error::Infeasible(Infeasible { model: "programme".into(), reasons, together: false }))
}

/// A plan of services cannot start from sites.
fn no_sites(options: &SolveOptions) -> Result<(), Error> {
    if options.warm_start.is_some() {
        let reason = "sites are no plan of services: start from a plan instead".into();
        return Err(Error::InvalidValue { argument: "warm_start", value: "sites".into(), reason });
    }
    Ok(())
}

/// What a search gives.
struct Outcome {
    candidate: Option<Candidate>,
    /// No candidate is worth more.
    bound: Option<f64>,
    ended: Ended,
    nodes: u64,
}

/// Looks for good plans and a bound, then lets the solver close what is open.
fn search(instance: &Instance, start: Option<Candidate>, control: &Control) -> Result<Outcome, Error> {
    let method = control.options.method;
    let start = start.and_then(|start| hunt::decided(instance, &start, control));
    if let Some(start) = &start {
        control.incumbent(Phase::Heuristic, start.value);
    }
    log::info!(
        "programme: {} rooms, {} sizes of services, {} cells of need with {} ways to be met",
        instance.rooms.len(),
        instance.choices.len(),
        instance.cells.cells.len(),
        instance.cells.arcs.len()
    );
    let hunted = if hunt::suits(instance) {
        log::info!("programme: plans and a bound by prices, room by room");
        on_threads(control.options.threads, || hunt::hunt(instance, start, control))
    } else {
        log::info!("programme: no search room by room: there is no room to decide, or its slots are too many");
        hunt::Hunted { best: start, bound: f64::INFINITY, is_impossible: false, scope: Scope::all(instance) }
    };
    if hunted.is_impossible {
        return Ok(Outcome { candidate: None, bound: None, ended: Ended::Complete, nodes: 0 });
    }
    let bound = Some(hunted.bound).filter(|bound| bound.is_finite());
    if let Some(limit) = control.stop() {
        return Ok(Outcome { candidate: hunted.best, bound, ended: Ended::Limit(limit), nodes: 0 });
    }
    if method == Method::Heuristic {
        return Ok(Outcome { candidate: hunted.best, bound: None, ended: Ended::Complete, nodes: 0 });
    }
    let beyond = hunted.best.is_some() && hunted.bound.is_finite() && instance.is_beyond_solvers();
    if beyond {
        log::info!("programme: the formulation is too large for a solver: the plan and the bound stand");
    }
    if beyond || hunted.best.is_some() && control.gap_reached() {
        return Ok(Outcome { candidate: hunted.best, bound, ended: Ended::Complete, nodes: 0 });
    }
    let left = hunted.scope.choices.iter().filter(|kept| **kept).count();
    mip::tell_whole("programme", &format!("{left} sizes of services may be in a better plan"), control);
    let found = match (exact(instance, &hunted.scope, hunted.best.as_ref(), control), &hunted.best) {
        (Err(error), Some(_)) if !error.is_input() => {
            log::warn!("programme: {error}: the plan and the bound that were known stand");
            return Ok(Outcome { candidate: hunted.best, bound, ended: Ended::Complete, nodes: 0 });
        }
        (found, _) => found?,
    };
    // Choices outside of the scope are in no plan that is better than the best known.
    let within = found.bound.map(|bound| hunted.best.as_ref().map_or(bound, |best| bound.max(best.value)));
    let bound = match (within, bound) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    let candidate = match (found.candidate, hunted.best) {
        // By the tolerance of the solver alone a plan is no better.
        (Some(found), Some(best)) => Some(if found.value > best.value + instance.rounding() { found } else { best }),
        (found, best) => found.or(best),
    };
    Ok(Outcome { candidate, bound, ended: found.ended, nodes: found.nodes })
}

/// Any plan that obeys every rule, by the solver: complete without one, none does.
fn any(instance: &Instance, control: &Control) -> Result<Outcome, Error> {
    let scope = Scope::all(instance);
    let (mut formulation, layout, _) = formulate(instance, &scope, None);
    (formulation.objective, formulation.constant) = (0.into(), 0.0);
    let found = mip::solve(formulation, control)?;
    let candidate = found.values.map(|values| layout.candidate(instance, &scope, &values).settle(instance));
    Ok(Outcome { candidate, bound: None, ended: found.ended, nodes: found.nodes })
}

/// The best candidate within a scope, with a proof.
fn exact(instance: &Instance, scope: &Scope, start: Option<&Candidate>, control: &Control) -> Result<Outcome, Error> {
    if !mip::fits(instance.cells.arcs.len(), control) {
        return Ok(Outcome { candidate: None, bound: None, ended: Ended::Limit(Limit::Memory), nodes: 0 });
    }
    let (formulation, layout, power) = formulate(instance, scope, start);
    control.use_power(power);
    let found = mip::solve(formulation, control);
    control.use_power(0);
    let found = found?;
    let candidate = found.values.as_ref().map(|values| layout.candidate(instance, scope, values).settle(instance));
    let bound = match &candidate {
        Some(candidate) => {
            let largest = times_power(instance.largest_gain(), power);
            found.bound_beside(times_power(candidate.value, power), largest)
        }
        None => found.bound,
    };
    let bound = bound.map(|bound| times_power(bound, -power));
    Ok(Outcome { candidate, bound, ended: found.ended, nodes: found.nodes })
}
