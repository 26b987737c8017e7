//! Writes the rows: room by room, facility by facility, cell by cell, and those that all share.

use good_lp::Variable;

use super::layout::Layout;
use super::sum::{Row, Sum};
use crate::engine::programme::instance::{Instance, Terms};

/// Writes the rows.
pub(super) struct Writer<'a> {
    pub instance: &'a Instance,
    pub layout: Layout,
    pub columns: Vec<Variable>,
}

impl Writer<'_> {
    pub fn rows(self) -> Vec<Row> {
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
            let (kind, limit) = (instance.rows.kinds[row], instance.rows.limits[row]);
            rows.extend(sum.at_most(limit).map(|row| row.of(kind)));
        }
    }
}
