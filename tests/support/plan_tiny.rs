//! Programmes so small that their best plan is found by hand, solved in every way that there is.
#![allow(dead_code, reason = "each test file uses its own part")]

use siting::service::{Demand, Module, PlanObjective, PlanRules, Programme, Service, Slot, Space};
use siting::{Backend, Method, SolveOptions, TravelMatrix};

/// A walk that nobody takes.
pub const FAR: f64 = 9.0;
/// Least capital.
pub const CAPITAL: PlanObjective = PlanObjective::Cost { years: 0.0 };

/// A size with its price.
pub fn module(area: f64, places: f64, capital: f64) -> Module {
    Module::new(format!("{area} m²"), area, places).capital_cost(capital)
}

/// A service that each person needs so often, within a walk of 5, and that nobody can build.
pub fn bare(name: &str, rate: f64) -> Service {
    Service::new(name, 5.0).need(Demand::PEOPLE, rate)
}

/// The same in one size: 100 m², 10 places, a price of 50.
pub fn service(name: &str, rate: f64) -> Service {
    bare(name, rate).module(module(100.0, 10.0, 50.0))
}

/// A hall of so many m².
pub fn hall(area: f64) -> Space {
    Space::new(area, "hall")
}

/// Walks from homes to hosts.
pub fn walks<const N: usize>(rows: &[[f64; N]]) -> TravelMatrix {
    let rows_at = (0_u32..).zip(rows);
    let all = rows_at.flat_map(|(i, row)| (0_u32..).zip(row).map(move |(j, &walk)| (i, j, walk)));
    let near: Vec<_> = all.filter(|own| own.2 < FAR).collect();
    TravelMatrix::from_pairs(rows.len(), N, &near).unwrap()
}

/// 10 people with a hall at their door.
pub fn hamlet(area: f64, services: impl Into<Vec<Service>>) -> Programme {
    Programme::new(Demand::new([10.0]), services).spaces([hall(area)]).travel_to_spaces(walks(&[[1.0]]))
}

/// 10 people with two halls at their door.
pub fn two_halls(area: f64, services: impl Into<Vec<Service>>) -> Programme {
    let halls = Programme::new(Demand::new([10.0]), services).spaces([hall(area), hall(area)]);
    halls.travel_to_spaces(walks(&[[1.0, 1.0]]))
}

/// 10 people in the North and 6 in the South, each with a hall of 100 m² at their door, too far from the other.
pub fn town(services: impl Into<Vec<Service>>) -> Programme {
    Programme::new(Demand::new([10.0, 6.0]).districts(["North", "South"], [0, 1]), services)
        .spaces([hall(100.0).district("North"), hall(100.0).district("South")])
        .travel_to_spaces(walks(&[[1.0, FAR], [FAR, 1.0]]))
}

/// Two slots.
pub fn slots() -> [Slot; 2] {
    [Slot::new("morning", 8.0, 12.0), Slot::new("evening", 17.0, 21.0)]
}

/// Most people met, without limits.
pub fn free() -> PlanRules {
    PlanRules::default()
}

/// Rules with an objective.
pub fn aim(objective: PlanObjective) -> PlanRules {
    PlanRules::default().objective(objective)
}

/// The programme with so many slots in which nothing opens that no heuristic looks at it: the formulation is on its own.
fn formulated(programme: &Programme) -> Programme {
    let mut twin = programme.clone();
    if twin.slots.is_empty() {
        twin.slots.push(Slot::new("all day", 8.0, 20.0));
    }
    let open: Vec<String> = twin.slots.iter().map(|slot| slot.name.clone()).collect();
    twin.services.iter_mut().filter(|own| own.slots.is_empty()).for_each(|own| own.slots.clone_from(&open));
    twin.slots.extend((0_u8..7).map(|hour| Slot::new(format!("idle {hour}"), f64::from(hour), f64::from(hour) + 1.0)));
    twin
}

/// The objective of the best plan is this, with and without heuristic and bounds, by each solver that is compiled in.
#[track_caller]
pub fn best(programme: &Programme, rules: &PlanRules, expected: f64) {
    let backends = [(Backend::Highs, cfg!(feature = "highs")), (Backend::Microlp, cfg!(feature = "microlp"))];
    for (name, programme) in [("the programme", programme.clone()), ("its formulation", formulated(programme))] {
        for backend in backends.iter().filter(|own| own.1).map(|own| own.0) {
            for method in [Method::Auto, Method::Mip] {
                let options = SolveOptions::default().method(method).backend(backend);
                let solved = programme.solve(rules, &options);
                let plan = solved.unwrap_or_else(|error| panic!("{name} by {method:?} and {backend:?}: {error}"));
                let off = (plan.objective - expected).abs();
                assert!(off <= 1e-6, "{name} by {method:?} and {backend:?}: {} is not {expected}", plan.objective);
            }
        }
    }
}
