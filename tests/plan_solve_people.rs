//! Every rule on people, and every objective, changes the best plan of a programme that was solved by hand.

#[path = "support/plan_tiny.rs"]
mod plan_tiny;

use plan_tiny::{CAPITAL, FAR, aim, bare, best, free, hall, hamlet, module, service, slots, town, two_halls, walks};
use siting::service::{Demand, Facility, Least, PlanObjective, Programme, Quota, Service, Setting, Space};
use siting::{Method, SolveOptions, TravelMatrix};

/// The canteen of [`service`] alone: 100 m², 10 places, a price of 50.
fn canteen() -> Service {
    service("canteen", 1.0)
}

/// A canteen of so many places.
fn canteen_for(places: f64) -> Service {
    bare("canteen", 1.0).module(module(100.0, places, 50.0))
}

/// A canteen in two sizes: 50 m² and 5 places for 20, 100 m² and 10 places for 50.
fn two_sizes() -> Service {
    bare("canteen", 1.0).module(module(50.0, 5.0, 20.0)).module(module(100.0, 10.0, 50.0))
}

/// 10 people with a facility at their door and no space.
fn standing(facility: Facility, service: Service) -> Programme {
    Programme::new(Demand::new([10.0]), [service]).existing([facility], walks(&[[1.0]]))
}

#[test]
fn need_is_met_once() {
    best(&two_halls(100.0, [canteen()]), &free(), 10.0);
}

#[test]
fn a_space_serves_no_more_people_than_it_has_places() {
    best(&hamlet(100.0, [canteen_for(8.0)]), &free(), 8.0);
    best(&hamlet(100.0, [canteen_for(10.0)]), &free(), 10.0);
}

#[test]
fn places_count_in_each_open_slot() {
    let mut hamlet = hamlet(100.0, [canteen_for(4.0)]);
    best(&hamlet, &free(), 4.0);
    hamlet.slots = slots().into();
    best(&hamlet, &free(), 8.0);
}

#[test]
fn each_open_slot_is_paid_for() {
    let canteen = bare("canteen", 1.0).module(module(100.0, 5.0, 50.0).running_cost(8.0).income(2.0));
    let hamlet = hamlet(100.0, [canteen]).slots(slots());
    let cost = |share| aim(PlanObjective::Cost { years: 1.0 }).least_met(share);
    best(&hamlet, &cost(0.5), 56.0);
    best(&hamlet, &cost(1.0), 62.0);
}

#[test]
fn a_facility_serves_no_more_people_than_it_has_places_where_they_are_known() {
    best(&standing(Facility::new("canteen").places(4.0), bare("canteen", 1.0)), &free(), 4.0);
    best(&standing(Facility::new("canteen"), bare("canteen", 1.0)), &free(), 10.0);
}

#[test]
fn a_space_serves_as_many_people_as_its_minimum_use() {
    best(&town([canteen().minimum_use(6.0)]), &free(), 16.0);
    best(&town([canteen().minimum_use(7.0)]), &free(), 10.0);
}

#[test]
fn a_facility_has_its_minimum_use_where_it_moves_and_not_where_it_stands() {
    let kitchen = || Facility::new("canteen").places(4.0).area(100.0).moving_cost(0.0);
    let moving =
        |least| hamlet(100.0, [bare("canteen", 1.0).minimum_use(least)]).existing([kitchen()], walks(&[[FAR]]));
    best(&moving(4.0), &free(), 4.0);
    best(&moving(5.0), &free(), 0.0);
    best(&standing(Facility::new("canteen").places(4.0), bare("canteen", 1.0).minimum_use(5.0)), &free(), 4.0);
}

#[test]
fn people_walk_as_far_as_their_setting_says() {
    // The hall is 6 away; people walk up to 5 in town and 7 in the country.
    let hamlet = |setting| {
        let demand = Demand::new([10.0]).settings([setting]);
        let spaces = Programme::new(demand, [canteen().rural_limit(7.0)]).spaces([hall(100.0)]);
        spaces.travel_to_spaces(walks(&[[6.0]]))
    };
    best(&hamlet(Setting::Urban), &free(), 0.0);
    best(&hamlet(Setting::Rural), &free(), 10.0);
}

fn quota(least: Least) -> Quota {
    Quota::new("canteen", least).district("South")
}

#[test]
fn a_district_has_the_facilities_of_its_quota() {
    let town = town([canteen()]);
    best(&town, &free().budget(50.0), 10.0);
    best(&town, &free().budget(50.0).quota(quota(Least::Facilities(1))), 6.0);
}

