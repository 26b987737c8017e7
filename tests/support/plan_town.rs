//! A town small enough to plan by hand, with every rule on and a plan that obeys them all.
#![allow(dead_code, reason = "each test file uses its own part")]

use siting::service::{
    Change, Complexes, Demand, Facility, Fitout, Host, Least, Module, Pair, PlanRules, Programme, Quota, Served,
    Service, ServicePlan, Setting, Size, Slot, Space,
};
use siting::{Ids, Method, Status, TravelMatrix};

/// Positions of the services.
pub const CANTEEN: u32 = 0;
pub const CHILDCARE: u32 = 1;
pub const CULTURE: u32 = 2;
pub const WORKSHOP: u32 = 3;

/// Positions of the slots.
pub const DAY: u32 = 0;
pub const EVENING: u32 = 1;

/// Five homes: 0 and 1 in the north; 2, 3 and 4 in the south, 3 of them in the country.
pub fn town() -> Programme {
    let demand = Demand::new([100.0, 200.0, 100.0, 60.0, 100.0])
        .group("elders", [20.0, 40.0, 10.0, 10.0, 20.0])
        .group("children", [10.0, 20.0, 16.0, 4.0, 10.0])
        .households([40.0, 80.0, 40.0, 25.0, 40.0])
        .districts(["North", "South"], [0, 0, 1, 1, 1])
        .settings([Setting::Urban, Setting::Urban, Setting::Urban, Setting::Rural, Setting::Urban])
        .survey("culture", [1.0, 1.0, 0.5, 0.5, 1.0]);
    let module = |name, area, places, capital, running, income| {
        Module::new(name, area, places).capital_cost(capital).running_cost(running).income(income)
    };
    // Needs 10, 20, 5, 5, 10; 5, 10, 8, 2, 5; 5, 10, 5, 3, 5; 2, 4, 2, 1.2, 2.
    let services = [
        Service::new("canteen", 400.0)
            .rural_limit(600.0)
            .need("elders", 0.5)
            .module(module("small", 100.0, 20.0, 100.0, 10.0, 14.0))
            .module(module("large", 160.0, 40.0, 150.0, 18.0, 30.0))
            .kinds(["hall", "shop"])
            .floors(0, 1)
            .minimum_use(5.0),
        Service::new("childcare", 500.0)
            .need("children", 0.5)
            .module(module("class", 150.0, 15.0, 200.0, 20.0, 15.0))
            .kinds(["hall"])
            .slots(["day"])
            .minimum_use(4.0),
        Service::new("culture", 800.0)
            .need(Demand::PEOPLE, 0.05)
            .module(module("room", 80.0, 10.0, 50.0, 5.0, 6.0))
            .minimum_use(4.0),
        Service::new("workshop", 600.0)
            .need(Demand::PEOPLE, 0.02)
            .module(module("bench", 60.0, 5.0, 20.0, 6.0, 5.0))
            .minimum_use(3.0),
    ];
    let spaces = [
        Space::new(370.0, "hall").district("North").rent(10.0).conversion_cost(100.0),
        Space::new(120.0, "shop").district("South").rent(4.0).conversion_cost(20.0).slots(["day"]),
        Space::new(100.0, "shop").district("North").rent(3.0),
        Space::new(200.0, "hall").district("South").rent(5.0).conversion_cost(40.0),
    ];
    let facilities = [
        Facility::new("canteen").district("North").places(10.0).area(90.0),
        Facility::new("culture")
            .district("South")
            .places(8.0)
            .area(60.0)
            .yearly(7.0, 2.0)
            .enlargement(module("annexe", 40.0, 6.0, 30.0, 3.0, 1.0)),
        Facility::new("workshop").district("North").places(6.0).area(50.0).yearly(9.0, 14.0).moving_cost(12.0),
        Facility::new("culture").district("North").places(5.0).area(40.0).yearly(6.0, 1.0).closing_cost(5.0),
        Facility::new("childcare").district("South"),
    ];
    let homes = || Ids::from_texts(["a", "b", "c", "d", "e"]).unwrap();
    let to_spaces = [
        [Some(100.0), Some(700.0), Some(50.0), Some(900.0)],
        [Some(200.0), Some(500.0), Some(150.0), Some(700.0)],
        [Some(400.0), Some(100.0), None, Some(300.0)],
        [Some(550.0), Some(300.0), None, Some(200.0)],
        [Some(900.0), Some(250.0), None, Some(100.0)],
    ];
    let to_facilities = [
        [Some(300.0), Some(800.0), Some(150.0), Some(100.0), None],
        [Some(100.0), Some(700.0), Some(250.0), Some(200.0), None],
        [Some(450.0), Some(200.0), None, None, Some(350.0)],
        [None, Some(300.0), None, None, Some(500.0)],
        [Some(1_000.0), Some(100.0), None, None, Some(150.0)],
    ];
    let spaces_named = Ids::from_texts(["mill", "kiosk", "booth", "gym"]).unwrap();
    let facilities_named = Ids::from_texts(["kitchen", "library", "forge", "hut", "nursery"]).unwrap();
    Programme::new(demand, services)
        .spaces(spaces)
        .travel_to_spaces(matrix(&to_spaces).with_ids(homes(), spaces_named).unwrap())
        .existing(facilities, matrix(&to_facilities).with_ids(homes(), facilities_named).unwrap())
        .slots([Slot::new("day", 8.0, 16.0), Slot::new("evening", 17.0, 21.0)])
        .pairs([Pair::together("canteen", "childcare", 30.0, 7.0), Pair::apart("workshop", "childcare")])
}

