//! The Lagrangian relaxation of assignment.
//!
//! With a multiplier u_i for "demand point i is served" and λ ≥ 0 for the budget B,
//!
//! ```text
//! L(u, λ) = constant + Σ_i u_i − λ B + min { Σ_j ρ_j y_j : Σ_{counted} y_j = p }
//! ρ_j     = f_j + λ b_j + Σ_i min(0, c_ij − u_i)
//! ```
//!
//! is a lower bound on every plan for every u and λ (Cornuéjols, Fisher and Nemhauser 1977), and its maximum is the
//! bound of linear programming. Only entries with c_ij < u_i are looked at: a few for each demand point.
//!
//! A plan better than `target` cannot open site j if exchanging j for the dearest chosen site lifts the bound to the
//! target, nor close it if exchanging it for the cheapest one left out does.

use super::problem::{Problem, Role};

/// Multipliers: one for each row, and that of the budget.
#[derive(Debug, Clone, Default)]
pub(crate) struct Multipliers {
    pub rows: Vec<f64>,
    pub budget: f64,
}

/// The relaxation at one point.
#[derive(Debug, Default)]
pub(crate) struct Relaxation {
    /// ρ_j of each site.
    pub reduced: Vec<f64>,
    /// Whether each site is open in the best choice.
    pub chosen: Vec<bool>,
    /// The bound, rounded to the safe side; infinite when the rules on sites cannot hold.
    pub bound: f64,
    /// ρ of the last counted site chosen and of the first one left out.
    edge: (f64, f64),
    priced: Vec<f64>,
    order: Vec<u32>,
}

/// Sums are exact to far more than this part of their terms.
const ROUNDING: f64 = 1e-11;
/// Halvings of the interval that holds the best multiplier of the budget.
const HALVINGS: usize = 30;

impl Relaxation {
    /// Evaluates the bound at some multipliers; that of the budget is replaced by the best one for these rows.
    pub fn evaluate(&mut self, problem: &Problem, at: &mut Multipliers) -> f64 {
        self.reduced.clear();
        self.reduced.extend(
            problem.role.iter().zip(&problem.charge).map(|(role, &charge)| if role.is_free() { charge } else { 0.0 }),
        );
        let mut sum = problem.constant;
        let mut terms = problem.constant.abs();
        for (r, &u) in at.rows.iter().enumerate() {
            sum += u;
            terms += u.abs();
            for entry in problem.start[r]..problem.start[r + 1] {
                let cost = problem.cost[entry];
                if cost >= u {
                    break;
                }
                self.reduced[problem.site[entry] as usize] += cost - u;
            }
        }
        for (role, reduced) in problem.role.iter().zip(&self.reduced) {
            if *role == Role::Open {
                sum += reduced;
                terms += reduced.abs();
            }
        }
        let (choice, multiplier) = self.choose(problem, at.budget);
        at.budget = multiplier;
        terms += choice.abs() + multiplier * problem.budget.unwrap_or(0.0).abs();
        self.bound = if choice.is_finite() { sum + choice - ROUNDING * terms } else { choice };
        self.bound
    }

    /// Chooses the best sites, with the budget priced as well as possible.
    fn choose(&mut self, problem: &Problem, last: f64) -> (f64, f64) {
        self.priced.clone_from(&self.reduced);
        let free_of_charge = self.choose_priced(problem);
        let Some(budget) = problem.budget else { return (free_of_charge, 0.0) };
        let (mut best, mut best_at) = (free_of_charge, 0.0);
        if self.money(problem) > budget {
            // The bound is concave in the multiplier: go up until the choice can be paid, then halve.
            let (mut low, mut high) = (0.0, if last > 0.0 { 2.0 * last } else { 1e-3 });
            let mut found = false;
            for _ in 0..100 {
                let value = self.choose_at(problem, high, budget);
                if value > best {
                    (best, best_at) = (value, high);
                }
                if self.money(problem) <= budget {
                    found = true;
                    break;
                }
                (low, high) = (high, 4.0 * high);
            }
            for _ in 0..if found { HALVINGS } else { 0 } {
                let middle = 0.5 * (low + high);
                let value = self.choose_at(problem, middle, budget);
                if value > best {
                    (best, best_at) = (value, middle);
                }
                if self.money(problem) <= budget {
                    high = middle;
                } else {
                    low = middle;
                }
            }
        }
        best = best.max(self.choose_at(problem, best_at, budget));
        self.reduced.clone_from(&self.priced);
        (best, best_at)
    }

