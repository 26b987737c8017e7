//! Covering models as mixed-integer programmes over merged cells.

use good_lp::{Constraint, Expression, ProblemVariables, Variable, constraint, variable};

use super::{Formulation, within_budget};
use crate::engine::reduce::Cells;
use crate::model::Sense;

/// max Σ w_c z_c, n_c z_c ≤ Σ_{j ∈ c} y_j, with z continuous where one site is enough; a cell that one site alone can
/// cover adds its weight to that site. The first variables are the y of the local sites.
pub(crate) fn max_cover<'a>(cells: &'a Cells, start: Option<&[u32]>, step: f64) -> Formulation<'a> {
    let mut variables = ProblemVariables::new();
    let y = variables.add_vector(variable().binary(), cells.n_sites());
    let mut worth = vec![0.0; cells.n_sites()];
    let mut objective = Expression::with_capacity(cells.n_sites() + cells.len());
    let mut z: Vec<Option<Variable>> = Vec::with_capacity(cells.len());
    for (c, sites) in cells.sites_of.iter().enumerate() {
        if let [only] = sites {
            worth[*only as usize] += cells.weight[c];
            z.push(None);
            continue;
        }
        let definition = if cells.need[c] > 1 { variable().binary() } else { variable().clamp(0.0, 1.0) };
        let covered = variables.add(definition);
        objective.add_mul(cells.weight[c], covered);
        z.push(Some(covered));
    }
    for (site, &worth) in y.iter().zip(&worth) {
        objective.add_mul(worth, *site);
    }
    let start = start.map(|chosen| {
        let mut values = vec![0.0; cells.n_sites()];
        for &j in chosen {
            values[j as usize] = 1.0;
        }
        for (c, sites) in cells.sites_of.iter().enumerate() {
            if z[c].is_some() {
                let open = sites.iter().filter(|&&j| values[j as usize] > 0.5).count();
                values.push(if open >= cells.need[c] as usize { 1.0 } else { 0.0 });
            }
        }
        values
    });
    let entries = cells.sites_of.entries() + 2 * cells.len() + 2 * cells.n_sites();
    let linking = {
        let y = y.clone();
        (0..cells.len()).zip(z).filter_map(move |(c, covered)| {
            let sites = cells.sites_of.get(u32::try_from(c).ok()?);
            let mut row = Expression::with_capacity(sites.len() + 1);
            row.add_mul(f64::from(cells.need[c]), covered?);
            for &j in sites {
                row.add_mul(-1.0, y[j as usize]);
            }
            Some(constraint!(row <= 0.0))
        })
    };
    let rows = linking.chain(site_rows(cells, &y));
    Formulation {
        variables,
        objective,
        constant: cells.covered,
        sense: Sense::Maximize,
        rows: Box::new(rows),
        entries,
        start,
        step,
    }
}

/// The column of [`max_cover`] that says how far each cell is covered; a cell of one site has none.
pub(crate) fn columns_of_max_cover(cells: &Cells) -> impl Iterator<Item = Option<u32>> {
    let mut columns = (0_u32..).skip(cells.n_sites());
    cells.sites_of.iter().map(move |sites| if sites.len() == 1 { None } else { columns.next() })
}

/// The column of [`set_cover`] for a wanted weight that says how far each cell is covered.
pub(crate) fn columns_of_set_cover(cells: &Cells) -> impl Iterator<Item = Option<u32>> {
    (0_u32..).skip(cells.n_sites()).map(Some).take(cells.len())
}

/// [`max_cover`] where each site that opens costs a price.
pub(crate) fn priced_cover<'a>(cells: &'a Cells, prices: &[f64]) -> Formulation<'a> {
    let mut formulation = max_cover(cells, None, 0.0);
    let sites = formulation.variables.iter_variables_with_def().map(|(site, _)| site);
    for (site, &price) in sites.zip(prices) {
        formulation.objective.add_mul(-price, site);
    }
    formulation
}

