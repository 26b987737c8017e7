//! Small random programmes with random rules.

use proptest::prelude::*;
use siting::TravelMatrix;
use siting::service::{
    Complexes, Demand, Facility, Least, Module, Pair, PlanObjective, PlanRules, Programme, Quota, Service, Setting,
    Slot, Space,
};

/// Spaces, services, modules of each service, slots; each leaves few enough choices to try them all.
const SHAPES: [(usize, usize, usize, usize); 6] =
    [(2, 2, 1, 1), (2, 2, 2, 2), (2, 3, 1, 1), (3, 2, 2, 1), (3, 2, 1, 2), (3, 3, 1, 1)];

/// A row of thrown dice, read one by one. All zeros make the plainest programme, so that cases shrink.
struct Dice {
    thrown: Vec<u32>,
    next: usize,
}

impl Dice {
    fn upto(&mut self, n: u32) -> u32 {
        let value = self.thrown[self.next % self.thrown.len()];
        self.next += 1;
        value % n
    }

    fn size(&mut self, n: usize) -> usize {
        self.upto(u32::try_from(n).unwrap()) as usize
    }

    fn number(&mut self, n: u32) -> f64 {
        f64::from(self.upto(n))
    }

    /// True so many times of a hundred, and never for a zero.
    fn chance(&mut self, percent: u32) -> bool {
        self.upto(100) >= 100 - percent
    }

    fn maybe<T>(&mut self, percent: u32, of: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.chance(percent) { Some(of(self)) } else { None }
    }
}

/// A programme and the rules of a plan.
#[derive(Debug, Clone)]
pub struct Case {
    pub programme: Programme,
    pub rules: PlanRules,
}

pub fn cases() -> impl Strategy<Value = Case> {
    prop::collection::vec(0_u32..1_000_000, 400).prop_map(|thrown| {
        let mut dice = Dice { thrown, next: 0 };
        let programme = programme(&mut dice);
        let rules = rules(&mut dice, &programme);
        Case { programme, rules }
    })
}

const SLOTS: [&str; 2] = ["day", "evening"];

fn programme(dice: &mut Dice) -> Programme {
    let (spaces, services, modules, slots) = SHAPES[dice.size(SHAPES.len())];
    let slots = if slots == 1 && dice.chance(50) { 0 } else { slots };
    let homes = 3 + dice.size(3);
    let districts = dice.size(3);
    let demand = demand(dice, homes, districts, services);
    let services: Vec<Service> = (0..services).map(|s| service(dice, s, modules, slots)).collect();
    let district = |dice: &mut Dice| (districts > 0).then(|| format!("d{}", dice.size(districts)));
    let mut spaces: Vec<Space> =
        (0..spaces).map(|_| Space { district: district(dice), ..space(dice, slots) }).collect();
    // A module larger than every space is refused.
    let modules = services.iter().flat_map(|service| &service.modules);
    spaces[0].area = modules.fold(spaces[0].area, |most, module| most.max(module.area));
    // So is a service that suits the kind of no space.
    if !spaces.iter().any(|space| space.kind == "hall") {
        spaces[0].kind = "hall".into();
    }
    let facilities: Vec<Facility> =
        (0..dice.size(3)).map(|_| Facility { district: district(dice), ..facility(dice, services.len()) }).collect();
    let pairs = pairs(dice, services.len());
    let mut programme = Programme::new(demand, services)
        .travel_to_spaces(travel(dice, homes, spaces.len()))
        .spaces(spaces)
        .slots(
            (0_u32..)
                .zip(&SLOTS[..slots])
                .map(|(t, name)| Slot::new(*name, f64::from(t), f64::from(t) + 1.0))
                .collect::<Vec<_>>(),
        )
        .pairs(pairs);
    if !facilities.is_empty() {
        let travel = travel(dice, homes, facilities.len());
        programme = programme.existing(facilities, travel);
    }
    programme
}

