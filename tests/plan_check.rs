//! The checker accepts a plan that obeys every rule, and refuses one that breaks any of them.

#[path = "support/plan_town.rs"]
mod plan_town;

use plan_town::{CANTEEN, CULTURE, DAY, EVENING, WORKSHOP, plan, town};
use siting::service::{
    Change, Complexes, Fitout, Host, Least, Pair, PlanObjective, PlanRules, Programme, Quota, Served, ServicePlan, Size,
};
use siting::{Error, Status};

/// A change to the programme and to the plan.
type Spoil = fn(&mut Programme, &mut ServicePlan);

/// What the checker says of a plan that was spoilt; `None` when it accepts it.
fn told(spoils: &[Spoil]) -> Option<String> {
    let (mut programme, mut plan) = (town(), plan());
    for spoil in spoils {
        spoil(&mut programme, &mut plan);
    }
    match programme.check(&plan) {
        Ok(()) => None,
        Err(Error::Unverified(message)) => Some(message),
        Err(other) => panic!("{other:?} is no verdict on the plan"),
    }
}

/// Each change must be told in the words given, and that rule must be the only one broken: once it is loosened, all that is
/// left to tell is that the objective has changed.
fn broken(cases: &[(&str, Spoil, &str, Spoil)]) {
    for (name, spoil, expected, loosen) in cases {
        let message = told(&[*spoil]).unwrap_or_else(|| panic!("{name}: accepted"));
        assert!(message.contains(expected), "{name}: {message}\nshould say: {expected}");
        let left = told(&[*spoil, *loosen]);
        assert!(left.as_ref().is_none_or(|left| left.starts_with("the objective is")), "{name}, loosened: {left:?}");
    }
}

fn complexes(plan: &mut ServicePlan) -> &mut Complexes {
    plan.rules.complexes.as_mut().unwrap()
}

fn least_rate(plan: &mut ServicePlan, quota: usize, least: Least) {
    plan.rules.quotas[quota].least = least;
}

#[test]
fn a_plan_that_obeys_every_rule_is_accepted() {
    assert_eq!(told(&[]), None);
}

