//! Travel matrices from points: all pairs, and within a cut-off.

mod support;

use criterion::{Criterion, criterion_group, criterion_main};
use siting::{Metric, TravelMatrix};
use support::Town;

fn from_points(criterion: &mut Criterion) {
    let town = Town::new(20_000, 500);
    let mut group = criterion.benchmark_group("travel matrix 20,000 x 500");
    group.sample_size(10);
    for (label, cutoff) in [("all pairs", None), ("within 800 m", Some(800.0))] {
        group.bench_function(label, |bencher| bencher.iter(|| town.travel(cutoff)));
    }
    // The same square, in degrees around Ningbo.
    let degrees =
        |points: &[[f64; 2]]| points.iter().map(|[x, y]| [121.5 + x * 1e-5, 29.8 + y * 1e-5]).collect::<Vec<_>>();
    let (demand, sites) = (degrees(&town.demand), degrees(&town.sites));
    group.bench_function("haversine within 800 m", |bencher| {
        bencher
            .iter(|| TravelMatrix::from_points(&demand, &sites, Metric::Haversine, Some(800.0)).expect("valid points"));
    });
    group.finish();
}

criterion_group!(benches, from_points);
criterion_main!(benches);
