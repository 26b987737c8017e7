//! The p-center: 500 demand points, 100 sites.

mod support;

use criterion::{Criterion, criterion_group, criterion_main};
use siting::PCenter;
use support::{Town, methods};

fn p_center(criterion: &mut Criterion) {
    let town = Town::new(500, 100);
    let model = PCenter::new(town.travel(None)).p(10);
    methods(criterion, "p-center 500 x 100, p 10", |options| model.solve(options));
}

criterion_group!(benches, p_center);
criterion_main!(benches);