#[test]
fn a_plan_that_breaks_a_rule_of_its_spaces_is_refused() {
    broken(&[
        (
            "kind",
            |p, _| p.spaces[0].kind = "roof".into(),
            "\"canteen\" is in space 0, whose kind \"roof\" does not suit it",
            |p, _| p.services.iter_mut().for_each(|service| service.kinds.clear()),
        ),
        (
            "floor",
            |p, _| p.spaces[0].floor = 2,
            "\"canteen\" is in space 0 on floor 2, not 0 to 1",
            |p, _| p.services[0].floors = None,
        ),
        (
            "slots of the service",
            |_, plan| {
                plan.fitouts[1].slots = vec![DAY, EVENING];
                (plan.rules.break_even, plan.rules.subsidy) = (false, None);
            },
            "\"childcare\" is open in space 0 in slot \"evening\", which is none of those of the service",
            |p, _| p.services[1].slots.clear(),
        ),
        (
            "slots of the space",
            |_, plan| plan.fitouts[3].slots = vec![EVENING],
            "\"workshop\" is open in space 1 in slot \"evening\", which is none of those of the space",
            |p, _| p.spaces[1].slots.clear(),
        ),
        (
            "area in each slot",
            |p, _| p.spaces[0].area = 359.0,
            "the services in space 0 take 360 m² in slot \"day\", more than its area of 359",
            |p, _| p.spaces[0].area = 360.0,
        ),
        (
            "area of a facility that moves in",
            |p, _| p.facilities[2].area = Some(121.0),
            "the services in space 1 take 121 m² in slot \"day\", more than its area of 120",
            |p, _| p.facilities[2].area = Some(120.0),
        ),
        (
            "area shared by a pair",
            |p, _| drop(p.pairs.remove(0)),
            "the services in space 0 take 390 m² in slot \"day\", more than its area of 370",
            |p, _| p.spaces[0].area = 390.0,
        ),
        (
            "area shared only in slots where both are open",
            |p, plan| {
                p.spaces[0].area = 229.0;
                complexes(plan).area = 200.0;
                plan.fitouts[0].slots = vec![EVENING];
                plan.rules.quotas.clear();
                (plan.rules.break_even, plan.rules.subsidy) = (false, None);
            },
            "the services in space 0 take 230 m² in slot \"day\", more than its area of 229",
            |p, _| p.spaces[0].area = 230.0,
        ),
        (
            "area without slots",
            |p, plan| {
                p.slots.clear();
                p.services.iter_mut().for_each(|service| service.slots.clear());
                p.spaces.iter_mut().for_each(|space| space.slots.clear());
                plan.fitouts.iter_mut().for_each(|fitout| fitout.slots.clear());
                plan.rules.quotas.clear();
                (plan.rules.break_even, plan.rules.subsidy) = (false, None);
                p.spaces[0].area = 359.0;
            },
            "the services in space 0 take 360 m², more than its area of 359",
            |p, _| p.spaces[0].area = 360.0,
        ),
        (
            "apart",
            |p, _| p.pairs[1] = Pair::apart("culture", "childcare"),
            "\"culture\" and \"childcare\" must stay apart, but both are in space 0",
            |p, _| drop(p.pairs.pop()),
        ),
        (
            "one slot for a facility that moves",
            |p, plan| {
                p.spaces[1].slots.clear();
                plan.fitouts[3].slots = vec![DAY, EVENING];
            },
            "facility 2 moves into space 1 in 2 slots, not in one",
            |_, plan| plan.fitouts[3].slots = vec![EVENING],
        ),
        (
            "its own service for a facility that moves",
            |_, plan| plan.fitouts[3].service = CULTURE,
            "facility 2 offers \"workshop\", but moves into space 1 as \"culture\"",
            |_, plan| plan.fitouts[3].service = WORKSHOP,
        ),
    ]);
}

#[test]
fn a_plan_that_breaks_a_rule_on_sharing_or_choosing_spaces_is_refused() {
    broken(&[
        (
            "few services in other spaces",
            |_, plan| (complexes(plan).area, complexes(plan).least) = (371.0, 0),
            "space 0 of 370 m² hosts 3 services, 2 of the core, and is no complex: it hosts more than complexes.apart = 2",
            |_, plan| complexes(plan).apart = 3,
        ),
        (
            "services of a complex",
            |_, plan| (complexes(plan).services, complexes(plan).least) = (4, 0),
            "space 0 of 370 m² hosts 3 services, 2 of the core, and is no complex, though every used space of 300 m²",
            |_, plan| (complexes(plan).always, complexes(plan).apart) = (false, 3),
        ),
        (
            "core services of a complex",
            |_, plan| {
                complexes(plan).core[1] = "workshop".into();
                complexes(plan).always = false;
                complexes(plan).apart = 3;
            },
            "0 spaces are complexes, fewer than complexes.least = 1",
            |_, plan| complexes(plan).core_services = 1,
        ),
        (
            "large spaces that are used are complexes",
            |_, plan| complexes(plan).area = 120.0,
            "space 1 of 120 m² hosts 1 services, 0 of the core, and is no complex, though every used space of 120 m²",
            |_, plan| complexes(plan).always = false,
        ),
        (
            "least complexes",
            |_, plan| complexes(plan).least = 2,
            "1 spaces are complexes, fewer than complexes.least = 2",
            |_, plan| complexes(plan).least = 1,
        ),
        (
            "required",
            |_, plan| plan.rules.required = vec![1, 3],
            "required space 3 hosts nothing",
            |_, plan| plan.rules.required = vec![1],
        ),
        (
            "forbidden",
            |_, plan| plan.rules.forbidden = vec![2, 1],
            "forbidden space 1 hosts something",
            |_, plan| plan.rules.forbidden = vec![2, 3],
        ),
        (
            "most spaces",
            |_, plan| plan.rules.most_spaces = Some(1),
            "2 spaces are used, more than most_spaces = 1",
            |_, plan| plan.rules.most_spaces = None,
        ),
    ]);
}

