//! The programme as a mixed-integer programme: see [`crate::service`] for the model.
//!
//! Tight where it pays: need is merged into cells; u ≤ Σ y min(1, κ/D) for every arc; choices that offer no more than
//! another at more cost are gone; being open is the same variable as being fitted out where there is one slot; shares and
//! pairs are continuous.

use good_lp::{Constraint, Expression, ProblemVariables, Variable, constraint, variable};

use super::candidate::Candidate;
use super::instance::{Choice, Instance, Terms};
use super::rows::RowKind;
use crate::engine::mip::Formulation;
use crate::model::{Sense, power_of_row, times_power};
use crate::service::Programme;

mod names;

pub(crate) use names::Names;

/// Rows of shares and means are multiplied by two to this power: a millionth of them is too much.
const FINE: i32 = 12;

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

/// Where the variables are among the columns.
#[derive(Debug, Clone, Default)]
pub(crate) struct Layout {
    rooms: Vec<Option<usize>>,
    complexes: Vec<Option<usize>>,
    choices: Vec<Option<usize>>,
    /// First of the slots of a choice that has several.
    slots: Vec<Option<usize>>,
    /// For each room, position of the pair and column.
    rewards: Vec<Vec<(usize, usize)>>,
    /// For each room, position of the pair and first of the columns of all slots.
    shared: Vec<Vec<(usize, usize)>>,
    /// First state of a facility.
    states: Vec<Option<usize>>,
    arcs: Vec<Option<usize>>,
    worst: Option<usize>,
    /// For each row, in an elastic programme, the column of its slack and what a slack of one gives.
    slacks: Vec<Option<(usize, f64)>>,
    /// For each room, in an elastic programme, whether it stays unused although it is required.
    unused: Vec<Option<usize>>,
    len: usize,
}

impl Layout {
    fn new(instance: &Instance, scope: &Scope) -> Self {
        let mut layout = Self::default();
        let mut len = 0_usize;
        let mut next = |count: usize| {
            len += count;
            len - count
        };
        let used: Vec<bool> = instance
            .rooms
            .iter()
            .map(|room| {
                let mut choices = room.groups.clone().flat_map(|group| instance.groups[group].choices.clone());
                room.required || choices.any(|choice| scope.choices[choice])
            })
            .collect();
        layout.rooms = used.iter().map(|&used| used.then(|| next(1))).collect();
        layout.complexes = instance
            .rooms
            .iter()
            .zip(&used)
            .map(|(room, &used)| (used && room.large && instance.sharing.is_some()).then(|| next(1)))
            .collect();
        layout.choices = scope.choices.iter().map(|&kept| kept.then(|| next(1))).collect();
        layout.slots = instance
            .choices
            .iter()
            .zip(&scope.choices)
            .map(|(choice, &kept)| (kept && !choice.is_simple()).then(|| next(choice.slots.len())))
            .collect();
        let hosts = |room: usize, service: usize| {
            instance.rooms[room].groups.clone().any(|group| {
                instance.groups[group].service == service
                    && instance.groups[group].choices.clone().any(|choice| scope.choices[choice])
            })
        };
        for room in 0..instance.rooms.len() {
            let (mut rewards, mut shared) = (Vec::new(), Vec::new());
            for (at, pair) in instance.together.iter().enumerate() {
                if !pair.services.iter().all(|&service| hosts(room, service)) {
                    continue;
                }
                if pair.reward > 0.0 {
                    rewards.push((at, next(1)));
                }
                if pair.shared_area > 0.0 {
                    shared.push((at, next(instance.n_slots)));
                }
            }
            layout.rewards.push(rewards);
            layout.shared.push(shared);
        }
        layout.states = instance.stays.iter().map(|stay| (!stay.is_fixed()).then(|| next(stay.states.len()))).collect();
        let offers: Vec<bool> = instance
            .groups
            .iter()
            .map(|group| group.choices.clone().any(|choice| scope.choices[choice]))
            .chain(instance.stays.iter().map(|_| true))
            .collect();
        layout.arcs = instance.cells.arcs.iter().map(|arc| offers[arc.host as usize].then(|| next(1))).collect();
        layout.worst = instance.worst_district.then(|| next(1));
        layout.slacks = vec![None; instance.rows.len()];
        layout.unused = vec![None; instance.rooms.len()];
        layout.len = len;
        layout
    }

