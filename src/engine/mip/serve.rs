//! Models with capacities as mixed-integer programmes.
//!
//! Links x_ij ≤ y_j are written out one by one: their linear relaxation is far tighter than that of the capacities
//! alone. Closest assignment (Wagner and Falkson 1975) is a chain: r_il, the share of i served beyond its l-th distance,
//! adds up from the far end, and r_il ≤ 1 − y_k for each site k at that distance; so the rows stay sparse.

use good_lp::{Constraint, Expression, ProblemVariables, Variable, constraint, variable};

use super::{Formulation, within_budget};
use crate::engine::serve::problem::{Serve, Serving};
use crate::model::Sense;

/// What is asked of the formulation: the objective of the model, or one that tells why no plan exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Goal {
    /// The objective of the model.
    Objective,
    /// The fewest sites that count towards p, whatever p is.
    FewestSites,
    /// As many as possible of the sites that count towards p, but not more than p.
    MostSites,
    /// The least money, whatever the budget is.
    LeastMoney,
    /// The least capacity that must be added to the sites.
    LeastCapacity,
    /// The least by which open sites must fall short of their minimum use.
    LeastIdle,
}

/// Values of all variables, taken apart.
pub(crate) struct Answer {
    /// Whether each site is open.
    pub open: Vec<bool>,
    /// The share of each pair.
    pub shares: Vec<f64>,
}

/// The formulation; its first variables are the y of the sites, then the x of the pairs.
pub(crate) fn formulation<'a>(serve: &'a Serve, goal: Goal, start: Option<&Answer>) -> Formulation<'a> {
    let mut variables = ProblemVariables::new();
    let y: Vec<Variable> = serve
        .must_open
        .iter()
        .map(|&must| variables.add(variable().integer().min(if must { 1.0 } else { 0.0 }).max(1.0)))
        .collect();
    let x: Vec<Variable> = serve
        .pairs
        .iter()
        .map(|pair| {
            let share = variable().min(0.0).max(if pair.usable { 1.0 } else { 0.0 });
            variables.add(if serve.single { share.integer() } else { share })
        })
        .collect();
    let beyond = Beyond::of(serve, &mut variables);
    let added: Vec<Variable> = match goal {
        Goal::LeastCapacity | Goal::LeastIdle => {
            serve.capacity.iter().map(|_| variables.add(variable().min(0.0))).collect()
        }
        _ => Vec::new(),
    };
    let objective = objective(serve, goal, &y, &x, &added);
    let start = start.filter(|_| goal == Goal::Objective).map(|answer| {
        let mut values: Vec<f64> = answer.open.iter().map(|&open| f64::from(u8::from(open))).collect();
        values.extend_from_slice(&answer.shares);
        beyond.values(serve, &answer.shares, &mut values);
        values
    });
    let rows = site_rows(serve, goal, &y)
        .into_iter()
        .chain(capacity_rows(serve, goal, &y, &x, &added))
        .chain(service_rows(serve, x.clone()))
        .chain(link_rows(serve, y.clone(), x.clone()))
        .chain(beyond.rows(serve, y, x));
    Formulation {
        variables,
        objective,
        constant: if goal == Goal::Objective { serve.objective(serve.constant) } else { 0.0 },
        sense: if goal == Goal::Objective { serve.sense } else { Sense::Minimize },
        rows: Box::new(rows),
        entries: 4 * serve.pairs.len() + if serve.closest { 4 * serve.pairs.len() } else { 0 } + 4 * serve.n_sites(),
        start,
        step: if goal == Goal::Objective { serve.step() } else { 0.0 },
    }
}

/// The open sites and shares in the values of a formulation.
pub(crate) fn answer(serve: &Serve, values: &[f64]) -> Answer {
    let open = values.iter().take(serve.n_sites()).map(|y| *y > 0.5).collect();
    let shares = values.iter().skip(serve.n_sites()).take(serve.pairs.len()).copied().collect();
    Answer { open, shares }
}

