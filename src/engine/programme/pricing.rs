//! The programme when everything has a price: a bound on any plan (Lagrangian relaxation).
//!
//! Each cell has a price λ for its need being met, each row r a price π_r ≥ 0. What is left falls apart into rooms and
//! facilities: a service of κ places in a room serves the cells that pay most per person until its places are full, and the
//! room takes its best fit-out ([`super::room`]). For any prices
//!
//! ```text
//! Σ_c λ_c + Σ_r π_r limit_r + Σ_rooms best + Σ_facilities best
//! ```
//!
//! is at least the objective of every plan. (Geoffrion, Lagrangean relaxation for integer programming, 1974.)

use rayon::prelude::*;

use super::instance::{Choice, Group, Instance, Room, State};
use super::movers::PricedMovers;
use super::offers::{Priced, each_term, keep_affordable, may_help, most, rewards_of, taken_by};
use super::reach::Reach;
use super::room::{FitOut, Look, Offer, RoomPrices, best};
use super::takers::Takers;
use super::tariff::{Prices, Tariff};
use crate::service::Size;

/// What a room or a facility does at some prices. Parts are numbered: rooms, then facilities, then the least share of a
/// district where that is the objective.
#[derive(Debug, Clone, Default)]
pub(crate) struct Part {
    /// It is not worth more.
    pub bound: f64,
    /// The fit-out, if it is a room.
    pub offers: Vec<Offer>,
    /// What it gains.
    pub gain: f64,
    /// Who is served: position in [`Reach::arcs`] and share of the need of the cell.
    pub served: Vec<(u32, f64)>,
    /// What it takes of rows; each row at most once, ascending.
    pub rows: Vec<(u32, f64)>,
}

impl Part {
    /// A room with some fit-out, and who is served there: position in [`Reach::arcs`] and people.
    pub fn of_room(
        instance: &Instance,
        reach: &Reach,
        index: usize,
        offers: Vec<Offer>,
        served: impl Iterator<Item = (u32, f64)>,
    ) -> Self {
        let mut part = Self { gain: rewards_of(instance, &offers), ..Self::default() };
        each_term(instance, index, &offers, |terms, times| {
            part.gain += terms.gain * times;
            part.rows.extend(terms.rows.iter().map(|&(row, amount)| (row, amount * times)));
        });
        served.for_each(|(at, people)| part.serve(instance, reach, at, people));
        add_up(&mut part.rows);
        Self { offers, ..part }
    }

    /// A facility in some state, and who is served there; without a state it has moved.
    pub fn of_stay(
        instance: &Instance,
        reach: &Reach,
        state: Option<&State>,
        served: impl Iterator<Item = (u32, f64)>,
    ) -> Self {
        let Some(state) = state else { return Self::default() };
        let mut part = Self { gain: state.terms.gain, rows: state.terms.rows.clone(), ..Self::default() };
        served.for_each(|(at, people)| part.serve(instance, reach, at, people));
        add_up(&mut part.rows);
        part
    }

    fn serve(&mut self, instance: &Instance, reach: &Reach, at: u32, people: f64) {
        let (arc, cell) = reach.arcs()[at as usize];
        let (cell, arc) = (&instance.cells.cells[cell as usize], &instance.cells.arcs[arc as usize]);
        let share = people / cell.need;
        self.gain += arc.gain * share;
        self.served.push((at, share));
        for (row, amount) in instance.cells.taken(cell, arc) {
            self.rows.push((row, amount * share));
        }
    }
}

/// Adds up the amounts of each row, and puts the rows in order.
pub(crate) fn add_up(rows: &mut Vec<(u32, f64)>) {
    rows.sort_by_key(|entry| entry.0);
    rows.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        kept.1 += if same { next.1 } else { 0.0 };
        same
    });
}

/// Parts of a programme.
pub(crate) fn n_parts(instance: &Instance) -> usize {
    instance.rooms.len() + instance.stays.len() + usize::from(instance.worst_district)
}

