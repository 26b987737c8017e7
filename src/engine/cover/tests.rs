//! Bounds and proofs beside brute force, on random cells of which every part is looked at by itself.

use super::backup::Cuts;
use super::benders::Master;
use super::groups::by_central_site;
use super::lagrangian::{Bound, Known};
use super::proof::Proof;
use super::regions;
use crate::engine::heuristic::cover::value;
use crate::engine::mip::cover::{columns_of_set_cover, max_cover};
use crate::engine::random::Random;
use crate::engine::reduce::Cells;
use crate::engine::tree::{Task, root};
use crate::model::{MaxCover, Sense};
use crate::solve::{CancelToken, Control, SolveOptions};
use crate::travel::TravelMatrix;

/// 80 demand points, each reached by one to four of 13 sites on a ring, some steps apart; with p, or a budget for odd seeds.
fn ring(seed: u64) -> Cells {
    let mut random = Random::of_seed(seed);
    let mut pairs = Vec::new();
    for i in 0..80_u32 {
        let (first, apart) = (random.below(13), 1 + random.below(6));
        for step in 0..=random.below(4) {
            pairs.push((i, u32::try_from((first + apart * step) % 13).unwrap(), 1.0));
        }
    }
    let weights: Vec<f64> = (0..80).map(|_| 1.0 + random.below(30) as f64).collect();
    let costs: Vec<f64> = (0..13).map(|_| 1.0 + random.below(5) as f64).collect();
    let model = MaxCover::new(TravelMatrix::from_pairs(80, 13, &pairs).unwrap(), weights).site_costs(costs);
    let model = if seed.is_multiple_of(2) { model.p(3) } else { model.budget(8.0) };
    Cells::of(&model, 1, true).unwrap()
}

/// The most that a choice of sites covers within the rules.
fn best(cells: &Cells) -> (f64, Vec<u32>) {
    let choices = (0..1_u32 << cells.n_sites())
        .map(|bits| (0_u32..).take(cells.n_sites()).filter(|site| bits >> site & 1 == 1).collect::<Vec<u32>>());
    let allowed = choices.filter(|chosen| {
        let cost = chosen.iter().map(|&site| cells.cost[site as usize]).sum::<f64>();
        cells.p.is_none_or(|p| chosen.len() <= p) && cells.budget.is_none_or(|budget| cost <= budget)
    });
    allowed.map(|chosen| (value(cells, &chosen), chosen)).max_by(|a, b| a.0.total_cmp(&b.0)).unwrap()
}

/// A Lagrangian bound that knows of no plan, and so settles nothing.
fn bound(cells: &Cells, control: &Control) -> Bound {
    let mut bound = Bound::start(cells);
    bound.improve(cells, Known { value: 0.0, enough: 0.0 }, control);
    bound
}

fn with_control(run: impl Fn(u64, &Cells, &Control)) {
    let options = SolveOptions::default();
    for seed in 0..40 {
        run(seed, &ring(seed), &Control::new(&options, Sense::Maximize));
    }
}

#[cfg_attr(not(feature = "highs"), ignore = "needs a live linear programme")]
#[test]
fn regions_bound_what_choices_cover_and_closer_than_multipliers_alone() {
    let closer = std::cell::Cell::new(0);
    with_control(|seed, cells, control| {
        let most = best(cells).0;
        let before = bound(cells, control);
        let (mut after, mut parts) = (before.clone(), regions::of(cells, 5, control));
        loop {
            let last = after.value;
            regions::lower(cells, &mut after, &mut parts, most, control).unwrap();
            assert!(after.value >= most - 1e-6 && after.value <= last, "seed {seed}, {} regions", parts.len());
            if parts.len() == 1 {
                break;
            }
            let joined = regions::joined(&parts);
            assert!(joined.len() < parts.len(), "seed {seed}");
            parts = joined;
        }
        closer.set(closer.get() + u32::from(after.value < before.value - 0.5));
    });
    assert!(closer.get() > 10, "{} bounds are closer", closer.get());
}

