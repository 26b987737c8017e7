//! A bound for maximal covering that sees whole choices: the cells of each region are solved exactly.
//!
//! The Lagrangian bound pays λ_c for each site that reaches cell c, and leaves of c what is not paid, w_c − λ_c. That many
//! sites each cover a bit of all cells is the gap of the linear relaxation. Where the cells are parted into regions R and a
//! site pays μ_jR = Σ_{c ∈ R, c ∋ j} λ_c to each region,
//!
//! ```text
//! L = Σ_R max { Σ_{c ∈ R} w_c z_c − Σ_j μ_jR y_j : z_c ≤ Σ_{j ∈ c} y_j, y binary } + max { Σ_j ρ_j y_j : rules on sites }
//! ```
//!
//! bounds as well, and closer (Lagrangian decomposition: Guignard and Kim 1987, Mathematical Programming 39), since the
//! sites of a region now are open or closed as a whole. Regions are small problems; the larger, the closer the bound.

use rayon::prelude::*;

use super::groups::by_central_site;
use super::lagrangian::Bound;
use crate::engine::mip::cover::priced_cover;
use crate::engine::on_threads;
use crate::engine::reduce::Cells;
use crate::engine::tree::{Task, branch};
use crate::error::Error;
use crate::model::Sense;
use crate::solve::Control;

/// Nodes after which a region's bound is taken as it is.
const NODES: u64 = 400;
/// A region's bound is as good as exact this close, in parts of its weight.
const CLOSE: f64 = 5e-5;

/// Some cells, and how far solving them as one lowers the bound.
#[derive(Debug, Clone)]
pub(super) struct Region {
    pub cells: Vec<u32>,
    /// The sites that reach them, ascending.
    sites: Vec<u32>,
    gain: f64,
}

/// Lowers a bound by regions; the regions know then how much each brought.
pub(super) fn lower(
    cells: &Cells,
    bound: &mut Bound,
    regions: &mut [Region],
    known: f64,
    control: &Control,
) -> Result<(), Error> {
    let lowers = |region: &Region| gain(cells, &region.cells, &bound.lambda, control);
    let all = || regions.par_iter().map(lowers).collect::<Result<Vec<f64>, Error>>();
    let gains = on_threads(control.options.threads, all)?;
    for (region, gain) in regions.iter_mut().zip(gains) {
        region.gain = region.gain.max(gain);
    }
    // One after another, so that the sum is the same whatever the threads.
    let gain: f64 = regions.iter().map(|region| region.gain).sum();
    log::info!("max-cover: {} regions lower the bound by {gain:.0}", regions.len());
    bound.lower(cells, gain, known);
    Ok(())
}

/// Joins regions in pairs, the small ones first, each with the one that shares most sites with it.
pub(super) fn joined(regions: &[Region]) -> Vec<Region> {
    let mut left: Vec<&Region> = regions.iter().collect();
    left.sort_by_key(|region| std::cmp::Reverse(region.sites.len()));
    let mut found = Vec::new();
    while let Some(region) = left.pop() {
        let shared =
            |other: &Region| region.sites.iter().filter(|&site| other.sites.binary_search(site).is_ok()).count();
        let nearest = left.iter().enumerate().map(|(at, other)| (shared(other), at)).max();
        let mut region = region.clone();
        if let Some((_, at)) = nearest.filter(|(shared, _)| *shared > 0) {
            let other = left.remove(at);
            region.cells.extend(&other.cells);
            region.cells.sort_unstable();
            region.sites.extend(&other.sites);
            region.sites.sort_unstable();
            region.sites.dedup();
            region.gain += other.gain;
        }
        found.push(region);
    }
    found
}