/// What the relaxation chooses.
#[derive(Debug, Clone, Default)]
pub(crate) struct Relaxed {
    /// No plan is worth more.
    pub bound: f64,
    pub parts: Vec<Part>,
}

/// The relaxation at some prices; `None` when a required room can host nothing at all.
///
/// `tolerance` is the share of a room's worth that the bound may give away.
pub(crate) fn relax(
    instance: &Instance,
    reach: &Reach,
    prices: &Prices,
    hints: &[Vec<Offer>],
    tolerance: f64,
) -> Option<Relaxed> {
    let tariff = Tariff::new(instance, prices);
    let all: Vec<usize> = (0..n_parts(instance)).collect();
    let parts = parts(instance, reach, &tariff, &all, &Held { hints, ..Held::default() }, tolerance)?;
    let rows = prices.rows.iter().zip(&instance.rows.limits);
    let mut bound = instance.constant + prices.cells.iter().sum::<f64>();
    bound += rows.clone().map(|(price, limit)| price * limit).sum::<f64>();
    bound += parts.iter().map(|part| part.bound).sum::<f64>();
    // What the bound may have lost to rounding: large prices leave small differences of large sums.
    let mut size = prices.cells.iter().sum::<f64>() + rows.map(|(price, limit)| price * limit.abs()).sum::<f64>();
    for part in &parts {
        size += part
            .served
            .iter()
            .map(|&(at, share)| prices.cells[reach.arcs()[at as usize].1 as usize] * share)
            .sum::<f64>();
        size += part.rows.iter().map(|&(row, amount)| prices.rows[row as usize] * amount.abs()).sum::<f64>();
    }
    Some(Relaxed { bound: bound + 1e-13 * size, parts })
}

/// What is known of parts before they are asked.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Held<'a> {
    /// Fit-outs that were good before.
    pub hints: &'a [Vec<Offer>],
    /// Fit-outs of rooms in which nothing else is looked for.
    pub rooms: &'a [Option<Vec<Offer>>],
    /// Facilities that have moved, or for which somebody has a room already.
    pub moved: &'a [bool],
    /// What is left of each row, if fit-outs must not take more.
    pub left: Option<&'a [f64]>,
}

/// What some parts do at some prices; `None` when a required room can host nothing at all.
pub(crate) fn parts(
    instance: &Instance,
    reach: &Reach,
    tariff: &Tariff,
    parts: &[usize],
    held: &Held<'_>,
    tolerance: f64,
) -> Option<Vec<Part>> {
    let rooms = instance.rooms.len();
    let movers = PricedMovers::new(instance, parts.len());
    let part = |&part: &usize| match part.checked_sub(rooms) {
        None => match held.rooms.get(part) {
            Some(Some(offers)) => {
                Some(fitted(instance, reach, part, offers.clone(), |g| takers_of(instance, reach, tariff, g)))
            }
            _ => room_part(instance, reach, tariff, part, held, &movers, tolerance),
        },
        Some(f) if held.moved.get(f) == Some(&true) => Some(Part::default()),
        Some(f) if f < instance.stays.len() => Some(stay_part(instance, reach, tariff, f)),
        Some(_) => Some(least_share(instance, tariff)),
    };
    parts.par_iter().with_min_len(4).map(part).collect()
}

