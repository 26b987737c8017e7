//! What a room may be offered when everything has a price, and what all of that is worth at most.

use super::instance::{Choice, Instance, Room, Terms};
use super::room::Offer;
use super::takers::Takers;

/// What all the fit-outs of a room are worth at most, without looking at who is served first; `people` and `worth` of an
/// arc are those of the need that is left.
pub(crate) fn most(
    instance: &Instance,
    room: &Room,
    rows: &[f64],
    mut each: impl FnMut(usize, &mut dyn FnMut(f64, f64)),
) -> f64 {
    let rewards: f64 = instance.together.iter().map(|pair| pair.reward).sum();
    let complex = if room.large { room.complex.priced(rows).max(0.0) } else { 0.0 };
    let mut most = room.terms.priced(rows) + rewards + complex;
    for g in room.groups.clone() {
        let (mut all, mut densest) = (0.0, 0.0_f64);
        each(g, &mut |people, worth| {
            all += worth.max(0.0);
            densest = densest.max(worth / people);
        });
        let mut best = 0.0_f64;
        for choice in &instance.choices[instance.groups[g].choices.clone()] {
            let (fitted, open) = (choice.terms.priced(rows), choice.slot_terms.priced(rows));
            let open = open.max(open * choice.most_slots() as f64);
            best = best.max(f64::min(all, densest * choice.most_places()) + fitted + open);
        }
        most += best;
    }
    most
}

/// The offers of a choice: one for each set of slots.
pub(crate) fn offers_of(
    choice: &Choice,
    at: usize,
    least: f64,
    takers: &Takers,
    rows: &[f64],
    offers: &mut Vec<Offer>,
) {
    let (fitted, open) = (choice.terms.priced(rows), choice.slot_terms.priced(rows));
    let worth = |count: u32| {
        let serving = takers.worth(choice.places * f64::from(count), least)?;
        Some(serving + fitted + open * f64::from(count))
    };
    let mut by_count: Vec<Option<Option<f64>>> = vec![None; choice.slots.len() + 1];
    for slots in slot_sets(choice) {
        let count = slots.count_ones();
        let worth = *by_count[count as usize].get_or_insert_with(|| worth(count));
        offers.extend(worth.map(|worth| Offer { choice: at, slots, worth }));
    }
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

/// Whether offers that are worth nothing may help others in a room.
pub(crate) fn may_help(instance: &Instance, room: &Room) -> bool {
    let pays_for_others = instance.break_even || !instance.together.is_empty();
    instance.sharing.is_some() && room.large || room.required || pays_for_others
}

/// All terms of a fit-out, with how often they count.
pub(crate) fn each_term(instance: &Instance, room: usize, offers: &[Offer], mut tell: impl FnMut(&Terms, f64)) {
    if offers.is_empty() {
        return;
    }
    tell(&instance.rooms[room].terms, 1.0);
    if is_complex(instance, instance.rooms[room].large, offers) {
        tell(&instance.rooms[room].complex, 1.0);
    }
    for offer in offers {
        let choice = &instance.choices[offer.choice];
        tell(&choice.terms, 1.0);
        tell(&choice.slot_terms, f64::from(offer.slots.count_ones()));
    }
}

/// Whether a fit-out makes a room a complex.
fn is_complex(instance: &Instance, large: bool, offers: &[Offer]) -> bool {
    let Some(sharing) = &instance.sharing else { return false };
    let core = |offer: &&Offer| sharing.core[instance.groups[instance.choices[offer.choice].group].service];
    large
        && offers.len() as f64 >= sharing.services
        && offers.iter().filter(core).count() as f64 >= sharing.core_services
}