    /// Lets rows give way, those with a size: a slack of one gives as much.
    fn elastic(mut self, instance: &Instance, sizes: &[Option<f64>]) -> Self {
        for (slack, size) in self.slacks.iter_mut().zip(sizes) {
            if let Some(size) = *size {
                *slack = Some((self.len, size));
                self.len += 1;
            }
        }
        for (unused, _) in self.unused.iter_mut().zip(&instance.rooms).filter(|(_, room)| room.required) {
            *unused = Some(self.len);
            self.len += 1;
        }
        self
    }

    /// Column of a choice in a slot; `None` where it cannot be open then.
    fn open(&self, instance: &Instance, choice: usize, slot: usize) -> Option<usize> {
        let at = instance.choices[choice].slots.iter().position(|&own| own == slot)?;
        self.slots[choice].map(|first| first + at).or(self.choices[choice])
    }

    /// Columns of a choice in all its slots.
    fn all_open(&self, instance: &Instance, choice: usize) -> std::ops::Range<usize> {
        match (self.slots[choice], self.choices[choice]) {
            (Some(first), _) => first..first + instance.choices[choice].slots.len(),
            (None, Some(only)) => only..only + 1,
            (None, None) => 0..0,
        }
    }

    /// The values of a candidate.
    fn values(&self, instance: &Instance, candidate: &Candidate) -> Vec<f64> {
        let mut values = vec![0.0; self.len];
        let mut set = |column: Option<usize>, value: f64| {
            if let Some(column) = column {
                values[column] = value;
            }
        };
        let mut offered = vec![vec![0_u64; instance.n_services]; instance.rooms.len()];
        for (at, (choice, &open)) in instance.choices.iter().zip(&candidate.open).enumerate() {
            if open == 0 {
                continue;
            }
            let group = &instance.groups[choice.group];
            offered[group.room][group.service] |= open;
            set(self.choices[at], 1.0);
            set(self.rooms[group.room], 1.0);
            for &slot in choice.slots.iter().filter(|_| self.slots[at].is_some()) {
                set(self.open(instance, at, slot), f64::from(u8::from(open >> slot & 1 == 1)));
            }
        }
        for (room, offered) in offered.iter().enumerate() {
            let services = offered.iter().filter(|&&open| open != 0).count() as f64;
            if let Some(sharing) = &instance.sharing {
                let is_core = |service: &usize| sharing.core[*service] && offered[*service] != 0;
                let core = (0..offered.len()).filter(is_core).count() as f64;
                let complex = services >= sharing.services && core >= sharing.core_services;
                set(self.complexes[room], f64::from(u8::from(complex)));
            }
            if instance.rooms[room].required {
                set(self.rooms[room], 1.0);
            }
        }
        let both = |room: usize, pair: usize| {
            let [first, second] = instance.together[pair].services;
            (offered[room][first], offered[room][second])
        };
        for room in 0..instance.rooms.len() {
            for &(pair, column) in &self.rewards[room] {
                let (first, second) = both(room, pair);
                set(Some(column), f64::from(u8::from(first != 0 && second != 0)));
            }
            for &(pair, column) in &self.shared[room] {
                let (first, second) = both(room, pair);
                for slot in 0..instance.n_slots {
                    set(Some(column + slot), f64::from(u8::from((first & second) >> slot & 1 == 1)));
                }
            }
        }
        for (first, state) in self.states.iter().zip(&candidate.states) {
            set(first.zip(*state).map(|(first, state)| first + state), 1.0);
        }
        for (column, &flow) in self.arcs.iter().zip(&candidate.flows) {
            set(*column, flow);
        }
        if self.worst.is_some() {
            set(self.worst, instance.least_share(&candidate.flows));
        }
        values
    }