#[test]
fn a_plan_that_does_to_a_facility_what_is_not_allowed_is_refused() {
    broken(&[
        (
            "enlarging",
            |p, _| p.facilities[1].enlargement = None,
            "facility 1 (\"culture\") is enlarged, but has no enlargement",
            |_, plan| {
                plan.facilities[1] = Change::Kept;
                plan.rules = PlanRules::default();
                plan.served.retain(|row| row.host != Host::Facility(1));
            },
        ),
        (
            "moving",
            |p, _| p.facilities[2].moving_cost = None,
            "facility 2 (\"workshop\") is moved, but has no moving cost",
            |p, _| p.facilities[2].moving_cost = Some(0.0),
        ),
        (
            "closing",
            |p, _| p.facilities[3].closing_cost = None,
            "facility 3 (\"culture\") is closed, but has no closing cost",
            |_, plan| (plan.facilities[3], plan.rules.subsidy) = (Change::Kept, None),
        ),
    ]);
}

#[test]
fn a_plan_that_spends_too_much_is_refused() {
    broken(&[
        (
            "budget",
            |_, plan| plan.rules.budget = Some(566.99),
            "the plan costs 567, more than the budget of 566.99",
            |_, plan| plan.rules.budget = None,
        ),
        (
            "subsidy",
            |_, plan| plan.rules.subsidy = Some(-9.01),
            "the plan needs -9 a year, more than the subsidy of -9.01",
            |_, plan| plan.rules.subsidy = None,
        ),
        (
            "break-even",
            |p, plan| (p.spaces[0].rent, plan.rules.subsidy) = (21.0, None),
            "space 0 does not break even: it loses 1 a year",
            |p, _| p.spaces[0].rent = 20.0,
        ),
        (
            "break-even with a facility that moved in",
            |p, plan| (p.facilities[2].income, plan.rules.subsidy) = (12.5, None),
            "space 1 does not break even: it loses 0.5 a year",
            |_, plan| plan.rules.break_even = false,
        ),
    ]);
}

#[test]
fn a_plan_that_misses_a_quota_is_refused() {
    broken(&[
        (
            "places",
            |_, plan| least_rate(plan, 0, Least::PlacesPer1000People(51.0)),
            "\"childcare\" has 15 places in district \"North\", fewer than its quota of 15.3",
            |_, plan| least_rate(plan, 0, Least::PlacesPer1000People(50.0)),
        ),
        (
            "places counted slot by slot",
            |_, plan| least_rate(plan, 1, Least::PlacesPer1000People(301.0)),
            "\"canteen\" has 90 places in district \"North\", fewer than its quota of 90.3",
            |_, plan| least_rate(plan, 1, Least::PlacesPer1000People(300.0)),
        ),
        (
            "unknown places count nothing",
            |_, plan| plan.rules.quotas[0].district = Some("South".into()),
            "\"childcare\" has 0 places in district \"South\", fewer than its quota of 13",
            |_, plan| plan.rules.quotas[0].district = Some("North".into()),
        ),
        (
            "area with enlargements",
            |_, plan| least_rate(plan, 2, Least::AreaPer100Households(96.0)),
            "\"culture\" has 100 m² in district \"South\", fewer than its quota of 100.8",
            |_, plan| least_rate(plan, 2, Least::AreaPer100Households(95.0)),
        ),
        (
            "facilities",
            |_, plan| least_rate(plan, 3, Least::Facilities(3)),
            "\"canteen\" has 2 facilities in district \"North\", fewer than its quota of 3",
            |_, plan| least_rate(plan, 3, Least::Facilities(2)),
        ),
        (
            "a facility that moved counts where it moved to",
            |_, plan| plan.rules.quotas[4].district = Some("North".into()),
            "\"workshop\" has 0 facilities in district \"North\", fewer than its quota of 1",
            |_, plan| plan.rules.quotas[4].district = Some("South".into()),
        ),
        (
            "closed facilities count nothing, and each district is asked",
            |_, plan| least_rate(plan, 5, Least::Facilities(2)),
            "\"culture\" has 1 facilities in district \"North\", fewer than its quota of 2",
            |_, plan| least_rate(plan, 5, Least::Facilities(1)),
        ),
        (
            "each district is asked to the last",
            |_, plan| plan.rules.quotas.push(Quota::new("canteen", Least::Facilities(1))),
            "\"canteen\" has 0 facilities in district \"South\", fewer than its quota of 1",
            |_, plan| drop(plan.rules.quotas.pop()),
        ),
    ]);
}

