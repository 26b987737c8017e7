//! The checker refuses plans that serve people where, as much or as badly as they must not.

#[path = "support/plan_broken.rs"]
mod plan_broken;
#[path = "support/plan_town.rs"]
mod plan_town;

use plan_broken::{Spoil, broken, told};
use plan_town::{DAY, EVENING};
use siting::service::{Host, PlanObjective, PlanRules};

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
