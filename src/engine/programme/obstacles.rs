//! What cannot hold before any search: each rule alone, against the most that any plan can do for it.

use super::instance::{Choice, Instance, Room, Terms};
use super::rows::RowKind;
use super::wording::{Wording, shown, strongest};
use crate::service::{PlanRules, Programme};
use crate::solve::Reason;

/// What is missing counts from this part of the figures on: below, rounding decides.
const NOISE: f64 = 2e-6;

/// Reasons, found without search, why no plan obeys every rule; empty when none is known.
pub(crate) fn find(programme: &Programme, rules: &PlanRules, instance: &Instance) -> Vec<Reason> {
    let wording = Wording { programme, rules, instance };
    let mut reasons = Vec::new();
    for &space in &rules.required {
        if instance.rooms.binary_search_by_key(&space, |room| room.space).is_err() {
            reasons.push(wording.required(space, wording.unfit(space)));
        }
    }
    for (row, (least, &limit)) in least_taken(instance).into_iter().zip(&instance.rows.limits).enumerate() {
        let Some(figure) = wording.figure(row) else { continue };
        let missing = least - limit;
        let size = figure.abs().max(least.abs()).max(limit.abs());
        // Shares are parts of one.
        let size = if wording.is_share(row) { 1.0 } else { size };
        if missing > NOISE * size {
            let why = why(&wording, row, figure, missing);
            reasons.extend(wording.lacks(row, missing, Some(why)));
        }
    }
    strongest(reasons)
}

fn why(wording: &Wording<'_>, row: usize, figure: f64, missing: f64) -> String {
    let instance = wording.instance;
    let (above, below) = (shown(figure + missing, figure), shown(figure - missing, figure));
    match instance.rows.kinds.get(row) {
        Some(RowKind::Budget) => format!("the required spaces cost {above} at least"),
        Some(RowKind::Subsidy) => format!("no plan needs less than {above} a year"),
        Some(RowKind::MostSpaces) => format!("{above} spaces are required"),
        Some(RowKind::LeastComplexes) => format!("{below} of the spaces are large enough and suit enough services"),
        Some(&RowKind::Quota(at)) => match instance.rows.quotas.get(at) {
            Some(quota) => wording.short_of(quota, figure - missing),
            None => String::new(),
        },
        _ if wording.is_share(row) => {
            format!("only {below} of it has a compatible space or a facility within reach")
        }
        _ => format!("with everybody at the nearest host it is {above}"),
    }
}

/// The least that any plan takes of each row: every room, facility and cell does what is best for that row alone.
fn least_taken(instance: &Instance) -> Vec<f64> {
    let mut least = vec![0.0; instance.rows.len()];
    let mut add = |(row, amount): (u32, f64)| {
        if let Some(sum) = least.get_mut(row as usize) {
            *sum += amount;
        }
    };
    instance.rooms.iter().flat_map(|room| least_of_room(instance, room)).for_each(&mut add);
    for stay in &instance.stays {
        let rows = rows_of(stay.states.iter().map(|state| &state.terms));
        for row in rows {
            let states = stay.states.iter().map(|state| state.terms.of(row)).reduce(f64::min).unwrap_or(0.0);
            // One that moves has none of these states: what it takes then is among the choices of the rooms.
            add((row, if stay.movable { states.min(0.0) } else { states }));
        }
    }
    for cell in &instance.cells.cells {
        cell.rows.iter().filter(|entry| entry.1 < 0.0).copied().for_each(&mut add);
        let arcs = instance.cells.arcs_of(cell);
        let nearest = |amounts: &dyn Fn(&super::cells::Arc) -> f64| arcs.iter().map(amounts).fold(0.0, f64::min);
        if let Some(row) = instance.cells.walking_row {
            add((row, nearest(&|arc| arc.walking)));
        }
        if let Some(row) = instance.cells.envy_row {
            add((row, nearest(&|arc| arc.envy)));
        }
    }
    least
}

/// The least that a room takes of each row: unused, or with any of its services at any size.
fn least_of_room(instance: &Instance, room: &Room) -> Vec<(u32, f64)> {
    let is_complex = instance.is_complex(room, room.groups.clone().map(|group| instance.groups[group].service));
    let complex = |row: u32| if is_complex { room.complex.of(row).min(0.0) } else { 0.0 };
    let mut by_group: Vec<(u32, f64)> = room.groups.clone().flat_map(|group| least_of_group(instance, group)).collect();
    let own = [&room.terms, &room.complex].into_iter().flat_map(|terms| &terms.rows);
    by_group.extend(own.map(|entry| (entry.0, f64::INFINITY)));
    by_group.sort_unstable_by_key(|entry| entry.0);
    let least = |entries: &[(u32, f64)]| {
        let row = entries[0].0;
        let groups = || entries.iter().map(|entry| entry.1).filter(|least| least.is_finite());
        let helpful: f64 = groups().map(|least| least.min(0.0)).sum();
        // A required room hosts something, if only what takes least; other groups take nothing of the row.
        let others = if groups().count() < room.groups.len() { 0.0 } else { f64::INFINITY };
        let cheapest = groups().fold(others, f64::min);
        let hosted = helpful + if room.required && cheapest.is_finite() { cheapest.max(0.0) } else { 0.0 };
        let used = room.terms.of(row) + hosted + complex(row);
        (row, if room.required { used } else { used.min(0.0) })
    };
    by_group.chunk_by(|a, b| a.0 == b.0).map(least).collect()
}

/// The least that a group takes of each row that any of its choices touches.
fn least_of_group(instance: &Instance, group: usize) -> Vec<(u32, f64)> {
    let choices = &instance.choices[instance.groups[group].choices.clone()];
    let rows_of = |choice: &Choice| rows_of(choice.all_terms().into_iter());
    let taken = |choice| rows_of(choice).into_iter().map(move |row| (row, Choice::least(choice, row)));
    let mut taken: Vec<(u32, f64)> = choices.iter().flat_map(taken).collect();
    taken.sort_unstable_by_key(|entry| entry.0);
    let least = |entries: &[(u32, f64)]| {
        // A choice that does not touch the row takes nothing of it.
        let others = if entries.len() < choices.len() { 0.0 } else { f64::INFINITY };
        (entries[0].0, entries.iter().fold(others, |least, entry| least.min(entry.1)))
    };
    taken.chunk_by(|a, b| a.0 == b.0).map(least).collect()
}

/// All rows of some terms.
fn rows_of<'a>(terms: impl Iterator<Item = &'a Terms>) -> Vec<u32> {
    let mut rows: Vec<u32> = terms.flat_map(|terms| terms.rows.iter().map(|entry| entry.0)).collect();
    rows.sort_unstable();
    rows.dedup();
    rows
}

impl Choice {
    /// The least that it takes of a row, open in as many slots as is best.
    fn least(&self, row: u32) -> f64 {
        let slot = self.slot_terms.of(row);
        self.terms.of(row) + if slot < 0.0 { slot * self.most_slots() as f64 } else { slot }
    }
}