#[test]
fn every_district_has_the_quota_that_names_none() {
    // 20 people and two halls in the North, 6 people and one hall in the South; money for two canteens of 10 places.
    let demand = Demand::new([20.0, 6.0]).districts(["North", "South"], [0, 1]);
    let halls = [hall(100.0).district("North"), hall(100.0).district("North"), hall(100.0).district("South")];
    let town = Programme::new(demand, [canteen()]).spaces(halls);
    let town = town.travel_to_spaces(walks(&[[1.0, 1.0, FAR], [FAR, FAR, 1.0]]));
    best(&town, &free().budget(100.0), 20.0);
    best(&town, &free().budget(100.0).quota(Quota::new("canteen", Least::Facilities(1))), 16.0);
}

#[test]
fn a_programme_without_districts_has_its_quota_in_all() {
    let halls = two_halls(100.0, [canteen()]);
    best(&halls, &aim(CAPITAL), 0.0);
    best(&halls, &aim(CAPITAL).quota(Quota::new("canteen", Least::Facilities(2))), 100.0);
}

#[test]
fn a_district_has_the_places_of_its_quota_summed_over_slots() {
    let rules = |rate| aim(CAPITAL).quota(quota(Least::PlacesPer1000People(rate)));
    let mut town = town([two_sizes()]);
    // For 6 people 4.8 places, then 6.
    best(&town, &rules(0.0), 0.0);
    best(&town, &rules(800.0), 20.0);
    best(&town, &rules(1_000.0), 50.0);
    town.slots = slots().into();
    best(&town, &rules(1_000.0), 20.0);
}

#[test]
fn a_district_has_the_area_of_its_quota_whatever_the_slots() {
    let rules = |rate| aim(CAPITAL).quota(quota(Least::AreaPer100Households(rate)));
    let mut town = town([two_sizes()]);
    town.demand.households = Some(vec![4.0, 10.0]);
    // For 10 households 50 m², then 60.
    best(&town, &rules(500.0), 20.0);
    best(&town, &rules(600.0), 50.0);
    town.slots = slots().into();
    best(&town, &rules(600.0), 50.0);
}

#[test]
fn facilities_of_today_count_towards_quotas_where_they_stay() {
    let rules = |years| aim(PlanObjective::Cost { years }).quota(quota(Least::Facilities(1)));
    let kitchen = Facility::new("canteen").yearly(8.0, 2.0).closing_cost(1.0);
    let town = |district| town([canteen()]).existing([kitchen.clone().district(district)], walks(&[[FAR], [FAR]]));
    best(&town("South"), &rules(0.0), 0.0);
    best(&town("North"), &rules(0.0), 50.0);
    // Closing costs 1 and saves 6: in the South the quota forbids it.
    best(&town("South"), &aim(PlanObjective::Cost { years: 1.0 }), -5.0);
    best(&town("South"), &rules(1.0), 0.0);
}

#[test]
fn enlargements_count_towards_quotas() {
    let kitchen =
        Facility::new("canteen").district("South").places(4.0).area(30.0).enlargement(module(40.0, 3.0, 20.0));
    let mut town = town([canteen()]).existing([kitchen], walks(&[[FAR], [FAR]]));
    town.demand.households = Some(vec![4.0, 10.0]);
    // 4 + 3 places for 6 people, 30 + 40 m² for 10 households: cheaper than a canteen of 50.
    let rules = |least| aim(CAPITAL).quota(quota(least));
    best(&town, &rules(Least::PlacesPer1000People(600.0)), 0.0);
    best(&town, &rules(Least::PlacesPer1000People(1_000.0)), 20.0);
    best(&town, &rules(Least::PlacesPer1000People(1_300.0)), 50.0);
    best(&town, &rules(Least::AreaPer100Households(700.0)), 20.0);
    best(&town, &rules(Least::AreaPer100Households(701.0)), 50.0);
}

#[test]
fn a_facility_that_moves_counts_where_it_moves_to() {
    let kitchen = Facility::new("canteen").district("North").places(10.0).area(100.0).moving_cost(7.0);
    let town = town([canteen()]).existing([kitchen], walks(&[[FAR], [FAR]]));
    best(&town, &aim(CAPITAL).quota(quota(Least::Facilities(1))), 7.0);
    best(&town, &aim(CAPITAL).quota(Quota::new("canteen", Least::Facilities(1))), 50.0);
    best(&town, &aim(CAPITAL).quota(quota(Least::PlacesPer1000People(1_000.0))), 7.0);
}

