//! Walking times on a perturbed grid of streets: making the network, joining points, travel, reach.

use criterion::{Criterion, criterion_group, criterion_main};
use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64;
use siting::network::{JoinOptions, Network, ReachOptions, Streets, TravelOptions};

/// A grid of streets 50 m apart, its corners moved by up to 10 m, with 85 % of the edges left.
fn grid(side: u32) -> Streets {
    let mut random = Pcg64::seed_from_u64(1);
    let mut share = move || f64::from(random.next_u32()) / f64::from(u32::MAX);
    let mut streets = Streets::default();
    for at in 0..side * side {
        let place = |cell: u32, moved: f64| 50.0 * f64::from(cell) + 20.0 * (moved - 0.5);
        streets.nodes.push([place(at % side, share()), place(at / side, share())]);
    }
    for at in 0..side * side {
        for (next, inside) in [(at + 1, at % side + 1 < side), (at + side, at / side + 1 < side)] {
            if inside && share() < 0.85 {
                streets.from.push(at);
                streets.to.push(next);
            }
        }
    }
    streets
}

fn network(criterion: &mut Criterion) {
    let streets = grid(450);
    let nodes = streets.nodes.clone();
    let mut group = criterion.benchmark_group("network of 202,500 nodes");
    group.sample_size(10);
    group.bench_function("make", |bencher| {
        bencher.iter(|| Network::new(streets.clone()).expect("a valid grid"));
    });
    let net = Network::new(streets.clone()).expect("a valid grid");
    let join = |points: &[[f64; 2]]| net.join(points, &JoinOptions::default()).expect("points on the grid");
    let homes = join(&nodes);
    let sites = join(&nodes.iter().copied().step_by(40).take(5000).collect::<Vec<_>>());
    group.bench_function("join 202,500 points", |bencher| bencher.iter(|| join(&nodes)));
    let travel = |demand, sites| net.travel(demand, sites, &TravelOptions::default()).expect("valid options");
    group.bench_function("202,500 x 5,000 within 15 minutes", |bencher| bencher.iter(|| travel(&homes, &sites)));
    group.bench_function("5,000 x 5,000 within 15 minutes", |bencher| bencher.iter(|| travel(&sites, &sites)));
    let one = join(&nodes[100_000..100_001]);
    group.bench_function("reach of one place, 15 minutes", |bencher| {
        bencher.iter(|| net.reach(&one, &ReachOptions::new(15.0)).expect("valid options"));
    });
    group.finish();
}

criterion_group!(benches, network);
criterion_main!(benches);