#[test]
fn a_plan_that_serves_people_where_it_cannot_is_refused() {
    broken(&[
        (
            "a share above 1",
            |_, plan| plan.served[0].share = 1.5,
            "space 0 serves a share of 1.5 of demand point 0 with \"canteen\"",
            |_, plan| plan.served[0].share = 1.0,
        ),
        (
            "a share of 0",
            |_, plan| plan.served[0].share = 0.0,
            "space 0 serves a share of 0 of demand point 0",
            |_, plan| plan.served[0].share = 1.0,
        ),
        (
            "a share that is no number",
            |_, plan| plan.served[7].share = f64::NAN,
            "facility 4 serves a share of NaN of demand point 2 with \"childcare\"",
            |_, plan| plan.served[7].share = 1.0,
        ),
        (
            "a space without the service",
            |_, plan| plan.served[3].host = Host::Space(3),
            "demand point 2 is served \"canteen\" in space 3, which has none",
            |_, plan| plan.served[3].host = Host::Space(0),
        ),
        (
            "a facility of another service",
            |_, plan| plan.served[19].host = Host::Facility(1),
            "demand point 4 is served \"workshop\" at facility 1, which has none",
            |_, plan| plan.served[19].host = Host::Space(1),
        ),
        (
            "a facility that is closed",
            |_, plan| plan.served[10].host = Host::Facility(3),
            "demand point 0 is served \"culture\" at facility 3, which is gone",
            |_, plan| plan.served[10].host = Host::Space(0),
        ),
        (
            "a facility that has moved",
            |_, plan| plan.served[16].host = Host::Facility(2),
            "demand point 1 is served \"workshop\" at facility 2, which is gone",
            |_, plan| plan.served[16].host = Host::Space(1),
        ),
        (
            "the limit in town",
            |p, plan| {
                p.services[3].limit.urban = 499.0;
                plan.rules = PlanRules::default();
            },
            "demand point 1 is served \"workshop\" by space 1, 500 away, out of its limit of 499",
            |p, _| p.services[3].limit.urban = 500.0,
        ),
        (
            "the limit in the country",
            |p, plan| {
                p.services[0].limit.rural = 549.0;
                plan.rules = PlanRules::default();
            },
            "demand point 3 is served \"canteen\" by space 0, 550 away, out of its limit of 549",
            |p, _| p.services[0].limit.rural = 550.0,
        ),
        (
            "a walk that does not exist",
            |_, plan| plan.served[4].host = Host::Facility(0),
            "demand point 3 is served \"canteen\" by facility 0, without a walk there, out of its limit of 600",
            |_, plan| plan.served[4].host = Host::Space(0),
        ),
        (
            "met once",
            |_, plan| plan.served[2].share = 0.5,
            "demand point 1 is served \"canteen\" 1.25 times",
            |_, plan| plan.served[2].share = 0.25,
        ),
    ]);
}

