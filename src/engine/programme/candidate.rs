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

    /// The choice of a group that is fitted out.
    pub fn choice_of(&self, instance: &Instance, group: usize) -> Option<usize> {
        instance.groups[group].choices.clone().find(|&choice| self.open[choice] != 0)
    }
    /// Whether a room hosts something.
    pub fn is_used(&self, instance: &Instance, room: usize) -> bool {
        instance.rooms[room].groups.clone().any(|group| self.choice_of(instance, group).is_some())
    }

    /// Whether a room counts as a complex.
    pub fn is_complex(&self, instance: &Instance, room: usize) -> bool {
        let Some(sharing) = instance.sharing.as_ref().filter(|_| instance.rooms[room].large) else { return false };
        let groups = instance.rooms[room].groups.clone();
        let hosted: Vec<usize> = groups
            .filter(|&group| self.choice_of(instance, group).is_some())
            .map(|group| instance.groups[group].service)
            .collect();
        let core = hosted.iter().filter(|&&service| sharing.core[service]).count();
        hosted.len() as f64 >= sharing.services && core as f64 >= sharing.core_services
    }
}