fn objective(serve: &Serve, goal: Goal, y: &[Variable], x: &[Variable], added: &[Variable]) -> Expression {
    let mut objective = Expression::with_capacity(y.len() + x.len());
    let mut add = |variable: Variable, coefficient: f64| {
        if coefficient != 0.0 {
            objective.add_mul(coefficient, variable);
        }
    };
    match goal {
        Goal::Objective => {
            y.iter().zip(&serve.charge).for_each(|(&y, &charge)| add(y, serve.objective(charge)));
            x.iter().zip(&serve.pairs).for_each(|(&x, pair)| add(x, serve.objective(pair.cost)));
        }
        Goal::FewestSites => {
            y.iter().zip(&serve.counted).filter(|(_, counted)| **counted).for_each(|(&y, _)| add(y, 1.0));
        }
        Goal::MostSites => {
            y.iter().zip(&serve.counted).filter(|(_, counted)| **counted).for_each(|(&y, _)| add(y, -1.0));
        }
        Goal::LeastMoney => y.iter().zip(&serve.money).for_each(|(&y, &money)| add(y, money)),
        Goal::LeastCapacity | Goal::LeastIdle => added.iter().for_each(|&added| add(added, 1.0)),
    }
    objective
}

/// p and the budget, as far as the goal keeps them.
fn site_rows(serve: &Serve, goal: Goal, y: &[Variable]) -> Vec<Constraint> {
    let mut rows = Vec::new();
    if let Some(p) = serve.p
        && goal != Goal::FewestSites
    {
        let mut row = Expression::with_capacity(y.len());
        for (&site, _) in y.iter().zip(&serve.counted).filter(|(_, counted)| **counted) {
            row.add_mul(1.0, site);
        }
        let p = p as f64;
        rows.push(if goal == Goal::MostSites { constraint!(row <= p) } else { constraint!(row == p) });
    }
    if let Some(budget) = serve.budget
        && goal != Goal::LeastMoney
    {
        rows.push(within_budget(y.iter().copied().zip(serve.money.iter().copied()), budget));
    }
    rows
}

/// L_j y_j ≤ Σ_i d_i x_ij ≤ κ_j y_j, and the capacities of all open sites together, which gives the solver cover cuts.
fn capacity_rows(serve: &Serve, goal: Goal, y: &[Variable], x: &[Variable], added: &[Variable]) -> Vec<Constraint> {
    let adds = |to: Goal, j: usize| added.get(j).filter(|_| goal == to).copied();
    let mut load: Vec<Expression> = vec![Expression::default(); serve.n_sites()];
    for i in 0..serve.n_demand() {
        for at in serve.range(i) {
            let pair = serve.pairs[at];
            if serve.demand[i] > 0.0 && pair.usable {
                load[pair.site as usize].add_mul(serve.demand[i], x[at]);
            }
        }
    }
    let mut rows = Vec::new();
    let mut together = Expression::with_capacity(y.len());
    let mut limited = goal != Goal::LeastCapacity;
    for (j, (load, &site)) in load.into_iter().zip(y).enumerate() {
        let (capacity, least) = (serve.capacity[j], serve.min_use[j]);
        if least > 0.0 {
            let mut row = load.clone();
            row.add_mul(-least, site);
            if let Some(idle) = adds(Goal::LeastIdle, j) {
                row.add_mul(1.0, idle);
            }
            rows.push(constraint!(row >= 0.0));
        }
        if capacity == f64::INFINITY {
            limited = false;
            continue;
        }
        together.add_mul(capacity, site);
        let mut row = load;
        row.add_mul(-capacity, site);
        if let Some(added) = adds(Goal::LeastCapacity, j) {
            row.add_mul(-1.0, added);
        }
        rows.push(constraint!(row <= 0.0));
    }
    let least = serve.least_demand();
    if limited && least > 0.0 {
        rows.push(constraint!(together >= least * (1.0 - 1e-9)));
    }
    rows
}

