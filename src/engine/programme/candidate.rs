//! A plan as the engines see it.

use super::instance::{Instance, Room, Terms};

/// What is decided, choice by choice, and who is served where.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Candidate {
    /// For each choice the slots in which it is open, a bit for each; 0 where it is not fitted out.
    pub open: Vec<u64>,
    /// For each facility its state; `None` where it moves.
    pub states: Vec<Option<usize>>,
    /// For each arc the share of the need of its cell.
    pub flows: Vec<f64>,
    /// The objective, to be maximised.
    pub value: f64,
}

impl Candidate {
    /// Nothing is built, every facility is kept, and nobody is served yet.
    pub fn empty(instance: &Instance) -> Self {
        Self {
            open: vec![0; instance.choices.len()],
            states: instance.stays.iter().map(|_| Some(0)).collect(),
            flows: vec![0.0; instance.cells.arcs.len()],
            value: instance.constant,
        }
    }

    /// The choice of a group that is fitted out.
    pub fn choice_of(&self, instance: &Instance, group: usize) -> Option<usize> {
        instance.groups[group].choices.clone().find(|&choice| self.open[choice] != 0)
    }

    /// The services that a room hosts.
    pub fn hosted<'a>(&'a self, instance: &'a Instance, room: &Room) -> impl Iterator<Item = usize> + 'a {
        let groups = room.groups.clone().filter(|&group| self.choice_of(instance, group).is_some());
        groups.map(|group| instance.groups[group].service)
    }

    /// Whether a room hosts something.
    pub fn is_used(&self, instance: &Instance, room: &Room) -> bool {
        self.hosted(instance, room).next().is_some()
    }

    /// Whether a room counts as a complex.
    pub fn is_complex(&self, instance: &Instance, room: &Room) -> bool {
        instance.is_complex(room, self.hosted(instance, room))
    }

    /// Places of a host, summed over its open slots; `None` where it is not open.
    pub fn places(&self, instance: &Instance, host: usize) -> Option<f64> {
        match host.checked_sub(instance.groups.len()) {
            None => {
                let choice = self.choice_of(instance, host)?;
                Some(instance.choices[choice].places * f64::from(self.open[choice].count_ones()))
            }
            Some(f) => Some(instance.stays[f].states.get(self.states[f]?)?.places),
        }
    }

    /// What all decisions take of each row, whoever is served.
    pub fn taken_by_decisions(&self, instance: &Instance) -> Vec<f64> {
        let mut taken = vec![0.0; instance.rows.len()];
        let mut take = |terms: &Terms, times: f64| {
            terms.rows.iter().for_each(|&(row, amount)| taken[row as usize] += amount * times);
        };
        for room in &instance.rooms {
            if self.is_used(instance, room) {
                take(&room.terms, 1.0);
            }
            if self.is_complex(instance, room) {
                take(&room.complex, 1.0);
            }
        }
        for (choice, open) in instance.choices.iter().zip(&self.open).filter(|(_, open)| **open != 0) {
            take(&choice.terms, 1.0);
            take(&choice.slot_terms, f64::from(open.count_ones()));
        }
        for (stay, state) in instance.stays.iter().zip(&self.states) {
            if let Some(state) = state.and_then(|at| stay.states.get(at)) {
                take(&state.terms, 1.0);
            }
        }
        taken
    }
}
