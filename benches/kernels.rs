//! The inner loops of the engines, each alone: `cargo bench --features kernels --bench kernels`, with a word such as
//! `lagrangian` after `--` for some of them.
//!
//! | kernel | size |
//! | --- | --- |
//! | signatures: points streamed to cells, and cells of a travel matrix | 1,000,000 points, 100 discs |
//! | nearest lists, and the same turned around | 100,000 points |
//! | Lagrangian step, swap evaluation, swaps taken back | p-median, 5,000 x 5,000, p 50 and 500 |
//! | separation of Benders cuts | the same with p 500, at the optimum of the first linear programme |
//!
//! All but the first are private to the engines. The feature lets this file reach them by `siting::kernels`, which no
//! documentation shows; the interface that everybody sees neither grows nor freezes them.

mod support;

use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main, measurement::WallTime};
use siting::kernels::{PointMedianKernels, merge_cells};
use siting::{MaxCover, Metric, PMedian, PointCells, PointMedian, TravelMatrix};
use support::Town;

/// The radius within which each of 100 sites is in reach of a tenth of the square, about.
const RADIUS: f64 = 1_900.0;
/// Swaps that are made and taken back.
const SWAPS: usize = 100;

fn group<'a>(criterion: &'a mut Criterion, name: &str, elements: usize) -> BenchmarkGroup<'a, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group.sample_size(10).throughput(Throughput::Elements(elements as u64));
    group
}

fn signatures(criterion: &mut Criterion) {
    let town = Town::new(1_000_000, 100);
    let mut group = group(criterion, "signatures 1,000,000 x 100", town.demand.len());
    group.bench_function("points to cells", |bencher| {
        bencher.iter(|| {
            let mut cells = PointCells::new(&town.sites, RADIUS).expect("valid sites");
            cells.add(&town.demand, Some(&town.weights)).expect("valid points");
            cells.finish().expect("points")
        });
    });
    let travel = TravelMatrix::from_points(&town.demand, &town.sites, Metric::Euclidean, Some(RADIUS));
    let model = MaxCover::new(travel.expect("a valid town"), town.weights).p(10);
    group.bench_function("travel matrix to cells", |bencher| bencher.iter(|| merge_cells(&model).expect("a model")));
    group.finish();
}

/// The p-median whose sites are its points.
fn median(n: usize, p: usize) -> PointMedian {
    PMedian::from_points(Town::new(n, 0).demand).p(p)
}

fn nearest_lists(criterion: &mut Criterion) {
    let mut group = group(criterion, "nearest lists 100,000, p 10,000", 100_000);
    let measured = PointMedianKernels::of(&median(100_000, 10_000), |kernels| {
        group.bench_function("lists", |bencher| bencher.iter(|| kernels.nearest_lists()));
        group.bench_function("columns", |bencher| bencher.iter(|| kernels.columns()));
    });
    measured.expect("a valid model");
    group.finish();
}

fn p_median(criterion: &mut Criterion) {
    for p in [50, 500] {
        let measured = PointMedianKernels::of(&median(5_000, p), |kernels| {
            let mut group = group(criterion, &format!("p-median 5,000 x 5,000, p {p}"), kernels.entries());
            group.bench_function("lagrangian step", |bencher| bencher.iter(|| kernels.lagrangian_step()));
            group.throughput(Throughput::Elements(5_000 - p as u64));
            group.bench_function("swap evaluation", |bencher| bencher.iter(|| kernels.evaluate_swaps()));
            group.throughput(Throughput::Elements(SWAPS as u64));
            group.bench_function("swaps and undo", |bencher| bencher.iter(|| kernels.swap_and_undo(SWAPS)));
            group.finish();
        });
        measured.expect("a valid model");
    }
}

fn separation(criterion: &mut Criterion) {
    let mut group = group(criterion, "p-median 5,000 x 5,000, p 500", 5_000);
    let measured = PointMedianKernels::of(&median(5_000, 500), |kernels| {
        kernels.separation(|separate| {
            group.bench_function("separation", |bencher| bencher.iter(separate));
        })
    });
    measured.expect("a valid model").expect("a solver").expect("a live linear programme");
    group.finish();
}

criterion_group!(benches, signatures, nearest_lists, p_median, separation);
criterion_main!(benches);
