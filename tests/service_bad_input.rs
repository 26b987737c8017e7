//! What wrong input to a programme and its audit is told.

#[path = "support/street.rs"]
mod street;

use siting::service::{
    AuditOptions, Band, Catchment, Complexes, Demand, Module, Pair, PlanObjective, PlanRules, Programme, ScoreWeights,
    Service, Setting, Slot,
};
use siting::{Error, SolveOptions, TravelMatrix};
use street::street;

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;

fn told(cases: Vec<(Error, &str)>) {
    for (error, expected) in cases {
        assert!(error.is_input(), "{error} is a mistake in the input");
        assert!(error.to_string().contains(expected), "{error:?}: {error}\nshould say: {expected}");
    }
}

/// The error of a programme that was spoilt.
fn spoilt(spoil: impl Fn(&mut Programme)) -> Error {
    let mut programme = street();
    spoil(&mut programme);
    programme.audit(&AuditOptions::default()).unwrap_err()
}

#[test]
fn bad_services_are_told_with_field_and_value() {
    told(vec![
        (spoilt(|p| p.services.clear()), "services is empty"),
        (spoilt(|p| p.services[1].name = " ".into()), "services[1].name is \" \": give it a name"),
        (spoilt(|p| p.services[1].name = "canteen".into()), "\"canteen\" is given twice, at 0 and at 1"),
        (spoilt(|p| p.services[0].needs.clear()), "services[0].needs is empty"),
        (
            spoilt(|p| p.services[0].needs[0].group = "babies".into()),
            "services[0].needs[0].group is \"babies\": the groups of people are \"people\", \"elders\"",
        ),
        (spoilt(|p| p.services[0].needs[0].rate = -0.5), "services[0].needs[0].rate is -0.5"),
        (spoilt(|p| p.services[0].needs[0].rate = 1e308), "services[0].needs is infinite"),
        (
            spoilt(|p| p.services[0] = p.services[0].clone().need("elders", 1.0)),
            "services[0].needs[1] is \"elders\": it is given already at 0",
        ),
        (spoilt(|p| p.services[0].limit.urban = NAN), "services[0].limit.urban is NaN"),
        (spoilt(|p| p.services[1].limit.rural = -1.0), "services[1].limit.rural is -1"),
        (spoilt(|p| p.services[0].limit.urban = 2_500.0), "build it with a cutoff of at least 2500"),
        (
            spoilt(|p| {
                p.services[0].limit.rural = 2_600.0;
                p.demand.settings = Some(vec![Setting::Rural; 4]);
            }),
            "build it with a cutoff of at least 2600",
        ),
        (spoilt(|p| p.services[0].modules[0].area = 0.0), "services[0].modules[0].area is 0: a finite number above 0"),
        (spoilt(|p| p.services[0].modules[0].places = INF), "services[0].modules[0].places is inf"),
        (spoilt(|p| p.services[0].modules[0].capital_cost = -1.0), "modules[0].capital_cost is -1"),
        (
            spoilt(|p| p.services[0].modules.push(Module::new("small", 9.0, 9.0))),
            "modules[1] is \"small\": it is given already at 0",
        ),
        (spoilt(|p| p.services[0].kinds.push("hall".into())), "services[0].kinds[2] is \"hall\""),
        (
            spoilt(|p| p.services[0].floors = Some((2, 1))),
            "services[0].floors is 1: the highest floor lies below the lowest, 2",
        ),
        (
            spoilt(|p| p.services[0].slots = vec!["night".into()]),
            "services[0].slots[0] is \"night\": there are no slots",
        ),
        (spoilt(|p| p.services[0].minimum_use = NAN), "services[0].minimum_use is NaN"),
        (spoilt(|p| p.services[0].target.places_per_1000_people = Some(-4.55)), "places_per_1000_people is -4.55"),
        (
            spoilt(|p| {
                p.demand.people[0] = 1e6;
                p.services[0].target.places_per_1000_people = Some(1e308);
            }),
            "places_per_1000_people is infinite in all",
        ),
        (Service::new("gym", 1.0).validate().unwrap_err(), "needs is empty"),
        (
            Service::new("gym", 1.0).need("x", 1.0).needs_of(&Demand::new([1.0])).unwrap_err(),
            "the groups of people are \"people\"",
        ),
    ]);
}

