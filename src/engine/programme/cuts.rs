//! Rows that whole modules obey and mixtures of them break: how much need so many modules serve.
//!
//! Hosts serve no more of a group of cells than its need D, less the places P of the facilities that are there, and no
//! more than their own places κ, so many people at most as they reach in these cells. Where modules come in sizes of K,
//! and D - P = qK + r, the module after the first q serves r people there, not K: with
//! F(κ) = ⌊κ / K⌋ + max(0, κ mod K - r) / (K - r), and the places of facilities as far as people in these cells reach them,
//!
//! ```text
//! Σ_cells D_c u_c ≤ P + (K - r) q + Σ_choices (κ - (K - r) F(κ)) y
//! ```
//!
//! (mixed-integer rounding of a flow set: Marchand and Wolsey, Operations Research 49, 2001). Such a row takes need of cells
//! and gives something back for choices, so that the relaxation prices it like every other row.

use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::instance::Instance;
use super::mixture::Mixture;
use super::movers::Movers;
use super::reach::Reach;
use super::rows::RowKind;
use crate::service::Size;
use crate::solve::Control;

/// Remainders nearer to nothing or to a whole module, as a share of the module, cut off little.
const LEAST_REST: f64 = 0.02;
/// A row is wanted when it is broken by so much, as a share of the need in it.
const LEAST_BROKEN: f64 = 2e-4;
/// Passes over the cells around.
const PASSES: usize = 4;
/// The share of the cells of a row that others may have too.
const SHARED: f64 = 0.5;
/// Arcs that are looked at around a group at most: where everybody reaches everything, rows would take very long to find.
const WORK: usize = 2_000_000;

/// What counts as a module.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Unit {
    /// K.
    places: f64,
    /// Whether modules count once for each open slot, not once with all their slots.
    by_slot: bool,
}

/// A row: Σ need served in the cells ≤ limit + Σ amounts of choices and states.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Cut {
    pub cells: Vec<u32>,
    /// Choice and amount: for being fitted out, and for each open slot.
    fitted: Vec<(usize, f64)>,
    open: Vec<(usize, f64)>,
    /// Facility, state and amount.
    states: Vec<(usize, usize, f64)>,
    limit: f64,
    /// How much the mixture serves beyond it, and that beside the size of the row.
    broken: f64,
    score: f64,
}

/// The rows around some groups that a mixture breaks most; no two of them share most of their cells. Fewer where a limit
/// comes.
pub(crate) fn broken_by(
    instance: &Instance,
    reach: &Reach,
    mixture: &Mixture,
    groups: impl Iterator<Item = usize>,
    control: &Control,
) -> Vec<Cut> {
    let search = Search::new(instance, reach, mixture, control);
    // Groups of a service that reach the same people lead to the same rows.
    let mut seen = FxHashSet::default();
    let is_new = |group: &usize| {
        let cells: Vec<u32> = reach.of(*group).iter().map(|&(_, cell)| cell).collect();
        seen.insert(cells)
    };
    let groups: Vec<usize> = groups.filter(is_new).collect();
    let found = groups.par_iter().filter_map(|&group| search.around(group));
    let mut found: Vec<Cut> = found.collect();
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut taken = vec![false; instance.cells.cells.len()];
    found.retain(|cut| {
        let shared = cut.cells.iter().filter(|&&cell| taken[cell as usize]).count();
        let kept = shared as f64 <= SHARED * cut.cells.len() as f64;
        if kept {
            cut.cells.iter().for_each(|&cell| taken[cell as usize] = true);
        }
        kept
    });
    found
}

impl Cut {
    /// What tells it from others: its cells, and what the module that it counts by makes of them.
    pub fn key(&self) -> (Vec<u32>, u64, bool) {
        (self.cells.clone(), self.limit.to_bits(), self.open.is_empty())
    }

    /// Adds the row to a programme.
    pub fn add_to(&self, instance: &mut Instance) {
        let row = instance.rows.push(RowKind::Rounding, self.limit);
        instance.movers = Movers::default();
        for &cell in &self.cells {
            let cell = &mut instance.cells.cells[cell as usize];
            cell.rows.push((row, cell.need));
        }
        for &(choice, amount) in &self.fitted {
            Arc::make_mut(&mut instance.choices[choice].terms).take(Some(row), -amount);
        }
        for &(choice, amount) in &self.open {
            Arc::make_mut(&mut instance.choices[choice].slot_terms).take(Some(row), -amount);
        }
        for &(f, state, amount) in &self.states {
            instance.stays[f].states[state].terms.take(Some(row), -amount);
        }
    }
}

