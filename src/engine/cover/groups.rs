//! Groups of cells that much the same sites reach.
//!
//! A cut for a group speaks of every site that reaches one of its cells, so groups are kept compact: a cell joins the site
//! that is most central to it, the one that shares most cells with the others in its reach.

use crate::engine::reduce::Cells;
use crate::solve::Control;

/// The cells of each group, ascending; no group is empty, and every cell that a site reaches is in one. The work grows with
/// the square of the sites that reach a cell: after a limit, cells that no site was seen for yet join their first one.
pub(super) fn by_central_site(cells: &Cells, control: &Control) -> Vec<Vec<u32>> {
    // Numbers of cells are far below the precision of f64.
    let reached: Vec<f64> = cells.cells_of.iter().map(|list| (list.len() as f64).sqrt()).collect();
    let mut shared = vec![0.0; cells.n_sites()];
    let mut central: Vec<Option<(f64, u32)>> = vec![None; cells.len()];
    for (site, mine) in (0_u32..).zip(cells.cells_of.iter()) {
        if control.stop().is_some() {
            break;
        }
        shared.fill(0.0);
        for &cell in mine {
            for &other in cells.sites_of.get(cell) {
                shared[other as usize] += 1.0;
            }
        }
        for &cell in mine {
            let others = cells.sites_of.get(cell).iter().map(|&other| other as usize);
            let likeness: f64 =
                others.map(|other| shared[other] / reached[other]).sum::<f64>() / reached[site as usize];
            let best = &mut central[cell as usize];
            if best.is_none_or(|(most, _)| likeness > most) {
                *best = Some((likeness, site));
            }
        }
    }
    let mut groups = vec![Vec::new(); cells.n_sites()];
    for (cell, central) in (0_u32..).zip(central) {
        let first = cells.sites_of.get(cell).first().copied();
        if let Some(site) = central.map(|(_, site)| site).or(first) {
            groups[site as usize].push(cell);
        }
    }
    groups.retain(|group| !group.is_empty());
    groups
}
