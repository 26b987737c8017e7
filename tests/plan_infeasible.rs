//! Why a programme has no plan, and that following the advice makes one.
#![cfg(feature = "microlp")]

#[path = "support/plan/random.rs"]
mod random;

use proptest::prelude::*;
use random::{Case, cases};
use siting::service::{
    Complexes, Demand, Facility, Least, Module, Pair, PlanObjective, PlanRules, Programme, Quota, Service, Setting,
    Slot, Space,
};
use siting::{Error, Ids, Infeasible, Reason, SolveOptions, TravelMatrix};

/// 1,000 people in the North, 500 in the South. A hall and a shop stand in the North, a school in the South, each at its
/// people's door; 300 m lie between North and South. Canteens go into halls and schools, clinics into any space.
fn town() -> Programme {
    let demand = Demand::new([1_000.0, 500.0]).households([400.0, 200.0]).districts(["North", "South"], [0, 1]);
    let canteen = Service::new("canteen", 200.0)
        .need(Demand::PEOPLE, 0.1)
        .kinds(["hall", "school"])
        .module(Module::new("small", 100.0, 30.0).capital_cost(120_000.0).running_cost(9_000.0))
        .module(Module::new("large", 200.0, 80.0).capital_cost(250_000.0).running_cost(15_000.0));
    let clinic = Service::new("clinic", 200.0)
        .need(Demand::PEOPLE, 0.02)
        .module(Module::new("room", 60.0, 25.0).capital_cost(80_000.0).running_cost(5_000.0).income(1_000.0));
    let space = |area: f64, kind: &str, district: &str| {
        Space::new(area, kind).district(district).conversion_cost(40_000.0).rent(2_000.0)
    };
    let spaces = [space(150.0, "hall", "North"), space(80.0, "shop", "North"), space(250.0, "school", "South")];
    let walks = [[50.0, 100.0, 350.0], [350.0, 250.0, 60.0]];
    let pairs: Vec<(u32, u32, f64)> =
        (0..2).flat_map(|i| (0..3).map(move |j| (i, j, walks[i as usize][j as usize]))).collect();
    let travel = TravelMatrix::from_pairs(2, 3, &pairs).unwrap();
    let travel =
        travel.with_ids(Ids::range(2), Ids::from_texts(["old hall", "corner shop", "school"]).unwrap()).unwrap();
    Programme::new(demand, [canteen, clinic]).spaces(spaces).travel_to_spaces(travel)
}

fn infeasible(programme: &Programme, rules: &PlanRules) -> Infeasible {
    match programme.solve(rules, &SolveOptions::default()) {
        Err(Error::Infeasible(why)) => why,
        solved => panic!("it should be infeasible: {solved:?}"),
    }
}

/// What is said of a programme without a plan, after the words that are always there.
fn said(programme: &Programme, rules: &PlanRules) -> String {
    let why = infeasible(programme, rules).to_string();
    why.strip_prefix("programme has no plan that obeys every rule: ").unwrap().to_owned()
}

fn plain() -> PlanRules {
    PlanRules::default()
}

fn quota(service: &str, least: Least, district: &str) -> PlanRules {
    plain().quota(Quota::new(service, least).district(district))
}