    fn choose_at(&mut self, problem: &Problem, multiplier: f64, budget: f64) -> f64 {
        for ((priced, reduced), price) in self.priced.iter_mut().zip(&self.reduced).zip(&problem.price) {
            *priced = reduced + multiplier * price;
        }
        self.choose_priced(problem) - multiplier * budget
    }

    fn money(&self, problem: &Problem) -> f64 {
        let chosen = problem.free().filter(|&j| self.chosen[j as usize]);
        chosen.map(|j| problem.price[j as usize]).sum()
    }

    /// Chooses the sites of least priced cost: exactly p counted ones, and others where that helps.
    fn choose_priced(&mut self, problem: &Problem) -> f64 {
        self.chosen.clear();
        self.chosen.resize(problem.n_sites(), false);
        self.order.clear();
        self.edge = (f64::NEG_INFINITY, f64::INFINITY);
        let mut sum = 0.0;
        for j in problem.free() {
            let at = j as usize;
            if problem.p.is_some() && problem.role[at] == Role::Counted {
                self.order.push(j);
            } else if self.priced[at] < 0.0 {
                self.chosen[at] = true;
                sum += self.priced[at];
            }
        }
        let Some(p) = problem.p else { return sum };
        if p > self.order.len() {
            return f64::INFINITY;
        }
        let priced = &self.priced;
        let ascending = |a: &u32, b: &u32| priced[*a as usize].total_cmp(&priced[*b as usize]).then(a.cmp(b));
        if p < self.order.len() {
            let (_, first_out, _) = self.order.select_nth_unstable_by(p, ascending);
            self.edge.1 = priced[*first_out as usize];
        }
        let mut last_in = f64::NEG_INFINITY;
        for &j in &self.order[..p] {
            let value = priced[j as usize];
            self.chosen[j as usize] = true;
            last_in = last_in.max(value);
            sum += value;
        }
        self.edge.0 = last_in;
        sum
    }

    /// How often each row is served by the choice, less one, with the sign turned: the direction of ascent.
    pub fn subgradient(&self, problem: &Problem, at: &Multipliers, direction: &mut Vec<f64>) {
        direction.clear();
        for (r, &u) in at.rows.iter().enumerate() {
            let mut unserved = 1.0;
            for entry in problem.start[r]..problem.start[r + 1] {
                if problem.cost[entry] >= u {
                    break;
                }
                let j = problem.site[entry] as usize;
                if self.chosen[j] || problem.role[j] == Role::Open {
                    unserved -= 1.0;
                }
            }
            direction.push(unserved);
        }
    }

    /// The bound on plans that decide on site j other than the choice does.
    fn bound_without(&self, problem: &Problem, j: usize) -> f64 {
        let value = self.reduced[j];
        let exchanged = problem.p.is_some() && problem.role[j] == Role::Counted;
        match (exchanged, self.chosen[j]) {
            (true, true) => self.bound - value + self.edge.1,
            (true, false) => self.bound + value - self.edge.0,
            (false, true) => self.bound - value,
            (false, false) => self.bound + value,
        }
    }

    /// Settles every site on which a plan better than `target` must agree with the choice. Gives how many.
    pub fn settle(&self, problem: &mut Problem, target: f64) -> usize {
        let mut settled = 0;
        let limit = target + ROUNDING * target.abs();
        let agreed: Vec<u32> = problem.free().filter(|&j| self.bound_without(problem, j as usize) >= limit).collect();
        for j in agreed {
            problem.settle(j, self.chosen[j as usize]);
            settled += 1;
        }
        settled
    }
}
