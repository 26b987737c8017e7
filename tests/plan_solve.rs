//! Every rule on spaces, money and facilities changes the best plan of a programme that was solved by hand.

#[path = "support/plan_tiny.rs"]
mod plan_tiny;

use plan_tiny::{CAPITAL, FAR, aim, bare, best, free, hamlet, module, service, slots, town, two_halls, walks};
use siting::service::{Complexes, Demand, Facility, Pair, PlanObjective, Programme, Service};

/// A canteen for each of 10 people and a clinic for 6 of them, 100 m² each.
fn both() -> [Service; 2] {
    [service("canteen", 1.0), service("clinic", 0.6)]
}

#[test]
fn the_budget_counts_conversion_and_fit_outs() {
    let mut town = town([service("canteen", 1.0)]);
    town.spaces.iter_mut().for_each(|space| space.conversion_cost = 20.0);
    // Each hall costs 20 + 50; the North has 10 people, the South 6.
    best(&town, &free().budget(139.0), 10.0);
    best(&town, &free().budget(140.0), 16.0);
}

#[test]
fn the_subsidy_counts_rent_and_running_cost_less_income() {
    let mut town = town([bare("canteen", 1.0).module(module(100.0, 10.0, 50.0).running_cost(8.0).income(2.0))]);
    town.spaces.iter_mut().for_each(|space| space.rent = 3.0);
    // Each hall needs 3 + 8 - 2 a year.
    best(&town, &free().subsidy(17.0), 10.0);
    best(&town, &free().subsidy(18.0), 16.0);
}

#[test]
fn a_space_breaks_even_although_its_money_is_rounded() {
    // 0.1 + 0.2 is a little more than 0.3 in floating point.
    let money =
        |name, running, income| bare(name, 1.0).module(module(10.0, 10.0, 0.0).running_cost(running).income(income));
    let services = [money("canteen", 0.1, 0.0), money("class", 0.2, 0.0), money("shop", 0.0, 0.3)];
    best(&hamlet(100.0, services), &free().break_even(), 30.0);
}

#[test]
fn each_space_breaks_even_on_its_own() {
    let mut town = town([bare("canteen", 1.0).module(module(100.0, 10.0, 50.0).running_cost(8.0).income(10.0))]);
    (town.spaces[0].rent, town.spaces[1].rent) = (3.0, 1.0);
    // The North loses 3 + 8 - 10, the South earns 1 + 8 - 10; together they are even.
    best(&town, &free().subsidy(0.0), 16.0);
    best(&town, &free().break_even(), 6.0);
}

#[test]
fn a_space_earns_in_each_open_slot() {
    let canteen = bare("canteen", 1.0).module(module(100.0, 5.0, 0.0).income(2.0));
    let mut hamlet = hamlet(100.0, [canteen]).slots(slots());
    hamlet.spaces[0].rent = 3.0;
    // One slot loses 3 - 2, two earn 3 - 4.
    best(&hamlet, &free().break_even(), 10.0);
    hamlet.services[0].slots = vec!["morning".into()];
    best(&hamlet, &free().break_even(), 0.0);
    best(&hamlet, &free(), 5.0);
}

#[test]
fn a_facility_that_moves_in_earns_for_its_space() {
    let mut hamlet = moving(Facility::new("canteen").yearly(8.0, 10.0));
    hamlet.spaces[0].rent = 3.0;
    best(&hamlet, &free(), 4.0);
    best(&hamlet, &free().break_even(), 0.0);
    hamlet.spaces[0].rent = 2.0;
    best(&hamlet, &free().break_even(), 4.0);
}

#[test]
fn no_more_spaces_are_used_than_allowed() {
    let town = town([service("canteen", 1.0)]);
    best(&town, &free(), 16.0);
    best(&town, &free().most_spaces(1), 10.0);
}