/// κ - (K - r) F(κ): r for each whole module, and no more than r for what is left of it.
fn amount(places: f64, unit: f64, rest: f64) -> f64 {
    let whole = (places / unit + 1e-9).floor();
    whole * rest + (places - whole * unit).clamp(0.0, rest)
}

struct Search<'a> {
    instance: &'a Instance,
    reach: &'a Reach,
    mixture: &'a Mixture,
    /// For each service what modules may count as.
    units: Vec<Vec<Unit>>,
    control: &'a Control<'a>,
}

impl<'a> Search<'a> {
    fn new(instance: &'a Instance, reach: &'a Reach, mixture: &'a Mixture, control: &'a Control<'a>) -> Self {
        let mut units: Vec<Vec<Unit>> = vec![Vec::new(); instance.n_services];
        for choice in instance.choices.iter().filter(|choice| matches!(choice.size, Size::Module(_))) {
            let own = &mut units[instance.groups[choice.group].service];
            for slots in 1..=choice.most_slots() {
                for by_slot in [true, false] {
                    let unit = Unit { places: choice.places * slots as f64, by_slot };
                    // With one slot it is the same how modules count.
                    let is_same = by_slot && choice.most_slots() == 1;
                    if unit.places > 0.0 && !is_same && !own.contains(&unit) {
                        own.push(unit);
                    }
                }
            }
        }
        Self { instance, reach, mixture, units, control }
    }

    /// The row that is broken most, from the cells that a group reaches; `None` too when a limit comes.
    fn around(&self, group: usize) -> Option<Cut> {
        let units = &self.units[self.instance.groups[group].service];
        let cells: Vec<u32> = self.reach.of(group).iter().map(|&(_, cell)| cell).collect();
        let score = |cells: &[u32], unit: Unit| self.row(cells, unit).map(|cut| cut.score);
        let best = |cells: &[u32]| {
            let scores = units.iter().filter_map(|&unit| Some((score(cells, unit)?, unit)));
            scores.max_by(|a, b| a.0.total_cmp(&b.0))
        };
        let (mut most, mut unit) = best(&cells)?;
        let mut cells = cells;
        let mut work = 0;
        for _ in 0..PASSES {
            let before = most;
            for cell in self.near(&cells) {
                work += self.arcs(&cells);
                if work > WORK || self.control.stop().is_some() {
                    break;
                }
                let at = cells.iter().position(|&own| own == cell);
                match at {
                    Some(at) => drop(cells.swap_remove(at)),
                    None => cells.push(cell),
                }
                match score(&cells, unit).filter(|&score| score > most) {
                    Some(score) => most = score,
                    None if at.is_some() => cells.push(cell),
                    None => drop(cells.pop()),
                }
            }
            if let Some((score, other)) = best(&cells).filter(|found| found.0 > most) {
                (most, unit) = (score, other);
            }
            if most <= before {
                break;
            }
        }
        cells.sort_unstable();
        let cut = self.row(&cells, unit)?;
        let need: f64 = cells.iter().map(|&cell| self.instance.cells.cells[cell as usize].need).sum();
        (cut.broken > LEAST_BROKEN * need).then_some(cut)
    }

    /// How many arcs some cells have.
    fn arcs(&self, cells: &[u32]) -> usize {
        cells.iter().map(|&cell| self.instance.cells.cells[cell as usize].arcs.len()).sum()
    }

    /// Cells that share a host with some.
    fn near(&self, cells: &[u32]) -> Vec<u32> {
        let all = &self.instance.cells;
        let arcs = cells.iter().flat_map(|&cell| all.arcs_of(&all.cells[cell as usize]));
        let mut hosts: Vec<u32> = arcs.map(|arc| arc.host).collect();
        hosts.sort_unstable();
        hosts.dedup();
        let mut near: Vec<u32> =
            hosts.iter().flat_map(|&host| self.reach.of(host as usize)).map(|&(_, cell)| cell).collect();
        near.sort_unstable();
        near.dedup();
        near
    }

