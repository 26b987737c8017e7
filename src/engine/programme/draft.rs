//! A plan in the making: what rooms host, what facilities do, who is served where, and what that takes of each row.

use std::collections::BTreeMap;

use super::candidate::Candidate;
use super::instance::{Instance, Terms};
use super::mixture::Mixture;
use super::offers::each_term;
use super::reach::Reach;
use super::room::Offer;
use super::takers::Takers;
use super::tariff::Tariff;

/// A plan in the making.
pub(crate) struct Draft<'a> {
    pub(super) instance: &'a Instance,
    pub(super) reach: &'a Reach,
    cell_of: &'a [u32],
    /// For each cell the people who are not served yet.
    pub(super) left: Vec<f64>,
    /// For each host who is served there.
    pub(super) served: Vec<Crowd>,
    /// For each row what is taken.
    pub taken: Vec<f64>,
    pub(super) rooms: Vec<Vec<Offer>>,
    /// How far the services of rooms are below their minimum use, as shares of it: rooms where they are.
    short: BTreeMap<usize, f64>,
    /// Rooms that must be used.
    required: Vec<usize>,
    pub(super) states: Vec<Option<usize>>,
    /// The objective by these flows.
    pub worth: f64,
}

/// Who is served at a host: arc and people.
type Crowd = Vec<(u32, f64)>;

/// Rooms and facilities as they were.
pub(crate) struct Saved {
    rooms: Vec<(usize, Vec<Offer>, Vec<Crowd>)>,
    stays: Vec<(usize, Option<usize>, Crowd)>,
}

impl<'a> Draft<'a> {
    /// Nothing is built; the facilities of today serve as they are.
    pub fn new(instance: &'a Instance, reach: &'a Reach, cell_of: &'a [u32]) -> Self {
        let mut draft = Self {
            instance,
            reach,
            cell_of,
            left: instance.cells.cells.iter().map(|cell| cell.need).collect(),
            served: vec![Vec::new(); instance.groups.len() + instance.stays.len()],
            taken: vec![0.0; instance.rows.len()],
            rooms: vec![Vec::new(); instance.rooms.len()],
            short: BTreeMap::new(),
            required: (0..instance.rooms.len()).filter(|&room| instance.rooms[room].required).collect(),
            states: vec![Some(0); instance.stays.len()],
            worth: instance.constant,
        };
        for stay in &instance.stays {
            draft.take(&stay.states[0].terms, 1.0);
        }
        draft
    }

    /// The draft of a plan.
    pub fn of(instance: &'a Instance, reach: &'a Reach, cell_of: &'a [u32], candidate: &Candidate) -> Self {
        let mut draft = Self::new(instance, reach, cell_of);
        for (at, (choice, &slots)) in instance.choices.iter().zip(&candidate.open).enumerate() {
            if slots != 0 {
                draft.rooms[instance.groups[choice.group].room].push(Offer { choice: at, slots, worth: 0.0 });
            }
        }
        for (f, (stay, state)) in instance.stays.iter().zip(&candidate.states).enumerate() {
            draft.take(&stay.states[0].terms, -1.0);
            if let Some(state) = state.and_then(|at| stay.states.get(at)) {
                draft.take(&state.terms, 1.0);
            }
            draft.states[f] = *state;
        }
        for room in 0..instance.rooms.len() {
            draft.count(room, 1.0);
        }
        for (at, (arc, &flow)) in (0_u32..).zip(instance.cells.arcs.iter().zip(&candidate.flows)) {
            if flow > 0.0 {
                let people = flow * instance.cells.cells[cell_of[at as usize] as usize].need;
                draft.serve(at, people);
                draft.served[arc.host as usize].push((at, people));
            }
        }
        (0..instance.rooms.len()).for_each(|room| draft.measure(room));
        draft
    }

    /// How far a service in a room is below its minimum use, as a share of it.
    pub fn shortfall(&self, group: usize) -> f64 {
        let least = self.instance.groups[group].minimum_use;
        let served: f64 = self.served[group].iter().map(|entry| entry.1).sum();
        if served < least * (1.0 - 1e-9) { 1.0 - served / least } else { 0.0 }
    }

    /// Rooms whose services are below their minimum use.
    pub fn short_rooms(&self) -> Vec<usize> {
        self.short.keys().copied().collect()
    }

    /// Sees how far the services of a room are below their minimum use.
    fn measure(&mut self, room: usize) {
        let short = |offer: &Offer| self.shortfall(self.instance.choices[offer.choice].group);
        let short: f64 = self.rooms[room].iter().map(short).sum();
        if short > 0.0 {
            self.short.insert(room, short);
        } else {
            self.short.remove(&room);
        }
    }

    pub(super) fn take(&mut self, terms: &Terms, times: f64) {
        self.worth += terms.gain * times;
        for &(row, amount) in &terms.rows {
            self.taken[row as usize] += amount * times;
        }
    }

