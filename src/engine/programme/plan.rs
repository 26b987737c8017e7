//! From candidates to plans and back: cells are taken apart into demand points again.

use crate::service::{Change, Fitout, Host, Programme, Served, ServicePlan, Size};

use super::candidate::Candidate;
use super::instance::Instance;

/// Shares below this are the noise of a solver.
const NOISE: f64 = 1e-9;

/// The parts of a plan.
#[derive(Debug, Clone, Default)]
pub(crate) struct Parts {
    pub fitouts: Vec<Fitout>,
    pub facilities: Vec<Change>,
    pub served: Vec<Served>,
}

impl Candidate {
    /// Takes the noise of a solver out of the flows and adds the objective up.
    pub fn settle(mut self, instance: &Instance) -> Self {
        let hosts = instance.groups.len() + instance.stays.len();
        let open: Vec<bool> =
            (0..hosts).map(|host| self.places(instance, host).is_some_and(|places| places > 0.0)).collect();
        for cell in &instance.cells.cells {
            let flows = &mut self.flows[cell.arcs.clone()];
            for (flow, arc) in flows.iter_mut().zip(&instance.cells.arcs[cell.arcs.clone()]) {
                if !open[arc.host as usize] || *flow < NOISE {
                    *flow = 0.0;
                }
            }
            let sum: f64 = flows.iter().sum();
            if sum > 1.0 {
                flows.iter_mut().for_each(|flow| *flow /= sum);
            }
        }
        self.value = self.worth(instance);
        self
    }

    /// The objective, to be maximised.
    pub fn worth(&self, instance: &Instance) -> f64 {
        if instance.worst_district {
            return instance.least_share(&self.flows) + self.rewards(instance);
        }
        let mut worth = instance.constant + self.rewards(instance);
        let mut used = vec![false; instance.rooms.len()];
        for (choice, &open) in instance.choices.iter().zip(&self.open).filter(|(_, open)| **open != 0) {
            worth += choice.terms.gain + choice.slot_terms.gain * f64::from(open.count_ones());
            used[instance.groups[choice.group].room] = true;
        }
        worth +=
            instance.rooms.iter().zip(used).filter(|(_, used)| *used).map(|(room, _)| room.terms.gain).sum::<f64>();
        for (stay, state) in instance.stays.iter().zip(&self.states) {
            worth += state.and_then(|at| stay.states.get(at)).map_or(0.0, |state| state.terms.gain);
        }
        worth + instance.cells.arcs.iter().zip(&self.flows).map(|(arc, flow)| arc.gain * flow).sum::<f64>()
    }

    /// The rewards of pairs that share a room.
    fn rewards(&self, instance: &Instance) -> f64 {
        if instance.together.iter().all(|pair| pair.reward == 0.0) {
            return 0.0;
        }
        let mut rewards = 0.0;
        for room in &instance.rooms {
            let hosts = |service: usize| self.hosted(instance, room).any(|own| own == service);
            let pairs = instance.together.iter().filter(|pair| pair.services.iter().all(|&service| hosts(service)));
            rewards += pairs.map(|pair| pair.reward).sum::<f64>();
        }
        rewards
    }

    /// The plan behind a candidate.
    pub fn parts(&self, instance: &Instance, programme: &Programme) -> Parts {
        let mut parts = Parts { facilities: vec![Change::Kept; instance.stays.len()], ..Parts::default() };
        for ((stay, state), change) in instance.stays.iter().zip(&self.states).zip(&mut parts.facilities) {
            *change = state.and_then(|at| stay.states.get(at)).map_or(Change::Closed, |state| state.change);
        }
        for (choice, &open) in instance.choices.iter().zip(&self.open).filter(|(_, open)| **open != 0) {
            let group = &instance.groups[choice.group];
            let space = instance.rooms[group.room].space;
            if let Size::Moved(f) = choice.size {
                parts.facilities[f as usize] = Change::Moved { to: space };
            }
            let slots = if programme.slots.is_empty() {
                Vec::new()
            } else {
                (0_u32..).zip(0..instance.n_slots).filter(|&(_, t)| open >> t & 1 == 1).map(|(slot, _)| slot).collect()
            };
            let service = u32::try_from(group.service).unwrap_or(u32::MAX);
            parts.fitouts.push(Fitout { space, service, size: choice.size, slots });
        }
        parts.fitouts.sort_by_key(|fitout| (fitout.space, fitout.service));
        parts.served = self.served(instance);
        parts
    }

    fn served(&self, instance: &Instance) -> Vec<Served> {
        let cells = &instance.cells;
        let facility = |f: usize| Host::Facility(u32::try_from(f).unwrap_or(u32::MAX));
        let host = |host: u32| match (host as usize).checked_sub(instance.groups.len()) {
            None => Host::Space(instance.rooms[instance.groups[host as usize].room].space),
            Some(f) => facility(f),
        };
        let mut served: Vec<Served> = cells
            .met
            .iter()
            .map(|&(service, demand, f)| Served { service, demand, host: Host::Facility(f), share: 1.0 })
            .collect();
        for cell in &cells.cells {
            let flows = self.flows[cell.arcs.clone()].iter().zip(cells.arcs_of(cell));
            for (&share, arc) in flows.filter(|(flow, _)| **flow > 0.0) {
                let (service, host) = (cell.service, host(arc.host));
                let points = cells.points[cell.points.clone()].iter();
                served.extend(points.map(|&demand| Served { service, demand, host, share }));
            }
        }
        served.sort_by_key(|entry| (entry.service, entry.demand, entry.host));
        served
    }
}

impl Instance {
    /// The decisions of a plan, as far as they are among those of this instance.
    pub fn decisions(&self, plan: &ServicePlan) -> Candidate {
        let mut candidate = Candidate::empty(self);
        for fitout in &plan.fitouts {
            let found = self.choices.iter().position(|choice| {
                let group = &self.groups[choice.group];
                choice.size == fitout.size
                    && group.service == fitout.service as usize
                    && self.rooms[group.room].space == fitout.space
            });
            let Some(at) = found else { continue };
            let slots = self.choices[at]
                .slots
                .iter()
                .filter(|&&slot| fitout.slots.is_empty() || fitout.slots.iter().any(|&open| open as usize == slot));
            candidate.open[at] = slots.fold(0, |open, slot| open | 1 << slot);
        }
        for ((stay, state), change) in self.stays.iter().zip(&mut candidate.states).zip(&plan.facilities) {
            *state = match change {
                Change::Moved { .. } => None,
                other => stay.states.iter().position(|state| state.change == *other).or(Some(0)),
            };
        }
        candidate
    }
}
