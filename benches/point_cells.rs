//! Merging a million points by the sites in their reach, as they stream by.

use criterion::{Criterion, criterion_group, criterion_main};
use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;
use siting::{Metric, PointCells, TravelMatrix};

const POINTS: usize = 1_000_000;

fn point_cells(criterion: &mut Criterion) {
    let mut random = Pcg64Mcg::seed_from_u64(1);
    let mut upto = |end: f64| end * f64::from(random.next_u32()) / f64::from(u32::MAX);
    let mut drawn = |n: usize| -> Vec<[f64; 2]> { (0..n).map(|_| [upto(30.0), upto(30.0)]).collect() };
    let points = drawn(POINTS);
    let mut group = criterion.benchmark_group("point cells");
    group.sample_size(10);
    // The same part of the plane in reach of each site, whatever their number.
    for (n_sites, within) in [(100, 5.75), (1_000, 1.82), (1_000, 0.2)] {
        let sites = drawn(n_sites);
        let empty = PointCells::new(&sites, within).expect("valid sites");
        group.bench_function(format!("grid of {n_sites} sites within {within}"), |bencher| {
            bencher.iter(|| PointCells::new(&sites, within));
        });
        group.bench_function(format!("a million points, {n_sites} sites within {within}"), |bencher| {
            let mut cells = empty.clone();
            bencher.iter(|| cells.add(&points, None));
        });
        group.bench_function(format!("cells of {n_sites} sites within {within}"), |bencher| {
            let mut cells = empty.clone();
            cells.add(&points, None).expect("valid points");
            bencher.iter(|| cells.clone().finish());
        });
    }
    group.bench_function("beside it, a travel matrix of 100 sites within 5.75", |bencher| {
        let sites = drawn(100);
        bencher.iter(|| TravelMatrix::from_points(&points, &sites, Metric::Euclidean, Some(5.75)));
    });
    group.finish();
}

criterion_group!(benches, point_cells);
criterion_main!(benches);