    pub(super) fn serve(&mut self, arc: u32, people: f64) {
        let cell = self.cell_of[arc as usize] as usize;
        let (entry, way) = (&self.instance.cells.cells[cell], &self.instance.cells.arcs[arc as usize]);
        let share = people / entry.need;
        self.left[cell] -= people;
        self.worth += way.gain * share;
        for (row, amount) in self.instance.cells.taken(entry, way) {
            self.taken[row as usize] += amount * share;
        }
    }

    /// Those whom a host reaches and nobody serves, at these prices; `patience` is the share of a cell's price that is
    /// asked for taking its need away from others.
    pub(super) fn takers(&self, host: usize, tariff: &Tariff, patience: f64) -> Takers {
        let mut takers = Takers::default();
        takers.fill(self.reach.of(host).iter().filter_map(|&(arc, cell)| {
            let left = self.left[cell as usize];
            let need = self.instance.cells.cells[cell as usize].need;
            if left <= 1e-9 * need {
                return None;
            }
            Some((arc, left, tariff.worth(self.instance, arc, cell, patience) * left / need))
        }));
        takers
    }

    pub(super) fn clear(&mut self, host: usize) {
        for (arc, people) in std::mem::take(&mut self.served[host]) {
            self.serve(arc, -people);
        }
    }

    /// Adds or takes away what a fit-out takes, beside who is served.
    fn count(&mut self, room: usize, times: f64) {
        let (instance, offers) = (self.instance, self.rooms[room].clone());
        each_term(instance, room, &offers, |terms, count| self.take(terms, count * times));
        let service = |offer: &Offer| instance.groups[instance.choices[offer.choice].group].service;
        for pair in &instance.together {
            if pair.services.iter().all(|&wanted| offers.iter().any(|offer| service(offer) == wanted)) {
                self.worth += pair.reward * times;
            }
        }
    }

    /// The objective: what is gained, and the least share of a district where that counts.
    pub fn objective(&self) -> f64 {
        let shares = self.instance.rows.limits.iter().zip(&self.taken).zip(&self.instance.rows.worst);
        let shares = shares.filter(|(_, worst)| **worst).map(|((limit, taken), _)| limit - taken);
        self.worth + if self.instance.worst_district { shares.fold(1.0, f64::min) } else { 0.0 }
    }

    /// What a room hosts.
    pub fn offers_of(&self, room: usize) -> &[Offer] {
        &self.rooms[room]
    }

    /// Who is served at a host: arc and people.
    pub fn served_at(&self, host: usize) -> &[(u32, f64)] {
        &self.served[host]
    }

    /// The state of a facility.
    pub fn state_of(&self, f: usize) -> Option<usize> {
        self.states[f]
    }

    /// Whether a room hosts anything.
    pub fn is_used(&self, room: usize) -> bool {
        !self.rooms[room].is_empty()
    }

    /// Rooms that host anything.
    pub fn n_used(&self) -> usize {
        self.rooms.iter().filter(|offers| !offers.is_empty()).count()
    }

    /// What some rooms host, what some facilities do, and whom they serve.
    pub fn save(&self, rooms: &[usize], stays: &[usize]) -> Saved {
        let n_groups = self.instance.groups.len();
        let room = |&room: &usize| {
            let served = self.instance.rooms[room].groups.clone().map(|group| self.served[group].clone()).collect();
            (room, self.rooms[room].clone(), served)
        };
        let stay = |&f: &usize| (f, self.states[f], self.served[n_groups + f].clone());
        Saved { rooms: rooms.iter().map(room).collect(), stays: stays.iter().map(stay).collect() }
    }

    /// Puts rooms and facilities back as they were.
    pub fn restore(&mut self, saved: Saved) {
        saved.rooms.iter().for_each(|entry| self.empty(entry.0));
        saved.stays.iter().for_each(|entry| self.leave(entry.0));
        for (room, offers, served) in saved.rooms {
            for (group, served) in self.instance.rooms[room].groups.clone().zip(served) {
                served.iter().for_each(|&(arc, people)| self.serve(arc, people));
                self.served[group] = served;
            }
            self.rooms[room] = offers;
            self.count(room, 1.0);
            self.measure(room);
        }
        for (f, state, served) in saved.stays {
            self.states[f] = state;
            if let Some(state) = state {
                self.take(&self.instance.stays[f].states[state].terms, 1.0);
            }
            served.iter().for_each(|&(arc, people)| self.serve(arc, people));
            self.served[self.instance.groups.len() + f] = served;
        }
    }

    /// Empties a room.
    pub fn empty(&mut self, room: usize) {
        self.count(room, -1.0);
        self.short.remove(&room);
        for offer in std::mem::take(&mut self.rooms[room]) {
            self.clear(self.instance.choices[offer.choice].group);
        }
    }

