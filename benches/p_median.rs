//! The p-median: 500 demand points, 100 sites; and with capacities, 100 demand points, 20 sites.

mod support;

use criterion::{Criterion, criterion_group, criterion_main};
use siting::PMedian;
use support::{Town, methods};

fn p_median(criterion: &mut Criterion) {
    let town = Town::new(500, 100);
    let model = PMedian::new(town.travel(None), town.weights).p(10);
    methods(criterion, "p-median 500 x 100, p 10", |options| model.solve(options));

    let town = Town::new(100, 20);
    let capacity = 1.2 * town.weights.iter().sum::<f64>() / 5.0;
    let model = PMedian::new(town.travel(None), town.weights).p(5).capacities(vec![capacity; 20]).single_source(true);
    methods(criterion, "capacitated p-median 100 x 20, p 5", |options| model.solve(options));
}

criterion_group!(benches, p_median);
criterion_main!(benches);