/// The best fit-out of a room.
fn room_part(
    instance: &Instance,
    reach: &Reach,
    tariff: &Tariff,
    index: usize,
    held: &Held<'_>,
    movers: &PricedMovers,
    tolerance: f64,
) -> Option<Part> {
    let room = &instance.rooms[index];
    let free = |choice: &Choice| !matches!(choice.size, Size::Moved(f) if held.moved.get(f as usize) == Some(&true));
    let priced = |group| movers.undominated(instance, group, &tariff.rows, free);
    let sizes: Vec<Vec<Priced>> = room.groups.clone().map(priced).collect();
    let needs = |cell: u32| instance.cells.cells[cell as usize].need;
    let least = most(instance, room, &tariff.rows, &sizes, |g, tell| {
        reach.of(g).iter().for_each(|&(arc, cell)| tell(needs(cell), tariff.worth(instance, arc, cell, 1.0)));
    });
    if least <= 0.0 && !room.required {
        return Some(Part::default());
    }
    let helps = |service| may_help(instance, room, service);
    let (mut takers, mut offers) = offers_in(instance, reach, tariff, room, &sizes, helps);
    if let Some(left) = held.left {
        keep_affordable(instance, room, &mut offers, |row, amount| is_left(instance, left, row, amount));
    }
    let complex = if room.large { room.complex.priced(&tariff.rows) } else { 0.0 };
    let prices = RoomPrices { used: room.terms.priced(&tariff.rows), complex };
    let hint = held.hints.get(index).map_or(&[][..], Vec::as_slice);
    let allowed = |offers: &[Offer]| held.left.is_none_or(|left| keeps_within(instance, index, offers, left));
    let look = Look { prices, tolerance, hint, allowed: &allowed };
    let FitOut { offers, bound, .. } = best(instance, room, &offers, &look)?;
    let first = room.groups.start;
    let part = fitted(instance, reach, index, offers, |g| std::mem::take(&mut takers[g - first]));
    Some(Part { bound: if room.required { bound } else { bound.max(0.0) }, ..part })
}

/// Whether a fit-out takes no more than what is left, where it takes anything.
fn keeps_within(instance: &Instance, index: usize, offers: &[Offer], left: &[f64]) -> bool {
    taken_by(instance, index, offers).iter().all(|&(row, amount)| is_left(instance, left, row, amount))
}

/// Whether so much of a row is left.
fn is_left(instance: &Instance, left: &[f64], row: u32, amount: f64) -> bool {
    amount <= 0.0 || amount <= left[row as usize] + 1e-9 * instance.rows.limits[row as usize].abs()
}

/// What a room with some fit-out does, with those who take its places.
fn fitted(
    instance: &Instance,
    reach: &Reach,
    index: usize,
    offers: Vec<Offer>,
    mut takers_of: impl FnMut(usize) -> Takers,
) -> Part {
    let mut served = Vec::new();
    for offer in &offers {
        let choice = &instance.choices[offer.choice];
        let places = choice.places * f64::from(offer.slots.count_ones());
        let least = instance.groups[choice.group].minimum_use;
        takers_of(choice.group).serve(places, least, |at, people| served.push((at, people)));
    }
    Part::of_room(instance, reach, index, offers, served.into_iter())
}

/// The best state of a facility.
fn stay_part(instance: &Instance, reach: &Reach, tariff: &Tariff, f: usize) -> Part {
    let stay = &instance.stays[f];
    let takers = takers_of(instance, reach, tariff, instance.groups.len() + f);
    let mut best: Option<(f64, Option<usize>)> = stay.movable.then_some((0.0, None));
    for (at, state) in stay.states.iter().enumerate() {
        let worth = takers.worth(state.places, 0.0).unwrap_or(0.0) + state.terms.priced(&tariff.rows);
        if best.is_none_or(|(most, _)| worth > most) {
            best = Some((worth, Some(at)));
        }
    }
    let (bound, state) = best.unwrap_or((0.0, Some(0)));
    let state = state.and_then(|at| stay.states.get(at));
    let mut served = Vec::new();
    if let Some(state) = state {
        takers.serve(state.places, 0.0, |at, people| served.push((at, people)));
    }
    Part { bound, ..Part::of_stay(instance, reach, state, served.into_iter()) }
}

/// The least share of a district: worth 1 less the prices of all districts.
fn least_share(instance: &Instance, tariff: &Tariff) -> Part {
    let worst = (0_u32..).zip(&instance.rows.worst).filter(|(_, worst)| **worst).map(|(row, _)| row);
    let bound = 1.0 - worst.clone().map(|row| tariff.rows[row as usize]).sum::<f64>();
    if bound <= 0.0 {
        return Part::default();
    }
    Part { bound, gain: 1.0, rows: worst.map(|row| (row, 1.0)).collect(), ..Part::default() }
}