    /// Fits a room out.
    pub(super) fn fit(&mut self, room: usize, offers: &[Offer], tariff: &Tariff, patience: f64) {
        for offer in offers {
            let choice = &self.instance.choices[offer.choice];
            let takers = self.takers(choice.group, tariff, patience);
            let places = choice.places * f64::from(offer.slots.count_ones());
            let mut served = Vec::new();
            takers.serve(places, self.instance.groups[choice.group].minimum_use, |arc, people| {
                served.push((arc, people));
            });
            served.iter().for_each(|&(arc, people)| self.serve(arc, people));
            self.served[choice.group] = served;
        }
        self.rooms[room] = offers.to_vec();
        self.count(room, 1.0);
    }

    /// Takes a facility from where it stands.
    pub fn leave(&mut self, f: usize) {
        self.clear(self.instance.groups.len() + f);
        if let Some(state) = self.states[f].take() {
            self.take(&self.instance.stays[f].states[state].terms, -1.0);
        }
    }

    /// Lets a facility that was taken from where it stands stay there after all, in its best state.
    pub fn stay(&mut self, f: usize, tariff: &Tariff) {
        if self.states[f].is_none() {
            self.states[f] = Some(0);
            self.take(&self.instance.stays[f].states[0].terms, 1.0);
        }
        self.improve_stay(f, tariff, 0.0);
    }

    /// Fits an empty room out; people are served there as in a mixture, as far as they are left and places last.
    pub fn fit_as(&mut self, room: usize, offers: &[Offer], mixture: &Mixture) {
        for offer in offers {
            let choice = &self.instance.choices[offer.choice];
            let mut places = choice.places * f64::from(offer.slots.count_ones());
            let mut served = Vec::new();
            for (&(arc, cell), share) in
                self.reach.of(choice.group).iter().zip(mixture.shares(self.reach.range(choice.group)))
            {
                let need = self.instance.cells.cells[cell as usize].need;
                let people = (share * need).min(self.left[cell as usize]).min(places);
                if people > 1e-9 * need {
                    served.push((arc, people));
                    self.serve(arc, people);
                    places -= people;
                }
            }
            self.served[choice.group] = served;
        }
        self.rooms[room] = offers.to_vec();
        self.count(room, 1.0);
    }

    /// Fills the places that are left in some rooms.
    pub fn fill(&mut self, rooms: &[usize], tariff: &Tariff) {
        for &room in rooms {
            for offer in self.rooms[room].clone() {
                let choice = &self.instance.choices[offer.choice];
                let taken: f64 = self.served[choice.group].iter().map(|entry| entry.1).sum();
                let places = choice.places * f64::from(offer.slots.count_ones()) - taken;
                if places <= 1e-9 * choice.places {
                    continue;
                }
                let least = (self.instance.groups[choice.group].minimum_use - taken).max(0.0);
                let mut served = Vec::new();
                self.takers(choice.group, tariff, 0.0).serve(places, least, |arc, people| served.push((arc, people)));
                served.iter().for_each(|&(arc, people)| self.serve(arc, people));
                let own = &mut self.served[choice.group];
                for (arc, people) in served {
                    match own.iter_mut().find(|entry| entry.0 == arc) {
                        Some(entry) => entry.1 += people,
                        None => own.push((arc, people)),
                    }
                }
            }
            self.measure(room);
        }
    }

    /// Rows that are passed, with how far, as a share of the limit.
    pub fn lacking(&self) -> Vec<(usize, f64)> {
        let limits = self.instance.rows.limits.iter();
        let over = |(row, (taken, limit)): (usize, (&f64, &f64))| {
            let size = limit.abs().max(1e-9);
            (taken - limit > 1e-9 * size).then(|| (row, (taken - limit) / size))
        };
        self.taken.iter().zip(limits).enumerate().filter_map(over).collect()
    }

    /// How far rules are broken in all, as shares of what they ask for; required rooms that are empty count 1 each.
    pub fn lack(&self) -> f64 {
        let empty = self.required.iter().filter(|&&room| self.rooms[room].is_empty()).count();
        let passed = self.lacking().into_iter().filter(|&(row, _)| !self.instance.rows.worst[row]);
        empty as f64 + passed.map(|(_, share)| share).sum::<f64>() + self.short.values().sum::<f64>()
    }

    /// Whether it breaks fewer rules than another, or no more and is worth more.
    pub fn is_better(&self, other: &Self) -> bool {
        let (ours, theirs) = (self.lack(), other.lack());
        ours < theirs || ours <= theirs && self.objective() > other.objective()
    }

    /// Whether every rule is kept.
    pub fn is_feasible(&self) -> bool {
        self.lack() <= 0.0
    }

    /// The plan.
    pub fn candidate(&self) -> Candidate {
        let mut candidate = Candidate::empty(self.instance);
        for offer in self.rooms.iter().flatten() {
            candidate.open[offer.choice] = offer.slots;
        }
        candidate.states.clone_from(&self.states);
        for &(arc, people) in self.served.iter().flatten() {
            candidate.flows[arc as usize] +=
                people / self.instance.cells.cells[self.cell_of[arc as usize] as usize].need;
        }
        candidate.settle(self.instance)
    }
}
