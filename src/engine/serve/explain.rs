//! Why limited sites cannot serve, and what would do: more capacity, more sites, more money.

use std::time::Duration;

use super::problem::{Serve, ServeModel, Serving};
use crate::engine::mip::serve::{Answer, Goal, answer, formulation};
use crate::engine::obstacles::{serving_obstacles, site_obstacles, unreachable};
use crate::engine::{Ended, mip};
use crate::model::{Model, Sense};
use crate::solve::{Control, PRECISION, Reason, SolveOptions};

/// Seconds for each question where there is no time limit.
const SECONDS: Duration = Duration::from_secs(30);
/// How many demand points or sites are named one by one.
const NAMED: usize = 5;

/// Reasons found without search.
pub(super) fn obstacles<M: ServeModel>(model: &M) -> Vec<Reason> {
    let Ok(by_site) = model.rules().by_site(model.travel().n_sites()) else { return Vec::new() };
    let Ok(serve) = Serve::unfiltered(model) else { return Vec::new() };
    let mut reasons = match serve.serving {
        Serving::Most => site_obstacles(model.rules(), &by_site),
        Serving::All | Serving::Weight(_) => serving_obstacles(model.rules(), &by_site),
    };
    let reached = |i: usize| !serve.pairs_of(i).is_empty();
    match serve.serving {
        Serving::All => {
            reasons.extend(unreachable(model, &by_site, 1));
            reasons.extend(too_large(model, &serve));
        }
        Serving::Weight(wanted) => {
            let most: f64 = (0..serve.n_demand()).filter(|&i| reached(i)).map(|i| serve.weight[i]).sum();
            if serve.lacking(most, wanted) > 0.0 {
                reasons.extend(unreachable(model, &by_site, 1));
            }
        }
        Serving::Most => {}
    }
    reasons.extend(unused(model, &serve));
    reasons
}

/// Demand points that must not split and that no site in reach can take.
fn too_large<M: Model>(model: &M, serve: &Serve) -> Vec<Reason> {
    if !serve.single {
        return Vec::new();
    }
    let largest = |i: usize| serve.pairs_of(i).iter().map(|pair| serve.capacity[pair.site as usize]).reduce(f64::max);
    let points = (0..serve.n_demand()).filter_map(|i| Some((i, largest(i)?)));
    let points = points.filter(|&(i, largest)| serve.demand[i] > largest * (1.0 + PRECISION));
    let reasons = points.filter_map(|(i, largest)| {
        Some(Reason::TooLargeToServe { demand: model.travel().demand_ids().get(i)?, size: serve.demand[i], largest })
    });
    reasons.take(NAMED).collect()
}

/// Sites that are open in every plan and cannot reach their minimum use.
fn unused<M: Model>(model: &M, serve: &Serve) -> Vec<Reason> {
    let mut reachable = vec![0.0; serve.n_sites()];
    for i in 0..serve.n_demand() {
        for pair in serve.pairs_of(i) {
            reachable[pair.site as usize] += serve.demand[i];
        }
    }
    let short =
        (0..serve.n_sites()).filter(|&j| serve.must_open[j] && reachable[j] < serve.min_use[j] * (1.0 - PRECISION));
    let reasons = short.filter_map(|j| {
        let site = model.travel().site_ids().get(serve.site[j] as usize)?;
        Some(Reason::MinUseUnreachable { site, min_use: serve.min_use[j], reachable: reachable[j] })
    });
    reasons.take(NAMED).collect()
}

/// Reasons found by solving the model with one rule left out at a time.
pub(super) fn explain<M: ServeModel>(model: &M, control: &Control) -> Vec<Reason> {
    let Ok(serve) = Serve::unfiltered(model) else { return Vec::new() };
    let mut reasons = Vec::new();
    if serve.capacity.iter().any(|capacity| capacity.is_finite()) {
        reasons.extend(missing_capacity(&serve, control));
    }
    let Ok(serve) = Serve::of(model) else { return reasons };
    if serve.min_use.iter().any(|&least| least > 0.0) {
        reasons.extend(idle(model, &serve, control));
    }
    if let Some(p) = serve.p {
        reasons.extend(wrong_p(&serve, p, control));
    }
    if let Some(budget) = model.rules().budget
        && let Ok(by_site) = model.rules().by_site(model.travel().n_sites())
        && let Some(best) = ask(&serve, Goal::LeastMoney, control)
    {
        let smallest = serve.money_of(&best.open) + by_site.constant;
        if by_site.exceeds(smallest, budget) {
            reasons.push(Reason::BudgetTooSmall { budget, smallest: Some(smallest) });
        }
    }
    if reasons.is_empty() {
        let p = if serve.p.is_some() { "p, " } else { "" };
        reasons.push(Reason::Rules { rules: format!("{p}{}", taking_part(&serve)) });
    }
    reasons
}

