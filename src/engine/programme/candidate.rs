//! A plan as the engines see it.

use super::instance::Instance;

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

    /// Whether two hold the same decisions, whoever is served.
    pub fn decides_as(&self, other: &Self) -> bool {
        self.open == other.open && self.states == other.states
    }

    /// The choice of a group that is fitted out.
    pub fn choice_of(&self, instance: &Instance, group: usize) -> Option<usize> {
        instance.groups[group].choices.clone().find(|&choice| self.open[choice] != 0)
    }

    /// Places of a group or, beyond the groups, of a facility.
    pub fn places(&self, instance: &Instance, host: usize) -> f64 {
        match host.checked_sub(instance.groups.len()) {
            None => self.choice_of(instance, host).map_or(0.0, |choice| {
                instance.choices[choice].places * f64::from(self.open[choice].count_ones())
            }),
            Some(f) => self.states[f].map_or(0.0, |state| instance.stays[f].states[state].places),
        }
    }
}