#[test]
fn a_share_of_all_need_is_met() {
    // The North has 10 of 16 people.
    let town = town([canteen()]);
    best(&town, &aim(CAPITAL), 0.0);
    best(&town, &aim(CAPITAL).least_met(0.625), 50.0);
    best(&town, &aim(CAPITAL).least_met(0.63), 100.0);
}

#[test]
fn a_share_of_the_need_of_one_service_is_met() {
    let hamlet = hamlet(200.0, [canteen(), bare("clinic", 1.0).module(module(100.0, 10.0, 30.0))]);
    best(&hamlet, &aim(CAPITAL).least_met(0.5), 30.0);
    best(&hamlet, &aim(CAPITAL).least_met_of("canteen", 0.5), 50.0);
    best(&hamlet, &aim(CAPITAL).least_met_of("clinic", 0.5), 30.0);
}

#[test]
fn a_share_of_the_need_of_every_district_is_met() {
    let town = town([canteen()]);
    best(&town, &aim(CAPITAL).least_met(0.5), 50.0);
    best(&town, &aim(CAPITAL).least_met_by_district(0.5), 100.0);
}

#[test]
fn weights_of_services_count_in_what_is_met() {
    // 10 people need either; a canteen costs 50, a clinic 60, and there is room for one.
    let clinic = bare("clinic", 0.6).module(module(100.0, 10.0, 60.0));
    let hamlet = hamlet(100.0, [canteen(), clinic]);
    best(&hamlet, &free(), 10.0);
    best(&hamlet, &free().service_weight("clinic", 2.0), 12.0);
    // 10 of 16, or 10 of 22 and 12 of 22.
    best(&hamlet, &aim(CAPITAL).least_met(0.5), 50.0);
    best(&hamlet, &aim(CAPITAL).service_weight("clinic", 2.0).least_met(0.5), 60.0);
    best(&hamlet, &aim(PlanObjective::Walking).service_weight("clinic", 2.0), 62.0);
}

#[test]
fn surveys_count_in_what_is_met() {
    let mut town = town([canteen()]);
    let asked = town.demand.clone().survey("canteen", [0.2, 1.0]);
    best(&town, &free().budget(50.0), 10.0);
    best(&town, &aim(CAPITAL).least_met(0.7), 100.0);
    best(&town, &aim(CAPITAL).least_met_of("canteen", 0.7), 100.0);
    town.demand = asked;
    // 2 in the North, 6 in the South.
    best(&town, &free().budget(50.0), 6.0);
    best(&town, &aim(CAPITAL).least_met(0.7), 50.0);
    best(&town, &aim(CAPITAL).least_met_of("canteen", 0.7), 50.0);
}

#[test]
fn the_mean_walk_is_limited() {
    // People walk 1, or count 5: with a canteen in the North (10 + 30) / 16 = 2.5.
    let town = town([canteen()]);
    best(&town, &aim(CAPITAL).most_walking(5.0), 0.0);
    best(&town, &aim(CAPITAL).most_walking(2.5), 50.0);
    best(&town, &aim(CAPITAL).most_walking(2.4), 100.0);
}

#[test]
fn the_mean_envy_is_limited() {
    // Beyond 2 people envy nothing, or (5 - 2)²: with a canteen in the North 54 / 16 = 3.375.
    let town = town([canteen()]);
    best(&town, &aim(CAPITAL).most_envy(2.0, 9.0), 0.0);
    best(&town, &aim(CAPITAL).most_envy(2.0, 3.375), 50.0);
    best(&town, &aim(CAPITAL).most_envy(2.0, 3.3), 100.0);
}

/// The town with 4 to walk to the hall of the others, and canteens of so many places.
fn near(places: f64) -> Programme {
    town([canteen_for(places)]).travel_to_spaces(walks(&[[1.0, 4.0], [4.0, 1.0]]))
}

#[test]
fn the_objective_of_cover_is_the_people_who_are_met() {
    best(&near(12.0), &free().budget(50.0), 12.0);
    best(&near(12.0), &free(), 16.0);
}

#[test]
fn the_objective_of_walking_counts_the_limit_where_need_is_not_met() {
    let walking = || aim(PlanObjective::Walking);
    // 10 · 1 + 6 · 4 from the North; with 10 places 10 · 1 + 6 · 5.
    best(&near(20.0), &walking(), 16.0);
    best(&near(20.0), &walking().budget(50.0), 34.0);
    best(&near(10.0), &walking().budget(50.0), 40.0);
}

