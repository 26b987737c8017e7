//! What a plan tells: money, coverage before and after, and the programme as it will be.

#[path = "support/plan_town.rs"]
mod plan_town;

use plan_town::{CANTEEN, CHILDCARE, CULTURE, WORKSHOP, plan, town};
use siting::service::{AuditOptions, Change, Host, PlanCoverage, SpaceMoney};
use siting::{Error, Id, Ids};

fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-9 * expected.abs().max(1.0), "{found} instead of {expected}");
}

#[test]
fn money_is_split_by_what_it_is_spent_on() {
    let money = plan().money(&town()).unwrap();
    assert_eq!((money.conversion, money.fit_out, money.enlarging), (120.0, 400.0, 30.0));
    assert_eq!((money.moving, money.closing, money.capital), (12.0, 5.0, 567.0));
    // The canteen runs and earns in two slots; the hut costs 6 and earns 1.
    assert_eq!((money.rent, money.running, money.income), (14.0, 64.0, 82.0));
    assert_eq!((money.saved, money.yearly), (5.0, -9.0));
}

#[test]
fn a_facility_that_moved_in_counts_in_the_balance_of_its_space_alone() {
    let money = plan().money(&town()).unwrap();
    let space = |space, capital, yearly, balance| SpaceMoney { space, capital, yearly, balance };
    assert_eq!(money.spaces, [space(0, 500.0, -10.0, 10.0), space(1, 32.0, 4.0, 1.0)]);
}

/// The row of a service: 0 for the whole, 1 for the north, 2 for the south.
fn row(rows: &[PlanCoverage], service: u32, district: usize) -> &PlanCoverage {
    &rows[service as usize * 3 + district]
}

#[test]
fn coverage_tells_who_is_in_reach_and_met_before_and_after() {
    let rows = plan().coverage(&town()).unwrap();
    assert_eq!(rows.len(), 12);
    let reach = |service, district| {
        let row = row(&rows, service, district);
        (row.need, row.in_reach_before, row.in_reach_after, row.met)
    };
    assert_eq!(reach(CANTEEN, 0), (50.0, 30.0, 40.0, 40.0));
    assert_eq!(reach(CANTEEN, 1), (30.0, 30.0, 30.0, 30.0));
    assert_eq!(reach(CANTEEN, 2), (20.0, 0.0, 10.0, 10.0));
    assert_eq!(reach(CHILDCARE, 0), (30.0, 15.0, 30.0, 30.0));
    assert_eq!(reach(CULTURE, 0), (28.0, 28.0, 28.0, 24.0));
    let workshop = row(&rows, WORKSHOP, 0);
    close(workshop.in_reach_before, 6.0);
    close(workshop.in_reach_after, 9.2);
    close(workshop.met, 6.0);
    let canteen = row(&rows, CANTEEN, 0);
    assert_eq!((canteen.service.as_str(), canteen.district.as_deref()), ("canteen", None));
    assert_eq!(
        (canteen.share_in_reach_before, canteen.share_in_reach_after, canteen.share_met),
        (Some(0.6), Some(0.8), Some(0.8))
    );
    assert_eq!(row(&rows, CANTEEN, 2).district.as_deref(), Some("South"));
}

#[test]
fn coverage_counts_people_who_cross_the_border_of_their_district() {
    let rows = plan().coverage(&town()).unwrap();
    let crossing = |service, district| {
        let row = row(&rows, service, district);
        (row.met_elsewhere, row.met_for_others)
    };
    // Ten from the south eat in the mill, five from the north read in the library.
    assert_eq!([0, 1, 2].map(|d| crossing(CANTEEN, d)), [(10.0, 10.0), (0.0, 10.0), (10.0, 0.0)]);
    assert_eq!([0, 1, 2].map(|d| crossing(CULTURE, d)), [(5.0, 5.0), (5.0, 0.0), (0.0, 5.0)]);
    assert_eq!(crossing(CHILDCARE, 0), (0.0, 0.0));
    assert_eq!(crossing(WORKSHOP, 1), (2.0, 0.0));
}

#[test]
fn coverage_has_places_and_area_where_they_are_known() {
    let rows = plan().coverage(&town()).unwrap();
    let (canteen, culture, north) = (row(&rows, CANTEEN, 0), row(&rows, CULTURE, 0), row(&rows, CHILDCARE, 1));
    assert_eq!((canteen.places_before, canteen.places_after), (Some(10.0), Some(90.0)));
    assert_eq!((canteen.area_before, canteen.area_after), (Some(90.0), Some(250.0)));
    assert_eq!((culture.places_before, culture.places_after), (Some(13.0), Some(24.0)));
    assert_eq!((culture.area_before, culture.area_after), (Some(100.0), Some(180.0)));
    assert_eq!((culture.facilities_before, culture.facilities_after), (2, 2));
    // The nursery's places are not known, but it lies in the south.
    assert_eq!(
        (row(&rows, CHILDCARE, 0).places_after, north.places_before, north.places_after),
        (None, Some(0.0), Some(15.0))
    );
}

