//! The audit of a programme: figures by hand, and properties that always hold.

#[path = "support/street.rs"]
mod street;

use proptest::prelude::*;
use siting::service::{
    AuditOptions, Catchment, Demand, Facility, Module, Pair, Programme, ScoreWeights, Service, Setting, Slot, Space,
};
use siting::{Audit, Metric, Standard, SyntheticTown, TravelMatrix};
use street::street;

fn audit(programme: &Programme) -> Audit {
    programme.audit(&AuditOptions::default()).unwrap()
}

fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-9 * expected.abs().max(1.0), "{found} instead of {expected}");
}

#[test]
fn people_and_communities_in_reach_are_counted_in_their_own_units() {
    let audit = audit(&street());
    let canteen = &audit.services[0];
    // Needs 10, 20, 10, 10; walks 100, 200, 300 and beyond the matrix.
    assert_eq!(canteen.points.need, [10.0, 20.0, 10.0, 10.0]);
    assert_eq!(canteen.points.walk, [Some(100.0), Some(200.0), Some(300.0), None]);
    assert_eq!(canteen.points.nearest, [Some(0), Some(0), Some(1), None]);
    assert_eq!(canteen.points.in_reach, [true, true, true, false]);
    assert_eq!((canteen.whole.need, canteen.whole.in_reach, canteen.whole.share_in_reach), (50.0, 40.0, Some(0.8)));
    assert_eq!((canteen.whole.communities, canteen.whole.communities_in_reach), (Some(3), Some(2)));
    close(canteen.whole.share_of_communities.unwrap(), 2.0 / 3.0);
    // A clinic next door to one home: a third of Mill's people, who are 100 and 200, live there, and 300 m is just in reach.
    assert_eq!((audit.services[1].whole.in_reach, audit.services[1].whole.communities_in_reach), (300.0, Some(1)));
}

#[test]
fn a_community_counts_from_the_share_that_was_asked_for() {
    let mut programme = street();
    programme.services[1].limit.urban = 0.0; // only the first home: a third of Mill
    let communities = |share| {
        let audit = programme.audit(&AuditOptions::default().community_share(share)).unwrap();
        audit.services[1].whole.communities_in_reach
    };
    assert_eq!((communities(1.0 / 3.0), communities(0.34)), (Some(1), Some(0)));
}

#[test]
fn places_and_area_are_held_against_need_and_standard() {
    let audit = audit(&street());
    let (whole, west) = (&audit.services[0].whole, &audit.services[0].districts[0]);
    assert_eq!((whole.places, whole.places_lacking, whole.places_per_need), (Some(25.0), Some(25.0), Some(0.5)));
    // 450 people ask for 45 places, 200 households for 400 m².
    assert_eq!((whole.places_required, whole.places_lacking_to_standard), (Some(45.0), Some(20.0)));
    assert_eq!((whole.area, whole.area_per_100_households), (Some(250.0), Some(125.0)));
    assert_eq!((whole.area_required, whole.area_lacking_to_standard), (Some(400.0), Some(150.0)));
    assert_eq!((west.district.as_deref(), west.people, west.need), (Some("West"), 300.0, 30.0));
    assert_eq!((west.places, west.places_lacking_to_standard), (Some(15.0), Some(15.0)));
    close(west.places_per_1000_people.unwrap(), 50.0);
    // A hall large enough in the west, a shop in the east.
    assert_eq!((whole.spaces, whole.space_area, west.spaces, west.space_area), (2, 420.0, 1, 120.0));
}

#[test]
fn what_is_unknown_is_said_and_not_guessed() {
    let audit = audit(&street());
    let clinic = &audit.services[1];
    assert_eq!((clinic.whole.facilities, clinic.whole.facilities_without_places), (1, 1));
    assert_eq!((clinic.whole.facilities_without_area, clinic.whole.places, clinic.whole.area), (1, None, None));
    assert_eq!((clinic.whole.places_lacking, clinic.whole.inequality), (None, None));
    assert_eq!(clinic.points.accessibility, None);
    assert_eq!((clinic.whole.places_required, clinic.whole.area_required), (None, None));
    // East has no clinic, so nothing is unknown there.
    assert_eq!((clinic.districts[1].facilities, clinic.districts[1].places), (0, Some(0.0)));
    let missing = street().accessibility(1, &Catchment::TwoStep).unwrap_err();
    assert!(missing.to_string().contains("places is missing"), "{missing}");
}

