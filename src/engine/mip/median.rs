//! The p-median and the fixed-charge problem in the radius formulation.
//!
//! Cornuéjols, Nemhauser and Wolsey (1980), in the sparse form of Elloumi (2010), "A tighter formulation of the p-median
//! problem", Journal of Combinatorial Optimization 19. With the distinct costs D¹ < D² < ... of demand point i,
//! z_i^k = 1 when no site within D^k is open:
//!
//! ```text
//! min  Σ_j f_j y_j + Σ_i ( D_i¹ + Σ_k (D_i^{k+1} − D_i^k) z_i^k )
//! s.t. z_i^k + Σ_{j: c_ij = D^k} y_j ≥ z_i^{k−1}       with z_i^0 = 1 and no z for the last distance
//!      Σ_{counted} y_j = p,  Σ_j b_j y_j ≤ B
//!      y_j ∈ {0, 1},  0 ≤ z_i^k ≤ 1
//! ```
//!
//! It has the linear relaxation of the textbook formulation with half the rows, and fewer still where costs repeat.

use good_lp::{Constraint, Expression, ProblemVariables, Variable, constraint, variable};

use super::{Formulation, within_budget};
use crate::engine::median::{Problem, Role};
use crate::model::Sense;
use crate::solve::{Control, Limit};

/// Writes the formulation; `start` holds the open sites of a plan. The first variables are the y of the free sites. The
/// limit that stopped it where one did.
pub(crate) fn formulate<'a>(
    problem: &'a Problem,
    start: Option<&[u32]>,
    control: &Control,
) -> Result<Formulation<'a>, Limit> {
    // Each site of a row brings an entry, and two for its z.
    if !super::fits(3 * problem.site.len() + 2 * problem.n_sites(), control) {
        return Err(Limit::Memory);
    }
    let mut variables = ProblemVariables::new();
    let mut objective = Expression::default();
    let mut y: Vec<Option<Variable>> = vec![None; problem.n_sites()];
    for j in problem.free() {
        let site = variables.add(variable().binary());
        objective.add_mul(problem.charge[j as usize], site);
        y[j as usize] = Some(site);
    }
    let is_open = start.map(|sites| {
        let mut is_open = vec![false; problem.n_sites()];
        for &j in sites {
            is_open[j as usize] = true;
        }
        is_open
    });
    let mut values: Option<Vec<f64>> =
        is_open.as_ref().map(|is_open| problem.free().map(|j| if is_open[j as usize] { 1.0 } else { 0.0 }).collect());
    let mut constant = problem.constant;
    let mut entries = 2 * problem.n_sites();
    // The first z of each row; its others follow.
    let mut first: Vec<Vec<Variable>> = Vec::with_capacity(problem.n_rows());
    for r in 0..problem.n_rows() {
        if let Some(limit) = control.stop() {
            return Err(limit);
        }
        let mut z = Vec::new();
        let mut unserved = 1.0;
        let mut last: Option<f64> = None;
        for group in Groups::of(problem, r) {
            if let Some(before) = last {
                let missing = variables.add(variable().clamp(0.0, 1.0));
                objective.add_mul(group.cost - before, missing);
                z.push(missing);
                if let Some(values) = &mut values {
                    values.push(unserved);
                }
            } else {
                constant += group.cost;
            }
            if is_open.as_ref().is_some_and(|is_open| group.sites.iter().any(|&j| is_open[j as usize])) {
                unserved = 0.0;
            }
            last = Some(group.cost);
            entries += group.sites.len() + 2;
        }
        first.push(z);
    }
    let service = {
        let y = y.clone();
        (0..problem.n_rows()).zip(first).flat_map(move |(r, z)| service_rows(problem, r, &z, &y))
    };
    let rows = service.chain(site_rows(problem, &y));
    Ok(Formulation {
        variables,
        objective,
        constant,
        sense: Sense::Minimize,
        rows: Box::new(rows),
        entries,
        start: values,
        step: problem.step,
    })
}

