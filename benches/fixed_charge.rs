//! Fixed charge: 500 demand points, 100 sites.

mod support;

use criterion::{Criterion, criterion_group, criterion_main};
use siting::FixedCharge;
use support::{Town, methods};

fn fixed_charge(criterion: &mut Criterion) {
    let town = Town::new(500, 100);
    let model = FixedCharge::new(town.travel(None), town.weights, town.site_costs);
    methods(criterion, "fixed-charge 500 x 100", |options| model.solve(options));
}

criterion_group!(benches, fixed_charge);
criterion_main!(benches);