/// For each choice of a room what a fit-out with it is worth at most.
pub(crate) fn limits(instance: &Instance, reach: &Reach, tariff: &Tariff, index: usize) -> Vec<(usize, f64)> {
    let room = &instance.rooms[index];
    let size = |group: &Group| Priced::of(instance, group.choices.clone(), &tariff.rows, |_| true).collect();
    let sizes: Vec<Vec<Priced>> = instance.groups[room.groups.clone()].iter().map(size).collect();
    let (_, offers) = offers_in(instance, reach, tariff, room, &sizes, |_| true);
    let complex = if room.large { room.complex.priced(&tariff.rows).max(0.0) } else { 0.0 };
    let rewards: f64 = instance.together.iter().map(|pair| pair.reward).sum();
    let own = room.terms.priced(&tariff.rows) + complex + rewards;
    let top = |offers: &Vec<Offer>| offers.iter().fold(0.0_f64, |most, offer| most.max(offer.worth));
    let all: f64 = offers.iter().map(top).sum();
    let mut limits = Vec::new();
    for (group, offers) in room.groups.clone().zip(&offers) {
        for choice in instance.groups[group].choices.clone() {
            let best = offers.iter().filter(|offer| offer.choice == choice).map(|offer| offer.worth);
            limits.push((choice, own + all - top(offers) + best.fold(f64::NEG_INFINITY, f64::max)));
        }
    }
    limits
}

/// Those whom a host reaches, by position in [`Reach::arcs`].
fn takers_of(instance: &Instance, reach: &Reach, tariff: &Tariff, host: usize) -> Takers {
    let mut takers = Takers::default();
    takers.fill(reach.range(host).zip(reach.of(host)).map(|(at, &(arc, cell))| {
        (at, instance.cells.cells[cell as usize].need, tariff.worth(instance, arc, cell, 1.0))
    }));
    takers
}