#[test]
fn walks_name_their_mean_their_worst_tenth_and_those_without_any() {
    let audit = audit(&street());
    let (whole, west) = (&audit.services[0].whole, &audit.services[0].districts[0]);
    assert_eq!((whole.without_pair, whole.worst_decile_walk), (10.0, None));
    close(whole.mean_walk.unwrap(), (10.0 * 100.0 + 20.0 * 200.0 + 10.0 * 300.0) / 40.0);
    assert_eq!(west.without_pair, 0.0);
    close(west.worst_decile_walk.unwrap(), 200.0);
}

#[test]
fn the_worst_served_come_first_without_those_who_need_nothing() {
    let mut programme = street();
    programme.demand.groups[0].people[3] = 0.0;
    let audit = programme.audit(&AuditOptions::default().worst(2)).unwrap();
    let worst: Vec<_> = audit.services[0].worst.iter().map(|point| (point.demand, point.walk)).collect();
    assert_eq!(worst, [(2, Some(300.0)), (1, Some(200.0))]);
    let everyone = street().audit(&AuditOptions::default().worst(1)).unwrap();
    assert_eq!((everyone.services[0].worst[0].demand, everyone.services[0].worst[0].walk), (3, None));
}

#[test]
fn of_equals_the_first_facility_and_the_point_with_more_need_are_named() {
    let travel = TravelMatrix::from_pairs(2, 2, &[(0, 0, 5.0), (0, 1, 5.0), (1, 0, 5.0), (1, 1, 5.0)]).unwrap();
    let programme = Programme::new(Demand::new([1.0, 2.0]), [Service::new("shop", 9.0).need("people", 1.0)])
        .existing([Facility::new("shop"), Facility::new("shop")], travel);
    let audit = audit(&programme);
    assert_eq!(audit.services[0].points.nearest, [Some(0), Some(0)]);
    assert_eq!(audit.services[0].worst.iter().map(|point| point.demand).collect::<Vec<_>>(), [1, 0]);
}

#[test]
fn a_space_suits_a_service_by_kind_floor_slot_and_room() {
    let service = Service::new("care", 1.0)
        .module(Module::new("large", 300.0, 9.0))
        .module(Module::new("small", 100.0, 3.0))
        .kinds(["hall"])
        .floors(0, 1)
        .slots(["morning"]);
    let hall = || Space::new(100.0, "hall");
    for space in [hall(), hall().floor(1), hall().slots(["noon", "morning"])] {
        assert!(service.fits(&space), "{space:?}");
    }
    for space in
        [Space::new(100.0, "roof"), Space::new(99.0, "hall"), hall().floor(2), hall().floor(-1), hall().slots(["noon"])]
    {
        assert!(!service.fits(&space), "{space:?}");
    }
    assert!(Service::new("anything", 1.0).fits(&Space::new(1.0, "corner").floor(-3)));
}

#[test]
fn two_step_catchments_are_computed_by_hand() {
    // Canteen 0 (15 places) reaches homes 0 and 1, needs 10 and 20: 1/2. Canteen 1 (10 places) reaches home 2: 1.
    let accessibility = street().accessibility(0, &Catchment::TwoStep).unwrap();
    assert_eq!(accessibility, [0.5, 0.5, 1.0, 0.0]);
    let mut wider = street();
    wider.services[0].limit.urban = 600.0;
    // Canteen 0 reaches 0, 1, 2: 15/40; canteen 1 reaches 1 and 2: 10/30.
    let (first, second) = (15.0 / 40.0, 10.0 / 30.0);
    for (found, expected) in
        wider.accessibility(0, &Catchment::TwoStep).unwrap().iter().zip([first, first + second, first + second, 0.0])
    {
        close(*found, expected);
    }
}

