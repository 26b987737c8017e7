//! Set covering: 500 demand points, 100 sites.

mod support;

use criterion::{Criterion, criterion_group, criterion_main};
use siting::SetCover;
use support::{Town, methods};

fn set_cover(criterion: &mut Criterion) {
    let town = Town::new(500, 100);
    let model = SetCover::new(town.travel(Some(2_500.0)));
    methods(criterion, "set-cover 500 x 100", |options| model.solve(options));
}

criterion_group!(benches, set_cover);
criterion_main!(benches);