    /// The candidate behind the values of a solver.
    pub fn candidate(&self, instance: &Instance, scope: &Scope, values: &[f64]) -> Candidate {
        let mut candidate = Candidate::empty(instance);
        let on = |column: usize| values.get(column).is_some_and(|&value| value > 0.5);
        for (at, choice) in instance.choices.iter().enumerate() {
            if !self.choices[at].is_some_and(on) {
                continue;
            }
            for &slot in &choice.slots {
                if self.open(instance, at, slot).is_some_and(on) {
                    candidate.open[at] |= 1 << slot;
                }
            }
        }
        if let Some((settled, rooms)) = &scope.settled {
            for (at, choice) in instance.choices.iter().enumerate() {
                if rooms[instance.groups[choice.group].room] {
                    candidate.open[at] = settled.open[at];
                }
            }
        }
        for ((stay, first), state) in instance.stays.iter().zip(&self.states).zip(&mut candidate.states) {
            if let Some(first) = first {
                *state = (0..stay.states.len()).find(|at| on(first + at));
            }
        }
        candidate.flows = self
            .arcs
            .iter()
            .map(|column| column.and_then(|column| values.get(column)).map_or(0.0, |value| value.clamp(0.0, 1.0)))
            .collect();
        candidate
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
        for &slot in &instance.choices[at].slots {
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

/// Writes the rows.
struct Writer<'a> {
    instance: &'a Instance,
    layout: Layout,
    columns: Vec<Variable>,
}

/// A row under construction.
#[derive(Debug, Default)]
pub(super) struct Sum(Vec<(Variable, f64)>);

impl Sum {
    pub fn add(&mut self, column: Variable, factor: f64) {
        if factor != 0.0 {
            self.0.push((column, factor));
        }
    }

    /// Σ ≤ limit; `None` where nothing is left.
    pub fn at_most(self, limit: f64) -> Option<Row> {
        (!self.0.is_empty() || limit < 0.0).then_some(Row { sum: self.0, limit, shared: None })
    }
}

/// Σ ≤ limit, in natural units.
#[derive(Debug)]
pub(super) struct Row {
    sum: Vec<(Variable, f64)>,
    limit: f64,
    /// What it limits, when all share it.
    pub shared: Option<RowKind>,
}

impl Row {
    /// Entries.
    pub fn len(&self) -> usize {
        self.sum.len()
    }

    /// In a unit in which the solver's tolerance is far below the figures.
    pub fn scaled(self) -> Constraint {
        let fine = if self.shared.is_some_and(RowKind::is_fine) { FINE } else { 0 };
        let largest = self.sum.iter().fold(0.0_f64, |most, entry| most.max(entry.1.abs()));
        let power = fine + power_of_row(times_power(largest, fine));
        self.times_power(power)
    }

    /// As it is.
    pub fn plain(self) -> Constraint {
        self.times_power(0)
    }

    fn times_power(self, power: i32) -> Constraint {
        let mut row = Expression::with_capacity(self.sum.len());
        for (column, factor) in self.sum {
            row.add_mul(times_power(factor, power), column);
        }
        constraint!(row <= times_power(self.limit, power))
    }
}

impl Writer<'_> {
    fn rows(self) -> Vec<Row> {
        let mut rows = Vec::new();
        for room in 0..self.instance.rooms.len() {
            if self.layout.rooms[room].is_some() {
                self.room(room, &mut rows);
            }
        }
        self.facilities(&mut rows);
        self.need(&mut rows);
        self.shared_rows(&mut rows);
        rows
    }

    fn at(&self, column: usize) -> Variable {
        self.columns[column]
    }

    /// The choices of a group that are columns.
    fn choices(&self, group: usize) -> impl Iterator<Item = (usize, Variable)> {
        let choices = self.instance.groups[group].choices.clone();
        choices.filter_map(|choice| Some((choice, self.at(self.layout.choices[choice]?))))
    }

    /// All rows of one room.
    fn room(&self, index: usize, rows: &mut Vec<Row>) {
        let (instance, room) = (self.instance, &self.instance.rooms[index]);
        let Some(used) = self.layout.rooms[index].map(|column| self.at(column)) else { return };
        let mut something = Sum::default();
        let mut earned = Sum::default();
        earned.add(used, room.rent);
        for group in room.groups.clone() {
            let mut one = Sum::default();
            for (choice, fitted) in self.choices(group) {
                one.add(fitted, 1.0);
                something.add(fitted, -1.0);
                self.slots(choice, fitted, rows);
                for column in self.layout.all_open(instance, choice) {
                    earned.add(self.at(column), instance.choices[choice].yearly);
                }
            }
            if !one.0.is_empty() {
                one.add(used, -1.0);
                rows.extend(one.at_most(0.0));
            }
        }
        if room.required {
            if let Some(unused) = self.layout.unused[index] {
                something.add(self.at(unused), -1.0);
            }
            rows.extend(something.at_most(-1.0));
        }
        if instance.break_even {
            rows.extend(earned.at_most(0.0));
        }
        self.area(index, used, rows);
        self.sharing(index, used, rows);
        for &[first, second] in &instance.apart {
            let mut both = Sum::default();
            self.fitted(index, first, 1.0, &mut both);
            self.fitted(index, second, 1.0, &mut both);
            rows.extend(both.at_most(1.0));
        }
    }

    /// Adds the choices of a service in a room.
    fn fitted(&self, room: usize, service: usize, factor: f64, sum: &mut Sum) {
        for group in self.instance.rooms[room].groups.clone() {
            if self.instance.groups[group].service == service {
                self.choices(group).for_each(|(_, fitted)| sum.add(fitted, factor));
            }
        }
    }

    /// o ≤ y ≤ Σ o, or one slot exactly.
    fn slots(&self, choice: usize, fitted: Variable, rows: &mut Vec<Row>) {
        if self.layout.slots[choice].is_none() {
            return;
        }
        let mut least = Sum::default();
        let mut most = Sum::default();
        least.add(fitted, 1.0);
        most.add(fitted, -1.0);
        for column in self.layout.all_open(self.instance, choice) {
            let open = self.at(column);
            least.add(open, -1.0);
            if self.instance.choices[choice].one_slot {
                most.add(open, 1.0);
            } else {
                let mut only = Sum::default();
                only.add(open, 1.0);
                only.add(fitted, -1.0);
                rows.extend(only.at_most(0.0));
            }
        }
        rows.extend(least.at_most(0.0));
        if self.instance.choices[choice].one_slot {
            rows.extend(most.at_most(0.0));
        }
    }

    /// The area in every slot.
    fn area(&self, index: usize, used: Variable, rows: &mut Vec<Row>) {
        let (instance, room) = (self.instance, &self.instance.rooms[index]);
        for slot in 0..instance.n_slots {
            let mut taken = Sum::default();
            for group in room.groups.clone() {
                for (choice, _) in self.choices(group) {
                    if let Some(column) = self.layout.open(instance, choice, slot) {
                        taken.add(self.at(column), instance.choices[choice].area);
                    }
                }
            }
            for &(pair, first) in &self.layout.shared[index] {
                let shared = self.at(first + slot);
                taken.add(shared, -instance.together[pair].shared_area);
                for service in instance.together[pair].services {
                    let mut open = Sum::default();
                    open.add(shared, 1.0);
                    for group in room.groups.clone().filter(|&group| instance.groups[group].service == service) {
                        for (choice, _) in self.choices(group) {
                            if let Some(column) = self.layout.open(instance, choice, slot) {
                                open.add(self.at(column), -1.0);
                            }
                        }
                    }
                    rows.extend(open.at_most(0.0));
                }
            }
            if !taken.0.is_empty() {
                taken.add(used, -room.area);
                rows.extend(taken.at_most(0.0));
            }
        }
    }

    /// Large rooms together, small ones apart; and the rewards of pairs.
    fn sharing(&self, index: usize, used: Variable, rows: &mut Vec<Row>) {
        let instance = self.instance;
        for &(pair, column) in &self.layout.rewards[index] {
            for service in instance.together[pair].services {
                let mut hosted = Sum::default();
                hosted.add(self.at(column), 1.0);
                self.fitted(index, service, -1.0, &mut hosted);
                rows.extend(hosted.at_most(0.0));
            }
        }
        let Some(sharing) = &instance.sharing else { return };
        let (mut few, mut many, mut core) = (Sum::default(), Sum::default(), Sum::default());
        for service in 0..instance.n_services {
            self.fitted(index, service, 1.0, &mut few);
            self.fitted(index, service, -1.0, &mut many);
            if sharing.core[service] {
                self.fitted(index, service, -1.0, &mut core);
            }
        }
        if let Some(complex) = self.layout.complexes[index].map(|column| self.at(column)) {
            few.add(complex, sharing.apart - instance.n_services as f64);
            many.add(complex, sharing.services);
            core.add(complex, sharing.core_services);
            rows.extend(many.at_most(0.0));
            rows.extend(core.at_most(0.0));
            if sharing.always {
                let mut always = Sum::default();
                always.add(used, 1.0);
                always.add(complex, -1.0);
                rows.extend(always.at_most(0.0));
            }
        }
        rows.extend(few.at_most(sharing.apart));
    }

    /// Each facility has one state, or moves.
    fn facilities(&self, rows: &mut Vec<Row>) {
        for (stay, first) in self.instance.stays.iter().zip(&self.layout.states) {
            let Some(first) = first.filter(|_| !stay.movable) else { continue };
            let (mut most, mut least) = (Sum::default(), Sum::default());
            for at in 0..stay.states.len() {
                most.add(self.at(first + at), 1.0);
                least.add(self.at(first + at), -1.0);
            }
            rows.extend(most.at_most(1.0));
            rows.extend(least.at_most(-1.0));
        }
    }

    /// Each need is met once, each host has places, and only what is open serves.
    fn need(&self, rows: &mut Vec<Row>) {
        let (instance, cells) = (self.instance, &self.instance.cells);
        let hosts = instance.groups.len() + instance.stays.len();
        let mut loads: Vec<Sum> = (0..hosts).map(|_| Sum::default()).collect();
        let mut reach = vec![0.0; hosts];
        for cell in &cells.cells {
            let mut once = Sum::default();
            for at in cell.arcs.clone() {
                let Some(flow) = self.layout.arcs[at].map(|column| self.at(column)) else { continue };
                let host = cells.arcs[at].host as usize;
                once.add(flow, 1.0);
                loads[host].add(flow, cell.need);
                reach[host] += cell.need;
                self.link(host, flow, cell.need, rows);
            }
            if once.0.len() > 1 {
                rows.extend(once.at_most(1.0));
            }
        }
        for (host, load) in loads.into_iter().enumerate() {
            match host.checked_sub(instance.groups.len()) {
                None => self.places(host, load, rows),
                Some(f) => self.stays(f, load, reach[host], rows),
            }
        }
    }

    /// u ≤ Σ y min(1, κ / D).
    fn link(&self, host: usize, flow: Variable, need: f64, rows: &mut Vec<Row>) {
        let instance = self.instance;
        let mut link = Sum::default();
        link.add(flow, 1.0);
        match host.checked_sub(instance.groups.len()) {
            None => self.choices(host).for_each(|(choice, fitted)| {
                link.add(fitted, -(instance.choices[choice].most_places() / need).min(1.0));
            }),
            Some(f) => {
                let Some(first) = self.layout.states[f] else { return };
                for (at, state) in instance.stays[f].states.iter().enumerate() {
                    link.add(self.at(first + at), -(state.places / need).min(1.0));
                }
            }
        }
        rows.extend(link.at_most(0.0));
    }

    /// The places of a group, and its minimum use.
    fn places(&self, group: usize, load: Sum, rows: &mut Vec<Row>) {
        let instance = self.instance;
        let least = instance.groups[group].minimum_use;
        let mut most = Sum(load.0.clone());
        let mut used = Sum(load.0.into_iter().map(|(flow, need)| (flow, -need)).collect());
        for (choice, fitted) in self.choices(group) {
            for column in self.layout.all_open(instance, choice) {
                most.add(self.at(column), -instance.choices[choice].places);
            }
            used.add(fitted, least);
        }
        rows.extend(most.at_most(0.0));
        if least > 0.0 {
            rows.extend(used.at_most(0.0));
        }
    }

    /// The places of a facility of today.
    fn stays(&self, f: usize, mut load: Sum, reach: f64, rows: &mut Vec<Row>) {
        if load.0.is_empty() {
            return;
        }
        let stay = &self.instance.stays[f];
        match self.layout.states[f] {
            None => {
                if let Some(state) = stay.states.first().filter(|state| state.places < reach) {
                    rows.extend(load.at_most(state.places));
                }
            }
            Some(first) => {
                for (at, state) in stay.states.iter().enumerate() {
                    load.add(self.at(first + at), -state.places.min(reach));
                }
                rows.extend(load.at_most(0.0));
            }
        }
    }

    /// The rows that all share.
    fn shared_rows(&self, rows: &mut Vec<Row>) {
        let instance = self.instance;
        let mut sums: Vec<Sum> = (0..instance.rows.len()).map(|_| Sum::default()).collect();
        let mut take = |column: Variable, terms: &Terms| {
            for &(row, amount) in &terms.rows {
                sums[row as usize].add(column, amount);
            }
        };
        for (at, room) in instance.rooms.iter().enumerate() {
            if let Some(column) = self.layout.rooms[at] {
                take(self.at(column), &room.terms);
            }
            if let Some(column) = self.layout.complexes[at] {
                take(self.at(column), &room.complex);
            }
        }
        for (at, choice) in instance.choices.iter().enumerate() {
            if let Some(column) = self.layout.choices[at] {
                take(self.at(column), &choice.terms);
            }
            for column in self.layout.all_open(instance, at) {
                take(self.at(column), &choice.slot_terms);
            }
        }
        for (stay, first) in instance.stays.iter().zip(&self.layout.states) {
            for (at, state) in stay.states.iter().enumerate() {
                if let Some(first) = first {
                    take(self.at(first + at), &state.terms);
                }
            }
        }
        for cell in &instance.cells.cells {
            for at in cell.arcs.clone() {
                let Some(column) = self.layout.arcs[at] else { continue };
                for (row, amount) in instance.cells.taken(cell, &instance.cells.arcs[at]) {
                    sums[row as usize].add(self.at(column), amount);
                }
            }
        }
        for (row, mut sum) in sums.into_iter().enumerate() {
            if let Some(worst) = self.layout.worst.filter(|_| instance.rows.worst[row]) {
                sum.add(self.at(worst), 1.0);
            }
            if let Some((slack, size)) = self.layout.slacks[row] {
                sum.add(self.at(slack), -size);
            }
            let shared = Some(instance.rows.kinds[row]);
            rows.extend(sum.at_most(instance.rows.limits[row]).map(|row| Row { shared, ..row }));
        }
    }
}
