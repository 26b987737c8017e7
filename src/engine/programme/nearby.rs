//! A part of a programme: some people are sent anew, all others go where they went.

use super::candidate::Candidate;
use super::cells::Cells;
use super::instance::Instance;
use super::movers::Movers;

/// A part of a minimum use below this is rounding.
const ROUNDING: f64 = 1e-9;

/// The instance with these cells alone. What others take of places, rows and objective under `base` is taken off.
pub(crate) fn part(instance: &Instance, base: &Candidate, kept: &[bool]) -> Instance {
    let mut part = Instance { cells: Cells::default(), movers: Movers::default(), ..instance.clone() };
    let mut load = vec![0.0; instance.groups.len() + instance.stays.len()];
    part.cells.walking_row = instance.cells.walking_row;
    part.cells.envy_row = instance.cells.envy_row;
    for (cell, kept) in instance.cells.cells.iter().zip(kept) {
        if *kept {
            let (first, first_point) = (part.cells.arcs.len(), part.cells.points.len());
            part.cells.arcs.extend_from_slice(instance.cells.arcs_of(cell));
            part.cells.points.extend_from_slice(&instance.cells.points[cell.points.clone()]);
            let (arcs, points) = (first..part.cells.arcs.len(), first_point..part.cells.points.len());
            part.cells.cells.push(super::cells::Cell { arcs, points, ..cell.clone() });
            continue;
        }
        for (arc, flow) in instance.cells.arcs_of(cell).iter().zip(&base.flows[cell.arcs.clone()]) {
            load[arc.host as usize] += cell.need * flow;
            part.constant += arc.gain * flow;
            for (row, amount) in instance.cells.taken(cell, arc) {
                part.rows.limits[row as usize] -= amount * flow;
            }
        }
    }
    for (choice, &open) in part.choices.iter_mut().zip(&base.open).filter(|(_, open)| **open != 0) {
        let group = &mut part.groups[choice.group];
        choice.places = (choice.places - load[choice.group] / f64::from(open.count_ones())).max(0.0);
        // What rounding leaves of a minimum use that is met is no minimum.
        let left = group.minimum_use - load[choice.group];
        group.minimum_use = if left > ROUNDING * group.minimum_use { left } else { 0.0 };
    }
    for (stay, load) in part.stays.iter_mut().zip(&load[instance.groups.len()..]) {
        for state in &mut stay.states {
            state.places = (state.places - load).max(0.0);
        }
    }
    part
}

/// The cells in which some of these demand points live.
pub(crate) fn cells_of(instance: &Instance, points: &[u32]) -> Vec<bool> {
    let lives = |point: &u32| points.binary_search(point).is_ok();
    instance.cells.cells.iter().map(|cell| instance.cells.points[cell.points.clone()].iter().any(lives)).collect()
}

/// The rooms among these that reach some of the cells.
pub(crate) fn rooms_of(instance: &Instance, cells: &[bool], among: &[bool]) -> Vec<bool> {
    let mut found = vec![false; instance.rooms.len()];
    for cell in instance.cells.cells.iter().zip(cells).filter(|(_, near)| **near).map(|(cell, _)| cell) {
        for arc in instance.cells.arcs_of(cell) {
            if let Some(group) = instance.groups.get(arc.host as usize) {
                found[group.room] = among[group.room];
            }
        }
    }
    found
}

/// The cells that some of these rooms reach.
pub(crate) fn cells_in_reach(instance: &Instance, rooms: &[bool]) -> Vec<bool> {
    let reaches = |host: u32| instance.groups.get(host as usize).is_some_and(|group| rooms[group.room]);
    let cells = instance.cells.cells.iter();
    cells.map(|cell| instance.cells.arcs_of(cell).iter().any(|arc| reaches(arc.host))).collect()
}
