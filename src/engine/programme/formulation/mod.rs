//! The programme as a mixed-integer programme: `src/service/plan/mod.rs` has the model, line by line.
//!
//! Tight where it pays: need is merged into cells; u ≤ Σ y min(1, κ/D) for every arc; choices that offer no more than
//! another at more cost are gone; being open is the same variable as being fitted out where there is one slot; shares and
//! pairs are continuous.
//!
//! [`layout`] says where the columns are, [`writer`] writes the rows, each of them a [`Sum`] at first, [`names`] says
//! what columns and rows are called.

mod layout;
mod names;
mod sum;
mod writer;

use good_lp::{Expression, ProblemVariables, Variable, variable};

use super::candidate::Candidate;
use super::instance::{Choice, Instance};
use crate::engine::mip::Formulation;
use crate::model::{Sense, power_of_row, times_power};
use crate::service::Programme;

use layout::Layout;
pub(crate) use names::Names;
pub(super) use sum::{Row, Sum};
use writer::Writer;

/// What a formulation may decide.
#[derive(Debug, Clone)]
pub(crate) struct Scope {
    /// For each choice whether it may be fitted out.
    pub choices: Vec<bool>,
    /// Decisions of rooms and facilities that are settled: those of this candidate where the flag is set.
    pub settled: Option<(Candidate, Vec<bool>)>,
}

impl Scope {
    /// Everything may be decided.
    pub fn all(instance: &Instance) -> Self {
        Self { choices: vec![true; instance.choices.len()], settled: None }
    }

    /// Only these decisions: what is left is who is served where.
    pub fn only(instance: &Instance, candidate: &Candidate) -> Self {
        Self {
            choices: candidate.open.iter().map(|&open| open != 0).collect(),
            settled: Some((candidate.clone(), vec![true; instance.rooms.len()])),
        }
    }
}

/// The programme within a scope, as a formulation that maximises, with its layout. Objectives are multiplied by two to
/// the power that comes back too.
pub(crate) fn formulate<'a>(
    instance: &'a Instance,
    scope: &Scope,
    start: Option<&Candidate>,
) -> (Formulation<'a>, Layout, i32) {
    let layout = Layout::new(instance, scope);
    let mut variables = ProblemVariables::new();
    let columns = columns(instance, scope, &layout, &mut variables);
    let mut gains = vec![0.0; layout.len];
    add_gains(instance, &layout, &mut gains);
    let largest = gains.iter().fold(0.0_f64, |most, gain| most.max(gain.abs()));
    let power = if instance.worst_district { 0 } else { power_of_row(largest) };
    let mut objective = Expression::with_capacity(layout.len);
    for (column, &gain) in columns.iter().zip(&gains).filter(|(_, gain)| **gain != 0.0) {
        objective.add_mul(times_power(gain, power), *column);
    }
    let start = start.map(|candidate| layout.values(instance, candidate));
    let rows = Writer { instance, layout: layout.clone(), columns }.rows();
    let entries = rows.iter().map(Row::len).sum();
    let formulation = Formulation {
        variables,
        objective,
        constant: times_power(instance.constant, power),
        sense: Sense::Maximize,
        rows: Box::new(rows.into_iter().map(Row::scaled)),
        entries,
        start,
        step: 0.0,
    };
    (formulation, layout, power)
}

/// The whole programme in natural units, as a formulation that minimises, with the names of its columns and rows: its
/// objective is the plan's where that is to shrink, and less the plan's where that is to grow.
pub(crate) fn formulate_plainly<'a>(instance: &'a Instance, programme: &Programme) -> (Formulation<'a>, Names) {
    let scope = Scope::all(instance);
    let layout = Layout::new(instance, &scope);
    let mut variables = ProblemVariables::new();
    let columns = columns(instance, &scope, &layout, &mut variables);
    let mut gains = vec![0.0; layout.len];
    add_gains(instance, &layout, &mut gains);
    let mut objective = Expression::with_capacity(layout.len);
    for (column, &gain) in columns.iter().zip(&gains).filter(|(_, gain)| **gain != 0.0) {
        objective.add_mul(-gain, *column);
    }
    let rows = Writer { instance, layout: layout.clone(), columns }.rows();
    let names = Names::new(programme, instance, &layout, &rows);
    let formulation = Formulation {
        variables,
        objective,
        constant: 0.0 - instance.constant,
        sense: Sense::Minimize,
        entries: rows.iter().map(Row::len).sum(),
        rows: Box::new(rows.into_iter().map(Row::plain)),
        start: None,
        step: 0.0,
    };
    (formulation, names)
}