#[cfg_attr(not(feature = "highs"), ignore = "needs a live linear programme")]
#[test]
fn what_regions_settle_every_better_choice_has_in_common() {
    let settled = std::cell::Cell::new(0);
    with_control(|seed, cells, control| {
        let (most, chosen) = best(cells);
        let mut at = bound(cells, control);
        // Any choice that covers more than this has these sites open and those closed.
        regions::lower(cells, &mut at, &mut regions::of(cells, 8, control), most - 0.5, control).unwrap();
        for site in 0..13_u32 {
            let is_open = chosen.contains(&site);
            assert!(!at.closed[site as usize] || !is_open, "seed {seed}: site {site} was closed");
            assert!(!at.open[site as usize] || is_open, "seed {seed}: site {site} was opened");
            settled.set(settled.get() + u32::from(at.closed[site as usize] || at.open[site as usize]));
        }
    });
    assert!(settled.get() > 40, "{} sites are settled", settled.get());
}

#[test]
fn every_cell_is_in_one_region_and_a_part_keeps_its_cells() {
    with_control(|seed, cells, control| {
        let regions = regions::of(cells, 8, control);
        let mut all: Vec<u32> = regions.iter().flat_map(|region| &region.cells).copied().collect();
        all.sort_unstable();
        assert_eq!(all, (0..80).take(cells.len()).collect::<Vec<u32>>(), "seed {seed}");
        assert!(regions.len() > 1, "seed {seed}");
        for region in regions.iter().map(|region| &region.cells) {
            let (part, sites) = cells.part(region);
            assert_eq!((part.len(), part.n_sites()), (region.len(), sites.len()));
            for (at, &cell) in (0_u32..).zip(region) {
                let named: Vec<u32> = part.sites_of.get(at).iter().map(|&site| sites[site as usize]).collect();
                assert_eq!(named, cells.sites_of.get(cell));
                assert_eq!(part.weight[at as usize], cells.weight[cell as usize]);
            }
        }
    });
}

#[test]
fn a_cancelled_search_for_groups_and_regions_ends_at_once() {
    let token = CancelToken::new();
    token.cancel();
    let options = SolveOptions::default().cancel(token);
    let (cells, control) = (ring(0), Control::new(&options, Sense::Maximize));
    let groups = by_central_site(&cells, &control);
    assert_eq!(groups.iter().map(Vec::len).sum::<usize>(), cells.len());
    // No central site was looked for.
    let first = |cell: &u32| cells.sites_of.get(*cell)[0];
    assert!(groups.iter().all(|group| group.iter().all(|cell| first(cell) == first(&group[0]))));
    assert!(regions::of(&cells, 8, &control).is_empty());
}

#[cfg_attr(not(feature = "highs"), ignore = "needs a live linear programme")]
#[test]
fn cuts_reach_the_bound_of_the_relaxation_with_all_cells() {
    with_control(|seed, cells, control| {
        let mut at = Bound::start(cells);
        let mut master = Master::new(cells, &at.lambda, control).unwrap().unwrap();
        let stopped = master.climb(&mut at, |_| 0.0, control, |_| 0.0).unwrap();
        let task = Task { binaries: cells.n_sites(), sense: Sense::Maximize, step: 0.0, known: 0.0, nodes: 1 };
        let options = SolveOptions::default();
        let whole = root(max_cover(cells, None, 0.0), task, &Control::new(&options, Sense::Maximize)).unwrap();
        let whole = whole.ok().unwrap().bound;
        assert_eq!(stopped, None);
        assert!((at.value - whole).abs() <= 1e-5 * whole, "seed {seed}: {} of {whole}", at.value);
    });
}

#[cfg_attr(not(feature = "highs"), ignore = "needs a live linear programme")]
#[test]
fn branch_and_bound_on_cuts_proves_the_best_choice() {
    with_control(|seed, cells, control| {
        let most = best(cells).0;
        let mut proof = Proof::new(Cells::clone(cells), 0.0, &[], 1.0);
        let proven = proof.search_on_cuts(control).unwrap();
        assert_eq!((proof.best.value, proven.bound), (most, Some(most)), "seed {seed}");
    });
}

