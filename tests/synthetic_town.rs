//! The synthetic town keeps to the published figures and to its seed.

use siting::town::{SpaceKind, SurveyedService};
use siting::{Error, SyntheticTown};

fn town(communities: usize) -> SyntheticTown {
    SyntheticTown::new(communities, 0).unwrap()
}

fn share_served(town: &SyntheticTown, service: SurveyedService) -> f64 {
    let served = town.communities.iter().filter(|community| community.served[service as usize]).count();
    served as f64 / town.communities.len() as f64
}

#[test]
fn the_same_seed_gives_the_same_town_and_another_seed_another() {
    assert_eq!(town(24), town(24));
    assert_ne!(town(24), SyntheticTown::new(24, 1).unwrap());
}

#[test]
fn the_town_of_seed_0_is_the_same_on_every_machine() {
    let town = town(24);
    let people: u32 = town.homes.iter().map(|home| home.people).sum();
    let elders: u32 = town.homes.iter().map(|home| home.age_60_plus).sum();
    let area: f64 = town.spaces.iter().map(|space| space.area).sum();
    let x: f64 = town.homes.iter().map(|home| home.at[0]).sum();
    assert_eq!((people, elders, area, x.round()), (132_166, 38_117, 59_708.0, 280_603.0));
}

#[test]
fn a_demonstration_a_city_and_a_province_have_their_sizes() {
    for (communities, homes, spaces) in [(24, 686, 69), (700, 20_000, 2_000), (7_000, 200_000, 20_000)] {
        let town = town(communities);
        assert_eq!((town.communities.len(), town.homes.len(), town.spaces.len()), (communities, homes, spaces));
    }
}

#[test]
fn the_smallest_towns_are_whole_too() {
    for communities in 1..12 {
        for seed in 0..20 {
            let town = SyntheticTown::new(communities, seed).unwrap();
            assert_eq!(town.communities.len(), communities);
            assert!(!town.homes.is_empty() && !town.spaces.is_empty());
            assert_eq!(town.districts.len(), communities.min(3));
        }
    }
}

#[test]
fn the_published_shares_of_communities_are_served_within_rounding() {
    let published = [
        (SurveyedService::CommunityCanteen, 0.12),
        (SurveyedService::Childcare, 0.38),
        (SurveyedService::AfterSchoolCare, 0.23),
    ];
    for communities in [24, 100, 700, 7_000] {
        let town = town(communities);
        for (service, share) in published {
            let found = share_served(&town, service);
            assert!((found - share).abs() <= 0.5 / communities as f64 + 1e-12, "{service:?} of {communities}: {found}");
        }
    }
}

#[test]
fn a_city_has_as_many_facilities_as_the_survey_counted() {
    let town = town(700);
    let count = |service| town.facilities.iter().filter(|facility| facility.service == service).count();
    assert_eq!(SurveyedService::ALL.map(count), [47, 318, 160]);
}

#[test]
fn childcare_places_lie_between_the_figure_of_2020_and_the_aim_for_2025() {
    let town = town(700);
    let people: u32 = town.homes.iter().map(|home| home.people).sum();
    let childcare = town.facilities.iter().filter(|facility| facility.service == SurveyedService::Childcare);
    let places: u32 = childcare.map(|facility| facility.places).sum();
    let per_thousand = f64::from(places) / f64::from(people) * 1_000.0;
    assert!((1.93..=4.55).contains(&per_thousand), "{per_thousand}");
}

#[test]
fn people_are_as_old_and_households_as_large_as_the_statistics_say() {
    for (communities, tolerance) in [(24, 0.005), (700, 0.001)] {
        let town = town(communities);
        let sum =
            |count: fn(&siting::town::Home) -> u32| town.homes.iter().map(|home| f64::from(count(home))).sum::<f64>();
        let people = sum(|home| home.people);
        let elders = sum(|home| home.age_60_plus) / people;
        let size = people / sum(|home| home.households);
        assert!((elders - 1.797 / 6.222).abs() < tolerance, "{elders}");
        assert!((size - 6.222 / 2.465).abs() < 0.02, "{size}");
    }
}