#[test]
fn a_required_space_hosts_something() {
    let town = town([service("canteen", 1.0)]);
    best(&town, &aim(CAPITAL), 0.0);
    best(&town, &aim(CAPITAL).required([1]), 50.0);
}

#[test]
fn a_forbidden_space_hosts_nothing() {
    let town = town([service("canteen", 1.0)]);
    best(&town, &free(), 16.0);
    best(&town, &free().forbidden([0]), 6.0);
}

#[test]
fn services_take_no_more_area_than_there_is() {
    best(&hamlet(199.0, both()), &free(), 10.0);
    best(&hamlet(200.0, both()), &free(), 16.0);
}

#[test]
fn area_is_counted_slot_by_slot() {
    let [canteen, clinic] = both();
    let at =
        |slot: &str| hamlet(150.0, [canteen.clone().slots(["morning"]), clinic.clone().slots([slot])]).slots(slots());
    best(&at("evening"), &free(), 16.0);
    best(&at("morning"), &free(), 10.0);
}

#[test]
fn a_pair_that_belongs_together_shares_area() {
    best(&hamlet(150.0, both()), &free(), 10.0);
    let shared = |area| hamlet(150.0, both()).pairs([Pair::together("canteen", "clinic", area, 0.0)]);
    best(&shared(49.0), &free(), 10.0);
    best(&shared(50.0), &free(), 16.0);
}

#[test]
fn a_pair_shares_area_only_while_both_are_open() {
    let [canteen, clinic] = both();
    let gym = bare("gym", 0.3).module(module(60.0, 10.0, 50.0)).slots(["morning"]);
    let services = [canteen.slots(["morning"]), clinic.slots(["evening"]), gym];
    let hamlet = |area| {
        let pair = Pair::together("canteen", "clinic", 50.0, 0.0);
        hamlet(area, services.clone()).slots(slots()).pairs([pair])
    };
    // In the morning canteen and gym take 160 m²: the clinic of the evening does not help.
    best(&hamlet(150.0), &free(), 16.0);
    best(&hamlet(160.0), &free(), 19.0);
}

#[test]
fn a_pair_in_one_space_is_rewarded_once_for_each_space() {
    best(&two_halls(200.0, both()), &free(), 16.0);
    let paired = two_halls(200.0, both()).pairs([Pair::together("canteen", "clinic", 0.0, 3.0)]);
    best(&paired, &free().most_spaces(1), 19.0);
    best(&paired, &free(), 22.0);
}

#[test]
fn a_reward_makes_a_plan_cheaper() {
    best(&two_halls(200.0, both()), &aim(CAPITAL).least_met(1.0), 100.0);
    let paired = two_halls(200.0, both()).pairs([Pair::together("canteen", "clinic", 0.0, 30.0)]);
    best(&paired, &aim(CAPITAL).least_met(1.0), 70.0);
}

#[test]
fn a_pair_that_is_apart_shares_no_space() {
    best(&hamlet(200.0, both()), &free(), 16.0);
    best(&hamlet(200.0, both()).pairs([Pair::apart("canteen", "clinic")]), &free(), 10.0);
}

#[test]
fn a_service_goes_into_its_kinds_of_space_alone() {
    let mut town = town([service("canteen", 1.0)]);
    town.spaces[0].kind = "roof".into();
    best(&town, &free(), 16.0);
    town.services[0].kinds = vec!["hall".into()];
    best(&town, &free(), 6.0);
}

#[test]
fn a_service_goes_onto_its_floors_alone() {
    let mut town = town([service("canteen", 1.0)]);
    town.spaces[0].floor = 2;
    best(&town, &free(), 16.0);
    town.services[0].floors = Some((0, 1));
    best(&town, &free(), 6.0);
}