/// Parts the cells into regions: groups that share sites come together until about so many sites reach them. After a limit
/// cells are left that are in no region, and lower no bound.
pub(super) fn of(cells: &Cells, most: usize, control: &Control) -> Vec<Region> {
    let groups = by_central_site(cells, control);
    let mut reached_by: Vec<Vec<usize>> = vec![Vec::new(); cells.n_sites()];
    let mut sites: Vec<Vec<u32>> = Vec::with_capacity(groups.len());
    for (at, group) in groups.iter().enumerate() {
        let mut list: Vec<u32> = group.iter().flat_map(|&cell| cells.sites_of.get(cell)).copied().collect();
        list.sort_unstable();
        list.dedup();
        list.iter().for_each(|&site| reached_by[site as usize].push(at));
        sites.push(list);
    }
    let mut left: Vec<usize> = (0..groups.len()).collect();
    // Sites of a group that the present region has, and that some region before has.
    let mut shared = vec![0_usize; groups.len()];
    let mut beside = vec![0_usize; groups.len()];
    let mut seen = vec![false; cells.n_sites()];
    let mut found = Vec::new();
    while !left.is_empty() && control.stop().is_none() {
        shared.fill(0);
        let mut has = vec![false; cells.n_sites()];
        let (mut count, mut region) = (0, Vec::new());
        while count < most {
            // First beside the regions there are, so that no slivers remain, then where most sites are in already.
            let measure = if region.is_empty() { &beside } else { &shared };
            let share = |at: usize| measure[at] as f64 / sites[at].len().max(1) as f64;
            let better = |a: &(usize, usize), b: &(usize, usize)| share(a.1).total_cmp(&share(b.1)).then(b.1.cmp(&a.1));
            let Some((place, next)) = left.iter().copied().enumerate().max_by(better) else { break };
            if !region.is_empty() && shared[next] == 0 {
                break;
            }
            left.swap_remove(place);
            region.extend(&groups[next]);
            for &site in &sites[next] {
                let at = site as usize;
                if !std::mem::replace(&mut has[at], true) {
                    count += 1;
                    reached_by[at].iter().for_each(|&group| shared[group] += 1);
                }
                if !std::mem::replace(&mut seen[at], true) {
                    reached_by[at].iter().for_each(|&group| beside[group] += 1);
                }
            }
        }
        region.sort_unstable();
        let sites = (0_u32..).zip(&has).filter(|(_, has)| **has).map(|(site, _)| site).collect();
        found.push(Region { cells: region, sites, gain: 0.0 });
    }
    found
}

/// How far solving the cells of a region as one lowers the bound at some multipliers.
fn gain(cells: &Cells, region: &[u32], lambda: &[f64], control: &Control) -> Result<f64, Error> {
    let (part, _) = cells.part(region);
    let mut prices = vec![0.0; part.n_sites()];
    let (mut apart, mut weight) = (0.0, 0.0);
    for ((&cell, sites), w) in region.iter().zip(part.sites_of.iter()).zip(&part.weight) {
        let lambda = lambda[cell as usize];
        apart += (w - lambda).max(0.0);
        weight += w;
        sites.iter().for_each(|&site| prices[site as usize] += lambda);
    }
    let options = control.options.on_the_way();
    let quiet = control.on_the_way(&options, Sense::Maximize);
    let close = CLOSE * weight;
    let task = Task { binaries: part.n_sites(), sense: Sense::Maximize, step: 0.0, known: close, nodes: NODES };
    let offer = |shares: &[f64]| Some(close + worth(&part, &prices, shares));
    let proven = branch(priced_cover(&part, &prices), task, &quiet, offer)?;
    // Solvers are exact to their tolerance.
    let together = proven.bound.map_or(apart, |bound| bound + 1e-7 * weight);
    Ok((apart - together).max(0.0))
}

/// What the sites with large shares cover, less their prices.
fn worth(cells: &Cells, prices: &[f64], shares: &[f64]) -> f64 {
    let is_open = |site: usize| shares[site] > 0.5;
    let covered =
        cells.sites_of.iter().zip(&cells.weight).filter(|(sites, _)| sites.iter().any(|&j| is_open(j as usize)));
    let paid = prices.iter().enumerate().filter(|(site, _)| is_open(*site));
    covered.map(|(_, weight)| weight).sum::<f64>() - paid.map(|(_, price)| price).sum::<f64>()
}
