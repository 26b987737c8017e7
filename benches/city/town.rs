//! A synthetic city with ten services, three slots, and every rule on.

use siting::service::{
    Complexes, Demand, Facility, Least, Module, Pair, PlanRules, Programme, Quota, Service, Slot, Space,
};
use siting::{Error, Metric, SyntheticTown, TravelMatrix};

/// Radii of the circles of 5, 10 and 15 minutes in metres, as GB 50180-2018 has them; which service belongs to which circle
/// follows Ningbo's plan for community services: 15 minutes to medical care and culture, 5 to 10 to what is basic.
const FIVE: f64 = 300.0;
const TEN: f64 = 500.0;
const FIFTEEN: f64 = 800.0;

/// Name, groups with rates, limit in metres, slots, least use, two modules: area, places, capital, running cost, income
/// (yuan). All figures but the limits are invented for the benchmark.
struct Row {
    name: &'static str,
    needs: &'static [(&'static str, f64)],
    limit: f64,
    slots: &'static [&'static str],
    least: f64,
    modules: [[f64; 5]; 2],
}

const CITY: [Row; 10] = [
    Row {
        name: "elderly care",
        needs: &[("age_60_plus", 0.02), ("age_80_plus", 0.08)],
        limit: TEN,
        slots: &["morning", "afternoon"],
        least: 8.0,
        modules: [[150.0, 20.0, 240e3, 90e3, 60e3], [400.0, 60.0, 640e3, 240e3, 190e3]],
    },
    Row {
        name: "childcare",
        needs: &[("age_0_3", 0.25)],
        limit: TEN,
        slots: &["morning", "afternoon"],
        least: 8.0,
        modules: [[160.0, 20.0, 260e3, 150e3, 130e3], [450.0, 60.0, 650e3, 420e3, 390e3]],
    },
    Row {
        name: "community canteen",
        needs: &[("age_60_plus", 0.05)],
        limit: TEN,
        slots: &["morning", "afternoon", "evening"],
        least: 20.0,
        modules: [[135.0, 60.0, 220e3, 160e3, 110e3], [320.0, 160.0, 520e3, 380e3, 300e3]],
    },
    Row {
        name: "after-school care",
        needs: &[("age_7_12", 0.2)],
        limit: TEN,
        slots: &["afternoon", "evening"],
        least: 10.0,
        modules: [[90.0, 30.0, 110e3, 70e3, 60e3], [240.0, 90.0, 280e3, 190e3, 180e3]],
    },
    Row {
        name: "housekeeping and repair",
        needs: &[("people", 0.03)],
        limit: TEN,
        slots: &["morning", "afternoon"],
        least: 30.0,
        modules: [[40.0, 150.0, 40e3, 50e3, 50e3], [90.0, 400.0, 90e3, 110e3, 120e3]],
    },
    Row {
        name: "health",
        needs: &[("people", 0.04), ("age_60_plus", 0.06)],
        limit: FIFTEEN,
        slots: &["morning", "afternoon"],
        least: 50.0,
        modules: [[120.0, 250.0, 300e3, 220e3, 170e3], [300.0, 700.0, 720e3, 540e3, 450e3]],
    },
    Row {
        name: "fitness",
        needs: &[("age_13_59", 0.08)],
        limit: TEN,
        slots: &["morning", "afternoon", "evening"],
        least: 40.0,
        modules: [[200.0, 160.0, 200e3, 70e3, 60e3], [500.0, 450.0, 900e3, 200e3, 210e3]],
    },
    Row {
        name: "culture",
        needs: &[("people", 0.05)],
        limit: FIFTEEN,
        slots: &["morning", "afternoon", "evening"],
        least: 40.0,
        modules: [[100.0, 200.0, 90e3, 40e3, 10e3], [350.0, 700.0, 380e3, 120e3, 50e3]],
    },
    Row {
        name: "children's play",
        needs: &[("age_0_3", 0.5), ("age_3_6", 0.5), ("age_7_12", 0.2)],
        limit: FIVE,
        slots: &["afternoon", "evening"],
        least: 20.0,
        modules: [[120.0, 120.0, 80e3, 20e3, 5e3], [300.0, 320.0, 200e3, 45e3, 20e3]],
    },
    Row {
        name: "pharmacy",
        needs: &[("people", 0.02), ("age_60_plus", 0.03)],
        limit: TEN,
        slots: &["morning", "afternoon", "evening"],
        least: 30.0,
        modules: [[50.0, 250.0, 60e3, 80e3, 82e3], [110.0, 600.0, 120e3, 180e3, 190e3]],
    },
];