#[test]
fn a_quota_above_all_that_spaces_offer_says_how_much_is_missing_and_why() {
    let places = |rate| quota("canteen", Least::PlacesPer1000People(rate), "North");
    let spoilt = |rules: &PlanRules, spoil: fn(&mut Programme)| {
        let mut programme = town();
        spoil(&mut programme);
        said(&programme, rules)
    };
    assert_eq!(
        spoilt(&places(50.0), |town| {
            town.services[0].kinds = vec!["school".into()];
            let own = Facility::new("canteen").places(10.0).district("North");
            *town = town.clone().existing([own], TravelMatrix::from_pairs(2, 1, &[(0, 0, 1.0)]).unwrap());
        }),
        "canteen quota in district North lacks 40 places: no compatible space in the district"
    );
    assert_eq!(
        said(&town(), &places(50.0)),
        "canteen quota in district North lacks 20 places: all that can be in the district is 30 places"
    );
    assert_eq!(
        said(&town(), &places(50.0).forbidden([0])),
        "canteen quota in district North lacks 50 places: every compatible space in the district is forbidden"
    );
    assert_eq!(
        spoilt(&places(50.0), |town| town.services[0].modules.clear()),
        "canteen quota in district North lacks 50 places: the service has no module"
    );
    assert_eq!(
        spoilt(&places(50.0), |town| town.spaces[0].area = 90.0),
        "canteen quota in district North lacks 50 places: too little area in the district: its smallest size takes 100 m², \
         the largest compatible space has 90 m²"
    );
    assert_eq!(
        said(&town(), &quota("clinic", Least::AreaPer100Households(40.0), "North")),
        "clinic quota in district North lacks 40 m²: all that can be in the district is 120 m²"
    );
    assert_eq!(
        said(&town(), &quota("clinic", Least::Facilities(3), "North")),
        "clinic quota in district North lacks 1 facility: all that can be in the district is 2"
    );
    let mut whole = town();
    whole.demand.districts = siting::service::Areas::default();
    whole.spaces.iter_mut().for_each(|space| space.district = None);
    assert_eq!(
        said(&whole, &plain().quota(Quota::new("clinic", Least::Facilities(5)))),
        "clinic quota lacks 2 facilities: all that can be is 3"
    );
}

#[test]
fn a_quota_in_every_district_names_those_that_lack() {
    let rules = plain().quota(Quota::new("canteen", Least::PlacesPer1000People(40.0)));
    assert_eq!(
        said(&town(), &rules),
        "canteen quota in district North lacks 10 places: all that can be in the district is 30 places"
    );
}

#[test]
fn a_required_space_that_suits_no_service_is_named() {
    let mut programme = town();
    programme.services[1].kinds = vec!["school".into()];
    assert_eq!(
        said(&programme, &plain().required([0, 1])),
        "space corner shop is required, but no service suits its kind (\"shop\"), floor (0) and slots"
    );
    programme.services[1].kinds = vec!["shop".into()];
    programme.spaces[1].area = 59.0;
    assert_eq!(
        said(&programme, &plain().required([1])),
        "space corner shop is required, but every size of the services that suit it takes more than its 59 m²"
    );
}

#[test]
fn required_spaces_above_the_budget_the_subsidy_and_the_limit_on_spaces_are_told() {
    let rules = plain().required([0, 1]);
    assert_eq!(
        said(&town(), &rules.clone().budget(200_000.0)),
        "the budget lacks 40,000: the required spaces cost 240,000 at least"
    );
    assert_eq!(
        said(&town(), &rules.clone().subsidy(2_000.0)),
        "the subsidy lacks 10,000 a year: no plan needs less than 12,000 a year"
    );
    assert_eq!(said(&town(), &rules.most_spaces(1)), "the limit on spaces lacks 1: 2 spaces are required");
}

#[test]
fn shares_beyond_all_reach_are_told_in_all_by_service_and_by_district() {
    let mut programme = town();
    programme.services[0].kinds = vec!["hall".into()];
    // 100 of 150 people who need a canteen live at the hall; every patient lives at some space.
    assert_eq!(
        said(&programme, &plain().least_met(0.9)),
        "the share of need met lacks 0.1777778: only 0.7222222 of it has a compatible space or a facility within reach"
    );
    assert_eq!(
        said(&programme, &plain().least_met_of("canteen", 0.9)),
        "the share of canteen need met lacks 0.2333334: only 0.6666667 of it has a compatible space or a facility within \
         reach"
    );
    assert_eq!(
        said(&programme, &plain().least_met_by_district(0.5)),
        "the share of need met in district South lacks 0.3333334: only 0.1666667 of it has a compatible space or a \
         facility within reach"
    );
}

#[test]
fn more_complexes_than_large_spaces_are_told() {
    let rule = Complexes::new(["canteen", "clinic"]).area(150.0).services(2, 2);
    assert_eq!(
        said(&town(), &plain().complexes(rule.least(3))),
        "the number of complexes lacks 1: 2 of the spaces are large enough and suit enough services"
    );
}