#[test]
fn a_service_opens_in_slots_that_it_and_its_space_have() {
    // 5 places in each slot.
    let mut hamlet = hamlet(100.0, [bare("canteen", 1.0).module(module(100.0, 5.0, 0.0))]).slots(slots());
    best(&hamlet, &free(), 10.0);
    hamlet.services[0].slots = vec!["morning".into()];
    best(&hamlet, &free(), 5.0);
    hamlet.spaces[0].slots = vec!["evening".into()];
    best(&hamlet, &free(), 0.0);
    hamlet.services[0].slots.clear();
    best(&hamlet, &free(), 5.0);
}

#[test]
fn a_service_has_one_size_in_a_space() {
    let sizes = || bare("canteen", 2.0).module(module(50.0, 6.0, 20.0)).module(module(60.0, 8.0, 50.0));
    // Both sizes have 14 places and fit; 20 are needed.
    best(&hamlet(200.0, [sizes()]), &free(), 8.0);
    best(&two_halls(200.0, [sizes()]), &free(), 16.0);
}

/// 10 people who need 10, 6 and 3 of three services, and a hall of 300 m²; two services take 100 m².
fn three(gym: f64) -> Programme {
    let [canteen, clinic] = both();
    hamlet(300.0, [canteen, clinic, bare("gym", 0.3).module(module(gym, 10.0, 50.0))])
}

/// Complexes of 300 m² or more with the canteen and two others; one service elsewhere.
fn complexes() -> Complexes {
    Complexes::new(["canteen"]).area(300.0).services(3, 1).apart(1)
}

#[test]
fn a_space_that_is_no_complex_hosts_few_services() {
    let small = || complexes().area(301.0);
    best(&three(100.0), &free(), 19.0);
    best(&three(100.0), &free().complexes(small()), 10.0);
    best(&three(100.0), &free().complexes(small().apart(2)), 16.0);
}

#[test]
fn a_large_space_may_be_a_complex() {
    best(&three(100.0), &free().complexes(complexes()), 19.0);
    best(&three(100.0), &free().complexes(complexes().area(300.5)), 10.0);
}

#[test]
fn a_complex_has_enough_services() {
    // With the gym there is room for one other service only.
    best(&three(150.0), &free().complexes(complexes()), 10.0);
    best(&three(150.0), &free().complexes(complexes().services(2, 1)), 16.0);
}

#[test]
fn a_complex_has_enough_core_services() {
    let mut rule = complexes().services(2, 2);
    rule.core = vec!["canteen".into(), "gym".into()];
    best(&three(150.0), &free().complexes(rule.clone()), 13.0);
    rule.core_services = 1;
    best(&three(150.0), &free().complexes(rule), 16.0);
}

#[test]
fn a_large_space_that_is_used_is_always_a_complex_where_asked() {
    let rule = || complexes().apart(2);
    best(&three(150.0), &free().complexes(rule()), 16.0);
    best(&three(150.0), &free().complexes(rule().always()), 0.0);
}

#[test]
fn there_are_as_many_complexes_as_asked() {
    let mut town = town(both());
    (town.spaces[0].area, town.spaces[1].area) = (200.0, 300.0);
    let rules = |least| free().budget(100.0).complexes(complexes().services(2, 1).apart(2).least(least));
    // Two fit-outs: 10 + 6 people in the North, 6 + 3.6 in the South, where alone there is room for a complex.
    best(&town, &rules(0), 16.0);
    best(&town, &rules(1), 9.6);
}

#[test]
fn a_facility_is_enlarged_for_its_price() {
    let annexe = module(40.0, 3.0, 20.0).running_cost(5.0).income(1.0);
    let kitchen = Facility::new("canteen").places(4.0).enlargement(annexe);
    let hamlet = standing(kitchen);
    best(&hamlet, &free(), 7.0);
    best(&hamlet, &free().budget(20.0).subsidy(4.0), 7.0);
    best(&hamlet, &free().budget(19.0), 4.0);
    best(&hamlet, &free().subsidy(3.0), 4.0);
}

/// 10 people with a facility at their door and no space.
fn standing(facility: Facility) -> Programme {
    Programme::new(Demand::new([10.0]), [bare("canteen", 1.0)]).existing([facility], walks(&[[1.0]]))
}