/// The open sites of a solved formulation, those that are open anyway included.
pub(crate) fn open_sites(problem: &Problem, values: &[f64]) -> Vec<u32> {
    let chosen = problem.free().zip(values).filter(|(_, value)| **value > 0.5).map(|(j, _)| j);
    let open = (0_u32..).zip(&problem.role).filter(|(_, role)| **role == Role::Open).map(|(j, _)| j);
    let mut sites: Vec<u32> = chosen.chain(open).collect();
    sites.sort_unstable();
    sites
}

/// Sites of a row at the same cost.
struct Group<'a> {
    cost: f64,
    sites: &'a [u32],
}

/// The sites of a row in groups of equal cost, ascending.
struct Groups<'a> {
    sites: &'a [u32],
    costs: &'a [f64],
}

impl<'a> Groups<'a> {
    fn of(problem: &'a Problem, r: usize) -> Self {
        let row = problem.start[r]..problem.start[r + 1];
        Self { sites: &problem.site[row.clone()], costs: &problem.cost[row] }
    }
}

impl<'a> Iterator for Groups<'a> {
    type Item = Group<'a>;

    fn next(&mut self) -> Option<Group<'a>> {
        let cost = *self.costs.first()?;
        let len = self.costs.partition_point(|&other| other <= cost);
        let (sites, rest) = self.sites.split_at(len);
        self.sites = rest;
        self.costs = &self.costs[len..];
        Some(Group { cost, sites })
    }
}

/// z^k + Σ y ≥ z^{k−1} for each group of a row that holds no site open anyway.
fn service_rows(problem: &Problem, r: usize, z: &[Variable], y: &[Option<Variable>]) -> Vec<Constraint> {
    let mut rows = Vec::with_capacity(z.len() + 1);
    for (k, group) in Groups::of(problem, r).enumerate() {
        if group.sites.iter().any(|&j| problem.role[j as usize] == Role::Open) {
            break;
        }
        let mut row = Expression::with_capacity(group.sites.len() + 2);
        for &j in group.sites {
            if let Some(site) = y[j as usize] {
                row.add_mul(1.0, site);
            }
        }
        if let Some(missing) = z.get(k) {
            row.add_mul(1.0, *missing);
        }
        match k.checked_sub(1).and_then(|before| z.get(before)) {
            Some(before) => {
                row.add_mul(-1.0, *before);
                rows.push(constraint!(row >= 0.0));
            }
            None => rows.push(constraint!(row >= 1.0)),
        }
    }
    rows
}

/// The number of sites and the budget.
fn site_rows(problem: &Problem, y: &[Option<Variable>]) -> Vec<Constraint> {
    let mut rows = Vec::new();
    if let Some(p) = problem.p {
        let mut row = Expression::default();
        for (site, role) in y.iter().zip(&problem.role) {
            if let (Some(site), Role::Counted) = (site, role) {
                row.add_mul(1.0, *site);
            }
        }
        rows.push(constraint!(row == p as f64));
    }
    if let Some(budget) = problem.budget {
        let prices = y.iter().zip(&problem.price).filter_map(|(site, price)| Some(((*site)?, *price)));
        rows.push(within_budget(prices, budget));
    }
    rows
}

/// The master programme of Benders: at most `most` of the first columns, and a column of service for each row between two
/// costs, to which cuts will be added. `entries` is a rough number of the cuts' entries.
pub(crate) fn service_master<'a>(
    n_sites: usize,
    most: usize,
    ranges: &[(f64, f64)],
    entries: usize,
    constant: f64,
) -> Formulation<'a> {
    let mut variables = ProblemVariables::new();
    let y = variables.add_vector(variable().clamp(0.0, 1.0), n_sites);
    let mut objective = Expression::with_capacity(ranges.len());
    for &(least, dearest) in ranges {
        objective.add_mul(1.0, variables.add(variable().clamp(least, dearest)));
    }
    let number: Expression = y.iter().sum();
    let entries = n_sites + 2 * ranges.len() + 2 * entries;
    let rows = Box::new(std::iter::once(constraint!(number <= most as f64)));
    Formulation { variables, objective, constant, sense: Sense::Minimize, rows, entries, start: None, step: 0.0 }
}