#[test]
fn limits_on_walks_below_the_nearest_host_are_told() {
    // 120 people walk 50 m and 60 people 60 m at least.
    assert_eq!(
        said(&town(), &plain().most_walking(40.0)),
        "the limit on the mean walk lacks 13.33334: with everybody at the nearest host it is 53.33333"
    );
    assert_eq!(
        said(&town(), &plain().most_envy(50.0, 30.0)),
        "the limit on the mean envy lacks 3.333334: with everybody at the nearest host it is 33.33333"
    );
}

#[test]
fn a_budget_that_the_other_rules_overspend_says_what_it_lacks() {
    // A small canteen costs 160,000 with its space, and each district must have one.
    let rules = plain().quota(Quota::new("canteen", Least::Facilities(1))).budget(200_000.0);
    let lacks =
        Reason::Lacks { rule: "the budget".into(), place: None, missing: 120_000.0, unit: String::new(), why: None };
    let why = infeasible(&town(), &rules);
    assert_eq!((why.together, why.reasons), (true, vec![lacks]));
    assert_eq!(said(&town(), &rules), "the budget lacks 120,000; with that there is a plan");
    assert!(town().solve(&rules.clone().budget(320_000.0), &SolveOptions::default()).is_ok());
    assert!(!infeasible(&town(), &rules.budget(319_999.0)).reasons.is_empty());
}

#[test]
fn rules_that_meet_halfway_are_told_together() {
    // The whole budget for half of the need would be 450,000; a little more for a little less need is nearer.
    let rules = plain().least_met_of("canteen", 0.5).budget(300_000.0);
    assert_eq!(
        said(&town(), &rules),
        "the budget lacks 20,000; the share of canteen need met lacks 0.1; with all of these together there is a plan"
    );
    assert!(town().solve(&plain().least_met_of("canteen", 0.4).budget(320_000.0), &SolveOptions::default()).is_ok());
}

#[test]
fn a_quota_that_the_budget_forbids_says_where_and_how_much() {
    let rules = quota("canteen", Least::PlacesPer1000People(30.0), "North").budget(0.0).required([2]);
    let why = infeasible(&town(), &rules.clone().required([]));
    assert!(why.together);
    assert!(!infeasible(&town(), &rules).together);
    // A budget of nothing can give way by as much as the quota.
    let [Reason::Lacks { rule, place, .. }] = &why.reasons[..] else { panic!("{why}") };
    let place = place.as_deref();
    assert!(matches!((rule.as_str(), place), ("the budget", None) | ("canteen quota", Some("North"))), "{why}");
}

#[test]
fn a_required_space_that_cannot_earn_its_rent_is_to_be_left_free() {
    assert_eq!(
        said(&town(), &plain().break_even().required([1])),
        "space corner shop is required, but nothing fitted out there can obey the other rules: leave it free; with that \
         there is a plan"
    );
}

#[test]
fn several_rules_that_must_give_way_are_told_together() {
    let mut programme = town();
    programme.demand = programme.demand.settings([Setting::Urban, Setting::Urban]);
    let rules = plain().break_even().required([1, 2]).least_met(0.5).objective(PlanObjective::Walking);
    assert_eq!(
        said(&programme, &rules),
        "space corner shop is required, but nothing fitted out there can obey the other rules: leave it free; space \
         school is required, but nothing fitted out there can obey the other rules: leave it free; the share of need met \
         lacks 0.5; with all of these together there is a plan"
    );
}