/// The programme that breaks its rules as little as can be: rows with a size get a slack in units of it, required rooms may
/// stay unused, and only that counts.
pub(crate) fn formulate_elastic<'a>(
    instance: &'a Instance,
    scope: &Scope,
    sizes: &[Option<f64>],
) -> (Formulation<'a>, Layout) {
    let layout = Layout::new(instance, scope).elastic(instance, sizes);
    let mut variables = ProblemVariables::new();
    let columns = columns(instance, scope, &layout, &mut variables);
    let slacks = layout.slacks.iter().flatten().map(|slack| slack.0).chain(layout.unused.iter().flatten().copied());
    let mut objective = Expression::with_capacity(layout.len);
    slacks.for_each(|column| {
        objective.add_mul(-1.0, columns[column]);
    });
    let rows = Writer { instance, layout: layout.clone(), columns }.rows();
    let entries = rows.iter().map(Row::len).sum();
    let formulation = Formulation {
        variables,
        objective,
        constant: 0.0,
        sense: Sense::Maximize,
        rows: Box::new(rows.into_iter().map(Row::scaled)),
        entries,
        start: None,
        step: 0.0,
    };
    (formulation, layout)
}

/// The columns, in the order of the layout.
fn columns(instance: &Instance, scope: &Scope, layout: &Layout, variables: &mut ProblemVariables) -> Vec<Variable> {
    let settled = scope.settled.as_ref();
    let is_settled = |room: usize| settled.is_some_and(|(_, rooms)| rooms[room]);
    let binary = |fixed: Option<bool>| match fixed {
        None => variable().binary(),
        Some(on) => {
            let value = f64::from(u8::from(on));
            variable().clamp(value, value)
        }
    };
    let mut columns = Vec::with_capacity(layout.len);
    for _ in layout.rooms.iter().flatten().chain(layout.complexes.iter().flatten()) {
        columns.push(variables.add(variable().binary()));
    }
    let fixed = |at: usize, slot: Option<usize>| {
        let choice: &Choice = &instance.choices[at];
        let (candidate, _) = settled.filter(|_| is_settled(instance.groups[choice.group].room))?;
        Some(slot.map_or(candidate.open[at] != 0, |slot| candidate.open[at] >> slot & 1 == 1))
    };
    for at in (0..instance.choices.len()).filter(|&at| layout.choices[at].is_some()) {
        columns.push(variables.add(binary(fixed(at, None))));
    }
    for at in (0..instance.choices.len()).filter(|&at| layout.slots[at].is_some()) {
        for &slot in instance.choices[at].slots.iter() {
            columns.push(variables.add(binary(fixed(at, Some(slot)))));
        }
    }
    let pairs = layout.rewards.iter().map(Vec::len).sum::<usize>()
        + layout.shared.iter().map(Vec::len).sum::<usize>() * instance.n_slots;
    for _ in 0..pairs {
        columns.push(variables.add(variable().clamp(0.0, 1.0)));
    }
    for (stay, first) in instance.stays.iter().zip(&layout.states) {
        for _ in stay.states.iter().filter(|_| first.is_some()) {
            columns.push(variables.add(variable().binary()));
        }
    }
    for _ in layout.arcs.iter().flatten() {
        columns.push(variables.add(variable().clamp(0.0, 1.0)));
    }
    if layout.worst.is_some() {
        columns.push(variables.add(variable().clamp(0.0, 1.0)));
    }
    for _ in layout.slacks.iter().flatten() {
        columns.push(variables.add(variable().min(0.0)));
    }
    for _ in layout.unused.iter().flatten() {
        columns.push(variables.add(variable().clamp(0.0, 1.0)));
    }
    columns
}

/// What each column gains.
fn add_gains(instance: &Instance, layout: &Layout, gains: &mut [f64]) {
    let mut add = |column: Option<usize>, gain: f64| {
        if let Some(column) = column {
            gains[column] += gain;
        }
    };
    for (room, column) in instance.rooms.iter().zip(&layout.rooms) {
        add(*column, room.terms.gain);
    }
    for (at, choice) in instance.choices.iter().enumerate() {
        add(layout.choices[at], choice.terms.gain);
        for column in layout.all_open(instance, at) {
            add(Some(column), choice.slot_terms.gain);
        }
    }
    for &(pair, column) in layout.rewards.iter().flatten() {
        add(Some(column), instance.together[pair].reward);
    }
    for (stay, first) in instance.stays.iter().zip(&layout.states) {
        for (at, state) in stay.states.iter().enumerate() {
            add(first.map(|first| first + at), state.terms.gain);
        }
    }
    for (arc, column) in instance.cells.arcs.iter().zip(&layout.arcs) {
        add(*column, arc.gain);
    }
    add(layout.worst, 1.0);
}