#[cfg_attr(not(feature = "highs"), ignore = "needs a live linear programme")]
#[test]
fn no_cut_is_made_twice_however_light_its_cells() {
    with_control(|seed, cells, control| {
        // What a solver forgives is much beside some of these weights.
        let mut cells = Cells::clone(cells);
        let powers = [1e-9, 1e-6, 1e-3, 1.0];
        cells.weight.iter_mut().enumerate().for_each(|(cell, weight)| *weight *= powers[cell % 4]);
        let mut at = Bound::start(&cells);
        let mut master = Master::new(&cells, &at.lambda, control).unwrap().unwrap();
        master.climb(&mut at, |_| 0.0, control, |_| 0.0).unwrap();
        // As if the solver passed over the cuts: they are made once.
        let shares = vec![0.0; cells.n_sites()];
        let values: Vec<f64> = shares.iter().copied().chain(vec![f64::MAX; cells.n_sites()]).collect();
        master.cuts.broken(&shares, &values);
        assert!(master.cuts.broken(&shares, &values).is_empty(), "seed {seed}");
        let most = best(&cells).0;
        let mut proof = Proof::new(cells, 0.0, &[], 0.0);
        let proven = proof.search_on_cuts(control).unwrap();
        assert!((proof.best.value - most).abs() <= 1e-6 * most, "seed {seed}");
        assert!(proven.bound.is_some_and(|bound| bound >= most * (1.0 - 1e-9)), "seed {seed}");
    });
}

/// Rows and solver forgive a little of each cut. What stays open of that is part of the bound, and the search ends all the same.
#[cfg_attr(not(feature = "highs"), ignore = "needs a live linear programme")]
#[test]
fn weights_of_all_sizes_leave_a_bound_that_holds() {
    with_control(|seed, cells, control| {
        let mut random = Random::of_seed(seed);
        let mut cells = Cells::clone(cells);
        for weight in &mut cells.weight {
            *weight *= 10_f64.powf(random.below(1000) as f64 / 100.0 - 8.0);
        }
        let most = best(&cells).0;
        let mut proof = Proof::new(cells, 0.0, &[], 1.0);
        let bound = proof.search_on_cuts(control).unwrap().bound.unwrap();
        assert!(bound >= most && bound <= most * (1.0 + 3e-7), "seed {seed}: {bound} above {most}");
        assert!((proof.best.value - most).abs() <= 3e-7 * most, "seed {seed}: {} of {most}", proof.best.value);
    });
}

#[test]
fn cuts_of_backup_leave_of_a_cell_what_choices_of_its_sites_cover_in_the_mean_and_hold_for_every_choice() {
    let mut random = Random::of_seed(5);
    let mut share = || random.below(1_001) as f64 / 1_000.0;
    for (need, sites) in [(2, 2), (2, 3), (2, 6), (3, 3), (3, 6), (4, 7)] {
        let pairs: Vec<(u32, u32, f64)> = (0..sites).map(|j| (0, j, 1.0)).collect();
        let model = MaxCover::new(TravelMatrix::from_pairs(1, sites as usize, &pairs).unwrap(), [1.0]).p(2);
        let cells = Cells::of(&model, need, false).unwrap();
        for _ in 0..300 {
            let mut values: Vec<f64> = (0..sites).map(|_| share() * share()).collect();
            // The largest share z of the cell with Σ min(y, z) ≥ k z: concave, so that halves find it.
            let holds = |z: f64| values.iter().map(|y| y.min(z)).sum::<f64>() >= need as f64 * z;
            let (mut low, mut high) = (0.0, 1.0);
            for _ in 0..60 {
                let middle = 0.5 * (low + high);
                if holds(middle) { low = middle } else { high = middle }
            }
            values.push(low - 1e-5);
            assert!(Cuts::of(&cells, columns_of_set_cover(&cells)).broken(&values).is_empty(), "{values:?}");
            values[sites as usize] = 1.0;
            let rows = Cuts::of(&cells, columns_of_set_cover(&cells)).broken(&values);
            assert_eq!(rows.len(), usize::from(low < 1.0 - 1e-5), "{values:?}");
            for row in rows {
                let (open, covered): (Vec<_>, Vec<_>) = row.entries.iter().partition(|(column, _)| *column < sites);
                let [(_, factor)] = covered[..] else { panic!("{:?}", row.entries) };
                let counted: f64 = open.iter().map(|(column, part)| part * values[*column as usize]).sum();
                assert!((counted / -factor - low).abs() < 1e-9, "{values:?}: {low} by {:?}", row.entries);
                for bits in (0..1_u32 << sites).filter(|bits| bits.count_ones() as usize >= need) {
                    let open: f64 =
                        open.iter().filter(|(column, _)| bits >> column & 1 == 1).map(|(_, part)| part).sum();
                    assert!(open + factor >= row.least, "{bits:b}: {:?}", row.entries);
                }
            }
        }
    }
}
