//! A street small enough to audit by hand, shared by the tests of services.

use siting::service::{Demand, Facility, Module, Programme, Service, Space};
use siting::{Metric, TravelMatrix};

/// Four homes at 0, 300, 600 and 5,000 m of one street, two canteens at 100 and 900 m, a clinic at 0 m.
pub fn street() -> Programme {
    let line = |at: &[f64]| at.iter().map(|&x| [x, 0.0]).collect::<Vec<_>>();
    let (homes, places) = (line(&[0.0, 300.0, 600.0, 5_000.0]), line(&[100.0, 900.0, 0.0]));
    let travel = TravelMatrix::from_points(&homes, &places, Metric::Euclidean, Some(2_000.0)).unwrap();
    let demand = Demand::new([100.0, 200.0, 100.0, 50.0])
        .group("elders", [20.0, 40.0, 20.0, 20.0])
        .households([50.0, 80.0, 50.0, 20.0])
        .districts(["West", "East"], [0, 0, 1, 1])
        .communities(["Mill", "Quay", "Farm"], [0, 0, 1, 2]);
    let canteen = Service::new("canteen", 400.0)
        .need("elders", 0.5)
        .places_per_1000_people(100.0)
        .area_per_100_households(200.0)
        .module(Module::new("small", 100.0, 30.0))
        .kinds(["hall", "shop"]);
    let clinic = Service::new("clinic", 300.0).need(Demand::PEOPLE, 1.0);
    let facilities = [
        Facility::new("canteen").places(15.0).area(150.0).district("West"),
        Facility::new("canteen").places(10.0).area(100.0).district("East"),
        Facility::new("clinic").district("West"),
    ];
    let spaces = [
        Space::new(120.0, "hall").district("West"),
        Space::new(80.0, "hall").district("West"),
        Space::new(500.0, "roof").district("East"),
        Space::new(300.0, "shop").district("East"),
    ];
    Programme::new(demand, [canteen, clinic]).spaces(spaces).existing(facilities, travel)
}
