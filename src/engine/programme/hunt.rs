//! Plans and bounds in turn: prices from the relaxation, plans from the prices, better prices from better plans.

use std::time::Duration;

use super::candidate::Candidate;
use super::climb::Climb;
use super::dive::Dive;
use super::draft::Draft;
use super::formulation::Scope;
use super::instance::Instance;
use super::neighbours::Neighbours;
use super::pricing::relax;
use super::reach::{Reach, cell_of_arcs};
use super::room::MOST_SLOTS;
use super::sweep::sweep;
use super::tariff::{Prices, Tariff};
use super::{Outcome, any, exact};
use crate::engine::random::Random;
use crate::engine::{Ended, mip};
use crate::error::Error;
use crate::model::Sense;
use crate::solve::{Control, Method, Phase};

/// Steps of the ascent in each round: so many where there is one try for so many [`ROOMS`], and at most so many where small
/// programmes have more tries than that.
const STEPS: (usize, usize) = (5, 20);
/// Rounds at most before the solver takes over.
const ROUNDS: usize = 400;
/// A programme of so few arcs and choices is soon solved by the solver, after so many rounds.
const SMALL: usize = 600;
const ROUNDS_OF_SMALL: usize = 3;
/// Arcs from which a linear programme for who is served where takes too long to be worth it.
const LARGE: usize = 60_000;
/// Rounds without a better plan after which only the bound is worked on.
const IDLE: usize = 40;
/// Rounds without any plan, or the share of the time, after which the solver is asked for one, in so much of what is left.
const HOPELESS: usize = 12;
const PATIENT: f64 = 0.15;
const ASKED: f64 = 0.5;
/// Rounds between two plans from scratch while there is one already.
const ANEW: usize = 25;
/// Tries at a better plan in each round: one for so many rooms, within these.
const ROOMS: usize = 4;
const TRIES: (usize, usize) = (60, 3_000);
/// How far limits may be passed on the way, as a share of them, in this part of the tries of every other round (strategic
/// oscillation; Glover, Decision Sciences 8, 1977): money goes to where it is worth most.
const BAND: f64 = 0.05;
const LOOSE: (usize, usize) = (3, 5);
/// Rounds in a turn of search. In these of them, in tries that keep all limits, what limits leave is worth nothing: what
/// was saved for better uses in the others is spent on what there is.
const TURN: usize = 4;
const SPENDING: std::ops::RangeInclusive<usize> = 1..=2;
/// Rounds from hot to cold, and how much worse a try may be when it is hottest, as a share of what a used room is worth
/// (simulated annealing; Kirkpatrick, Gelatt and Vecchi, Science 220, 1983).
const COOLING: usize = 15;
const HEAT: f64 = 0.03;

/// What the hunt knows when it ends.
pub(crate) struct Hunted {
    pub best: Option<Candidate>,
    /// No plan is better than this; infinite when nothing is known.
    pub bound: f64,
    /// It is proven that there is no plan.
    pub is_impossible: bool,
    /// Choices that a better plan may need.
    pub scope: Scope,
}

impl Hunted {
    /// There is no plan.
    fn nothing(instance: &Instance) -> Self {
        Self { best: None, bound: f64::INFINITY, is_impossible: true, scope: Scope::all(instance) }
    }
}

/// Whether rooms can be searched one by one: their slots must be few.
pub(crate) fn suits(instance: &Instance) -> bool {
    instance.n_slots <= MOST_SLOTS && !instance.rooms.is_empty()
}

