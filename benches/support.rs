//! What the benches share: a random town in a square of 10 km, and the two ways to solve a model.

#![allow(dead_code, reason = "each bench uses some of it")]

use criterion::Criterion;
use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;
use siting::{Error, Method, Metric, Solution, SolveOptions, TravelMatrix};

/// Side of the square, in metres.
const SIDE: f64 = 10_000.0;

/// Demand points with their weights, and candidate sites with their opening costs.
pub struct Town {
    /// Demand points, in metres.
    pub demand: Vec<[f64; 2]>,
    /// Candidate sites, in metres.
    pub sites: Vec<[f64; 2]>,
    /// Whole weights from 1 to 100.
    pub weights: Vec<f64>,
    /// Opening costs, in the unit of weight times distance.
    pub site_costs: Vec<f64>,
}

impl Town {
    /// The same town for the same numbers.
    pub fn new(n_demand: usize, n_sites: usize) -> Self {
        let mut random = Pcg64Mcg::seed_from_u64(1);
        let mut below = |end: f64| (end * f64::from(random.next_u32()) / (f64::from(u32::MAX) + 1.0)).floor();
        let mut points = |n: usize| (0..n).map(|_| [below(SIDE), below(SIDE)]).collect();
        let (demand, sites) = (points(n_demand), points(n_sites));
        let weights = (0..n_demand).map(|_| 1.0 + below(100.0)).collect();
        let site_costs = (0..n_sites).map(|_| 500_000.0 + 100_000.0 * below(10.0)).collect();
        Self { demand, sites, weights, site_costs }
    }

    /// The travel matrix within a cut-off, or of all pairs.
    pub fn travel(&self, cutoff: Option<f64>) -> TravelMatrix {
        TravelMatrix::from_points(&self.demand, &self.sites, Metric::Euclidean, cutoff).expect("a valid town")
    }
}

/// Measures the good plan fast and the proven optimum.
pub fn methods(criterion: &mut Criterion, name: &str, solve: impl Fn(&SolveOptions) -> Result<Solution, Error>) {
    let mut group = criterion.benchmark_group(name);
    group.sample_size(10);
    for (label, method) in [("heuristic", Method::Heuristic), ("optimum", Method::Auto)] {
        let options = SolveOptions::default().method(method);
        group.bench_function(label, |bencher| bencher.iter(|| solve(&options).expect("a plan")));
    }
    group.finish();
}