#[test]
fn the_programme_as_fitted_has_what_stays_and_what_is_new() {
    let after = town().fitted(&plan()).unwrap();
    let told: Vec<_> = after
        .facilities
        .iter()
        .map(|own| (own.service.as_str(), own.places, own.area, own.district.as_deref().unwrap(), own.yearly_subsidy()))
        .collect();
    assert_eq!(
        told,
        [
            ("canteen", Some(10.0), Some(90.0), "North", 0.0),
            ("culture", Some(14.0), Some(100.0), "South", 7.0),
            ("childcare", None, None, "South", 0.0),
            ("canteen", Some(80.0), Some(160.0), "North", -24.0),
            ("childcare", Some(15.0), Some(150.0), "North", 5.0),
            ("culture", Some(10.0), Some(80.0), "North", -1.0),
            ("workshop", Some(6.0), Some(50.0), "South", -5.0),
        ]
    );
    assert!(after.facilities.iter().all(siting::service::Facility::is_fixed));
    let travel = after.travel.as_ref().unwrap();
    let names: Vec<String> = travel.site_ids().iter().map(|id| id.to_string()).collect();
    assert_eq!(
        names,
        ["kitchen", "library", "nursery", "mill: canteen", "mill: childcare", "mill: culture", "kiosk: workshop"]
    );
    let walks: Vec<(u32, f64)> = travel.row(2).iter().collect();
    assert_eq!(walks, [(0, 450.0), (1, 200.0), (2, 350.0), (3, 400.0), (4, 400.0), (5, 400.0), (6, 100.0)]);
    assert_eq!(travel.demand_ids().get(4), Some(Id::Text("e".into())));
    // The mill and the kiosk are idle no longer.
    let left = after.travel_to_spaces.as_ref().unwrap();
    assert_eq!(left.site_ids(), &Ids::from_texts(["booth", "gym"]).unwrap());
    assert_eq!((after.spaces.len(), after.spaces[1].area, left.cost(4, 1)), (2, 200.0, Some(100.0)));
    after.audit(&AuditOptions::default()).unwrap();
}

#[test]
fn a_plan_that_changes_nothing_leaves_the_programme_as_it_is() {
    let mut idle = plan();
    idle.fitouts.clear();
    idle.served.clear();
    idle.facilities.fill(Change::Kept);
    let after = town().fitted(&idle).unwrap();
    assert_eq!((&after.facilities, &after.spaces), (&town().facilities, &town().spaces));
    assert_eq!((&after.travel, &after.travel_to_spaces), (&town().travel, &town().travel_to_spaces));
    let money = idle.money(&town()).unwrap();
    assert_eq!((money.capital, money.yearly, money.spaces.len()), (0.0, 0.0, 0));
    let rows = idle.coverage(&town()).unwrap();
    assert!(rows.iter().all(|row| row.in_reach_before == row.in_reach_after && row.met == 0.0));
}

#[test]
fn a_programme_of_nothing_but_spaces_can_be_fitted() {
    let (mut programme, mut plan) = (town(), plan());
    programme.facilities.clear();
    programme.travel = None;
    plan.facilities.clear();
    plan.fitouts.pop();
    plan.served.retain(|row| row.host == Host::Space(0));
    let after = programme.fitted(&plan).unwrap();
    assert_eq!((after.facilities.len(), after.travel.unwrap().n_sites()), (3, 3));
}

#[test]
fn a_programme_without_walks_to_its_spaces_cannot_be_fitted() {
    let programme = siting::Programme { travel_to_spaces: None, ..town() };
    let error = programme.fitted(&plan()).unwrap_err();
    assert!(matches!(error, Error::Missing { argument: "travel_to_spaces", .. }), "{error}");
}

#[test]
fn a_facility_named_like_a_fit_out_is_told() {
    let mut programme = town();
    let travel = programme.travel.as_deref().unwrap().clone();
    let names = Ids::from_texts(["mill: canteen", "library", "forge", "hut", "nursery"]).unwrap();
    programme.travel = Some(travel.clone().with_ids(travel.demand_ids().clone(), names).unwrap().into());
    let error = programme.fitted(&plan()).unwrap_err();
    assert!(error.to_string().contains("mill: canteen is given twice"), "{error}");
}