fn matrix<const N: usize>(walks: &[[Option<f64>; N]]) -> TravelMatrix {
    let mut pairs = Vec::new();
    for (i, row) in (0_u32..).zip(walks) {
        for (j, walk) in (0_u32..).zip(row) {
            pairs.extend(walk.map(|walk| (i, j, walk)));
        }
    }
    TravelMatrix::from_pairs(walks.len(), N, &pairs).unwrap()
}

/// Every rule of a plan, each just loose enough for [`plan`].
pub fn rules() -> PlanRules {
    PlanRules::default()
        .service_weight("childcare", 2.0)
        .budget(567.0)
        .subsidy(-9.0)
        .break_even()
        .most_spaces(2)
        .required([0])
        .forbidden([2])
        .complexes(Complexes::new(["canteen", "childcare"]).area(300.0).always().least(1))
        .quota(Quota::new("childcare", Least::PlacesPer1000People(50.0)).district("North"))
        .quota(Quota::new("canteen", Least::PlacesPer1000People(300.0)).district("North"))
        .quota(Quota::new("culture", Least::AreaPer100Households(95.0)).district("South"))
        .quota(Quota::new("canteen", Least::Facilities(2)).district("North"))
        .quota(Quota::new("workshop", Least::Facilities(1)).district("South"))
        .quota(Quota::new("culture", Least::Facilities(1)))
        .least_met(0.872)
        .least_met_of("culture", 0.864)
        .least_met_by_district(0.774)
        .most_walking(281.1)
        .most_envy(300.0, 19_443.0)
}

/// A canteen all day, childcare and culture by day in the mill; the forge moves into the kiosk, the library is enlarged,
/// the hut is closed.
pub fn plan() -> ServicePlan {
    let fitout = |space, service, size, slots: &[u32]| Fitout { space, service, size, slots: slots.to_vec() };
    let fitouts = vec![
        fitout(0, CANTEEN, Size::Module(1), &[DAY, EVENING]),
        fitout(0, CHILDCARE, Size::Module(0), &[DAY]),
        fitout(0, CULTURE, Size::Module(0), &[DAY]),
        fitout(1, WORKSHOP, Size::Moved(2), &[DAY]),
    ];
    let facilities = vec![Change::Kept, Change::Enlarged, Change::Moved { to: 1 }, Change::Closed, Change::Kept];
    let (space, facility) = (Host::Space, Host::Facility);
    let served = [
        (CANTEEN, 0, space(0), 1.0),
        (CANTEEN, 1, space(0), 0.75),
        (CANTEEN, 1, facility(0), 0.25),
        (CANTEEN, 2, space(0), 1.0),
        (CANTEEN, 3, space(0), 1.0),
        (CHILDCARE, 0, space(0), 1.0),
        (CHILDCARE, 1, space(0), 1.0),
        (CHILDCARE, 2, facility(4), 1.0),
        (CHILDCARE, 3, facility(4), 1.0),
        (CHILDCARE, 4, facility(4), 1.0),
        (CULTURE, 0, space(0), 1.0),
        (CULTURE, 1, space(0), 0.5),
        (CULTURE, 1, facility(1), 0.5),
        (CULTURE, 2, facility(1), 1.0),
        (CULTURE, 3, facility(1), 0.5),
        (CULTURE, 4, facility(1), 0.5),
        (WORKSHOP, 1, space(1), 0.5),
        (WORKSHOP, 2, space(1), 1.0),
        (WORKSHOP, 3, space(1), 1.0),
        (WORKSHOP, 4, space(1), 0.4),
    ];
    let served = served.map(|(service, demand, host, share)| Served { service, demand, host, share }).to_vec();
    ServicePlan {
        rules: rules(),
        method: Method::Auto,
        backend: None,
        status: Status::Feasible,
        limit: None,
        // Met 40, 2 · 30, 20.75 and 6, and the reward of canteen and childcare under one roof.
        objective: 133.75,
        bound: Some(160.5),
        gap: Some(0.2),
        seconds: 0.5,
        nodes: 3,
        fitouts,
        facilities,
        served,
    }
}
