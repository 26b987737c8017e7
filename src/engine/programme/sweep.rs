//! Good plans: rooms are fitted out one after another, each as well as the others leave room for, again and again.
//!
//! A sweep takes every room in turn, empties it, and gives it the best fit-out ([`super::room`]) for the need that is left,
//! at the prices that the relaxation has put on money and the other rows. What limits must not be passed; what is still
//! lacking (quotas, shares, complexes) is wanted at a price that rises while it lacks.

use super::draft::Draft;
use super::instance::{Choice, Group, Instance};
use super::offers::{Priced, keep_affordable, may_help, most, taken_by};
use super::reach::Reach;
use super::room::{Look, Offer, RoomPrices, best};
use super::tariff::{Prices, Tariff};
use crate::engine::random::Random;
use crate::service::Size;
use crate::solve::Control;

/// A fit-out within this share of a room's best is good enough for a sweep.
const ENOUGH: f64 = 0.003;

/// Sweeps at most.
const MOST_SWEEPS: usize = 25;

impl Draft<'_> {
    /// Gives a room its best fit-out.
    pub fn improve(&mut self, room: usize, tariff: &Tariff, patience: f64) {
        let instance = self.instance;
        let before = self.taken.clone();
        let hint = self.rooms[room].clone();
        self.empty(room);
        let entry = &instance.rooms[room];
        // A facility of today stays until it is taken from where it stands.
        let free = |choice: &Choice| match choice.size {
            Size::Moved(f) => self.states[f as usize].is_none(),
            Size::Module(_) => true,
        };
        let of = |group: &Group| Priced::of(instance, group.choices.clone(), &tariff.rows, free).collect();
        let sizes: Vec<Vec<Priced>> = instance.groups[entry.groups.clone()].iter().map(of).collect();
        let least = most(instance, entry, &tariff.rows, &sizes, |g, tell| {
            for &(arc, cell) in self.reach.of(g) {
                let (left, need) = (self.left[cell as usize], instance.cells.cells[cell as usize].need);
                if left > 1e-9 * need {
                    tell(left, tariff.worth(instance, arc, cell, patience) * left / need);
                }
            }
        });
        if least <= 0.0 && !entry.required {
            return;
        }
        let mut offers: Vec<Vec<Offer>> = entry
            .groups
            .clone()
            .zip(&sizes)
            .map(|(g, sizes)| {
                let group = &instance.groups[g];
                let takers = self.takers(g, tariff, patience);
                let mut own = Vec::new();
                sizes.iter().for_each(|size| size.offers(instance, group.minimum_use, &takers, &mut own));
                if !may_help(instance, entry, group.service) {
                    own.retain(|offer| offer.worth > 0.0);
                }
                own
            })
            .collect();
        keep_affordable(instance, entry, &mut offers, |row, more| self.allows_row(row, more, &before));
        let complex = if entry.large { entry.complex.priced(&tariff.rows) } else { 0.0 };
        let own = RoomPrices { used: entry.terms.priced(&tariff.rows), complex };
        let allowed = |offers: &[Offer]| self.allows(room, offers, &before);
        let look = Look { prices: own, tolerance: ENOUGH, hint: &hint, allowed: &allowed };
        let found = best(instance, entry, &offers, &look).map(|found| found.offers).unwrap_or_default();
        self.fit(room, &found, tariff, patience);
    }

    /// Whether no limit is passed by this fit-out of an empty room, or not farther than before.
    fn allows(&self, room: usize, offers: &[Offer], before: &[f64]) -> bool {
        taken_by(self.instance, room, offers).iter().all(|&(row, more)| self.allows_row(row, more, before))
    }

    /// Whether taking more of a row does not pass its limit, or not farther than before.
    fn allows_row(&self, row: u32, more: f64, before: &[f64]) -> bool {
        let (now, limit) = (self.taken[row as usize] + more, self.instance.rows.limits[row as usize]);
        more <= 0.0 || now <= limit + 1e-9 * limit.abs() || now <= before[row as usize]
    }

    /// Gives a facility its best state.
    pub fn improve_stay(&mut self, f: usize, tariff: &Tariff, patience: f64) {
        let (stay, host) = (&self.instance.stays[f], self.instance.groups.len() + f);
        self.clear(host);
        let Some(now) = self.states[f] else { return };
        let takers = self.takers(host, tariff, patience);
        let mut best: Option<(f64, usize)> = None;
        for (at, state) in stay.states.iter().enumerate() {
            let worth = takers.worth(state.places, 0.0).unwrap_or(0.0) + state.terms.priced(&tariff.rows);
            let old = &stay.states[now].terms;
            let fits = state.terms.rows.iter().all(|&(row, amount)| {
                let (taken, limit) =
                    (self.taken[row as usize] - old.of(row) + amount, self.instance.rows.limits[row as usize]);
                taken <= limit + 1e-9 * limit.abs() || amount <= old.of(row)
            });
            if (fits || at == now) && best.is_none_or(|(most, _)| worth > most) {
                best = Some((worth, at));
            }
        }
        let next = best.map_or(now, |(_, at)| at);
        self.take(&stay.states[now].terms, -1.0);
        self.take(&stay.states[next].terms, 1.0);
        self.states[f] = Some(next);
        let mut served = Vec::new();
        takers.serve(stay.states[next].places, 0.0, |arc, people| served.push((arc, people)));
        served.iter().for_each(|&(arc, people)| self.serve(arc, people));
        self.served[host] = served;
    }
}

/// Sweeps over all rooms, until every rule is kept and nothing improves, or so many times; the draft may still lack
/// something then.
pub(crate) fn sweep<'a>(
    instance: &'a Instance,
    reach: &'a Reach,
    cell_of: &'a [u32],
    prices: &Prices,
    random: &mut Random,
    control: &Control,
) -> Draft<'a> {
    let mut draft = Draft::new(instance, reach, cell_of);
    let mut prices = prices.clone();
    let mut order: Vec<usize> = (0..instance.rooms.len()).collect();
    let mut last = f64::NEG_INFINITY;
    for round in 0..MOST_SWEEPS {
        let tariff = Tariff::new(instance, &prices);
        let patience = [0.9, 0.5, 0.2].get(round).copied().unwrap_or(0.0);
        for f in 0..instance.stays.len() {
            draft.improve_stay(f, &tariff, patience);
        }
        random.shuffle(&mut order);
        for (at, &room) in order.iter().enumerate() {
            draft.improve(room, &tariff, patience);
            if at % 16 == 0 && control.stop().is_some() {
                return draft;
            }
        }
        if draft.is_feasible() && patience == 0.0 && draft.objective() <= last + 1e-6 * last.abs() {
            return draft;
        }
        last = draft.objective();
        for (row, share) in draft.lacking() {
            let size = instance.rows.limits[row].abs().max(1e-9);
            let floor = prices.rows[row].max(1e-3 * draft.worth.abs().max(1.0) / size);
            prices.rows[row] = floor * (1.2 + share.min(1.0));
        }
    }
    draft
}