#[test]
fn enhanced_catchments_weigh_the_bands_of_the_walk() {
    // Walks 100 (in the first third of 400) and 200 (in the second): 15 / (10 · 1 + 20 · 0.68).
    let accessibility = street().accessibility(0, &Catchment::enhanced()).unwrap();
    let ratio = 15.0 / 23.6;
    close(accessibility[0], ratio);
    close(accessibility[1], 0.68 * ratio);
    close(accessibility[2], 1.0); // alone in the last third, so that 0.22 cancels
}

#[test]
fn gaussian_catchments_fade_to_nothing_at_the_limit() {
    let accessibility = street().accessibility(0, &Catchment::Gaussian).unwrap();
    let fade = |share: f64| ((-0.5 * share * share).exp() - (-0.5_f64).exp()) / (1.0 - (-0.5_f64).exp());
    let ratio = 15.0 / (10.0 * fade(0.25) + 20.0 * fade(0.5));
    close(accessibility[0], ratio * fade(0.25));
    close(accessibility[1], ratio * fade(0.5));
    let mut at_the_limit = street();
    at_the_limit.services[0].limit.urban = 100.0;
    assert_eq!(at_the_limit.accessibility(0, &Catchment::Gaussian).unwrap()[0], 0.0);
}

#[test]
fn rural_homes_have_their_own_limit() {
    let mut programme = street();
    programme.services[0].limit.urban = 150.0;
    programme.services[0].limit.rural = 350.0;
    programme.demand.settings = Some(vec![Setting::Urban, Setting::Urban, Setting::Rural, Setting::Rural]);
    assert_eq!(audit(&programme).services[0].points.in_reach, [true, false, true, false]);
}

#[test]
fn the_score_follows_its_formula() {
    let audit = audit(&street());
    // Mill, canteen: R 1, P 1/2, W (10 · 3/4 + 20 · 1/2) / 30 = 7/12. Clinic, places unknown: R 1, W 1/3 of people next door.
    let canteen = 0.5 + 0.3 * 0.5 + 0.2 * 7.0 / 12.0;
    let clinic = (0.5 + 0.2 / 3.0) / 0.7;
    close(audit.communities[0].score.unwrap(), 100.0 * (canteen + clinic) / 2.0);
    assert_eq!(audit.communities[0].share_in_reach, [Some(1.0), Some(1.0)]);
    // Farm reaches nothing.
    assert_eq!((audit.communities[2].community.as_str(), audit.communities[2].score), ("Farm", Some(0.0)));
    let scores: Vec<f64> = audit.communities.iter().filter_map(|community| community.score).collect();
    close(audit.mean_score().unwrap(), scores.iter().sum::<f64>() / 3.0);
}

#[test]
fn more_places_than_people_score_no_more_than_enough() {
    let mut programme = street();
    let score = |programme: &Programme| audit(programme).communities[1].score.unwrap();
    let enough = score(&programme); // Quay has a place for each in need
    programme.facilities[1].places = Some(1_000.0);
    close(score(&programme), enough);
    programme.facilities[1].places = Some(5.0);
    assert!(score(&programme) < enough);
}

#[test]
fn the_weights_of_the_score_can_be_edited() {
    let reach_alone =
        ScoreWeights { reach: 2.0, places: 0.0, walk: 0.0, ..ScoreWeights::default() }.service("clinic", 3.0);
    let audit = street().audit(&AuditOptions::default().score(reach_alone)).unwrap();
    let scores: Vec<_> = audit.communities.iter().map(|community| community.score.unwrap()).collect();
    assert_eq!(scores, [100.0, 25.0, 0.0]); // Quay has the canteen, not the clinic that counts three times
    let nothing = ScoreWeights::default().service("clinic", 0.0).service("canteen", 0.0);
    let audit = street().audit(&AuditOptions::default().score(nothing)).unwrap();
    assert_eq!((audit.communities[0].score, audit.mean_score()), (None, None));
}

#[test]
fn a_town_without_facilities_districts_and_communities_is_audited_too() {
    let gym = Service::new("fitness", 10.0).need(Demand::PEOPLE, 0.1);
    let audit = audit(&Programme::new(Demand::new([30.0, 0.0]), [gym]));
    let whole = &audit.services[0].whole;
    assert_eq!((whole.need, whole.in_reach, whole.places, whole.without_pair), (3.0, 0.0, Some(0.0), 3.0));
    assert_eq!(whole.share_of_communities, None);
    assert_eq!((whole.communities, whole.households, whole.mean_walk, whole.inequality), (None, None, None, None));
    assert!(audit.services[0].districts.is_empty() && audit.communities.is_empty());
}

