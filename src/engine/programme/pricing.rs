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

use super::instance::Instance;
use super::offers::{each_term, may_help, most, offers_of};
use super::reach::{Reach, cell_of_arcs};
use super::room::{FitOut, Look, Offer, RoomPrices, best};
use super::takers::Takers;
use super::tariff::{Prices, Tariff};

/// What the relaxation chooses.
#[derive(Debug, Clone, Default)]
pub(crate) struct Relaxed {
    /// No plan is worth more.
    pub bound: f64,
    /// The fit-out of each room.
    pub rooms: Vec<FitOut>,
    /// The state of each facility.
    pub states: Vec<Option<usize>>,
    /// For each cell the share that is met, which may be above one.
    pub met: Vec<f64>,
    /// For each row what is taken.
    pub taken: Vec<f64>,
    /// Rooms that are used.
    pub used: f64,
}

/// One room's part of the relaxation.
struct RoomPart {
    fit_out: FitOut,
    /// Arc and people.
    served: Vec<(u32, f64)>,
    /// How much of it counts.
    part: f64,
}

/// The relaxation at some prices; `None` when a required room can host nothing at all.
///
/// `last` are the fit-outs chosen before, `tolerance` the share of a room's worth that the bound may give away. What is
/// met and taken is smoothed: a room whose best fit-out is worth w counts 1 / (1 + exp(-w / `width`)), so that rooms worth
/// about nothing do not all come and go at once. The bound is not touched by that.
pub(crate) fn relax(
    instance: &Instance,
    reach: &Reach,
    prices: &Prices,
    last: &[FitOut],
    tolerance: f64,
    width: f64,
) -> Option<Relaxed> {
    let tariff = Tariff::new(instance, prices, 1.0);
    let rooms: Option<Vec<RoomPart>> = (0..instance.rooms.len())
        .into_par_iter()
        .map(|room| {
            let hint = last.get(room).map_or(&[][..], |last| &last.offers);
            relax_room(instance, reach, &tariff, room, (hint, tolerance, width))
        })
        .collect();
    let rooms = rooms?;
    let cells = &instance.cells.cells;
    let mut relaxed = Relaxed {
        bound: instance.constant + prices.cells.iter().sum::<f64>(),
        rooms: Vec::with_capacity(rooms.len()),
        states: Vec::with_capacity(instance.stays.len()),
        met: vec![0.0; cells.len()],
        taken: vec![0.0; instance.rows.len()],
        used: 0.0,
    };
    relaxed.bound += prices.rows.iter().zip(&instance.rows.limits).map(|(price, limit)| price * limit).sum::<f64>();
    let cell_of = cell_of_arcs(instance);
    for (room, part) in rooms.into_iter().enumerate() {
        relaxed.bound += part.fit_out.bound;
        for (arc, people) in part.served {
            relaxed.serve(instance, arc, cell_of[arc as usize], part.part * people);
        }
        relaxed.build(instance, room, &part.fit_out.offers, part.part);
        relaxed.used += part.part;
        relaxed.rooms.push(part.fit_out);
    }
    relax_stays(instance, reach, &tariff, &cell_of, &mut relaxed);
    // The least share of a district is worth 1 less the prices of all districts.
    if instance.worst_district {
        let priced = prices.rows.iter().zip(&instance.rows.worst).filter(|(_, worst)| **worst);
        let worth = 1.0 - priced.map(|(price, _)| price).sum::<f64>();
        if worth > 0.0 {
            relaxed.bound += worth;
            let worst: Vec<u32> =
                (0_u32..).zip(&instance.rows.worst).filter(|(_, on)| **on).map(|(row, _)| row).collect();
            worst.into_iter().for_each(|row| relaxed.taken[row as usize] += 1.0);
        }
    }
    relaxed.bound += relaxed.rounding(instance, prices);
    Some(relaxed)
}

