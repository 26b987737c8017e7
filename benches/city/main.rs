//! A city's programme with every rule on: `cargo bench --bench city -- COMMUNITIES SECONDS GAP`.

mod town;

use std::time::{Duration, Instant};

use siting::SolveOptions;

fn main() {
    let numbers: Vec<f64> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let [communities, seconds, gap] = [0, 1, 2].map(|at| numbers.get(at).copied());
    let communities = communities.unwrap_or(24.0) as usize;
    let began = Instant::now();
    let programme = town::programme(communities, 0).expect("a valid city");
    let rules = town::rules(communities);
    println!(
        "{communities} communities: {} demand points, {} spaces, {} facilities, drawn in {:.1} s",
        programme.demand.len(),
        programme.spaces.len(),
        programme.facilities.len(),
        began.elapsed().as_secs_f64()
    );
    let options = SolveOptions::default()
        .time_limit(Duration::from_secs_f64(seconds.unwrap_or(60.0)))
        .gap(gap.unwrap_or(0.005))
        .progress(|now| println!("  {:6.1} s {:?} {:?} {:?}", now.seconds, now.incumbent, now.bound, now.gap));
    match programme.solve(&rules, &options) {
        Ok(plan) => println!(
            "{:?} objective {:.1} bound {:?} gap {:?} in {:.1} s: {} fit-outs, {} served",
            plan.status,
            plan.objective,
            plan.bound,
            plan.gap,
            plan.seconds,
            plan.fitouts.len(),
            plan.served.len()
        ),
        Err(error) => println!("{error}"),
    }
}