#[test]
fn the_synthetic_town_lacks_what_the_survey_found_lacking() {
    let town = SyntheticTown::new(24, 0).unwrap();
    let at = |points: Vec<[f64; 2]>| points;
    let homes = at(town.homes.iter().map(|home| home.at).collect());
    let places = at(town.facilities.iter().map(|facility| facility.at).collect());
    let travel = TravelMatrix::from_points(&homes, &places, Metric::Euclidean, None).unwrap();
    let services = Standard::load("ningbo-2025").unwrap().services(siting::service::LimitUnit::Metres).unwrap();
    let programme = Programme::new(Demand::of_town(&town), services)
        .spaces(Space::of_town(&town))
        .existing(Facility::of_town(&town), travel);
    let audit = audit(&programme);
    let of = |name: &str| audit.services.iter().find(|own| own.service == name).unwrap();
    assert_eq!(of("elderly care").whole.facilities, 0);
    let households: u32 = town.homes.iter().map(|home| home.households).sum();
    close(of("elderly care").whole.area_required.unwrap(), f64::from(households) / 100.0 * 20.0);
    assert!(of("childcare").whole.places_lacking_to_standard.unwrap() > 0.0);
    let score = audit.mean_score().unwrap();
    assert!((0.0..50.0).contains(&score), "{score}");
}

#[test]
fn programmes_and_audits_survive_their_way_through_a_document() {
    let programme =
        street().slots([Slot::new("day", 8.0, 16.0)]).pairs([Pair::together("canteen", "clinic", 20.0, 1.0)]);
    let text = serde_json::to_string(&programme).unwrap();
    let again: Programme = serde_json::from_str(&text).unwrap();
    assert_eq!(text, serde_json::to_string(&again).unwrap());
    let found = audit(&programme);
    assert_eq!(audit(&again), found);
    assert_eq!(serde_json::from_str::<Audit>(&serde_json::to_string(&found).unwrap()).unwrap(), found);
}

/// A random programme of two services on a grid of costs, some pairs missing.
fn random() -> impl Strategy<Value = (Programme, Catchment)> {
    let point = (0.0_f64..50.0, 0_u32..3, 0_u32..4, any::<bool>());
    let facility =
        (any::<bool>(), 0.0_f64..80.0, 0_usize..3, prop::collection::vec(prop::option::of(0.0_f64..30.0), 12));
    let form = prop_oneof![Just(Catchment::TwoStep), Just(Catchment::enhanced()), Just(Catchment::Gaussian)];
    (prop::collection::vec(point, 1..12), prop::collection::vec(facility, 1..6), 0.0_f64..25.0, form).prop_map(
        |(points, facilities, limit, form)| {
            let districts = ["North", "Middle", "South"];
            let pairs: Vec<(u32, u32, f64)> = (0_u32..)
                .zip(&facilities)
                .flat_map(|(j, facility)| {
                    let costs = (0_u32..).zip(facility.3.iter().take(points.len()));
                    costs.filter_map(move |(i, cost)| cost.map(|cost| (i, j, cost))).collect::<Vec<_>>()
                })
                .collect();
            let travel = TravelMatrix::from_pairs(points.len(), facilities.len(), &pairs).unwrap();
            let setting = |rural| if rural { Setting::Rural } else { Setting::Urban };
            let demand = Demand::new(points.iter().map(|point| point.0).collect::<Vec<_>>())
                .districts(districts, points.iter().map(|point| point.1).collect::<Vec<_>>())
                .communities(["A", "B", "C", "D"], points.iter().map(|point| point.2).collect::<Vec<_>>())
                .settings(points.iter().map(|point| setting(point.3)).collect::<Vec<_>>());
            let services =
                ["first", "second"].map(|name| Service::new(name, limit).rural_limit(1.3 * limit).need("people", 0.7));
            let facilities: Vec<_> = facilities
                .iter()
                .map(|(first, places, district, _)| {
                    Facility::new(if *first { "first" } else { "second" })
                        .places(*places)
                        .district(districts[*district])
                })
                .collect();
            (Programme::new(demand, services).existing(facilities, travel), form)
        },
    )
}