/// The least capacity that must be added, wherever it helps most.
fn missing_capacity(serve: &Serve, control: &Control) -> Option<Reason> {
    let best = ask(serve, Goal::LeastCapacity, control)?;
    let mut load = vec![0.0; serve.n_sites()];
    let mut demand = 0.0;
    for i in 0..serve.n_demand() {
        for at in serve.range(i) {
            // Solvers leave noise in what is whole, too.
            let share = if serve.single { best.shares[at].round() } else { best.shares[at] };
            let amount = serve.demand[i] * share;
            load[serve.pairs[at].site as usize] += amount;
            demand += amount;
        }
    }
    let missing: f64 = load.iter().zip(&serve.capacity).map(|(load, capacity)| (load - capacity).max(0.0)).sum();
    // Solvers leave noise; with whole numbers the least is whole.
    let whole = |value: &f64| value.fract() == 0.0 || *value == f64::INFINITY;
    let is_whole = serve.demand.iter().chain(&serve.capacity).all(whole) && (missing - missing.round()).abs() < 1e-4;
    let (missing, demand) = if is_whole { (missing.round(), demand.round()) } else { (missing, demand) };
    let noise = 1e-6 * demand;
    (missing > noise).then_some(Reason::CapacityShort { demand, capacity: demand - missing, missing })
}

/// The sites that fall short of their minimum use where all of them together fall short as little as can be.
fn idle<M: Model>(model: &M, serve: &Serve, control: &Control) -> Vec<Reason> {
    let Some(best) = ask(serve, Goal::LeastIdle, control) else { return Vec::new() };
    let mut load = vec![0.0; serve.n_sites()];
    for i in 0..serve.n_demand() {
        for at in serve.range(i) {
            let share = if serve.single { best.shares[at].round() } else { best.shares[at] };
            load[serve.pairs[at].site as usize] += serve.demand[i] * share;
        }
    }
    let idle = (0..serve.n_sites()).filter(|&j| best.open[j] && load[j] < serve.min_use[j] * (1.0 - 1e-6));
    let reasons = idle.filter_map(|j| {
        let site = model.travel().site_ids().get(serve.site[j] as usize)?;
        // Solvers leave noise; whole numbers serve whole numbers.
        let served = if (load[j] - load[j].round()).abs() < 1e-6 * load[j].abs() { load[j].round() } else { load[j] };
        Some(Reason::MinUseShort { site, min_use: serve.min_use[j], served })
    });
    reasons.take(NAMED).collect()
}

/// The nearest p that would do.
fn wrong_p(serve: &Serve, p: usize, control: &Control) -> Option<Reason> {
    let smallest = serve.counted_of(&ask(serve, Goal::FewestSites, control)?.open);
    if smallest > p {
        return Some(Reason::SitesTooFew { p, smallest: Some(smallest) });
    }
    let most = serve.counted_of(&ask(serve, Goal::MostSites, control)?.open);
    Some(Reason::Rules { rules: format!("p = {p} and {}; p = {most} would do", taking_part(serve)) })
}

/// Solves the problem with another goal, on the same clock but in silence.
fn ask(serve: &Serve, goal: Goal, control: &Control) -> Option<Answer> {
    let time_limit = control.remaining().and_then(|left| Duration::try_from_secs_f64(left).ok());
    let options =
        SolveOptions { progress: None, gap: 0.0, time_limit: time_limit.or(Some(SECONDS)), ..control.options.clone() };
    let found = mip::solve(formulation(serve, goal, None), &Control::new(&options, Sense::Minimize)).ok()?;
    // The least must be proven.
    found.values.filter(|_| found.ended == Ended::Complete).map(|values| answer(serve, &values))
}

/// The rules of serving that take part, in words.
fn taking_part(serve: &Serve) -> String {
    let mut rules = Vec::new();
    if serve.capacity.iter().any(|capacity| capacity.is_finite()) {
        rules.push("capacities");
    }
    if serve.min_use.iter().any(|&least| least > 0.0) {
        rules.push("min_use");
    }
    if serve.single {
        rules.push("single_source");
    }
    if serve.closest {
        rules.push("closest assignment");
    }
    if serve.budget.is_some() {
        rules.push("budget");
    }
    if serve.must_open.iter().any(|&must| must) {
        rules.push("required and existing sites");
    }
    rules.join(", ")
}