/// max Σ_g θ_g over the sites that the rules allow, 0 ≤ θ_g ≤ W_g: what the groups of cells add to the weight that is
/// covered anyway, each bounded by the cuts that come. The first variables are the y of the local sites, the θ follow.
pub(crate) fn max_cover_master<'a>(cells: &Cells, group_weight: &[f64], entries: usize) -> Formulation<'a> {
    let mut variables = ProblemVariables::new();
    let y = variables.add_vector(variable().clamp(0.0, 1.0), cells.n_sites());
    let mut objective = Expression::with_capacity(group_weight.len());
    for &weight in group_weight {
        objective.add_mul(1.0, variables.add(variable().clamp(0.0, weight)));
    }
    Formulation {
        variables,
        objective,
        constant: cells.covered,
        sense: Sense::Maximize,
        rows: Box::new(site_rows(cells, &y).into_iter()),
        entries,
        start: None,
        step: 0.0,
    }
}

/// min Σ f_j y_j, Σ_{j ∈ c} y_j ≥ n_c for every cell; with a wanted weight Σ_{j ∈ c} y_j ≥ n_c z_c and Σ w_c z_c ≥ it,
/// the weight of the open sites included. `constant` is the money that the open sites cost.
pub(crate) fn set_cover<'a>(
    cells: &'a Cells,
    wanted: Option<f64>,
    start: Option<&[u32]>,
    constant: f64,
    step: f64,
) -> Formulation<'a> {
    let mut variables = ProblemVariables::new();
    let y = variables.add_vector(variable().binary(), cells.n_sites());
    let mut objective = Expression::with_capacity(y.len());
    for (site, &cost) in y.iter().zip(&cells.cost) {
        objective.add_mul(cost, *site);
    }
    let z: Vec<Variable> = match wanted {
        None => Vec::new(),
        Some(_) => {
            let definition = |need| if need > 1 { variable().binary() } else { variable().clamp(0.0, 1.0) };
            cells.need.iter().map(|&need| variables.add(definition(need))).collect()
        }
    };
    let start = start.map(|chosen| {
        let mut values = vec![0.0; cells.n_sites()];
        for &j in chosen {
            values[j as usize] = 1.0;
        }
        for (sites, &need) in cells.sites_of.iter().zip(&cells.need).take(z.len()) {
            let open = sites.iter().filter(|&&j| values[j as usize] > 0.5).count();
            values.push(if open >= need as usize { 1.0 } else { 0.0 });
        }
        values
    });
    let share = wanted.map(|wanted| {
        let mut row = Expression::with_capacity(z.len());
        for (covered, &weight) in z.iter().zip(&cells.weight) {
            row.add_mul(weight, *covered);
        }
        constraint!(row >= wanted - cells.covered)
    });
    let entries = cells.sites_of.entries() + 2 * cells.len() + cells.n_sites();
    let covering = cells.sites_of.iter().zip(&cells.need).enumerate().map(move |(c, (sites, &need))| {
        let mut row = Expression::with_capacity(sites.len() + 1);
        for &j in sites {
            row.add_mul(1.0, y[j as usize]);
        }
        match z.get(c) {
            Some(&covered) => {
                row.add_mul(-f64::from(need), covered);
                constraint!(row >= 0.0)
            }
            None => constraint!(row >= f64::from(need)),
        }
    });
    Formulation {
        variables,
        objective,
        constant,
        sense: Sense::Minimize,
        rows: Box::new(covering.chain(share)),
        entries,
        start,
        step,
    }
}

/// The local sites that are open in the values of a formulation above.
pub(crate) fn open_sites(cells: &Cells, values: &[f64]) -> Vec<u32> {
    (0_u32..).zip(values.iter().take(cells.n_sites())).filter(|(_, y)| **y > 0.5).map(|(j, _)| j).collect()
}

/// Number of sites and budget. Without a budget more sites never cover less, so p is an upper bound there.
fn site_rows(cells: &Cells, y: &[Variable]) -> Vec<Constraint> {
    let mut rows = Vec::new();
    if let Some(p) = cells.p {
        let mut row = Expression::with_capacity(y.len());
        for (site, _) in y.iter().zip(&cells.counted).filter(|(_, counted)| **counted) {
            row.add_mul(1.0, *site);
        }
        let p = p as f64;
        rows.push(if cells.budget.is_some() { constraint!(row == p) } else { constraint!(row <= p) });
    }
    if let Some(budget) = cells.budget {
        rows.push(within_budget(y.iter().copied().zip(cells.cost.iter().copied()), budget));
    }
    rows
}