fn demand(dice: &mut Dice, homes: usize, districts: usize, services: usize) -> Demand {
    let mut column = |n: u32, least: f64| -> Vec<f64> { (0..homes).map(|_| least + dice.number(n)).collect() };
    let (people, elders, households) = (column(12, 1.0), column(6, 0.0), column(6, 1.0));
    // A group is part of the people.
    let elders: Vec<f64> = elders.iter().zip(&people).map(|(elders, people): (&f64, _)| elders.min(*people)).collect();
    let mut demand = Demand::new(people).group("elders", elders).households(households);
    let names: Vec<String> = (0..districts).map(|d| format!("d{d}")).collect();
    if districts > 0 {
        demand = demand
            .districts(names, (0..homes).map(|_| dice.upto(u32::try_from(districts).unwrap())).collect::<Vec<_>>());
    }
    if dice.chance(40) {
        demand = demand.settings(
            (0..homes).map(|_| if dice.chance(40) { Setting::Rural } else { Setting::Urban }).collect::<Vec<_>>(),
        );
    }
    for s in 0..services {
        if dice.chance(30) {
            demand = demand
                .survey(format!("s{s}"), (0..homes).map(|_| [1.0, 0.0, 0.5, 2.0][dice.size(4)]).collect::<Vec<_>>());
        }
    }
    demand
}

fn service(dice: &mut Dice, s: usize, modules: usize, slots: usize) -> Service {
    let limit = 3.0 + dice.number(6);
    let mut service = Service::new(format!("s{s}"), limit).rural_limit(limit + dice.number(3));
    service = if dice.chance(40) { service.need("elders", 1.0) } else { service.need(Demand::PEOPLE, 0.5) };
    for m in 0..1 + dice.size(modules) {
        let module = Module::new(format!("m{m}"), 2.0 + dice.number(6), 2.0 + dice.number(12));
        service =
            service.module(module.capital_cost(dice.number(9)).running_cost(dice.number(6)).income(dice.number(7)));
    }
    if dice.chance(20) {
        service = service.kinds(["hall"]);
    }
    if dice.chance(20) {
        service = service.floors(0, 0);
    }
    if slots > 0 && dice.chance(20) {
        service = service.slots([SLOTS[dice.size(slots)]]);
    }
    let least = dice.maybe(40, |dice| dice.number(7));
    service.minimum_use(least.unwrap_or(0.0))
}

fn space(dice: &mut Dice, slots: usize) -> Space {
    let mut space = Space::new(4.0 + dice.number(9), if dice.chance(25) { "shop" } else { "hall" });
    if dice.chance(20) {
        space = space.floor(1);
    }
    if slots > 0 && dice.chance(20) {
        space = space.slots([SLOTS[dice.size(slots)]]);
    }
    space.rent(dice.number(3)).conversion_cost(dice.number(6))
}

fn facility(dice: &mut Dice, services: usize) -> Facility {
    let mut facility = Facility::new(format!("s{}", dice.size(services))).yearly(dice.number(6), dice.number(6));
    facility.places = dice.maybe(80, |dice| 1.0 + dice.number(8));
    facility.area = dice.maybe(80, |dice| 2.0 + dice.number(5));
    if facility.places.is_some() && dice.chance(40) {
        let module = Module::new("more", 1.0 + dice.number(4), 1.0 + dice.number(6)).capital_cost(dice.number(5));
        facility = facility.enlargement(module.running_cost(dice.number(4)).income(dice.number(4)));
    }
    if facility.places.is_some() && facility.area.is_some() && dice.chance(70) {
        facility = facility.moving_cost(dice.number(5));
    }
    if dice.chance(40) {
        facility = facility.closing_cost(dice.number(4));
    }
    facility
}

fn pairs(dice: &mut Dice, services: usize) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for s in 0..services {
        for r in 0..s {
            let (first, second) = (format!("s{s}"), format!("s{r}"));
            match dice.upto(4) {
                // Two pairs of a service share no more than its smallest size.
                2 => pairs.push(Pair::together(first, second, dice.number(2), dice.number(4))),
                3 => pairs.push(Pair::apart(first, second)),
                _ => {}
            }
        }
    }
    pairs
}

