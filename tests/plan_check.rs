//! The checker accepts a plan that obeys every rule with the right figures, and refuses lists and figures that are wrong.

#[path = "support/plan_broken.rs"]
mod plan_broken;
#[path = "support/plan_town.rs"]
mod plan_town;

use plan_broken::{Spoil, told};
use plan_town::{CANTEEN, DAY, EVENING, plan, town};
use proptest::prelude::*;
use siting::service::{Change, Fitout, Host, Pair, PlanObjective, PlanRules, Served, ServicePlan, Size};
use siting::{Error, Status};

#[test]
fn a_plan_that_obeys_every_rule_is_accepted() {
    assert_eq!(told(&[]), None);
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
fn an_objective_that_cancels_is_compared_by_the_size_of_what_it_sums() {
    // 567 of capital less 63 years of 9.
    let cancelled: Spoil = |p, plan| {
        p.pairs.clear();
        p.spaces[0].area = 400.0;
        plan.rules.objective = PlanObjective::Cost { years: 63.0 };
        (plan.objective, plan.bound, plan.gap) = (1e-10, Some(0.0), Some(1.0));
    };
    assert_eq!(told(&[cancelled]), None);
    let bounded: Spoil = |_, plan| plan.bound = Some(2e-10);
    assert_eq!(told(&[cancelled, bounded]), None);
    let message = told(&[cancelled, |_, plan| plan.objective = 1e-4]).unwrap();
    assert!(message.contains("the objective is 0 by the programme, but 0.0001 was claimed"), "{message}");
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

/// A position that is mostly there and sometimes far out.
fn position() -> impl Strategy<Value = u32> {
    prop_oneof![12 => 0_u32..5, 1 => Just(u32::MAX)]
}

/// Any plan that can be written down, sensible or not.
fn any_plan() -> impl Strategy<Value = ServicePlan> {
    let number = || prop_oneof![8 => 0.0..1.5_f64, 1 => any::<f64>()];
    let size = prop_oneof![2 => position().prop_map(Size::Module), 1 => position().prop_map(Size::Moved)];
    let slots =
        prop_oneof![2 => Just(vec![DAY]), 1 => Just(vec![DAY, EVENING]), 1 => prop::collection::vec(position(), 0..4)];
    let fitout = (position(), position(), size, slots).prop_map(|(space, service, size, slots)| Fitout {
        space,
        service,
        size,
        slots,
    });
    let change = prop_oneof![
        4 => Just(Change::Kept),
        1 => Just(Change::Enlarged),
        1 => Just(Change::Closed),
        1 => position().prop_map(|to| Change::Moved { to }),
    ];
    let host = prop_oneof![position().prop_map(Host::Space), position().prop_map(Host::Facility)];
    let row = (position(), position(), host, number()).prop_map(|(service, demand, host, share)| Served {
        service,
        demand,
        host,
        share,
    });
    let lists = (
        prop::collection::vec(fitout, 0..4),
        prop_oneof![9 => prop::collection::vec(change.clone(), 5), 1 => prop::collection::vec(change, 0..7)],
        prop::collection::vec(row, 0..4),
    );
    (lists, number(), prop::option::of(number()), any::<bool>(), any::<bool>()).prop_map(
        |((mut fitouts, facilities, mut served), objective, bound, sorted, free)| {
            if sorted {
                fitouts.sort_by_key(|own| (own.space, own.service));
                served.sort_by_key(|row| (row.service, row.demand, row.host));
            }
            let plan = plan();
            let rules = if free { PlanRules::default() } else { plan.rules.clone() };
            ServicePlan { fitouts, facilities, served, objective, bound, rules, ..plan }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn no_plan_that_can_be_written_down_makes_the_checker_or_the_reading_panic(plan in any_plan()) {
        let programme = town();
        let refused = programme.check(&plan);
        prop_assert!(refused.as_ref().is_ok_and(|()| plan.served.is_empty()) || matches!(refused, Err(Error::Unverified(_))));
        // What can be read at all can be read in every way.
        let read = [plan.money(&programme).is_ok(), plan.coverage(&programme).is_ok(), programme.fitted(&plan).is_ok()];
        prop_assert!(read == [true; 3] || read == [false; 3], "{read:?}");
    }
}
