//! What a room may be offered when everything has a price, and what all of that is worth at most.

use super::instance::{Choice, Instance, Room, Terms};
use super::pricing::add_up;
use super::room::Offer;
use super::rows::RowKind;
use super::takers::Takers;

/// A choice at some prices.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Priced {
    pub choice: usize,
    pub area: f64,
    places: f64,
    yearly: f64,
    one_slot: bool,
    most_slots: f64,
    /// What being fitted out and each open slot is worth.
    fitted: f64,
    open: f64,
}

impl Priced {
    /// Those of some choices that are not left out.
    pub fn of(
        instance: &Instance,
        choices: impl Iterator<Item = usize>,
        rows: &[f64],
        allowed: impl Fn(&Choice) -> bool,
    ) -> impl Iterator<Item = Self> {
        let choices = choices.map(|at| (at, &instance.choices[at]));
        let size = move |(at, choice): (usize, &Choice)| Self {
            choice: at,
            area: choice.area,
            places: choice.places,
            yearly: if instance.break_even { choice.yearly } else { 0.0 },
            one_slot: choice.one_slot,
            most_slots: choice.most_slots() as f64,
            fitted: choice.terms.priced(rows),
            open: choice.slot_terms.priced(rows),
        };
        choices.filter(move |(_, choice)| allowed(choice)).map(size)
    }

    /// The same in another room.
    pub fn at(self, choice: usize) -> Self {
        Self { choice, ..self }
    }

    /// Leaves out choices that another beats at these prices.
    pub fn undominated(mut sizes: Vec<Self>) -> Vec<Self> {
        // What beats another comes before it.
        sizes.sort_by(|a, b| {
            let money =
                b.fitted.total_cmp(&a.fitted).then(b.open.total_cmp(&a.open)).then(a.yearly.total_cmp(&b.yearly));
            let space = a.area.total_cmp(&b.area).then(b.places.total_cmp(&a.places)).then(a.one_slot.cmp(&b.one_slot));
            money.then(space).then(a.choice.cmp(&b.choice))
        });
        let mut kept: Vec<Self> = Vec::with_capacity(sizes.len());
        for size in sizes {
            if !kept.iter().any(|by| by.beats(&size)) {
                kept.push(size);
            }
        }
        kept.sort_unstable_by_key(|size| size.choice);
        kept
    }

    /// Whether it offers as much as another of its group for no more of anything; all of a group have the same slots.
    pub fn beats(&self, other: &Self) -> bool {
        self.area <= other.area
            && self.places >= other.places
            && self.fitted >= other.fitted
            && self.open >= other.open
            && self.yearly <= other.yearly
            && (!self.one_slot || other.one_slot)
    }

    /// The offers: one for each set of slots.
    pub fn offers(&self, instance: &Instance, least: f64, takers: &Takers, offers: &mut Vec<Offer>) {
        let choice = &instance.choices[self.choice];
        let worth = |count: u32| {
            let serving = takers.worth(self.places * f64::from(count), least)?;
            Some(serving + self.fitted + self.open * f64::from(count))
        };
        let mut by_count = [None; 64];
        for slots in slot_sets(choice) {
            let count = slots.count_ones();
            let worth = *by_count[count as usize & 63].get_or_insert_with(|| worth(count));
            offers.extend(worth.map(|worth| Offer { choice: self.choice, slots, worth }));
        }
    }
}

/// What all the fit-outs of a room are worth at most, without looking at who is served first; `people` and `worth` of an
/// arc are those of the need that is left.
pub(crate) fn most(
    instance: &Instance,
    room: &Room,
    rows: &[f64],
    sizes: &[Vec<Priced>],
    mut each: impl FnMut(usize, &mut dyn FnMut(f64, f64)),
) -> f64 {
    let rewards: f64 = instance.together.iter().map(|pair| pair.reward).sum();
    let complex = if room.large { room.complex.priced(rows).max(0.0) } else { 0.0 };
    let mut most = room.terms.priced(rows) + rewards + complex;
    for (g, sizes) in room.groups.clone().zip(sizes) {
        let (mut all, mut densest) = (0.0, 0.0_f64);
        each(g, &mut |people, worth| {
            all += worth.max(0.0);
            densest = densest.max(worth / people);
        });
        let mut best = 0.0_f64;
        for size in sizes {
            let open = size.open.max(size.open * size.most_slots);
            best = best.max(f64::min(all, densest * size.places * size.most_slots) + size.fitted + open);
        }
        most += best;
    }
    most
}

/// The sets of slots in which a choice may be open.
pub(crate) fn slot_sets(choice: &Choice) -> impl Iterator<Item = u64> {
    let n = choice.slots.len();
    let most = if choice.one_slot { 1 } else { u32::MAX };
    (1_u64..1 << n.min(63)).filter(move |set| set.count_ones() <= most).map(move |set| {
        choice
            .slots
            .iter()
            .enumerate()
            .filter(|(at, _)| set >> at & 1 == 1)
            .fold(0, |slots, (_, slot)| slots | 1 << slot)
    })
}

/// Whether offers of a service that are worth nothing may help others in a room.
pub(crate) fn may_help(instance: &Instance, room: &Room, service: usize) -> bool {
    let paired = || instance.together.iter().any(|pair| pair.services.contains(&service));
    instance.sharing.is_some() && room.large || room.required || instance.break_even || paired()
}

/// All terms of a fit-out, with how often they count.
pub(crate) fn each_term(instance: &Instance, room: usize, offers: &[Offer], mut tell: impl FnMut(&Terms, f64)) {
    if offers.is_empty() {
        return;
    }
    let room = &instance.rooms[room];
    tell(&room.terms, 1.0);
    if instance.is_complex(room, offers.iter().map(|offer| instance.service_of(offer.choice))) {
        tell(&room.complex, 1.0);
    }
    for offer in offers {
        let choice = &instance.choices[offer.choice];
        tell(&choice.terms, 1.0);
        tell(&choice.slot_terms, f64::from(offer.slots.count_ones()));
    }
}

/// What a fit-out takes of rows, beside who is served; each row once, ascending.
pub(crate) fn taken_by(instance: &Instance, room: usize, offers: &[Offer]) -> Vec<(u32, f64)> {
    let mut taken = Vec::new();
    each_term(instance, room, offers, |terms, times| {
        taken.extend(terms.rows.iter().map(|&(row, amount)| (row, amount * times)));
    });
    add_up(&mut taken);
    taken
}

/// Leaves out offers that, with their room alone, take more capital or spaces than there are: fit-outs with them need not be
/// looked at one by one.
pub(crate) fn keep_affordable(
    instance: &Instance,
    room: &Room,
    offers: &mut [Vec<Offer>],
    allows: impl Fn(u32, f64) -> bool,
) {
    for row in [RowKind::Budget, RowKind::MostSpaces].into_iter().filter_map(|kind| instance.rows.find(kind)) {
        let own = room.terms.of(row);
        for offers in offers.iter_mut() {
            offers.retain(|offer| allows(row, own + instance.choices[offer.choice].terms.of(row)));
        }
    }
}

/// The rewards of the pairs in a fit-out.
pub(crate) fn rewards_of(instance: &Instance, offers: &[Offer]) -> f64 {
    let hosts = |service: &usize| offers.iter().any(|offer| instance.service_of(offer.choice) == *service);
    instance.together.iter().filter(|pair| pair.services.iter().all(hosts)).map(|pair| pair.reward).sum()
}