/// Who must be served.
fn service_rows<'a>(serve: &'a Serve, x: Vec<Variable>) -> impl Iterator<Item = Constraint> + 'a {
    let share = match serve.serving {
        Serving::Weight(wanted) => {
            let mut row = Expression::with_capacity(x.len());
            for i in 0..serve.n_demand() {
                for at in serve.range(i) {
                    row.add_mul(serve.weight[i], x[at]);
                }
            }
            Some(constraint!(row >= wanted))
        }
        Serving::All | Serving::Most => None,
    };
    let all = serve.serving == Serving::All;
    let each = (0..serve.n_demand()).filter_map(move |i| {
        let mut row = Expression::with_capacity(serve.range(i).len());
        for at in serve.range(i) {
            row.add_mul(1.0, x[at]);
        }
        match (all, serve.range(i).len()) {
            (true, _) => Some(constraint!(row == 1.0)),
            // A single share is at most 1 by itself.
            (false, 0 | 1) => None,
            (false, _) => Some(constraint!(row <= 1.0)),
        }
    });
    share.into_iter().chain(each)
}

/// x_ij ≤ y_j.
fn link_rows<'a>(serve: &'a Serve, y: Vec<Variable>, x: Vec<Variable>) -> impl Iterator<Item = Constraint> + 'a {
    serve.pairs.iter().zip(x).filter(|(pair, _)| pair.usable && !serve.must_open[pair.site as usize]).map(
        move |(pair, x)| {
            let mut row = Expression::with_capacity(2);
            row.add_mul(1.0, x);
            row.add_mul(-1.0, y[pair.site as usize]);
            constraint!(row <= 0.0)
        },
    )
}

/// The shares served beyond each distance, with closest assignment.
struct Beyond {
    /// For each demand point the ends of its groups of equally near pairs but the last, and the share beyond each.
    groups: Vec<Vec<(usize, Variable)>>,
}

impl Beyond {
    fn of(serve: &Serve, variables: &mut ProblemVariables) -> Self {
        if !serve.closest {
            return Self { groups: Vec::new() };
        }
        let groups = (0..serve.n_demand()).map(|i| {
            let range = serve.range(i);
            let ends = (range.start + 1..range.end).filter(|&at| serve.pairs[at].walk > serve.pairs[at - 1].walk);
            ends.map(|end| (end, variables.add(variable().clamp(0.0, 1.0)))).collect()
        });
        Self { groups: groups.collect() }
    }

    fn values(&self, serve: &Serve, shares: &[f64], values: &mut Vec<f64>) {
        for (i, groups) in self.groups.iter().enumerate() {
            let to = serve.range(i).end;
            values.extend(groups.iter().map(|&(end, _)| shares[end..to].iter().sum::<f64>().clamp(0.0, 1.0)));
        }
    }

    fn rows<'a>(self, serve: &'a Serve, y: Vec<Variable>, x: Vec<Variable>) -> impl Iterator<Item = Constraint> + 'a {
        self.groups.into_iter().enumerate().flat_map(move |(i, groups)| {
            let range = serve.range(i);
            let mut rows = Vec::new();
            for (at, &(end, beyond)) in groups.iter().enumerate() {
                let next = groups.get(at + 1);
                let group = &x[end..next.map_or(range.end, |next| next.0)];
                let mut sum = Expression::with_capacity(group.len() + 2);
                sum.add_mul(1.0, beyond);
                for &share in group {
                    sum.add_mul(-1.0, share);
                }
                if let Some(&(_, next)) = next {
                    sum.add_mul(-1.0, next);
                }
                rows.push(constraint!(sum == 0.0));
                let from = if at == 0 { range.start } else { groups[at - 1].0 };
                for nearer in from..end {
                    let mut row = Expression::with_capacity(2);
                    row.add_mul(1.0, beyond);
                    row.add_mul(1.0, y[serve.pairs[nearer].site as usize]);
                    rows.push(constraint!(row <= 1.0));
                }
            }
            rows
        })
    }
}
