//! Why nobody can serve everyone, and what would: the smallest p, the smallest budget.

use super::cover::cheapest;
use super::problem::Problem;
use crate::engine::Ended;
use crate::engine::obstacles::{serving_obstacles, unreachable};
use crate::model::Model;
use crate::solve::{Control, Reason};

/// Reasons found without search.
pub(crate) fn obstacles<M: Model>(model: &M) -> Vec<Reason> {
    let Ok(by_site) = model.rules().by_site(model.travel().n_sites()) else { return Vec::new() };
    let mut reasons = serving_obstacles(model.rules(), &by_site);
    reasons.extend(unreachable(model, &by_site, 1));
    reasons
}

/// The smallest p and the smallest budget that serve everyone, where those given do not.
pub(crate) fn explain<M: Model>(model: &M, control: &Control) -> Vec<Reason> {
    let rules = model.rules();
    let (Ok(problem), Ok(by_site)) = (Problem::of(model, false), rules.by_site(model.travel().n_sites())) else {
        return Vec::new();
    };
    if let Some(p) = rules.p {
        let fewest = least(&problem.fewest_sites(rules.required.len()), control);
        match fewest {
            // Whole numbers in a float: rounding says the same.
            Least::Is(sites) if sites > p as f64 => {
                let smallest = (0..=by_site.state.len()).find(|&count| count as f64 >= sites);
                return vec![Reason::SitesTooFew { p, smallest }];
            }
            Least::Above(sites) if sites > p as f64 => return vec![Reason::SitesTooFew { p, smallest: None }],
            _ => {}
        }
    }
    if let Some(budget) = rules.budget {
        match least(&problem.least_money(by_site.money(&problem.open_sites())), control) {
            Least::Is(money) if by_site.exceeds(money, budget) => {
                return vec![Reason::BudgetTooSmall { budget, smallest: Some(money) }];
            }
            Least::Above(money) if by_site.exceeds(money, budget) => {
                return vec![Reason::BudgetTooSmall { budget, smallest: None }];
            }
            _ => {}
        }
    }
    let rules = "every demand point served, p, budget, required and forbidden sites".into();
    vec![Reason::Rules { rules }]
}

/// What a covering problem costs at least.
enum Least {
    Is(f64),
    Above(f64),
}

fn least(problem: &Problem, control: &Control) -> Least {
    match cheapest(problem, control) {
        Ok(proof) if proof.ended == Ended::Complete => proof.bound.map_or(Least::Above(f64::NEG_INFINITY), Least::Is),
        Ok(proof) => Least::Above(proof.bound.unwrap_or(f64::NEG_INFINITY)),
        Err(_) => Least::Above(f64::NEG_INFINITY),
    }
}