#[test]
fn there_is_advice_although_presolve_of_the_solver_fails() {
    // What is asked for as advice here, HiGHS 1.15 takes apart and cannot put together again.
    let lunch =
        Service::new("canteen", 3.0).need("people", 0.5).module(Module::new("large", 5.0, 2.0).running_cost(5.0));
    let lunch = lunch.module(Module::new("small", 2.0, 4.0).capital_cost(1.0).running_cost(1.0).income(3.0));
    let class = Service::new("class", 3.0).need("people", 0.5).module(Module::new("one", 2.0, 2.0).running_cost(1.0));
    let to_spaces = [(0, 0, 5.0), (0, 1, 3.0), (1, 0, 0.0), (1, 1, 3.0)];
    let today = Facility::new("canteen").places(1.0).area(2.0).yearly(2.0, 0.0).moving_cost(4.0).closing_cost(1.0);
    let today = today.enlargement(Module::new("more", 1.0, 1.0).capital_cost(1.0));
    let town = Programme::new(Demand::new([1.0, 7.0, 1.0]), [lunch, class.slots(["evening"]).minimum_use(4.0)])
        .spaces([Space::new(6.0, "hall").conversion_cost(2.0).slots(["evening"]), Space::new(4.0, "hall").rent(1.0)])
        .travel_to_spaces(TravelMatrix::from_pairs(3, 2, &to_spaces).unwrap())
        .existing(
            [today, Facility::new("canteen").places(1.0).closing_cost(3.0)],
            TravelMatrix::from_pairs(3, 2, &[]).unwrap(),
        )
        .slots([Slot::new("day", 0.0, 1.0), Slot::new("evening", 1.0, 2.0)])
        .pairs([Pair::apart("class", "canteen")]);
    let complexes =
        Complexes { area: 6.0, services: 2, core_services: 1, apart: 1, ..Complexes::new(["canteen", "class"]) };
    let rules = plain().objective(PlanObjective::Cost { years: 0.0 }).service_weight("canteen", 3.0).budget(13.0);
    let rules = rules.break_even().required([1]).complexes(complexes.least(1));
    let rules = rules.quota(Quota::new("class", Least::Facilities(1)));
    assert_eq!(
        said(&town, &rules),
        "the number of complexes lacks 1; class quota lacks 1 facility; with all of these together there is a plan"
    );
}

#[test]
fn reasons_survive_serde() {
    let why = infeasible(&town(), &plain().least_met_of("canteen", 0.5).budget(300_000.0));
    let text = serde_json::to_string(&why).unwrap();
    assert_eq!(serde_json::from_str::<Infeasible>(&text).unwrap(), why);
    let older = r#"{"model":"p-median","reasons":[{"sites-too-few":{"p":1,"smallest":2}}]}"#;
    assert!(!serde_json::from_str::<Infeasible>(older).unwrap().together);
}

/// What is asked for after a subtraction: a billionth less, so that its rounding asks for nothing that cannot be.
fn left(least: f64) -> f64 {
    if least < 1e-9 { 0.0 } else { least * (1.0 - 1e-9) }
}

/// The rules, given way by so much of what they lack.
fn eased(case: &Case, why: &Infeasible, part: f64) -> PlanRules {
    let mut rules = case.rules.clone();
    for reason in &why.reasons {
        match reason {
            Reason::RequiredSpace { space, .. } => rules.required.retain(|own| own.to_string() != space.to_string()),
            Reason::Lacks { rule, place, missing, unit, .. } => {
                let missing = missing * part;
                let lower = |now: f64, from: f64| now.min(left(from - missing));
                let first = &case.rules;
                match (rule.as_str(), place) {
                    ("the budget", None) => rules.budget = rules.budget.map(|budget| budget + missing),
                    ("the subsidy", None) => rules.subsidy = rules.subsidy.map(|subsidy| subsidy + missing),
                    ("the limit on spaces", None) => {
                        rules.most_spaces = rules.most_spaces.map(|most| most + missing as usize);
                    }
                    ("the number of complexes", None) => {
                        rules.complexes =
                            rules.complexes.map(|rule| Complexes { least: rule.least - missing as u32, ..rule });
                    }
                    ("the limit on the mean walk", None) => {
                        rules.most_walking = rules.most_walking.map(|most| most + missing);
                    }
                    ("the limit on the mean envy", None) => {
                        if let Some(envy) = &mut rules.most_envy {
                            envy.most += missing;
                        }
                    }
                    ("the share of need met", None) => {
                        rules.least_met = rules.least_met.map(|share| left(share - missing));
                    }
                    ("the share of need met", Some(_)) => {
                        let from = first.least_met_by_district.unwrap();
                        rules.least_met_by_district = rules.least_met_by_district.map(|now| lower(now, from));
                    }
                    (rule, None) if rule.starts_with("the share of ") => {
                        let (_, share) = rules.least_met_by_service.iter_mut().next().unwrap();
                        *share = left(*share - missing);
                    }
                    (rule, place) => {
                        let service = rule.strip_suffix(" quota").unwrap();
                        let eased =
                            |quota: &Quota| ease_quota(&case.programme, quota, service, place.as_ref(), unit, missing);
                        rules.quotas = rules.quotas.iter().flat_map(eased).collect();
                    }
                }
            }
            other => panic!("{other} is no reason that can be followed"),
        }
    }
    rules
}