/// What every so many rooms would take of each row at some prices.
pub(crate) fn sample(instance: &Instance, reach: &Reach, prices: &Prices, every: usize) -> Vec<f64> {
    let rooms: Vec<usize> = (0..instance.rooms.len()).step_by(every).collect();
    let tariff = Tariff::new(instance, prices, 1.0);
    let parts: Vec<Option<RoomPart>> =
        rooms.par_iter().map(|&room| relax_room(instance, reach, &tariff, room, (&[], 0.02, 0.0))).collect();
    let mut relaxed = Relaxed { taken: vec![0.0; instance.rows.len()], ..Relaxed::default() };
    for (room, part) in rooms.iter().zip(parts) {
        relaxed.build(instance, *room, part.map(|part| part.fit_out.offers).unwrap_or_default().as_slice(), 1.0);
    }
    relaxed.taken
}

fn relax_room(
    instance: &Instance,
    reach: &Reach,
    tariff: &Tariff,
    index: usize,
    (hint, tolerance, width): (&[Offer], f64, f64),
) -> Option<RoomPart> {
    let room = &instance.rooms[index];
    let needs = |cell: u32| instance.cells.cells[cell as usize].need;
    let least = most(instance, room, &tariff.rows, |g, tell| {
        reach.of(g).iter().for_each(|&(arc, cell)| tell(needs(cell), tariff.worth(instance, arc, cell, 1.0)));
    });
    let floor = -4.0 * width;
    if least <= floor && !room.required {
        return Some(RoomPart { fit_out: FitOut::default(), served: Vec::new(), part: 0.0 });
    }
    let (all_takers, offers) = offers_in(instance, reach, tariff, index, may_help(instance, room));
    let complex = if room.large { room.complex.priced(&tariff.rows) } else { 0.0 };
    let own = RoomPrices { used: room.terms.priced(&tariff.rows), complex };
    let look = Look { prices: own, floor, tolerance, hint, allowed: &|_| true };
    let mut fit_out = best(instance, room, &offers, &look)?;
    let part = match () {
        () if room.required => 1.0,
        () if fit_out.offers.is_empty() => 0.0,
        () if width > 0.0 => 1.0 / (1.0 + (-fit_out.worth / width).exp()),
        () => 1.0,
    };
    if !room.required {
        fit_out.bound = fit_out.bound.max(0.0);
    }
    let mut served = Vec::new();
    for offer in &fit_out.offers {
        let choice = &instance.choices[offer.choice];
        let takers = &all_takers[choice.group - room.groups.start];
        let places = choice.places * f64::from(offer.slots.count_ones());
        takers.serve(places, instance.groups[choice.group].minimum_use, |arc, people| served.push((arc, people)));
    }
    Some(RoomPart { fit_out, served, part })
}