#[test]
fn a_plan_that_serves_too_many_or_too_few_is_refused() {
    broken(&[
        (
            "places of a module",
            |p, plan| {
                p.services[1].modules[0].places = 14.0;
                plan.rules.quotas.clear();
            },
            "\"childcare\" in space 0 serves 15, more than its 14 places",
            |p, _| p.services[1].modules[0].places = 15.0,
        ),
        (
            "places in each slot that it is open",
            |p, plan| {
                p.services[0].modules[1].places = 20.0;
                plan.fitouts[0].slots = vec![DAY];
                plan.rules.quotas.clear();
                (plan.rules.break_even, plan.rules.subsidy) = (false, None);
            },
            "\"canteen\" in space 0 serves 35, more than its 20 places",
            |_, plan| plan.fitouts[0].slots = vec![DAY, EVENING],
        ),
        (
            "places of a facility that moved",
            |p, _| p.facilities[2].places = Some(5.9),
            "\"workshop\" in space 1 serves 6, more than its 5.9 places",
            |p, _| p.facilities[2].places = Some(6.0),
        ),
        (
            "places of a facility that stays",
            |p, plan| {
                p.facilities[0].places = Some(4.9);
                plan.rules.quotas.clear();
            },
            "\"canteen\" at facility 0 serves 5, more than its 4.9 places",
            |p, _| p.facilities[0].places = None,
        ),
        (
            "places of a facility that is enlarged",
            |p, _| p.facilities[1].enlargement.as_mut().unwrap().places = 5.9,
            "\"culture\" at facility 1 serves 14, more than its 13.9 places",
            |p, _| p.facilities[1].places = Some(8.1),
        ),
        (
            "minimum use",
            |p, _| p.services[2].minimum_use = 10.1,
            "\"culture\" in space 0 serves 10, less than its minimum use of 10.1",
            |p, _| p.services[2].minimum_use = 10.0,
        ),
        (
            "minimum use of a facility that moved",
            |p, _| p.services[3].minimum_use = 6.1,
            "\"workshop\" in space 1 serves 6, less than its minimum use of 6.1",
            |p, _| p.services[3].minimum_use = 6.0,
        ),
    ]);
}

#[test]
fn minimum_use_is_not_asked_of_facilities_that_stay() {
    // The kitchen serves 5 where 35 are asked of each fit-out.
    assert_eq!(told(&[|p, _| p.services[0].minimum_use = 35.0]), None);
}

#[test]
fn a_plan_that_serves_people_worse_than_asked_is_refused() {
    broken(&[
        (
            "least met",
            |_, plan| plan.rules.least_met = Some(0.873),
            "the need is met to a share of 0.8729338",
            |_, plan| plan.rules.least_met = None,
        ),
        (
            "least met by service, as surveyed",
            |_, plan| plan.rules.least_met_by_service[0].1 = 0.865,
            "the need of \"culture\" is met to a share of 0.8645833",
            |_, plan| plan.rules.least_met_by_service.clear(),
        ),
        (
            "least met by district",
            |_, plan| plan.rules.least_met_by_district = Some(0.775),
            "the need of district \"South\" is met to a share of 0.774922",
            |_, plan| plan.rules.least_met_by_district = None,
        ),
        (
            "most walking",
            |_, plan| plan.rules.most_walking = Some(281.0),
            "the mean walk is 281.02617",
            |_, plan| plan.rules.most_walking = None,
        ),
        (
            "most envy",
            |_, plan| plan.rules.most_envy.as_mut().unwrap().most = 19_442.0,
            "the mean envy is 19442.1487",
            |_, plan| plan.rules.most_envy = None,
        ),
    ]);
}

#[test]
fn shares_of_nothing_are_enough() {
    let empty: Spoil = |p, plan| {
        p.demand.people.fill(0.0);
        p.services.iter_mut().for_each(|service| service.minimum_use = 0.0);
        p.demand.groups.iter_mut().for_each(|group| group.people.fill(0.0));
        plan.rules.least_met = Some(1.0);
        (plan.rules.least_met_by_district, plan.rules.most_walking) = (Some(1.0), Some(0.0));
        (plan.objective, plan.bound, plan.gap) = (7.0, None, None);
    };
    assert_eq!(told(&[empty]), None);
    let worst: Spoil = |_, plan| (plan.rules.objective, plan.objective) = (PlanObjective::WorstDistrict, 8.0);
    assert_eq!(told(&[empty, worst]), None);
}