#[test]
fn the_objective_of_walking_weighs_people_by_the_survey() {
    let mut town = near(20.0);
    town.demand = town.demand.survey("canteen", [0.1, 1.0]);
    // From the South 1 · 4 + 6 · 1.
    best(&town, &aim(PlanObjective::Walking).budget(50.0), 10.0);
}

#[test]
fn the_objective_of_envy_squares_what_is_beyond_the_threshold() {
    let envy = || aim(PlanObjective::Envy { threshold: 2.0 });
    // 6 · (4 - 2)²; with 10 places 6 · (5 - 2)².
    best(&near(20.0), &envy(), 0.0);
    best(&near(20.0), &envy().budget(50.0), 24.0);
    best(&near(10.0), &envy().budget(50.0), 54.0);
}

#[test]
fn the_objective_of_cost_adds_years_of_subsidy_to_the_capital() {
    let canteen = bare("canteen", 1.0).module(module(100.0, 10.0, 50.0).running_cost(8.0).income(2.0));
    let mut hamlet = hamlet(100.0, [canteen]);
    (hamlet.spaces[0].conversion_cost, hamlet.spaces[0].rent) = (20.0, 3.0);
    let cost = |years| aim(PlanObjective::Cost { years }).least_met(1.0);
    // 50 + 20, and each year 3 + 8 - 2.
    best(&hamlet, &cost(0.0), 70.0);
    best(&hamlet, &cost(2.0), 88.0);
}

#[test]
fn the_objective_of_cost_weighs_conversion_against_fit_outs() {
    // The cheaper size fits into the dearer hall alone.
    let sizes = bare("canteen", 1.0).module(module(120.0, 10.0, 20.0)).module(module(100.0, 10.0, 50.0));
    let halls = [hall(120.0).conversion_cost(40.0), hall(100.0)];
    let mut town = Programme::new(Demand::new([10.0]), [sizes]).spaces(halls).travel_to_spaces(walks(&[[1.0, 1.0]]));
    best(&town, &aim(CAPITAL).least_met(1.0), 50.0);
    town.spaces[0].conversion_cost = 20.0;
    best(&town, &aim(CAPITAL).least_met(1.0), 40.0);
}

#[test]
fn the_objective_of_cost_weighs_open_slots_against_fit_outs() {
    // 5 places for 20 in two slots, or 10 places for 40 in one; each open slot costs 8 a year.
    let small = module(50.0, 5.0, 20.0).running_cost(8.0);
    let large = module(100.0, 10.0, 40.0).running_cost(8.0);
    let hamlet = hamlet(100.0, [bare("canteen", 1.0).module(small).module(large)]).slots(slots());
    let cost = |years| aim(PlanObjective::Cost { years }).least_met(1.0);
    best(&hamlet, &cost(2.0), 52.0);
    best(&hamlet, &cost(3.0), 64.0);
}

#[test]
fn the_objective_of_the_worst_district_is_its_share() {
    // 8 places for 16 people, half of them in each district.
    best(&near(8.0), &aim(PlanObjective::WorstDistrict).budget(50.0), 0.5);
    best(&near(8.0), &aim(PlanObjective::WorstDistrict), 1.0);
    best(&near(8.0), &free().budget(50.0), 8.0);
}

#[test]
fn a_search_without_a_solver_fits_out_what_the_worst_district_lacks() {
    // Today's 5 places are all that both districts have; the halls have 6 each, and together reach everybody.
    let demand = Demand::new([3.0, 2.0, 4.0, 2.0]).districts(["North", "South"], [0, 0, 1, 0]);
    let today = TravelMatrix::from_pairs(4, 1, &[(0, 0, 0.0), (2, 0, 3.0), (3, 0, 2.0)]).unwrap();
    let pairs = [(1, 1, 1.0), (1, 2, 2.0), (2, 0, 2.0), (2, 1, 2.0), (3, 0, 3.0), (3, 2, 3.0)];
    let halls = ["North"; 3].map(|district| Space::new(100.0, "hall").district(district));
    let town = Programme::new(demand, [bare("canteen", 1.0).module(module(100.0, 6.0, 0.0))])
        .spaces(halls)
        .travel_to_spaces(TravelMatrix::from_pairs(4, 3, &pairs).unwrap())
        .existing([Facility::new("canteen").places(5.0).district("North")], today);
    let options = SolveOptions::default().method(Method::Heuristic);
    let plan = town.solve(&aim(PlanObjective::WorstDistrict), &options).unwrap();
    assert_eq!(plan.objective, 1.0);
}