/// For each choice of a room what a fit-out with it is worth at most.
pub(crate) fn limits(instance: &Instance, reach: &Reach, tariff: &Tariff, index: usize) -> Vec<(usize, f64)> {
    let room = &instance.rooms[index];
    let (_, offers) = offers_in(instance, reach, tariff, index, true);
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

/// The takers of the groups of a room, and their offers.
fn offers_in(
    instance: &Instance,
    reach: &Reach,
    tariff: &Tariff,
    index: usize,
    keep_all: bool,
) -> (Vec<Takers>, Vec<Vec<Offer>>) {
    let room = &instance.rooms[index];
    let needs = |cell: u32| instance.cells.cells[cell as usize].need;
    let (mut all_takers, mut offers) = (Vec::with_capacity(room.groups.len()), Vec::with_capacity(room.groups.len()));
    for g in room.groups.clone() {
        let group = &instance.groups[g];
        let mut takers = Takers::default();
        takers.fill(reach.of(g).iter().map(|&(arc, cell)| (arc, needs(cell), tariff.worth(instance, arc, cell, 1.0))));
        let mut own = Vec::new();
        for at in group.choices.clone() {
            offers_of(&instance.choices[at], at, group.minimum_use, &takers, &tariff.rows, &mut own);
        }
        own.retain(|offer| offer.worth > 0.0 || keep_all);
        offers.push(own);
        all_takers.push(takers);
    }
    (all_takers, offers)
}

fn relax_stays(instance: &Instance, reach: &Reach, tariff: &Tariff, cell_of: &[u32], relaxed: &mut Relaxed) {
    let mut takers = Takers::default();
    for (f, stay) in instance.stays.iter().enumerate() {
        let host = instance.groups.len() + f;
        takers.fill(reach.of(host).iter().map(|&(arc, cell)| {
            (arc, instance.cells.cells[cell as usize].need, tariff.worth(instance, arc, cell, 1.0))
        }));
        let mut best: Option<(f64, Option<usize>)> = stay.movable.then_some((0.0, None));
        for (at, state) in stay.states.iter().enumerate() {
            let worth = takers.worth(state.places, 0.0).unwrap_or(0.0) + state.terms.priced(&tariff.rows);
            if best.is_none_or(|(most, _)| worth > most) {
                best = Some((worth, Some(at)));
            }
        }
        let (worth, state) = best.unwrap_or((0.0, Some(0)));
        relaxed.bound += worth;
        relaxed.states.push(state);
        if let Some(state) = state.and_then(|at| stay.states.get(at)) {
            relaxed.take(&state.terms.rows, 1.0);
            let mut served = Vec::new();
            takers.serve(state.places, 0.0, |arc, people| served.push((arc, people)));
            served.into_iter().for_each(|(arc, people)| relaxed.serve(instance, arc, cell_of[arc as usize], people));
        }
    }
}

impl Relaxed {
    /// What the bound may have lost to rounding: large prices leave small differences of large sums.
    fn rounding(&self, instance: &Instance, prices: &Prices) -> f64 {
        let cells = prices.cells.iter().zip(&self.met).map(|(price, met)| price * (1.0 + met)).sum::<f64>();
        let rows = prices.rows.iter().zip(&self.taken).zip(&instance.rows.limits);
        1e-13 * (cells + rows.map(|((price, taken), limit)| price * (taken.abs() + limit.abs())).sum::<f64>())
    }

    /// Counts what the fit-out of a room takes.
    fn build(&mut self, instance: &Instance, room: usize, offers: &[Offer], part: f64) {
        each_term(instance, room, offers, |terms, times| self.take(&terms.rows, part * times));
    }

    fn take(&mut self, rows: &[(u32, f64)], times: f64) {
        for &(row, amount) in rows {
            self.taken[row as usize] += amount * times;
        }
    }

    fn serve(&mut self, instance: &Instance, arc: u32, cell: u32, people: f64) {
        let entry = &instance.cells.cells[cell as usize];
        let share = people / entry.need;
        self.met[cell as usize] += share;
        for (row, amount) in instance.cells.taken(entry, &instance.cells.arcs[arc as usize]) {
            self.taken[row as usize] += amount * share;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::engine::programme::formulation::Scope;
    use crate::engine::random::Random;
    use crate::service::{
        Complexes, Demand, Facility, Least, Module, Pair, PlanObjective, PlanRules, Programme, Quota, Service, Slot,
        Space,
    };
    use crate::solve::Control;
    use crate::{Metric, SolveOptions, SyntheticTown, TravelMatrix};

    /// A small town with slots, pairs, complexes, quotas, shares and money.
    fn instance(seed: u64, objective: PlanObjective) -> Instance {
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
        facilities.iter_mut().for_each(|facility| facility.closing_cost = Some(1_000.0));
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
            for _ in 0..20 {
                let mut price = |scale: f64| scale * random.below(1_000) as f64 / 500.0;
                let cells = instance.cells.cells.iter().map(|cell| price(cell.need)).collect();
                let rows = instance.rows.limits.iter().map(|limit| price(100.0 / limit.abs().max(1.0))).collect();
                let prices = Prices { cells, rows };
                for (tolerance, width) in [(0.0, 0.0), (0.01, 5.0)] {
                    let relaxed = relax(&instance, &reach, &prices, &[], tolerance, width).unwrap();
                    let slack = 1e-9 * (relaxed.bound.abs() + best.value.abs());
                    prop_assert!(relaxed.bound >= best.value - slack, "{} < {}", relaxed.bound, best.value);
                }
            }
        }
    }
}