/// Hunts for good plans and bounds until neither gets better or the gap is reached.
pub(crate) fn hunt(instance: &Instance, start: Option<Candidate>, control: &Control) -> Hunted {
    let reach = Reach::new(instance);
    let cell_of = cell_of_arcs(instance);
    let neighbours = Neighbours::new(instance, &reach);
    let mut random = Random::of_seed(control.options.seed);
    let bounds = control.options.method == Method::Auto;
    let mut climb = Climb::new(instance, &reach, control.options.seed, bounds);
    let mut best = start;
    let mut dive: Option<Dive<'_>> = None;
    let (mut idle, mut hopeless) = (0, 0);
    let solvable = !instance.is_beyond_solvers() && mip::fits(instance.cells.arcs.len(), control);
    let rounds = if instance.cells.arcs.len() + instance.choices.len() < SMALL { ROUNDS_OF_SMALL } else { ROUNDS };
    let tries = (instance.rooms.len() / ROOMS).clamp(TRIES.0, TRIES.1);
    let steps = (STEPS.0 * tries * ROOMS / instance.rooms.len().max(1)).clamp(STEPS.0, STEPS.1);
    for round in 0..rounds {
        // Prices and plans are worked on side by side.
        rayon::join(
            || {
                if let Some(dive) = &mut dive {
                    dive.heat = if rounds > ROUNDS_OF_SMALL { heat(dive, round) } else { 0.0 };
                    dive.known = best.as_ref().map_or(f64::NEG_INFINITY, |best| best.value);
                    let loose = if round % 2 == 0 { tries * LOOSE.0 / LOOSE.1 } else { 0 };
                    let spends = SPENDING.contains(&(round % TURN));
                    improve(dive, (tries, loose), spends, &neighbours, &mut random, control);
                }
            },
            || ascend(&reach, &mut climb, steps, control),
        );
        if climb.is_blocked() {
            return Hunted::nothing(instance);
        }
        idle += 1;
        if bounds {
            control.bound(Phase::Bound, climb.bound());
        }
        let hand = match (&mut dive, &best) {
            (None, Some(best)) => Some(Draft::of(instance, &reach, &cell_of, best)),
            _ => None,
        };
        if let Some(draft) = hand {
            dive = Some(Dive::of(instance, &reach, &climb.guide, draft));
        }
        let lacks = best.is_none() && dive.as_ref().is_none_or(|dive| !dive.draft.is_feasible());
        // The first plan comes from what is known soon, that of a large programme before any sweep: a sweep takes longer
        // there. The next ones wait until prices are good.
        let soon = round >= 1 || is_large(instance);
        if control.stop().is_none() && (lacks && soon || round % ANEW == 2) {
            let fresh = Dive::new(instance, &reach, &cell_of, &climb.guide, &mut random, control);
            if dive.as_ref().is_none_or(|dive| fresh.draft.is_better(&dive.draft)) {
                dive = Some(fresh);
            }
        }
        if best.is_none() && dive.as_ref().is_none_or(|dive| !dive.draft.is_feasible()) {
            hopeless += 1;
            let swept = sweep(instance, &reach, &cell_of, &climb.guide.best, &mut random, control);
            if dive.as_ref().is_none_or(|dive| swept.is_better(&dive.draft)) {
                dive = Some(Dive::of(instance, &reach, &climb.guide, swept));
            }
        }
        if let Some(dive) = &mut dive
            && dive.draft.is_feasible()
            && best.as_ref().is_none_or(|best| dive.draft.objective() > best.value)
        {
            let polished = polish(instance, dive.draft.candidate(), control);
            if best.as_ref().is_none_or(|best| polished.value > best.value) {
                control.incumbent(Phase::Heuristic, polished.value);
                best = Some(polished);
                idle = 0;
            }
        }
        if let Some(dive) = dive.as_mut().filter(|dive| dive.draft.is_feasible()) {
            dive.follow(&climb.guide);
        }
        if best.is_none() && solvable && (hopeless >= HOPELESS || is_late(control)) {
            match any_plan(instance, control) {
                Ok(Outcome { candidate: None, ended: Ended::Complete, .. }) => return Hunted::nothing(instance),
                Ok(Outcome { candidate: Some(found), .. }) => {
                    control.incumbent(Phase::Heuristic, found.value);
                    dive =
                        Some(Dive::of(instance, &reach, &climb.guide, Draft::of(instance, &reach, &cell_of, &found)));
                    best = Some(found);
                }
                Ok(_) => break,
                Err(error) => {
                    log::warn!("programme: {error}: no plan by the solver");
                    break;
                }
            }
        }
        let stuck = idle >= IDLE || hopeless >= HOPELESS;
        let done = stuck && (climb.is_done() || !bounds);
        if done || control.stop().is_some() || bounds && control.gap_reached() {
            break;
        }
    }
    let goes_on = bounds && !instance.is_beyond_solvers() && control.stop().is_none() && !control.gap_reached();
    let scope = if goes_on { settled(instance, &reach, &climb, best.as_ref()) } else { Scope::all(instance) };
    Hunted { best, bound: if bounds { climb.bound() } else { f64::INFINITY }, is_impossible: false, scope }
}

/// Any plan by the solver, in a part of the time that is left.
fn any_plan(instance: &Instance, control: &Control) -> Result<Outcome, Error> {
    log::info!("programme: no plan by prices: the solver is asked for any plan");
    let mut options = control.options.on_the_way();
    let left = control.remaining().map(|left| control.seconds() + ASKED * left);
    options.time_limit = left.and_then(|until| Duration::try_from_secs_f64(until).ok());
    any(instance, &control.on_the_way(&options, Sense::Maximize))
}

