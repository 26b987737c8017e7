//! The checker refuses plans that break a rule on what stands where, what it costs and what a district must have.

#[path = "support/plan_broken.rs"]
mod plan_broken;
#[path = "support/plan_town.rs"]
mod plan_town;

use plan_broken::broken;
use plan_town::{CULTURE, DAY, EVENING, WORKSHOP};
use siting::service::{Change, Complexes, Host, Least, Pair, PlanRules, Quota, ServicePlan};

fn complexes(plan: &mut ServicePlan) -> &mut Complexes {
    plan.rules.complexes.as_mut().unwrap()
}

fn least_rate(plan: &mut ServicePlan, quota: usize, least: Least) {
    plan.rules.quotas[quota].least = least;
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
            "\"culture\" has 1 facility in district \"North\", fewer than its quota of 2",
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
