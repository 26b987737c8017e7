//! Where the variables and the slacks of rows are among the columns, and candidates as values of columns and back.

use super::Scope;
use crate::engine::programme::candidate::Candidate;
use crate::engine::programme::instance::Instance;

/// Where the variables are among the columns.
#[derive(Debug, Clone, Default)]
pub(crate) struct Layout {
    pub(super) rooms: Vec<Option<usize>>,
    pub(super) complexes: Vec<Option<usize>>,
    pub(super) choices: Vec<Option<usize>>,
    /// First of the slots of a choice that has several.
    pub(super) slots: Vec<Option<usize>>,
    /// For each room, position of the pair and column.
    pub(super) rewards: Vec<Vec<(usize, usize)>>,
    /// For each room, position of the pair and first of the columns of all slots.
    pub(super) shared: Vec<Vec<(usize, usize)>>,
    /// First state of a facility.
    pub(super) states: Vec<Option<usize>>,
    pub(super) arcs: Vec<Option<usize>>,
    pub(super) worst: Option<usize>,
    /// For each row, in an elastic programme, the column of its slack and what a slack of one gives.
    pub(super) slacks: Vec<Option<(usize, f64)>>,
    /// For each room, in an elastic programme, whether it stays unused although it is required.
    pub(super) unused: Vec<Option<usize>>,
    pub(super) len: usize,
}

impl Layout {
    pub fn new(instance: &Instance, scope: &Scope) -> Self {
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
    pub fn elastic(mut self, instance: &Instance, sizes: &[Option<f64>]) -> Self {
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
    pub fn open(&self, instance: &Instance, choice: usize, slot: usize) -> Option<usize> {
        let at = instance.choices[choice].slots.iter().position(|&own| own == slot)?;
        self.slots[choice].map(|first| first + at).or(self.choices[choice])
    }

    /// Columns of a choice in all its slots.
    pub fn all_open(&self, instance: &Instance, choice: usize) -> std::ops::Range<usize> {
        match (self.slots[choice], self.choices[choice]) {
            (Some(first), _) => first..first + instance.choices[choice].slots.len(),
            (None, Some(only)) => only..only + 1,
            (None, None) => 0..0,
        }
    }

    /// The values of a candidate.
    pub fn values(&self, instance: &Instance, candidate: &Candidate) -> Vec<f64> {
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
            let hosted = (0..instance.n_services).filter(|&service| offered[service] != 0);
            let complex = instance.is_complex(&instance.rooms[room], hosted);
            set(self.complexes[room], f64::from(u8::from(complex)));
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
            for &slot in choice.slots.iter() {
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