#[test]
fn lists_that_make_no_sense_are_refused() {
    let cases: &[(Spoil, &str)] = &[
        (|_, plan| plan.facilities.truncate(4), "the plan tells what becomes of 4 facilities where there are 5"),
        (|_, plan| plan.facilities[2] = Change::Moved { to: 4 }, "facility 2 moves names space 4 where there are 4"),
        (|_, plan| plan.fitouts[3].space = u32::MAX, "fitouts[3] names space 4294967295 where there are 4"),
        (|_, plan| plan.fitouts[3].service = 4, "fitouts[3] names service 4 where there are 4"),
        (|_, plan| plan.fitouts[0].size = Size::Module(2), "fitouts[0] names module 2 where there are 2"),
        (|_, plan| plan.fitouts[3].size = Size::Moved(5), "fitouts[3] names facility 5 where there are 5"),
        (|_, plan| plan.fitouts[0].slots = vec![2], "fitouts[0] names slot 2 where there are 2"),
        (|_, plan| plan.fitouts[0].slots = vec![EVENING, DAY], "the slots of fitouts[0] are not in ascending order"),
        (|_, plan| plan.fitouts[0].slots = vec![DAY, DAY], "the slots of fitouts[0] are not in ascending order"),
        (|_, plan| plan.fitouts[0].slots.clear(), "fitouts[0] is open in no slot"),
        (|_, plan| plan.fitouts.swap(0, 1), "fitouts[1] is out of the order by space and service"),
        (
            |_, plan| {
                let small = Fitout { size: Size::Module(0), ..plan.fitouts[0].clone() };
                plan.fitouts.insert(1, small);
            },
            "service 0 is fitted out twice in space 0",
        ),
        (|_, plan| plan.facilities[2] = Change::Kept, "facility 2 is fitted out in space 1, but is kept"),
        (
            |_, plan| plan.facilities[2] = Change::Moved { to: 0 },
            "facility 2 moves to space 0, but is fitted out in space 1",
        ),
        (|_, plan| drop(plan.fitouts.pop()), "facility 2 moves to space 1, but is not fitted out there"),
        (
            |_, plan| plan.fitouts.push(Fitout { space: 3, ..plan.fitouts[3].clone() }),
            "facility 2 moves into space 1 and into space 3 too",
        ),
        (|_, plan| plan.served[19].service = 4, "served[19] names service 4 where there are 4"),
        (|_, plan| plan.served[19].demand = 5, "served[19] names demand point 5 where there are 5"),
        (|_, plan| plan.served[19].host = Host::Space(4), "served[19] names space 4 where there are 4"),
        (|_, plan| plan.served[19].host = Host::Facility(5), "served[19] names facility 5 where there are 5"),
        (|_, plan| plan.served.swap(3, 4), "served[4] is out of the order by service, demand point and host"),
        (|_, plan| plan.served[1].host = Host::Facility(0), "served[2] repeats service, demand point and host"),
    ];
    for (spoil, expected) in cases {
        let message = told(&[*spoil]).expect(expected);
        assert!(message.contains(expected), "{message}\nshould say: {expected}");
        // What cannot be checked cannot be read either.
        let (mut programme, mut plan) = (town(), plan());
        spoil(&mut programme, &mut plan);
        for error in [
            plan.money(&programme).unwrap_err(),
            plan.coverage(&programme).unwrap_err(),
            programme.fitted(&plan).unwrap_err(),
        ] {
            assert!(error.to_string().contains(expected), "{error}");
        }
    }
}