fn travel(dice: &mut Dice, homes: usize, sites: usize) -> TravelMatrix {
    let mut pairs = Vec::new();
    for i in 0..u32::try_from(homes).unwrap() {
        for j in 0..u32::try_from(sites).unwrap() {
            let walk = dice.number(9);
            if !dice.chance(15) {
                pairs.push((i, j, walk));
            }
        }
    }
    TravelMatrix::from_pairs(homes, sites, &pairs).unwrap()
}

fn rules(dice: &mut Dice, programme: &Programme) -> PlanRules {
    let names = programme.service_names();
    let districts = &programme.demand.districts.names;
    let by_district = !districts.is_empty();
    // Odd digits keep limits off the sums themselves, where rounding would decide.
    let share = |dice: &mut Dice| f64::from(dice.upto(8)) / 10.0 + 0.013_7;
    let threshold = |dice: &mut Dice| dice.number(4);
    let objective = match dice.upto(5) {
        1 => PlanObjective::Walking,
        2 => PlanObjective::Envy { threshold: threshold(dice) },
        3 => PlanObjective::Cost { years: dice.number(3) },
        4 if by_district => PlanObjective::WorstDistrict,
        _ => PlanObjective::Cover,
    };
    let mut rules = PlanRules::default().objective(objective);
    for name in &names {
        if dice.chance(20) {
            rules = rules.service_weight(name, [1.0, 0.0, 0.5, 3.0][dice.size(4)]);
        }
    }
    // One service has a weight.
    if names.iter().all(|name| rules.weight_of(name) == 0.0) {
        rules.service_weights.clear();
    }
    rules.budget = dice.maybe(50, |dice| dice.number(30));
    rules.subsidy = dice.maybe(30, |dice| dice.number(16) - 6.0);
    rules.break_even = dice.chance(20);
    rules.most_spaces = dice.maybe(25, |dice| 1 + dice.size(2));
    for j in 0..u32::try_from(programme.spaces.len()).unwrap() {
        match dice.upto(14) {
            12 => rules.required.push(j),
            13 => rules.forbidden.push(j),
            _ => {}
        }
    }
    rules.complexes = dice.maybe(30, |dice| complexes(dice, &names));
    for _ in 0..[0, 0, 1, 2][dice.size(4)] {
        let quota = Quota::new(&names[dice.size(names.len())], least(dice));
        let named = by_district && dice.chance(40);
        let district = named.then(|| districts[dice.size(districts.len())].clone());
        rules = rules.quota(Quota { district, ..quota });
    }
    rules.least_met = dice.maybe(20, share);
    if dice.chance(15) {
        let share = share(dice);
        rules = rules.least_met_of(&names[dice.size(names.len())], share);
    }
    rules.least_met_by_district = dice.maybe(20, share).filter(|_| by_district);
    rules.most_walking = dice.maybe(20, |dice| 2.0 + dice.number(5) + 0.013_7);
    if dice.chance(20) {
        rules = rules.most_envy(threshold(dice), 2.0 + dice.number(25) + 0.013_7);
    }
    rules
}

fn least(dice: &mut Dice) -> Least {
    match dice.upto(3) {
        0 => Least::Facilities(1 + dice.upto(2)),
        1 => Least::PlacesPer1000People(50.0 + 61.0 * dice.number(8)),
        _ => Least::AreaPer100Households(7.0 + 11.0 * dice.number(8)),
    }
}

fn complexes(dice: &mut Dice, names: &[String]) -> Complexes {
    let core: Vec<&String> = names.iter().filter(|_| !dice.chance(30)).collect();
    let core_services = dice.upto(u32::try_from(core.len() + 1).unwrap());
    let services = 1 + dice.upto(u32::try_from(names.len()).unwrap());
    let mut rule =
        Complexes::new(core.into_iter().cloned()).area(5.0 + dice.number(6)).services(services, core_services);
    rule = rule.apart(1 + dice.upto(2)).least(dice.upto(4) / 3);
    if dice.chance(30) { rule.always() } else { rule }
}