#[test]
fn bad_spaces_facilities_slots_and_pairs_are_told() {
    let slots = |slots: Vec<Slot>| spoilt(|p| p.slots.clone_from(&slots));
    told(vec![
        (spoilt(|p| p.spaces[2].area = -5.0), "spaces[2].area is -5"),
        (spoilt(|p| p.spaces[2].area = NAN), "spaces[2].area is NaN"),
        (spoilt(|p| p.spaces[0].kind.clear()), "spaces[0].kind is \"\": give it a name"),
        (spoilt(|p| p.spaces[0].rent = -1.0), "spaces[0].rent is -1"),
        (spoilt(|p| p.spaces[0].conversion_cost = INF), "spaces[0].conversion_cost is inf"),
        (
            spoilt(|p| p.spaces[3].district = Some("Nord".into())),
            "spaces[3].district is \"Nord\": the districts are \"West\", \"East\"",
        ),
        (spoilt(|p| p.spaces[3].district = None), "spaces[3].district is missing"),
        (spoilt(|p| p.spaces[1].slots = vec!["x".into()]), "spaces[1].slots[0] is \"x\""),
        (
            spoilt(|p| p.facilities[1].service = "canten".into()),
            "facilities[1].service is \"canten\": the services are \"canteen\", \"clinic\"",
        ),
        (spoilt(|p| p.facilities[1].places = Some(-1.0)), "facilities[1].places is -1"),
        (spoilt(|p| p.facilities[1].area = Some(NAN)), "facilities[1].area is NaN"),
        (spoilt(|p| p.facilities[0].district = None), "facilities[0].district is missing"),
        (spoilt(|p| p.facilities.clear()), "travel has 3 entries where 0 are expected (columns, one per facility)"),
        (spoilt(|p| p.travel = None), "travel is missing"),
        (
            spoilt(|p| p.facilities.iter_mut().take(2).for_each(|own| own.places = Some(1e308))),
            "places is infinite in all",
        ),
        (spoilt(|p| p.facilities.iter_mut().take(2).for_each(|own| own.area = Some(1e308))), "area is infinite in all"),
        (
            slots(
                (0..65).map(|at| Slot::new(at.to_string(), 0.25 * f64::from(at), 0.25 * f64::from(at + 1))).collect(),
            ),
            "slots is 65 slots: a day has 64 slots at most",
        ),
        (slots(vec![Slot::new("", 8.0, 9.0)]), "slots[0].name is \"\""),
        (slots(vec![Slot::new("night", 20.0, 26.0)]), "slots[0].to is 26: an hour of the day"),
        (slots(vec![Slot::new("night", 20.0, 6.0)]), "slots[0].to is 6: it must be later than its beginning, 20"),
        (
            slots(vec![Slot::new("a", 8.0, 12.0), Slot::new("a", 13.0, 14.0)]),
            "slots[1].name is \"a\": it is given already at 0",
        ),
        (slots(vec![Slot::new("a", 8.0, 12.0), Slot::new("b", 11.0, 14.0)]), "slots must not overlap"),
        (spoilt(|p| p.pairs = vec![Pair::apart("canteen", "gym")]), "pairs[0].services[1] is \"gym\""),
        (spoilt(|p| p.pairs = vec![Pair::apart("clinic", "clinic")]), "name two different services"),
        (spoilt(|p| p.pairs = vec![Pair::together("canteen", "clinic", NAN, 0.0)]), "pairs[0].shared_area is NaN"),
        (
            spoilt(|p| p.pairs = vec![Pair::apart("canteen", "clinic"), Pair::together("clinic", "canteen", 1.0, 0.0)]),
            "this pair has a rule already at 0",
        ),
        (
            spoilt(|p| p.pairs = vec![Pair::together("clinic", "canteen", 100.5, 0.0)]),
            "pairs[0].shared_area is 100.5: with the pair of \"clinic\" and \"canteen\", \"canteen\" shares 100.5 m² in all, \
             more than the 100 m² of its smallest size (module \"small\"): lower the shared areas",
        ),
        (
            spoilt(|p| {
                p.services.push(Service::new("gym", 1.0).need("elders", 1.0));
                p.pairs = vec![
                    Pair::together("canteen", "clinic", 60.0, 0.0),
                    Pair::apart("clinic", "gym"),
                    Pair::together("gym", "canteen", 50.0, 0.0),
                ];
            }),
            "pairs[2].shared_area is 50: with the pair of \"gym\" and \"canteen\", \"canteen\" shares 110 m² in all",
        ),
        (
            spoilt(|p| {
                p.facilities[0] = p.facilities[0].clone().area(40.0).moving_cost(1.0);
                p.pairs = vec![Pair::together("canteen", "clinic", 60.0, 0.0)];
            }),
            "more than the 40 m² of its smallest size (facility 0, which may move)",
        ),
    ]);
}

