//! Independent sets of the p-dispersion as mixed-integer programmes.

use good_lp::{Constraint, Expression, ProblemVariables, constraint, variable};

use super::{Formulation, within_budget};
use crate::engine::dispersion::graph::Graph;
use crate::engine::dispersion::instance::Instance;
use crate::model::Sense;

/// Asks for any p sites that keep their distance: Σ_{j ∈ K} x_j ≤ 1 for cliques K that hold every pair too near,
/// Σ x_j = p over the sites that count, Σ f_j x_j ≤ B. The node-packing formulation of Sayah and Irnich (2017), "A new
/// compact formulation for the discrete p-dispersion problem", European Journal of Operational Research 256, at one
/// distance.
///
/// `refused` lists sets of vertices that must not be the answer.
pub(crate) fn any_independent<'a>(
    graph: &Graph,
    cliques: &'a [Vec<u32>],
    instance: &Instance,
    refused: &[Vec<u32>],
) -> Formulation<'a> {
    let mut variables = ProblemVariables::new();
    let x = variables.add_vector(variable().binary(), graph.len());
    let mut limits: Vec<Constraint> = Vec::new();
    let mut count = Expression::with_capacity(x.len());
    for (variable, _) in x.iter().zip(&graph.site).filter(|(_, site)| instance.counted[**site as usize]) {
        count.add_mul(1.0, *variable);
    }
    let p = instance.p as f64;
    limits.push(constraint!(count == p));
    if let Some(budget) = instance.budget {
        let costs = graph.site.iter().map(|&site| instance.cost[site as usize]);
        limits.push(within_budget(x.iter().copied().zip(costs), budget));
    }
    for vertices in refused {
        let mut change = Expression::with_capacity(x.len());
        for (variable, vertex) in x.iter().zip(0_u32..) {
            change.add_mul(if vertices.contains(&vertex) { -1.0 } else { 1.0 }, *variable);
        }
        let least = 1.0 - vertices.len() as f64;
        limits.push(constraint!(change >= least));
    }
    let entries = cliques.iter().map(Vec::len).sum::<usize>() + (1 + limits.len()) * x.len();
    let rows = cliques.iter().map(move |clique| {
        let mut sum = Expression::with_capacity(clique.len());
        for &vertex in clique {
            sum.add_mul(1.0, x[vertex as usize]);
        }
        constraint!(sum <= 1.0)
    });
    Formulation {
        variables,
        objective: Expression::default(),
        constant: 0.0,
        sense: Sense::Maximize,
        rows: Box::new(rows.chain(limits)),
        entries,
        start: None,
        step: 0.0,
    }
}