/// The programme of so many communities.
pub fn programme(communities: usize, seed: u64) -> Result<Programme, Error> {
    let town = SyntheticTown::new(communities, seed)?;
    let homes: Vec<_> = town.homes.iter().map(|home| home.at).collect();
    let spaces: Vec<_> = town.spaces.iter().map(|space| space.at).collect();
    let places: Vec<_> = town.facilities.iter().map(|facility| facility.at).collect();
    let slots = [Slot::new("morning", 8.0, 12.0), Slot::new("afternoon", 13.0, 17.5), Slot::new("evening", 18.0, 21.0)];
    let services: Vec<Service> = CITY
        .iter()
        .map(|row| {
            let service = Service::new(row.name, row.limit).slots(row.slots.iter().copied()).minimum_use(row.least);
            let service = row.needs.iter().fold(service, |service, (group, rate)| service.need(*group, *rate));
            ["small", "large"].into_iter().zip(row.modules).fold(service, |service, (name, figures)| {
                let [area, places, capital, running, income] = figures;
                let module = Module::new(name, area, places);
                service.module(module.capital_cost(capital).running_cost(running).income(income))
            })
        })
        .collect();
    // Every third facility may grow, every fifth may close, every seventh may move.
    let facilities: Vec<Facility> = Facility::of_town(&town)
        .into_iter()
        .enumerate()
        .map(|(at, facility)| {
            let mut facility = facility.yearly(100e3, 60e3);
            facility.area = facility.places.map(|places| 4.0 * places);
            if at % 3 == 0 {
                facility = facility.enlargement(Module::new("more", 80.0, 20.0).capital_cost(90e3).running_cost(20e3));
            }
            if at % 5 == 0 {
                facility = facility.closing_cost(20e3);
            }
            if at % 7 == 0 {
                facility = facility.moving_cost(60e3);
            }
            facility
        })
        .collect();
    let programme = Programme::new(Demand::of_town(&town), services)
        .spaces(Space::of_town(&town))
        .existing(facilities, TravelMatrix::from_points(&homes, &places, Metric::Euclidean, Some(FIFTEEN))?)
        .travel_to_spaces(TravelMatrix::from_points(&homes, &spaces, Metric::Euclidean, Some(FIFTEEN))?)
        .slots(slots)
        .pairs([
            Pair::together("elderly care", "childcare", 40.0, 5.0),
            Pair::apart("fitness", "childcare"),
            Pair::apart("pharmacy", "children's play"),
        ]);
    Ok(programme)
}

/// Every rule: money, complexes, quotas, equity between districts and services.
pub fn rules(communities: usize) -> PlanRules {
    let communities = communities as f64;
    let core = ["elderly care", "childcare", "after-school care", "community canteen"];
    PlanRules::default()
        .budget(1e6 * communities)
        .subsidy(250e3 * communities)
        .most_spaces((0.6 * communities) as usize)
        .complexes(Complexes::new(core).least((0.01 * communities) as u32 + 1))
        .quota(Quota::new("childcare", Least::PlacesPer1000People(2.5)))
        .quota(Quota::new("elderly care", Least::AreaPer100Households(2.0)))
        .quota(Quota::new("community canteen", Least::Facilities(2)))
        .least_met_by_district(0.2)
        .least_met_of("childcare", 0.3)
        .least_met(0.3)
        .service_weight("elderly care", 3.0)
        .service_weight("childcare", 3.0)
        .service_weight("after-school care", 2.0)
}