/// 10 people with a hall of 100 m² at their door and a facility out of reach: 4 places and 100 m² that may move for 7.
fn moving(facility: Facility) -> Programme {
    let facility = facility.places(4.0).area(100.0).moving_cost(7.0);
    hamlet(100.0, [bare("canteen", 1.0)]).existing([facility], walks(&[[FAR]]))
}

#[test]
fn a_facility_moves_for_its_price() {
    let mut hamlet = moving(Facility::new("canteen").yearly(100.0, 0.0));
    hamlet.spaces[0].rent = 3.0;
    // Its own running cost moves along: the rent alone is new.
    best(&hamlet, &free().budget(7.0).subsidy(3.0), 4.0);
    best(&hamlet, &free().budget(6.0), 0.0);
    best(&hamlet, &free().subsidy(2.0), 0.0);
    hamlet.facilities[0].moving_cost = None;
    best(&hamlet, &free(), 0.0);
}

#[test]
fn a_facility_moves_where_there_is_room_for_it() {
    let mut hamlet = moving(Facility::new("canteen"));
    best(&hamlet, &free(), 4.0);
    hamlet.facilities[0].area = Some(101.0);
    best(&hamlet, &free(), 0.0);
    hamlet.facilities[0].area = Some(100.0);
    hamlet.services[0].kinds = vec!["shop".into()];
    best(&hamlet, &free(), 0.0);
}

#[test]
fn a_facility_that_moves_opens_in_one_slot() {
    // Two slots would have 8 places.
    best(&moving(Facility::new("canteen")).slots(slots()), &free(), 4.0);
}

#[test]
fn a_facility_that_moves_keeps_its_service() {
    let mut hamlet = moving(Facility::new("canteen"));
    hamlet.services = vec![bare("canteen", 0.2), bare("clinic", 1.0)];
    best(&hamlet, &free(), 2.0);
    hamlet.facilities[0].service = "clinic".into();
    best(&hamlet, &free(), 4.0);
}

/// A facility of 20 places at the door of the South, which may move for nothing.
fn leaving() -> Programme {
    let kitchen = Facility::new("canteen").district("South").places(20.0).area(100.0).moving_cost(0.0);
    town([bare("canteen", 1.0)]).existing([kitchen], walks(&[[FAR], [1.0]]))
}

#[test]
fn a_facility_that_moves_leaves_its_place() {
    // Staying it serves 6 people, in the North 10.
    best(&leaving(), &free(), 10.0);
    best(&leaving(), &free().forbidden([0]), 6.0);
}

#[test]
fn a_facility_moves_into_one_space() {
    let mut town = leaving();
    town.travel = Some(walks(&[[FAR], [FAR]]).into());
    best(&town, &free(), 10.0);
    best(&town, &free().forbidden([0]), 6.0);
}

#[test]
fn a_facility_that_is_closed_saves_its_subsidy_for_its_price() {
    let cost = aim(PlanObjective::Cost { years: 1.0 });
    let mut hamlet = standing(Facility::new("canteen").places(4.0).yearly(8.0, 2.0).closing_cost(4.0));
    // Closing costs 4 and saves 8 - 2.
    best(&hamlet, &cost, -2.0);
    best(&hamlet, &cost.clone().budget(3.0), 0.0);
    hamlet.facilities[0].closing_cost = None;
    best(&hamlet, &cost, 0.0);
}

#[test]
fn a_facility_that_is_closed_serves_nobody() {
    let hamlet = standing(Facility::new("canteen").places(4.0).yearly(8.0, 2.0).closing_cost(4.0));
    best(&hamlet, &free(), 4.0);
    best(&hamlet, &free().subsidy(-6.0), 0.0);
    let cost = aim(PlanObjective::Cost { years: 1.0 });
    best(&hamlet, &cost.least_met(0.4), 0.0);
}
