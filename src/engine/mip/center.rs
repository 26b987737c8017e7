//! Set covers of the p-center as mixed-integer programmes.

use good_lp::{Constraint, Expression, ProblemVariables, Variable, constraint, variable};

use super::{Formulation, within_budget};
use crate::engine::center::cover::Cover;
use crate::engine::center::instance::Instance;
use crate::model::Sense;

/// Asks for any cover within the limits: Σ_{j ∈ i} y_j ≥ 1 for every row, Σ y_j ≤ p, Σ f_j y_j ≤ B; with a budget, p
/// sites exactly.
///
/// `refused` lists sets of columns that must not all be taken.
pub(crate) fn any_cover<'a>(cover: &'a Cover, instance: &Instance, refused: &[Vec<u32>]) -> Formulation<'a> {
    let mut variables = ProblemVariables::new();
    let y = variables.add_vector(variable().binary(), cover.site.len());
    let mut limits = Vec::new();
    if let Some(p) = cover.p {
        let (count, p) = (count(cover, instance, &y), p as f64);
        // Without a budget more sites never do harm.
        limits.push(if cover.budget.is_some() { constraint!(count == p) } else { constraint!(count <= p) });
    }
    if let Some(budget) = cover.budget {
        let costs = cover.site.iter().map(|&site| instance.cost[site as usize]);
        limits.push(within_budget(y.iter().copied().zip(costs), budget));
    }
    for columns in refused {
        let most = columns.len() as f64 - 1.0;
        limits.push(constraint!(sum(&y, columns) <= most));
    }
    formulation(cover.rows.iter(), variables, Expression::default(), y, limits)
}

/// The cheapest cover of some rows, with exactly p sites that count where given: min Σ_j f_j y_j.
pub(crate) fn cheapest_cover<'a>(
    cover: &'a Cover,
    rows: impl Iterator<Item = &'a Vec<u32>> + Clone + 'a,
    instance: &Instance,
    price: impl Fn(u32) -> f64,
    p: Option<usize>,
) -> Formulation<'a> {
    let mut variables = ProblemVariables::new();
    let y = variables.add_vector(variable().binary(), cover.site.len());
    let objective = weighted(&y, cover.site.iter().map(|&site| price(site)));
    let exactly = p.map(|p| {
        let (count, p) = (count(cover, instance, &y), p as f64);
        constraint!(count == p)
    });
    formulation(rows, variables, objective, y, exactly.into_iter().collect())
}

fn formulation<'a>(
    rows: impl Iterator<Item = &'a Vec<u32>> + Clone + 'a,
    variables: ProblemVariables,
    objective: Expression,
    y: Vec<Variable>,
    limits: Vec<Constraint>,
) -> Formulation<'a> {
    let entries = rows.clone().map(Vec::len).sum::<usize>() + (limits.len() + 1) * y.len();
    let rows = rows.map(move |row| constraint!(sum(&y, row) >= 1.0));
    Formulation {
        variables,
        objective,
        constant: 0.0,
        sense: Sense::Minimize,
        rows: Box::new(rows.chain(limits)),
        entries,
        start: None,
        step: 0.0,
    }
}

fn sum(y: &[Variable], columns: &[u32]) -> Expression {
    let mut sum = Expression::with_capacity(columns.len());
    for &column in columns {
        sum.add_mul(1.0, y[column as usize]);
    }
    sum
}

fn weighted(y: &[Variable], weights: impl Iterator<Item = f64>) -> Expression {
    let mut sum = Expression::with_capacity(y.len());
    for (variable, weight) in y.iter().zip(weights) {
        sum.add_mul(weight, *variable);
    }
    sum
}

fn count(cover: &Cover, instance: &Instance, y: &[Variable]) -> Expression {
    weighted(y, cover.site.iter().map(|&site| if instance.counted[site as usize] { 1.0 } else { 0.0 }))
}
