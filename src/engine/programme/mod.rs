//! How programmes are solved: see [`crate::service`] for the model.

mod ascent;
mod candidate;
mod cells;
mod formulation;
mod instance;
mod plan;
mod pricing;
mod room;
mod rounds;
mod rows;
mod sweep;

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
    if std::env::var("ASCENT").is_ok() {
        eprintln!("{:.2}s built {} cells {} arcs {} choices {} groups {} rooms {} rows", control.seconds(), instance.cells.cells.len(), instance.cells.arcs.len(), instance.choices.len(), instance.groups.len(), instance.rooms.len(), instance.rows.len());
        let reach = pricing::Reach::new(instance);
        let cell_of = pricing::cell_of_arcs(instance);
        let mut ascent = ascent::Ascent::new(instance, &reach);
        eprintln!("{:.2}s first prices", control.seconds());
        let neighbours = rounds::Neighbours::new(instance, &reach);
        eprintln!("{:.2}s neighbours", control.seconds());
        let mut random = crate::engine::random::Random::of_seed(0);
        let mut best: Option<Candidate> = None;
        let mut draft: Option<sweep::Draft> = None;
        for round in 0..200 {
            for k in 0..25 {
                let go = ascent.step(instance, &reach, draft.as_ref().map(|d| d.worth), control);
                if round < 8 && std::env::var("NOLNS").is_ok() { eprintln!("     . {k} {:.3}s now {:.0} best {:.0} max met {:.1} over-met {} nodes {}", control.seconds(), ascent.relaxed.bound, ascent.bound, ascent.relaxed.met.iter().fold(0.0_f64, |a,b| a.max(*b)), ascent.relaxed.met.iter().filter(|m| **m > 1.0).count(), room::NODES.swap(0, std::sync::atomic::Ordering::Relaxed)); }
                if !go || control.stop().is_some() { break; }
            }
            if draft.is_none() {
                let d = sweep::sweep(instance, &reach, &cell_of, &ascent.best, &mut random, control);
                eprintln!("   {:.2}s swept {:.1} feasible {}", control.seconds(), d.worth, d.is_feasible());
                if d.is_feasible() { draft = Some(d); }
            }
            let mut good = 0;
            if let Some(draft) = &mut draft {
                for _ in 0..if std::env::var("NOLNS").is_ok() {0} else {instance.rooms.len()} {
                    good += usize::from(rounds::recreate(instance, draft, &ascent.best, &neighbours, &mut random));
                    if control.stop().is_some() { break; }
                }
            }
            let cut = ascent.relaxed.rooms.iter().filter(|r| r.bound > r.worth).count();
            let over: Vec<String> = ascent.relaxed.taken.iter().zip(&instance.rows.limits).zip(&instance.rows.kinds).zip(&ascent.prices.rows).take(4).map(|(((t,l),k),p)| format!("{k:?} {:.2e}/{:.2e} @{:.1e}", t, l, p)).collect();
            eprintln!("{round} {:.2}s bound {:.1} now {:.1} plan {:.1} good {good} cut {cut} rooms {} {}", control.seconds(), ascent.bound, ascent.relaxed.bound, draft.as_ref().map_or(0.0, |d| d.worth), ascent.relaxed.rooms.iter().filter(|r| !r.offers.is_empty()).count(), over.join(" "));
            if std::env::var("NOLNS").is_ok() {
                let mut over: Vec<usize> = (0..ascent.relaxed.met.len()).collect();
                over.sort_by(|a, b| ascent.relaxed.met[*b].total_cmp(&ascent.relaxed.met[*a]));
                for c in over.into_iter().take(6) {
                    let cell = &instance.cells.cells[c];
                    eprintln!("   cell {c} service {} need {} price {} best {} gain {:?} arcs {} met {} avg {}", cell.service, cell.need, ascent.prices.cells[c], ascent.best.cells[c], instance.cells.arcs[cell.arcs.start].gain, cell.arcs.len(), ascent.relaxed.met[c], ascent.met[c]);
                }
                let mut s: Vec<f64> = ascent.scale.cells.clone(); s.sort_by(f64::total_cmp);
                eprintln!("   scales {:?} {:?} {:?} sum {}; rows {:?}", s.first(), s.get(s.len()/2), s.last(), s.iter().sum::<f64>(), ascent.prices.rows.iter().zip(&instance.rows.kinds).filter(|(p, _)| **p > 0.0).collect::<Vec<_>>());
            }
            if control.stop().is_some() { break; }
        }
        if let Some(draft) = draft {
            best = Some(draft.candidate());
        }
        if let Some(found) = best {
            let polished = exact(instance, &Scope::only(instance, &found), None, control)?;
            eprintln!("polished {:.2}s {:?} {:?}", control.seconds(), polished.candidate.as_ref().map(|c| c.value), polished.ended);
            return Ok(Outcome { bound: Some(ascent.bound), candidate: polished.candidate.or(Some(found)), ended: polished.ended, nodes: 0});
        }
    }
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