/// The takers of the groups of a room, and the offers of some sizes; those that are worth nothing only if their service
/// is to be kept all the same.
fn offers_in(
    instance: &Instance,
    reach: &Reach,
    tariff: &Tariff,
    room: &Room,
    sizes: &[Vec<Priced>],
    keep: impl Fn(usize) -> bool,
) -> (Vec<Takers>, Vec<Vec<Offer>>) {
    let (mut all_takers, mut offers) = (Vec::with_capacity(sizes.len()), Vec::with_capacity(sizes.len()));
    for (g, sizes) in room.groups.clone().zip(sizes) {
        let group = &instance.groups[g];
        let takers = takers_of(instance, reach, tariff, g);
        let mut own = Vec::new();
        sizes.iter().for_each(|size| size.offers(instance, group.minimum_use, &takers, &mut own));
        if !keep(group.service) {
            own.retain(|offer| offer.worth > 0.0);
        }
        offers.push(own);
        all_takers.push(takers);
    }
    (all_takers, offers)
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::engine::programme::climb::Climb;
    use crate::engine::programme::formulation::Scope;
    use crate::engine::random::Random;
    use crate::service::{
        Complexes, Demand, Facility, Least, Module, Pair, PlanObjective, PlanRules, Programme, Quota, Service, Slot,
        Space,
    };
    use crate::solve::Control;
    use crate::{Metric, SolveOptions, SyntheticTown, TravelMatrix};

    /// A small town with slots, pairs, complexes, quotas, shares and money; facilities close, grow and move.
    pub fn instance(seed: u64, objective: PlanObjective) -> Instance {
        let town = SyntheticTown::new(2, seed).unwrap();
        let at: Vec<_> = town.homes.iter().map(|home| home.at).collect();
        let spaces: Vec<_> = town.spaces.iter().map(|space| space.at).collect();
        let places: Vec<_> = town.facilities.iter().map(|facility| facility.at).collect();
        let service = |name: &str, group: &str, rate: f64, places: f64, area: f64| {
            let small = Module::new("small", area, places).capital_cost(900.0 * area).running_cost(500.0 * area);
            let large = Module::new("large", 3.0 * area, 3.5 * places).capital_cost(2_400.0 * area);
            Service::new(name, 800.0).need(group, rate).module(small).module(large).minimum_use(5.0)
        };
        let services = [
            service("community canteen", "age_60_plus", 0.1, 40.0, 60.0),
            service("childcare", "age_0_3", 0.3, 12.0, 80.0).slots(["morning"]),
            service("after-school care", "age_7_12", 0.3, 20.0, 50.0).slots(["afternoon"]),
        ];
        let mut facilities = Facility::of_town(&town);
        for (at, facility) in facilities.iter_mut().enumerate() {
            facility.closing_cost = Some(1_000.0);
            facility.area = facility.places.map(|places| 4.0 * places);
            if at % 2 == 0 {
                *facility = facility.clone().enlargement(Module::new("more", 80.0, 20.0).capital_cost(9_000.0));
            }
            if at % 3 == 0 {
                *facility = facility.clone().moving_cost(6_000.0);
            }
        }
        let programme = Programme::new(Demand::of_town(&town), services)
            .spaces(Space::of_town(&town))
            .slots([Slot::new("morning", 8.0, 12.0), Slot::new("afternoon", 13.0, 18.0)])
            .pairs([Pair::together("childcare", "community canteen", 20.0, 3.0)])
            .existing(facilities, TravelMatrix::from_points(&at, &places, Metric::Euclidean, Some(800.0)).unwrap())
            .travel_to_spaces(TravelMatrix::from_points(&at, &spaces, Metric::Euclidean, Some(800.0)).unwrap());
        let rules = PlanRules::default()
            .objective(objective)
            .budget(1_500_000.0)
            .complexes(Complexes::new(["childcare", "community canteen"]).area(500.0))
            .quota(Quota::new("childcare", Least::Facilities(1)))
            .least_met(0.1);
        Instance::new(&programme, &rules).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]

        #[test]
        fn the_relaxation_bounds_the_best_plan_at_any_prices(seed in 0_u64..50, objective in 0_usize..4) {
            let objective = [
                PlanObjective::Cover,
                PlanObjective::Walking,
                PlanObjective::Cost { years: 3.0 },
                PlanObjective::WorstDistrict,
            ][objective];
            let instance = instance(seed, objective);
            let options = SolveOptions::default();
            let control = Control::maximising(&options, objective.sense());
            let best = crate::engine::programme::exact(&instance, &Scope::all(&instance), None, &control).unwrap();
            let Some(best) = best.candidate else { return Ok(()) };
            let reach = Reach::new(&instance);
            let mut random = Random::of_seed(seed);
            // Nor do the cuts of a climb cut it off.
            let mut climb = Climb::new(&instance, &reach, seed, true);
            for _ in 0..150 {
                climb.step(&reach, &control);
            }
            let slack = 1e-7 * (climb.bound().abs() + best.value.abs());
            prop_assert!(climb.bound() >= best.value - slack, "{} < {}", climb.bound(), best.value);
            for _ in 0..20 {
                let mut price = |scale: f64| scale * random.below(1_000) as f64 / 500.0;
                let cells = instance.cells.cells.iter().map(|cell| price(cell.need)).collect();
                let rows = instance.rows.limits.iter().map(|limit| price(100.0 / limit.abs().max(1.0))).collect();
                let prices = Prices { cells, rows };
                for tolerance in [0.0, 0.01] {
                    let relaxed = relax(&instance, &reach, &prices, &[], tolerance).unwrap();
                    let slack = 1e-9 * (relaxed.bound.abs() + best.value.abs());
                    prop_assert!(relaxed.bound >= best.value - slack, "{} < {}", relaxed.bound, best.value);
                }
            }
        }
    }
}