#[test]
fn age_groups_add_up_to_people_and_communities_to_their_homes() {
    let town = town(100);
    for home in &town.homes {
        let groups = home.age_0_3 + home.age_3_6 + home.age_7_12 + home.age_13_59 + home.age_60_plus;
        assert_eq!(groups, home.people);
        assert!(home.age_80_plus <= home.age_60_plus && home.households >= 1 && home.people >= home.households);
    }
    for (c, community) in (0_u32..).zip(&town.communities) {
        let own = || town.homes.iter().filter(|home| home.community == c);
        assert_eq!(own().map(|home| home.people).sum::<u32>(), community.people);
        assert_eq!(own().map(|home| home.households).sum::<u32>(), community.households);
        assert!((1_000..=3_500).contains(&community.households));
        assert!(own().all(|home| home.district == community.district));
    }
}

#[test]
fn names_of_communities_are_distinct_even_in_a_province() {
    let town = town(7_000);
    let names: std::collections::HashSet<_> = town.communities.iter().map(|community| &community.name).collect();
    assert_eq!(names.len(), 7_000);
}

#[test]
fn density_falls_from_the_centre_of_a_district_outward() {
    let town = town(700);
    let first: Vec<_> = town.communities.iter().filter(|community| community.district == 0).collect();
    let centre = first[0].at;
    // Rings of 1 km: people per km².
    let mut rings = [0.0; 8];
    for home in town.homes.iter().filter(|home| home.district == 0) {
        let (dx, dy) = (home.at[0] - centre[0], home.at[1] - centre[1]);
        let ring = ((dx * dx + dy * dy).sqrt() / 1_000.0) as usize;
        if let Some(people) = rings.get_mut(ring) {
            *people += f64::from(home.people) / (std::f64::consts::PI * (2 * ring + 1) as f64);
        }
    }
    assert!(rings[0] > 8_000.0 && rings[0] < 25_000.0, "{rings:?}");
    assert!(rings[0] > rings[2] && rings[2] > rings[4], "{rings:?}");
}

#[test]
fn communities_keep_apart() {
    let town = town(700);
    for (c, a) in town.communities.iter().enumerate() {
        for b in &town.communities[..c] {
            let (dx, dy) = (a.at[0] - b.at[0], a.at[1] - b.at[1]);
            assert!(dx * dx + dy * dy > 400.0 * 400.0, "{} and {}", a.name, b.name);
        }
    }
}

#[test]
fn every_kind_of_space_occurs_with_areas_and_rents_that_make_sense() {
    let town = town(700);
    let kinds: std::collections::BTreeSet<_> = town.spaces.iter().map(|space| space.kind).collect();
    assert_eq!(kinds.len(), 9);
    for space in &town.spaces {
        assert!((40.0..=6_000.0).contains(&space.area), "{space:?}");
        assert!(space.conversion_cost > 0.0);
        assert_eq!(space.rent > 0.0, space.tenure == siting::town::Tenure::Rented, "{space:?}");
    }
    let rooms = town.spaces.iter().filter(|space| space.kind == SpaceKind::StreetFrontPropertyRoom);
    let mut areas: Vec<f64> = rooms.map(|space| space.area).collect();
    areas.sort_by(f64::total_cmp);
    assert!((120.0..=220.0).contains(&areas[areas.len() / 2]), "around the published canteen of 135 m²");
}

#[test]
fn no_communities_or_far_too_many_are_refused() {
    for communities in [0, 100_001, usize::MAX] {
        let refused = SyntheticTown::new(communities, 0);
        assert!(matches!(refused, Err(Error::InvalidValue { argument: "communities", .. })), "{communities}");
    }
}
