//! Plans and bounds in turn: prices from the relaxation, plans from the prices, better prices from better plans.

use super::ascent::Ascent;
use super::candidate::Candidate;
use super::formulation::Scope;
use super::instance::Instance;
use super::pricing::relax;
use super::reach::{Reach, cell_of_arcs};
use super::room::MOST_SLOTS;
use super::rounds::{Neighbours, recreate, tariffs};
use super::sweep::{Draft, sweep};
use super::tariff::{Prices, Tariff};
use super::{Outcome, exact};
use crate::engine::random::Random;
use crate::engine::{Ended, mip};
use crate::error::Error;
use crate::model::Sense;
use crate::solve::{Control, Method, Phase};

/// Steps of the ascent in each round.
const STEPS: usize = 20;
/// Rounds at most before the solver takes over.
const ROUNDS: usize = 200;
/// A programme of so few arcs and choices is soon solved by the solver, after so many rounds.
const SMALL: usize = 600;
const ROUNDS_OF_SMALL: usize = 3;
/// Arcs from which a linear programme for who is served where takes too long to be worth it.
const LARGE: usize = 60_000;
/// Rounds without a better plan after which only the bound is worked on.
const IDLE: usize = 12;
/// Tries at a better plan in each round: as many as rooms, within these.
const TRIES: (usize, usize) = (40, 1_500);

/// What the hunt knows when it ends.
pub(crate) struct Hunted {
    pub best: Option<Candidate>,
    /// No plan is better than this; infinite when nothing is known.
    pub bound: f64,
    /// Choices that a better plan may need.
    pub scope: Scope,
}

/// Whether rooms can be searched one by one: their slots must be few.
pub(crate) fn suits(instance: &Instance) -> bool {
    instance.n_slots <= MOST_SLOTS && !instance.rooms.is_empty()
}

/// Hunts for good plans and bounds until neither gets better or the gap is reached.
pub(crate) fn hunt(instance: &Instance, start: Option<Candidate>, control: &Control) -> Result<Hunted, Error> {
    let reach = Reach::new(instance);
    let cell_of = cell_of_arcs(instance);
    let neighbours = Neighbours::new(instance, &reach);
    let mut random = Random::of_seed(control.options.seed);
    let mut ascent = Ascent::new(instance, &reach);
    let bounds = control.options.method == Method::Auto;
    let mut best = start;
    let mut draft = best.as_ref().map(|best| Draft::of(instance, &reach, &cell_of, best));
    let (mut idle, mut hopeless) = (0, 0);
    let rounds = if instance.cells.arcs.len() + instance.choices.len() < SMALL { ROUNDS_OF_SMALL } else { ROUNDS };
    for round in 0..rounds {
        // Prices and plans are worked on side by side, each with what the other knew before.
        let plan = best.as_ref().map(|best| best.value);
        let prices = ascent.best.clone();
        let wanted = ascent.wanted();
        let (found, ()) = rayon::join(
            || {
                let near = (&neighbours, &wanted[..]);
                draft.as_mut().is_some_and(|draft| improve(instance, draft, &prices, near, &mut random, control))
            },
            || climb(instance, &reach, &mut ascent, plan, control),
        );
        idle = if found { 0 } else { idle + 1 };
        if bounds {
            control.bound(Phase::Bound, ascent.bound);
        }
        if draft.is_none() || round % 8 == 7 {
            let swept = sweep(instance, &reach, &cell_of, &ascent.best, &mut random, control);
            let better = draft.as_ref().is_none_or(|draft| swept.worth > draft.worth);
            if swept.is_feasible() && better {
                draft = Some(swept);
            }
        }
        hopeless += usize::from(draft.is_none());
        if let Some(now) = &mut draft
            && best.as_ref().is_none_or(|best| now.worth > best.value)
        {
            let polished = polish(instance, now.candidate(), control)?;
            if best.as_ref().is_none_or(|best| polished.value > best.value) {
                control.incumbent(Phase::Heuristic, polished.value);
                *now = Draft::of(instance, &reach, &cell_of, &polished);
                best = Some(polished);
            }
        }
        let stuck = idle >= IDLE || hopeless >= 3;
        let done = stuck && (ascent.is_done() || !bounds);
        if done || control.stop().is_some() || bounds && control.gap_reached() {
            break;
        }
    }
    let scope = if bounds { settled(instance, &reach, &ascent, best.as_ref()) } else { Scope::all(instance) };
    Ok(Hunted { best, bound: if bounds { ascent.bound } else { f64::INFINITY }, scope })
}

/// Tries at a better plan; tells whether there was one.
fn improve(
    instance: &Instance,
    draft: &mut Draft<'_>,
    prices: &Prices,
    (neighbours, wanted): (&Neighbours, &[usize]),
    random: &mut Random,
    control: &Control,
) -> bool {
    let tariffs = tariffs(instance, prices);
    let mut found = false;
    for _ in 0..instance.rooms.len().clamp(TRIES.0, TRIES.1) {
        found |= recreate(instance, draft, &tariffs, neighbours, wanted, random);
        if control.stop().is_some() {
            break;
        }
    }
    found
}

/// Steps towards a better bound.
fn climb(instance: &Instance, reach: &Reach, ascent: &mut Ascent, plan: Option<f64>, control: &Control) {
    for _ in 0..STEPS {
        if ascent.is_done() || control.stop().is_some() || !ascent.step(instance, reach, plan) {
            return;
        }
    }
}

/// Who is best served where in a plan whose decisions stand.
fn polish(instance: &Instance, candidate: Candidate, control: &Control) -> Result<Candidate, Error> {
    let scope = Scope::only(instance, &candidate);
    let options = control.options.on_the_way();
    let control = control.on_the_way(&options, Sense::Maximize);
    let large = instance.cells.arcs.len() > LARGE;
    if large || control.stop().is_some() || !mip::fits(instance.cells.arcs.len(), &control) {
        return Ok(candidate);
    }
    let Outcome { candidate: found, ended, .. } = exact(instance, &scope, Some(&candidate), &control)?;
    Ok(match found {
        Some(found) if ended == Ended::Complete && found.value > candidate.value => found,
        _ => candidate,
    })
}

/// The choices that a plan better than the best known may need: the rooms whose use would bring the bound below it are out.
fn settled(instance: &Instance, reach: &Reach, ascent: &Ascent, best: Option<&Candidate>) -> Scope {
    let mut scope = Scope::all(instance);
    let Some(best) = best else { return scope };
    let Some(relaxed) = relax(instance, reach, &ascent.best, &[], 0.0, 0.0) else { return scope };
    let tariff = Tariff::new(instance, &ascent.best, 1.0);
    let floor = best.value - 1e-7 * best.value.abs();
    for (room, (entry, now)) in instance.rooms.iter().zip(&relaxed.rooms).enumerate() {
        let limits = super::pricing::limits(instance, reach, &tariff, room);
        for (choice, limit) in limits {
            let used = best.open[choice] != 0;
            if !used && !entry.required && relaxed.bound - now.bound + limit < floor {
                scope.choices[choice] = false;
            }
        }
    }
    scope
}
