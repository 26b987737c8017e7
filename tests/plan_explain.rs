//! What a space is to a plan and what a plan becomes without it, by hand.
#![cfg(feature = "microlp")]

use siting::service::{
    Change, Demand, Facility, Fitout, Least, Module, PlanObjective, PlanRules, Programme, Quota, Service, ServicePlan,
    Size, Space,
};
use siting::{Error, SolveOptions, TravelMatrix};

/// Three homes of 100 people in two districts, two halls in the west, one in the east, and an old canteen that may move.
///
/// Each home needs 10 places. The mill reaches homes 0 and 1, the barn home 1, the school home 2; the old canteen has 4
/// places and reaches home 1.
fn town() -> Programme {
    let demand = Demand::new([100.0, 100.0, 100.0]).districts(["West", "East"], [0, 0, 1]);
    let canteen = Service::new("canteen", 10.0)
        .need(Demand::PEOPLE, 0.1)
        .module(Module::new("small", 80.0, 10.0).capital_cost(100.0).running_cost(9.0).income(2.0))
        .module(Module::new("large", 100.0, 20.0).capital_cost(150.0).running_cost(12.0).income(4.0));
    let hall = |district| Space::new(100.0, "hall").district(district).rent(5.0);
    let walks = [(0, 0, 4.0), (1, 0, 6.0), (1, 1, 2.0), (2, 2, 3.0)];
    Programme::new(demand, [canteen])
        .spaces([hall("West").conversion_cost(20.0), hall("West"), hall("East")])
        .travel_to_spaces(TravelMatrix::from_pairs(3, 3, &walks).unwrap())
        .existing(
            [Facility::new("canteen").places(4.0).area(40.0).district("West").moving_cost(7.0)],
            TravelMatrix::from_pairs(3, 1, &[(1, 0, 8.0)]).unwrap(),
        )
}

fn solved(rules: &PlanRules) -> ServicePlan {
    town().solve(rules, &SolveOptions::default()).unwrap()
}

/// The large canteen in the mill, the small one in the school, the old one as it is.
fn all_met() -> ServicePlan {
    let plan = solved(&PlanRules::default().budget(270.0).forbidden([1]));
    assert_eq!((plan.objective, plan.facilities[0]), (30.0, Change::Kept));
    let module = |space, module| Fitout { space, service: 0, size: Size::Module(module), slots: vec![] };
    assert_eq!(plan.fitouts, [module(0, 1), module(2, 0)]);
    plan
}

#[test]
fn without_a_space_the_others_serve_whom_they_have_places_for() {
    let told = town().explain(&all_met(), 0, &SolveOptions::default()).unwrap();
    assert_eq!((told.objective, told.objective_without, told.lost), (30.0, 14.0, 16.0));
    // The old canteen takes 4 of home 1.
    assert_eq!(told.services[0].nobody_else, 16.0);
    assert!((16.0..=20.0).contains(&told.services[0].served));
    assert_eq!((told.capital_freed, told.yearly_freed), (170.0, 5.0 + 12.0 - 4.0));
    assert!(told.broken.is_empty());
    // The barn is forbidden, and the school is in use.
    assert_eq!((told.replacement, told.limit), (None, None));
}

#[test]
fn the_best_other_space_takes_its_place() {
    let mut plan = all_met();
    plan.rules.forbidden.clear();
    let told = town().explain(&plan, 0, &SolveOptions::default()).unwrap();
    let replacement = told.replacement.unwrap();
    assert_eq!((replacement.space, replacement.objective, replacement.lost), (1, 20.0, 10.0));
    assert_eq!(replacement.plan.rules.forbidden, [0]);
    town().check(&replacement.plan).unwrap();
}