#[test]
fn bad_demand_is_told_with_its_index() {
    told(vec![
        (spoilt(|p| p.demand = Demand::default()), "people is empty"),
        (spoilt(|p| p.demand.people[2] = NAN), "people[2] is NaN"),
        (spoilt(|p| p.demand.people[2] = -1.0), "people[2] is -1"),
        (spoilt(|p| p.demand.people.push(1.0)), "groups[0].people is 4 numbers: 5 are expected"),
        (spoilt(|p| p.demand.groups[0].people[3] = -2.0), "groups[0].people[3] (\"elders\") is -2"),
        (
            spoilt(|p| p.demand.groups[0].people[3] = 50.5),
            "groups[0].people[3] (\"elders\") is 50.5: a group is part of the people there, who are 50",
        ),
        (spoilt(|p| p.demand.people[0] = -1e300), "people[0] is -1e300: a finite number"),
        (spoilt(|p| p.demand.groups[0].name = "people".into()), "groups[0].name is \"people\": this name is taken"),
        (spoilt(|p| p.demand.households = Some(vec![1.0])), "households has 1 entries where 4"),
        (spoilt(|p| p.demand.households = Some(vec![1.0, 1.0, INF, 1.0])), "households[2] is inf"),
        (spoilt(|p| p.demand.settings = Some(vec![])), "settings has 0 entries where 4"),
        (spoilt(|p| p.demand.districts.of[1] = 2), "districts[1] is 2, but there are only 2 names"),
        (spoilt(|p| p.demand.districts.names[1] = "West".into()), "districts: \"West\" is given twice, at 0 and at 1"),
        (spoilt(|p| p.demand.communities.of = vec![]), "communities has 0 entries where 4"),
        (spoilt(|p| p.demand.communities.names[0].clear()), "name number 0 is empty"),
        (
            spoilt(|p| p.travel = Some(TravelMatrix::from_pairs(2, 3, &[]).unwrap().into())),
            "travel has 2 entries where 4",
        ),
    ]);
}

#[test]
fn bad_options_of_the_audit_are_told() {
    let of = |options: AuditOptions| street().audit(&options).unwrap_err();
    let bands = |bands: &[(f64, f64)]| {
        let bands = bands.iter().map(|&(upto, weight)| Band { upto, weight }).collect();
        of(AuditOptions::default().catchment(Catchment::Enhanced { bands }))
    };
    let weights =
        |reach| of(AuditOptions::default().score(ScoreWeights { reach, places: 0.0, walk: 0.0, services: vec![] }));
    let named = |name: &str, weight| of(AuditOptions::default().score(ScoreWeights::default().service(name, weight)));
    told(vec![
        (of(AuditOptions::default().community_share(0.0)), "community_share is 0"),
        (of(AuditOptions::default().community_share(NAN)), "community_share is NaN"),
        (of(AuditOptions::default().community_share(1.1)), "community_share is 1.1"),
        (bands(&[]), "the last band must end at 1"),
        (bands(&[(0.5, 1.0)]), "bands is 0.5: the last band must end at 1"),
        (bands(&[(0.5, 1.0), (0.4, 1.0), (1.0, 1.0)]), "band 1 must end after 0.5"),
        (bands(&[(NAN, 1.0)]), "bands is NaN"),
        (bands(&[(1.0, -1.0)]), "the weight of band 0"),
        (bands(&[(1.0, 0.0)]), "at least one band must have a weight above 0"),
        (weights(0.0), "at least one weight must be above 0"),
        (weights(-1.0), "score[0].reach is -1"),
        (weights(NAN), "score[0].reach is NaN"),
        (named("gym", 1.0), "score[0].services[0] is \"gym\": the services are"),
        (named("clinic", INF), "score[0].services[0] (\"clinic\") is inf"),
        (street().accessibility(2, &Catchment::TwoStep).unwrap_err(), "there are only 2 services"),
    ]);
}

/// The error of a plan for a programme that was spoilt.
fn unplanned(rules: &PlanRules, spoil: impl Fn(&mut Programme)) -> Error {
    let mut programme = street();
    let walks = TravelMatrix::from_pairs(programme.demand.len(), programme.spaces.len(), &[]).unwrap();
    programme.travel_to_spaces = Some(walks.into());
    spoil(&mut programme);
    programme.solve(rules, &SolveOptions::default()).unwrap_err()
}

