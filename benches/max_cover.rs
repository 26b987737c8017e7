//! Maximal covering: 500 demand points, 100 sites.

mod support;

use criterion::{Criterion, criterion_group, criterion_main};
use siting::MaxCover;
use support::{Town, methods};

fn max_cover(criterion: &mut Criterion) {
    let town = Town::new(500, 100);
    let model = MaxCover::new(town.travel(Some(1_650.0)), town.weights).p(10);
    methods(criterion, "max-cover 500 x 100, p 10", |options| model.solve(options));
}

criterion_group!(benches, max_cover);
criterion_main!(benches);
