//! The p-dispersion: 100 sites.

mod support;

use criterion::{Criterion, criterion_group, criterion_main};
use siting::{Metric, PDispersion, TravelMatrix};
use support::{Town, methods};

fn p_dispersion(criterion: &mut Criterion) {
    let town = Town::new(1, 100);
    let between = TravelMatrix::from_points(&town.sites, &town.sites, Metric::Euclidean, None).expect("a valid town");
    let model = PDispersion::new(between).p(10);
    methods(criterion, "p-dispersion 100, p 10", |options| model.solve(options));
}

criterion_group!(benches, p_dispersion);
criterion_main!(benches);
