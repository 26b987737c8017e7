//! A city's programme with every rule on: `cargo bench --bench city -- COMMUNITIES SECONDS GAP`.
//!
//! `--json` tells it in lines of JSON; `--write PATH` writes the programme as a model file instead of solving it.

mod town;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use siting::SolveOptions;

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    let numbers: Vec<f64> = asked.iter().filter_map(|argument| argument.parse().ok()).collect();
    let [communities, seconds, gap] = [0, 1, 2].map(|at| numbers.get(at).copied());
    let communities = communities.unwrap_or(24.0) as usize;
    let tell = if asked.iter().any(|argument| argument == "--json") { as_json } else { as_text };
    let began = Instant::now();
    let programme = town::programme(communities, 0).expect("a valid city");
    let rules = town::rules(communities);
    tell(json!({
        "what": "built",
        "seconds": began.elapsed().as_secs_f64(),
        "communities": communities,
        "demand": programme.demand.len(),
        "spaces": programme.spaces.len(),
        "facilities": programme.facilities.len(),
    }));
    if let Some(at) = asked.iter().position(|argument| argument == "--write") {
        let path = asked.get(at + 1).expect("--write PATH");
        let began = Instant::now();
        programme.write_mps(&rules, path).expect("a file that can be written");
        return tell(json!({"what": "written", "seconds": began.elapsed().as_secs_f64(), "path": path}));
    }
    let options = SolveOptions::default()
        .time_limit(Duration::from_secs_f64(seconds.unwrap_or(60.0)))
        .gap(gap.unwrap_or(0.005))
        .progress(move |now| {
            tell(json!({"what": "now", "seconds": now.seconds, "objective": now.incumbent, "bound": now.bound}));
        });
    let mut found = match programme.solve(&rules, &options) {
        Ok(plan) => json!({
            "status": format!("{:?}", plan.status).to_lowercase(),
            "objective": plan.objective,
            "bound": plan.bound,
            "gap": plan.gap,
            "seconds": plan.seconds,
            "fitouts": plan.fitouts.len(),
            "served": plan.served.len(),
        }),
        Err(error) => json!({"error": error.to_string()}),
    };
    found["what"] = "found".into();
    found["peak_mib"] = peak_mib().into();
    tell(found);
}

fn as_json(line: Value) {
    println!("{line}");
}

fn as_text(line: Value) {
    let what = line["what"].as_str().unwrap_or_default();
    let figures = line.as_object().into_iter().flatten().filter(|(name, _)| *name != "what");
    let figures: Vec<String> = figures.map(|(name, value)| format!("{name} {value}")).collect();
    println!("{what}: {}", figures.join(", "));
}

/// Peak memory of this process in MiB, where the system tells it.
fn peak_mib() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<f64>().ok()? / 1024.0)
}