proptest! {
    #[test]
    fn shares_lie_between_0_and_1_and_districts_add_up_to_the_whole((programme, form) in random()) {
        let audit = programme.audit(&AuditOptions::default().catchment(form)).unwrap();
        for service in &audit.services {
            let whole = &service.whole;
            let sum = |figure: fn(&siting::service::Coverage) -> f64| service.districts.iter().map(figure).sum::<f64>();
            for (whole, districts) in [
                (whole.people, sum(|row| row.people)),
                (whole.need, sum(|row| row.need)),
                (whole.in_reach, sum(|row| row.in_reach)),
                (whole.without_pair, sum(|row| row.without_pair)),
                (whole.places.unwrap(), sum(|row| row.places.unwrap())),
                (whole.facilities as f64, sum(|row| row.facilities as f64)),
            ] {
                prop_assert!((whole - districts).abs() <= 1e-9 * whole.max(1.0), "{whole} and {districts}");
            }
            for row in service.districts.iter().chain([whole]) {
                prop_assert!(row.share_in_reach.is_none_or(|share| (0.0..=1.0).contains(&share)));
                prop_assert!(row.communities_in_reach <= row.communities);
                prop_assert!(row.in_reach <= row.need * (1.0 + 1e-12));
                if let Some(inequality) = row.inequality {
                    prop_assert!((0.0..=1.0).contains(&inequality.gini) && inequality.theil >= 0.0);
                    prop_assert!(inequality.palma.is_none_or(|palma| palma >= 0.25 - 1e-9));
                }
                if let (Some(mean), Some(worst)) = (row.mean_walk, row.worst_decile_walk) {
                    prop_assert!(worst >= mean * (1.0 - 1e-9));
                }
            }
        }
        for community in &audit.communities {
            prop_assert!(community.score.is_none_or(|score| (0.0..=100.0).contains(&score)));
        }
    }

    #[test]
    fn catchments_give_out_every_place_that_anyone_reaches((programme, form) in random()) {
        let audit = programme.audit(&AuditOptions::default().catchment(form.clone())).unwrap();
        let travel = programme.travel.as_deref().unwrap();
        for service in &audit.services {
            let points = &service.points;
            let given: f64 = points.need.iter().zip(points.accessibility.as_ref().unwrap()).map(|(d, a)| d * a).sum();
            let reached = |j: usize| {
                travel.column(j).iter().any(|(i, cost)| {
                    let limit = points.limit[i as usize];
                    points.need[i as usize] > 0.0 && cost <= limit && form.weight(if cost == 0.0 { 0.0 } else { cost / limit }) > 0.0
                })
            };
            let places: f64 = programme.facilities.iter().enumerate()
                .filter(|(j, facility)| facility.service == service.service && reached(*j))
                .map(|(_, facility)| facility.places.unwrap())
                .sum();
            prop_assert!((given - places).abs() <= 1e-9 * places.max(1.0), "{given} of {places}");
        }
    }

    #[test]
    fn one_more_facility_takes_nobody_out_of_reach((programme, _) in random()) {
        let mut fewer = programme.clone();
        let last = fewer.facilities.pop().unwrap();
        prop_assume!(!fewer.facilities.is_empty());
        let travel = programme.travel.as_deref().unwrap();
        let pairs: Vec<(u32, u32, f64)> = (0_u32..)
            .zip(0..travel.n_demand())
            .flat_map(|(i, at)| travel.row(at).iter().map(move |(j, cost)| (i, j, cost)).collect::<Vec<_>>())
            .filter(|pair| (pair.1 as usize) < fewer.facilities.len())
            .collect();
        let fewer = fewer.clone().existing(
            fewer.facilities.clone(),
            TravelMatrix::from_pairs(travel.n_demand(), fewer.facilities.len(), &pairs).unwrap(),
        );
        for (before, after) in audit(&fewer).services.iter().zip(&audit(&programme).services) {
            prop_assert!(after.whole.in_reach >= before.whole.in_reach);
            if before.service != last.service {
                prop_assert_eq!(&before.points.walk, &after.points.walk);
            }
        }
    }
}