#[test]
fn rules_that_break_without_a_space_are_told_in_words() {
    let rules = PlanRules::default()
        .budget(270.0)
        .required([2])
        .quota(Quota::new("canteen", Least::PlacesPer1000People(100.0)).district("East"))
        .least_met(0.9)
        .least_met_of("canteen", 0.5)
        .least_met_by_district(0.25);
    let plan = solved(&rules);
    let told = town().explain(&plan, 2, &SolveOptions::default()).unwrap();
    let words: Vec<(&str, &str)> = told.broken.iter().map(|own| (own.rule.as_str(), own.message.as_str())).collect();
    assert_eq!(
        words,
        [
            ("required", "required space 2 would host nothing"),
            ("quotas", "\"canteen\" would have 0 places in district \"East\", fewer than its quota of 10"),
            ("least_met", "the need would be met to a share of 0.6666667, less than least_met = 0.9"),
            (
                "least_met_by_district",
                "the need of district \"East\" would be met to a share of 0, less than least_met_by_district = 0.25"
            ),
        ]
    );
    assert_eq!((told.lost, told.services[0].nobody_else), (10.0, 10.0));
    assert_eq!(told.replacement, None);
}

#[test]
fn a_facility_that_was_to_move_in_stays_where_it_is() {
    let rules = PlanRules::default().budget(7.0).forbidden([0, 1]);
    let mut plan = solved(&rules);
    assert_eq!((plan.objective, plan.facilities[0]), (4.0, Change::Kept));
    // Moved to the school instead, it serves 4 of home 2.
    plan.facilities[0] = Change::Moved { to: 2 };
    plan.fitouts = vec![Fitout { space: 2, service: 0, size: Size::Moved(0), slots: vec![] }];
    plan.served[0].demand = 2;
    plan.served[0].host = siting::service::Host::Space(2);
    plan.rules.forbidden = vec![0];
    let told = town().explain(&plan, 2, &SolveOptions::default()).unwrap();
    assert_eq!((told.objective_without, told.lost), (4.0, 0.0));
    assert_eq!((told.capital_freed, told.yearly_freed), (7.0, 5.0));
    let replacement = told.replacement.unwrap();
    assert_eq!((replacement.space, replacement.plan.facilities[0]), (1, Change::Moved { to: 1 }));
}

#[test]
fn where_less_is_better_the_loss_is_what_is_added() {
    let rules = PlanRules::default().objective(PlanObjective::Cost { years: 1.0 }).least_met(0.6);
    let plan = solved(&rules);
    // The small canteen in the school and 8 of home 0 and 1 in the mill are too dear: the large one in the mill does.
    let space = plan.fitouts[0].space;
    let told = town().explain(&plan, space, &SolveOptions::default()).unwrap();
    assert!(told.lost < 0.0, "without the space less is spent");
    assert_eq!(told.lost, told.objective_without - told.objective);
    assert_eq!(told.broken[0].rule, "least_met");
}

#[test]
fn what_if_tells_what_changed() {
    let plan = all_met();
    let mut free = plan.clone();
    free.rules.forbidden.clear();
    let told = town().what_if(&free, &[0], &[1], &SolveOptions::default()).unwrap();
    assert_eq!((&told.added[..], &told.dropped[..]), (&[1][..], &[0][..]));
    assert_eq!((told.objective.before, told.objective.after), (30.0, 20.0));
    assert_eq!(told.capital.before, 270.0);
    assert!(told.capital.after <= 270.0);
    assert_eq!((told.met[0].need, told.met[0].met.before, told.met[0].met.after), (30.0, 30.0, 20.0));
    let share = told.share_met().unwrap();
    assert!((share.before - 1.0).abs() < 1e-12 && (share.after - 2.0 / 3.0).abs() < 1e-12);
    assert_eq!((&told.plan.rules.forbidden[..], &told.plan.rules.required[..]), (&[0][..], &[1][..]));
    town().check(&told.plan).unwrap();
}

#[test]
fn what_if_without_conditions_changes_nothing_that_counts() {
    let plan = all_met();
    let told = town().what_if(&plan, &[], &[], &SolveOptions::default()).unwrap();
    assert_eq!((told.objective.before, told.objective.after), (30.0, 30.0));
    assert!(told.plan.is_optimal());
    assert_eq!(told.plan.rules, plan.rules);
}