#[test]
fn what_a_plan_needs_beyond_the_audit_is_told() {
    let plain = PlanRules::default();
    let costly = plain.clone().objective(PlanObjective::Cost { years: 1e308 });
    let envious = plain.clone().most_envy(1.0, 1e300);
    let empty = plain.clone().complexes(Complexes { services: 0, ..Complexes::new(["canteen"]) });
    let none = plain.clone().service_weight("canteen", 0.0).service_weight("clinic", 0.0);
    let negative = plain.clone().service_weight("clinic", -1.0);
    let too_much = plain.clone().least_met_of("clinic", 1.5);
    let weighted = plain.clone().service_weight("canteen", f64::MAX).service_weight("clinic", f64::MAX);
    told(vec![
        (
            unplanned(&plain, |p| p.travel_to_spaces = None),
            "travel_to_spaces is missing: a plan needs the travel matrix",
        ),
        (
            unplanned(&plain, |p| {
                p.spaces.iter_mut().for_each(|space| space.area = 120.0);
                p.spaces[1].area = 130.0;
                p.services[0].modules.push(Module::new("huge", 130.5, 9.0));
            }),
            "modules[1].area is 130.5: module \"huge\" of \"canteen\" is larger than every space, the largest (space 1) has \
             130 m²: check the unit of areas, give a smaller module, or leave it out",
        ),
        (
            unplanned(&plain, |p| p.spaces.iter_mut().for_each(|space| space.conversion_cost = 1e308)),
            "spaces is infinite in all: the capital of all that could be there",
        ),
        (
            unplanned(&plain, |p| p.spaces.iter_mut().for_each(|space| space.rent = 1e308)),
            "spaces is infinite in all: the yearly cost and income of all that could be there",
        ),
        (unplanned(&plain, |p| p.services[0].modules[0].capital_cost = 1e308), "services is infinite in all"),
        (unplanned(&plain, |p| p.services[0].modules[0].income = 1e308), "services is infinite in all"),
        (
            unplanned(&plain, |p| p.facilities[0] = p.facilities[0].clone().yearly(1e308, 1e308)),
            "facilities is infinite in all",
        ),
        (unplanned(&costly, |p| p.spaces[0].rent = 10.0), "objective.years is 1"),
        (
            unplanned(&plain, |p| {
                p.facilities.remove(0);
                p.facilities.remove(0);
                p.travel = Some(TravelMatrix::from_pairs(4, 1, &[]).unwrap().into());
                p.services[0].kinds = vec!["hal".into(), "shopp".into()];
            }),
            "services[0].kinds is \"hal\", \"shopp\": no space is of a kind that suits \"canteen\", which could be nowhere; \
             the kinds of the spaces are \"hall\", \"roof\", \"shop\": check the spelling of both, or leave the service out",
        ),
        (unplanned(&none, |_| {}), "service_weights is 0 for every service: no plan would be better than another"),
        (unplanned(&negative, |_| {}), "service_weights is -1 for \"clinic\": a finite number of 0 or more"),
        (unplanned(&too_much, |_| {}), "least_met_by_service is 1.5 for \"clinic\": a share from 0 to 1"),
        (unplanned(&weighted, |_| {}), "service_weights is infinite in all"),
        (
            unplanned(&envious, |p| {
                let uncut = |hosts| TravelMatrix::from_pairs(p.demand.len(), hosts, &[]).unwrap();
                let (facilities, spaces) = (uncut(p.facilities.len()), uncut(p.spaces.len()));
                (p.travel, p.travel_to_spaces) = (Some(facilities.into()), Some(spaces.into()));
                p.services[0].limit.urban = 1e200;
            }),
            "need times the longest walk, or its square for envy, is no finite number",
        ),
        (unplanned(&empty, |_| {}), "complexes.services is 0: a complex hosts at least one service"),
    ]);
}

#[test]
fn a_service_that_is_there_may_suit_no_space() {
    let mut programme = street();
    programme.travel_to_spaces = Some(TravelMatrix::from_pairs(4, 4, &[]).unwrap().into());
    programme.services[0].kinds = vec!["hal".into()];
    assert!(programme.solve(&PlanRules::default(), &SolveOptions::default()).is_ok());
}