    /// The row of some cells; `None` where the need comes out in whole modules.
    fn row(&self, cells: &[u32], unit: Unit) -> Option<Cut> {
        let (instance, groups) = (self.instance, self.instance.groups.len());
        let mut hosts: Vec<(usize, f64)> = Vec::new();
        let (mut need, mut served) = (0.0, 0.0);
        for &at in cells {
            let cell = &instance.cells.cells[at as usize];
            need += cell.need;
            served += cell.need * self.mixture.met(at);
            hosts.extend(instance.cells.arcs_of(cell).iter().map(|arc| (arc.host as usize, cell.need)));
        }
        hosts.sort_by_key(|entry| entry.0);
        hosts.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            kept.1 += if same { next.1 } else { 0.0 };
            same
        });
        let stays = |&(host, reached): &(usize, f64)| Some((host.checked_sub(groups)?, reached));
        let kept = |(f, reached): (usize, f64)| instance.stays[f].states.first().map_or(0.0, |s| s.places.min(reached));
        let standing: f64 = hosts.iter().filter_map(stays).map(kept).sum();
        let whole = ((need - standing) / unit.places).floor();
        let rest = need - standing - whole * unit.places;
        let least = LEAST_REST * unit.places;
        if need <= standing || rest < least || rest > unit.places - least {
            return None;
        }
        let mut cut = Cut { cells: cells.to_vec(), ..Cut::default() };
        cut.limit = standing + (unit.places - rest) * whole;
        let mut most = cut.limit;
        for &(host, reached) in &hosts {
            if let Some(f) = host.checked_sub(groups) {
                let kept = kept((f, reached));
                for (at, state) in instance.stays[f].states.iter().enumerate() {
                    let more = state.places.min(reached) - kept;
                    if more > 0.0 {
                        cut.states.push((f, at, amount(more, unit.places, rest)));
                    }
                }
                continue;
            }
            for choice in instance.groups[host].choices.clone() {
                let own = &instance.choices[choice];
                let (places, into) = match unit.by_slot {
                    true => (own.places, &mut cut.open),
                    false => (own.most_places(), &mut cut.fitted),
                };
                let amount = amount(places.min(reached), unit.places, rest);
                into.push((choice, amount));
                let (fitted, open) = self.mixture.used(instance, choice);
                most += amount * if unit.by_slot { open } else { fitted };
            }
        }
        cut.broken = served - most;
        cut.score = cut.broken / need.sqrt();
        Some(cut)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SolveOptions;
    use crate::engine::programme::ascent::Ascent;
    use crate::engine::programme::pricing::tests::instance;
    use crate::engine::programme::reach::cell_of_arcs;
    use crate::engine::programme::sweep::sweep;
    use crate::engine::programme::tariff::Prices;
    use crate::engine::random::Random;
    use crate::model::Sense;
    use crate::service::PlanObjective;

    #[test]
    fn modules_give_back_what_whole_ones_serve_of_the_rest() {
        for (places, expected) in
            [(0.0, 0.0), (5.0, 5.0), (12.0, 12.0), (30.0, 12.0), (40.0, 12.0), (47.0, 19.0), (125.0, 41.0)]
        {
            assert!((amount(places, 40.0, 12.0) - expected).abs() < 1e-12, "{places}");
        }
        // A hair below a whole module serves the rest wholly.
        assert_eq!(amount(40.0 - 1e-9, 40.0, 12.0), 12.0);
    }

    #[test]
    fn no_plan_breaks_a_row_that_the_mixture_breaks() {
        let mut total = 0;
        for seed in 0..12 {
            let plain = instance(seed, PlanObjective::Cover);
            let (reach, cell_of) = (Reach::new(&plain), cell_of_arcs(&plain));
            let (mut random, options) = (Random::of_seed(seed), SolveOptions::default());
            let control = Control::maximising(&options, Sense::Maximize);
            let mut ascent = Ascent::new(&plain, &reach, seed);
            let mut tight = plain.clone();
            for _ in 0..6 {
                for _ in 0..5 {
                    ascent.step(&plain, &reach);
                }
                let cuts = broken_by(&plain, &reach, &ascent.mixture, 0..plain.groups.len(), &control);
                cuts.iter().for_each(|cut| cut.add_to(&mut tight));
            }
            let first = plain.rows.len();
            total += tight.rows.len() - first;
            for _ in 0..20 {
                let mut price = |scale: f64| scale * random.below(1_000) as f64 / 500.0;
                let cells = plain.cells.cells.iter().map(|_| price(0.5)).collect();
                let rows = plain.rows.limits.iter().map(|limit| price(100.0 / limit.abs().max(1.0))).collect();
                let plan = sweep(&plain, &reach, &cell_of, &Prices { cells, rows }, &mut random, &control).candidate();
                let mut taken = plan.taken_by_decisions(&tight);
                tight.taken_by_flows(&plan.flows, |row, amount| taken[row as usize] += amount);
                for (row, (taken, limit)) in taken.iter().zip(&tight.rows.limits).enumerate().skip(first) {
                    assert!(
                        *taken <= limit + 1e-6 * (1.0 + limit.abs()),
                        "row {row} of seed {seed}: {taken} > {limit}"
                    );
                }
            }
        }
        assert!(total > 20, "{total} rows");
    }
}