#[test]
fn figures_that_the_plan_does_not_have_are_refused() {
    let cases: &[(Spoil, &str)] = &[
        (|_, plan| plan.objective = 133.8, "the objective is 133.75 by the programme, but 133.8 was claimed"),
        (|_, plan| plan.objective = f64::NAN, "but NaN was claimed"),
        (|_, plan| (plan.bound, plan.gap) = (Some(133.0), None), "the objective 133.75 is better than its bound 133"),
        (|_, plan| plan.bound = Some(f64::INFINITY), "the bound is inf: it must be finite"),
        (|_, plan| plan.gap = Some(0.1), "the gap is 0.2 by objective and bound, but 0.1 was claimed"),
        (|_, plan| plan.gap = None, "but none was claimed"),
        (|_, plan| plan.bound = None, "the gap is none by objective and bound, but 0.2 was claimed"),
        (|_, plan| plan.status = Status::Optimal, "called optimal, but objective and bound do not prove it"),
        (|_, plan| plan.seconds = f64::NAN, "the solve took NaN seconds"),
    ];
    for (spoil, expected) in cases {
        let message = told(&[*spoil]).expect(expected);
        assert!(message.contains(expected), "{message}\nshould say: {expected}");
    }
    let proven: Spoil = |_, plan| (plan.bound, plan.gap, plan.status) = (Some(133.75), Some(0.0), Status::Optimal);
    assert_eq!(told(&[proven]), None);
}

#[test]
fn each_objective_is_added_up_as_by_hand() {
    let cases = [
        (PlanObjective::Cover, 126.75 + 7.0),
        // 13,250 for the canteen, 14,100 for childcare, 8,575 for culture, 4,880 for the workshop.
        (PlanObjective::Walking, 40_805.0 - 7.0),
        // 462,500 + 200,000 + 1,612,500 + 548,000.
        (PlanObjective::Envy { threshold: 300.0 }, 2_823_000.0 - 7.0),
        (PlanObjective::Cost { years: 10.0 }, 567.0 - 90.0 - 7.0),
        (PlanObjective::Cost { years: 0.0 }, 567.0 - 7.0),
        (PlanObjective::WorstDistrict, 49.75 / 64.2 + 7.0),
    ];
    for (objective, value) in cases {
        let mut plan = ServicePlan { objective: value, bound: None, gap: None, ..plan() };
        plan.rules.objective = objective;
        town().check(&plan).unwrap_or_else(|error| panic!("{objective:?}: {error}"));
        plan.objective *= 1.000_01;
        assert!(town().check(&plan).is_err(), "{objective:?}");
    }
}

#[test]
fn the_reward_of_a_pair_is_counted_once_in_each_space_that_hosts_both() {
    // Culture and canteen are open together by day; the pair counts once all the same, and in space 0 alone.
    let paired: Spoil = |p, plan| {
        p.pairs.push(Pair::together("culture", "canteen", 0.0, 5.0));
        plan.fitouts[2].slots = vec![DAY, EVENING];
        (plan.objective, plan.bound, plan.gap) = (138.75, None, None);
    };
    assert_eq!(told(&[paired]), None);
}

#[test]
fn a_plan_that_changes_nothing_is_accepted_where_nothing_is_asked() {
    let mut idle = plan();
    (idle.rules, idle.objective, idle.bound, idle.gap) = (PlanRules::default(), 0.0, None, None);
    idle.fitouts.clear();
    idle.facilities.fill(Change::Kept);
    idle.served.clear();
    town().check(&idle).unwrap();
    // Who is served by what is there today counts.
    idle.served.push(Served { service: CANTEEN, demand: 1, host: Host::Facility(0), share: 0.5 });
    idle.objective = 10.0;
    town().check(&idle).unwrap();
}

#[test]
fn wrong_rules_are_mistakes_in_the_input() {
    let mut plan = plan();
    plan.rules.budget = Some(-1.0);
    let error = town().check(&plan).unwrap_err();
    assert!(error.is_input() && error.to_string().contains("budget is -1"), "{error}");
}