/// Whether the time for a first plan by prices is over.
fn is_late(control: &Control) -> bool {
    control.remaining().is_some_and(|left| control.seconds() > PATIENT * (control.seconds() + left))
}

/// Decisions with people served; `None` where they break a rule.
pub(crate) fn decided(instance: &Instance, decisions: &Candidate, control: &Control) -> Option<Candidate> {
    if !is_large(instance) {
        // What is best with these decisions is no bound on all plans.
        let options = control.options.on_the_way();
        let control = control.on_the_way(&options, Sense::Maximize);
        return match exact(instance, &Scope::only(instance, decisions), None, &control) {
            Ok(found) => found.candidate,
            Err(error) => {
                log::warn!("programme: {error}: the plan to start from is left out");
                None
            }
        };
    }
    let (reach, cell_of) = (Reach::new(instance), cell_of_arcs(instance));
    let mut draft = Draft::of(instance, &reach, &cell_of, decisions);
    let prices = Prices { cells: vec![0.0; instance.cells.cells.len()], rows: vec![0.0; instance.rows.len()] };
    let tariff = Tariff::new(instance, &prices);
    (0..instance.stays.len()).for_each(|f| draft.improve_stay(f, &tariff, 0.0));
    draft.fill(&(0..instance.rooms.len()).collect::<Vec<_>>(), &tariff);
    draft.is_feasible().then(|| draft.candidate())
}

/// Whether a linear programme for who is served where takes too long to be worth it.
fn is_large(instance: &Instance) -> bool {
    instance.cells.arcs.len() > LARGE
}

/// Tries at a better plan: where it keeps all limits, the first ones may pass them somewhat; the others may spend what
/// limits leave.
fn improve(
    dive: &mut Dive<'_>,
    (tries, loose): (usize, usize),
    spends: bool,
    neighbours: &Neighbours,
    random: &mut Random,
    control: &Control,
) {
    let loose = if dive.draft.is_feasible() { loose } else { 0 };
    for at in 0..tries {
        dive.band = if at < loose { BAND } else { 0.0 };
        dive.spends = spends && at >= loose;
        dive.retry(neighbours, random);
        if control.stop().is_some() {
            return;
        }
    }
}

/// How much worse tries may be in a round: none in a plan that does not keep all limits yet.
fn heat(dive: &Dive<'_>, round: usize) -> f64 {
    if !dive.draft.is_feasible() {
        return 0.0;
    }
    let warm = 1.0 - (round % COOLING) as f64 / COOLING as f64;
    HEAT * warm * warm * dive.draft.objective().abs() / dive.draft.n_used().max(1) as f64
}

/// Steps towards a better bound.
fn ascend(reach: &Reach, climb: &mut Climb<'_>, steps: usize, control: &Control) {
    for _ in 0..steps {
        if climb.is_done() || control.stop().is_some() || !climb.step(reach, control) {
            return;
        }
    }
}

/// Who is best served where in a plan whose decisions stand; the plan as it is where that cannot be found out.
fn polish(instance: &Instance, candidate: Candidate, control: &Control) -> Candidate {
    let options = control.options.on_the_way();
    let control = control.on_the_way(&options, Sense::Maximize);
    if is_large(instance) || control.stop().is_some() || !mip::fits(instance.cells.arcs.len(), &control) {
        return candidate;
    }
    match exact(instance, &Scope::only(instance, &candidate), Some(&candidate), &control) {
        Ok(Outcome { candidate: Some(found), ended: Ended::Complete, .. }) if found.value > candidate.value => found,
        _ => candidate,
    }
}

/// The choices that a plan better than the best known may need: the rooms whose use would bring the bound below it are out.
fn settled(instance: &Instance, reach: &Reach, climb: &Climb<'_>, best: Option<&Candidate>) -> Scope {
    let mut scope = Scope::all(instance);
    let Some(best) = best else { return scope };
    let (instance, prices) = climb.best();
    let Some(relaxed) = relax(instance, reach, prices, &[], 0.0) else { return scope };
    let tariff = Tariff::new(instance, prices);
    let floor = best.value - 1e-7 * best.value.abs();
    for (room, (entry, now)) in instance.rooms.iter().zip(&relaxed.parts).enumerate() {
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