/// Whether money is the one thing that is lacking. Other rules may speak of several places at once.
fn only_money(why: &Infeasible) -> bool {
    let money = |rule: &str| matches!(rule, "the budget" | "the subsidy");
    matches!(&why.reasons[..], [Reason::Lacks { rule, .. }] if money(rule))
}

/// A quota, place by place, lower by what is missing where it is.
fn ease_quota(
    programme: &Programme,
    quota: &Quota,
    service: &str,
    place: Option<&String>,
    unit: &str,
    missing: f64,
) -> Vec<Quota> {
    let districts = &programme.demand.districts;
    let places: Vec<Option<String>> = match &quota.district {
        None if !districts.names.is_empty() => districts.names.iter().cloned().map(Some).collect(),
        own => vec![own.clone()],
    };
    let ease = |district: Option<String>| {
        let inside = |i: usize| district.as_ref().is_none_or(|name| *name == districts.names[districts.of[i] as usize]);
        let sum = |values: &[f64]| -> f64 { (0..values.len()).filter(|&i| inside(i)).map(|i| values[i]).sum() };
        let here = quota.service == service && district.as_ref() == place;
        let least = match (quota.least, unit) {
            (Least::PlacesPer1000People(rate), "places") if here => {
                Least::PlacesPer1000People(left(rate - missing * 1000.0 / sum(&programme.demand.people)))
            }
            (Least::AreaPer100Households(rate), "m²") if here => {
                let households = sum(programme.demand.households.as_ref().unwrap());
                Least::AreaPer100Households(left(rate - missing * 100.0 / households))
            }
            (Least::Facilities(count), "facility" | "facilities") if here => {
                Least::Facilities(count.saturating_sub(missing as u32))
            }
            (least, _) => least,
        };
        Quota { district, least, ..quota.clone() }
    };
    places.into_iter().map(ease).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_programme_without_a_plan_has_one_when_the_advice_is_followed(case in cases()) {
        let mut case = case;
        for round in 0..3 {
            let why = match case.programme.solve(&case.rules, &SolveOptions::default()) {
                Ok(_) => return Ok(()),
                Err(Error::Infeasible(why)) => why,
                Err(other) => return Err(TestCaseError::fail(other.to_string())),
            };
            prop_assert!(round < 2, "there is still no plan: {why}\n{case:?}");
            prop_assert!(!why.reasons.is_empty());
            // Reasons that are found together come last: with them there is a plan.
            prop_assert!(why.together || round == 0, "{why}\n{case:?}");
            let whole = |reason: &Reason| matches!(
                reason,
                Reason::Lacks { rule, unit, .. }
                    if !matches!(rule.as_str(), "the limit on spaces" | "the number of complexes") && !unit.starts_with("facilit")
            );
            // Less than what is missing is not enough: of one that is told alone, and of each that stands for itself.
            if why.reasons.iter().all(whole) && (only_money(&why) || !why.together) {
                let little = eased(&case, &why, 0.95);
                let solved = case.programme.solve(&little, &SolveOptions::default());
                prop_assert!(matches!(solved, Err(Error::Infeasible(_))), "less would do: {why}\n{case:?}");
            }
            let rules = eased(&case, &why, 1.0);
            if why.together {
                let solved = case.programme.solve(&rules, &SolveOptions::default());
                prop_assert!(solved.is_ok(), "{why}\nbut then: {solved:?}\n{case:?}");
                return Ok(());
            }
            case.rules = rules;
        }
    }
}

#[test]
fn a_programme_without_spaces_and_facilities_has_an_empty_plan() {
    let mut programme = town();
    programme.spaces.clear();
    programme.travel_to_spaces = None;
    let plan = programme.solve(&plain(), &SolveOptions::default()).unwrap();
    assert_eq!((plan.objective, plan.fitouts.len(), plan.facilities.len()), (0.0, 0, 0));
    assert!(plan.is_optimal());
    assert!(said(&programme, &plain().least_met(0.5)).starts_with("the share of need met lacks 0.5"));
}
