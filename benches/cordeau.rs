//! Maximal covering from points to proof on random towns: `cargo bench --bench cordeau -- POINTS SITES SHARE RADIUS COSTS SECONDS`.
//!
//! The generator is that of Cordeau, Furini and Ljubic (2019), "Benders decomposition for very large scale partial set
//! covering and maximal covering location problems", European Journal of Operational Research 275: points and sites
//! uniform in a square of side 30, weights uniform in 1 to 100, costs 1 or uniform in 10 to 100, the budget a share of
//! all costs, the radius scaled by √(100/sites) beyond 100 sites. Without numbers all three budgets run with 100 sites.
//!
//! A seventh word, `mip`, asks for the formulation as a whole instead.
//!
//! Points are drawn and merged chunk by chunk; the seconds of drawing are left out.

use std::time::{Duration, Instant};

use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;
use siting::{MaxCover, Method, PointCells, SolveOptions};

const SIDE: f64 = 30.0;
/// Points drawn at a time.
const CHUNK: usize = 1 << 20;
/// Budget and a radius of its group, for 100 sites.
const GROUPS: [(f64, f64); 3] = [(0.10, 5.75), (0.15, 4.5), (0.20, 3.75)];

struct Case {
    points: usize,
    sites: usize,
    share: f64,
    radius: f64,
    costs: bool,
    seconds: f64,
    method: Method,
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let number = |at: usize| words.get(at).and_then(|word| word.parse::<f64>().ok());
    let points = number(0).unwrap_or(2e7) as usize;
    let sites = number(1).unwrap_or(100.0) as usize;
    let seconds = number(5).unwrap_or(120.0);
    let groups = match (number(2), number(3)) {
        (Some(share), Some(radius)) => vec![(share, radius)],
        _ => GROUPS.to_vec(),
    };
    let kinds = match words.get(4).map(String::as_str) {
        Some("unit") => vec![false],
        Some("random") => vec![true],
        _ => vec![false, true],
    };
    let method = if words.get(6).is_some_and(|word| word == "mip") { Method::Mip } else { Method::Auto };
    println!(
        "points | sites | budget | radius | costs | cells | value | bound | gap | nodes | merge s | all s | peak MiB"
    );
    for (share, radius) in groups {
        for &costs in &kinds {
            Case { points, sites, share, radius, costs, seconds, method }.run();
        }
    }
}

impl Case {
    fn run(&self) {
        let mut random = Pcg64Mcg::seed_from_u64(1);
        let mut upto = |end: f64| end * (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
        let sites: Vec<[f64; 2]> = (0..self.sites).map(|_| [upto(SIDE), upto(SIDE)]).collect();
        let costs: Vec<f64> =
            (0..self.sites).map(|_| if self.costs { 10.0 + upto(91.0).floor() } else { 1.0 }).collect();
        let radius = self.radius * (100.0 / self.sites.max(100) as f64).sqrt();
        let began = Instant::now();
        let mut cells = PointCells::new(&sites, radius).expect("valid sites");
        let mut merging = began.elapsed();
        let mut left = self.points;
        while left > 0 {
            let n = left.min(CHUNK);
            let points: Vec<[f64; 2]> = (0..n).map(|_| [upto(SIDE), upto(SIDE)]).collect();
            let weights: Vec<f64> = (0..n).map(|_| 1.0 + upto(100.0).floor()).collect();
            let began = Instant::now();
            cells.add(&points, Some(&weights)).expect("valid points");
            merging += began.elapsed();
            left -= n;
        }
        let began = Instant::now();
        let budget = (self.share * costs.iter().sum::<f64>()).floor();
        let model = MaxCover::from_cells(cells).expect("points").site_costs(costs).budget(budget);
        merging += began.elapsed();
        let n_cells = siting::Model::travel(&model).n_demand();
        let options = SolveOptions::default().method(self.method).time_limit(Duration::from_secs_f64(self.seconds));
        let solution = model.solve(&options).expect("a plan");
        println!(
            "{} | {} | {:.2} | {:.3} | {} | {} | {} | {} | {:.4} % | {} | {:.2} | {:.2} | {}",
            self.points,
            self.sites,
            self.share,
            radius,
            if self.costs { "10 to 100" } else { "1" },
            n_cells,
            solution.objective,
            solution.bound.unwrap_or(f64::INFINITY),
            100.0 * solution.gap.unwrap_or(f64::INFINITY),
            solution.nodes,
            merging.as_secs_f64(),
            merging.as_secs_f64() + solution.seconds,
            peak().map_or_else(|| "unknown".into(), |mebibytes| mebibytes.to_string()),
        );
    }
}

/// Peak memory of this process so far, in MiB, where the system tells.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    let kibibytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes / 1024)
}