#[test]
fn a_space_that_is_not_used_is_refused() {
    let error = town().explain(&all_met(), 1, &SolveOptions::default()).unwrap_err();
    assert_eq!(error.to_string(), "space is 1: the plan does not use this space: it uses 0, 2");
    let error = town().explain(&all_met(), 9, &SolveOptions::default()).unwrap_err();
    assert!(matches!(error, Error::InvalidValue { argument: "space", .. }), "{error}");
}

#[test]
fn conditions_that_contradict_each_other_are_refused() {
    let mut plan = all_met();
    plan.rules.required = vec![2];
    let told = |without: &[u32], with: &[u32]| {
        town().what_if(&plan, without, with, &SolveOptions::default()).unwrap_err().to_string()
    };
    assert_eq!(told(&[0], &[0]), "without and with contradict each other: space 0 is in both: leave it in one of them");
    assert_eq!(
        told(&[2], &[]),
        "without and required contradict each other: space 2 is in both: the rules of the plan require it: solve under \
         others"
    );
    assert_eq!(
        told(&[], &[1]),
        "with and forbidden contradict each other: space 1 is in both: the rules of the plan forbid it: solve under others"
    );
    assert_eq!(told(&[7], &[]), "without[0] is 7, but there are only 3 spaces (0 to 2)");
    assert_eq!(told(&[], &[0, 0]), "with: 0 is given twice, at 0 and at 1");
}

#[test]
fn a_plan_that_breaks_a_rule_is_not_explained() {
    let mut plan = all_met();
    plan.rules.budget = Some(100.0);
    let error = town().explain(&plan, 0, &SolveOptions::default()).unwrap_err();
    assert!(matches!(error, Error::Unverified(_)), "{error}");
}

#[test]
fn spaces_far_away_that_serve_their_minimum_use_leave_the_replacement_as_it_is() {
    // Two halls near 700 homes, and money for one. Elsewhere pairs of halls stand at homes of 9 to 68 people, both required:
    // the farther of each pair serves its minimum use and no more, a share of the need that is rounded.
    let (near, pairs) = (700_u32, 60_u32);
    let people: Vec<f64> =
        (0..near).map(|i| 1.0 + 0.1 * f64::from(i % 7)).chain((0..pairs).map(|k| 9.0 + f64::from(k))).collect();
    let mut walks: Vec<(u32, u32, f64)> = Vec::new();
    for home in 0..near {
        walks.push((home, 0, 1.0 + f64::from(home * 37 % 701) / 100.0));
        walks.push((home, 1, 1.0 + f64::from(home * 53 % 709) / 100.0));
    }
    for pair in 0..pairs {
        walks.push((near + pair, 2 + 2 * pair, 1.0));
        walks.push((near + pair, 3 + 2 * pair, 5.0));
    }
    let spaces = 2 + 2 * pairs;
    let class = Service::new("class", 10.0).need("people", 1.0).minimum_use(1.9);
    let class = class.module(Module::new("one", 10.0, 1_000.0).capital_cost(10.0));
    let travel = TravelMatrix::from_pairs(people.len(), spaces as usize, &walks).unwrap();
    let programme = Programme::new(Demand::new(people), [class])
        .spaces(vec![Space::new(10.0, "hall"); spaces as usize])
        .travel_to_spaces(travel);
    let rules = PlanRules::default().objective(PlanObjective::Walking).budget(10.0 * f64::from(spaces - 1));
    let rules = rules.required((2..spaces).collect::<Vec<_>>());
    let plan = programme.solve(&rules, &SolveOptions::default()).unwrap();
    let used = plan.fitouts[0].space;
    let told = programme.explain(&plan, used, &SolveOptions::default()).unwrap();
    assert_eq!(told.replacement.map(|instead| instead.space), Some(1 - used));
}
