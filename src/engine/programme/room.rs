//! The best fit-out of one room when everything has a price.
//!
//! A depth-first search over the services that suit the room, each left out or open at one size in some slots, with the
//! area of every slot, pairs, complexes and break-even kept. Branches are cut by the sum of what is left at best, and by
//! the same with the area that is left shared out by worth per m² and slot.

use super::instance::{Instance, Room};

/// A service at one size in some slots, with what that is worth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Offer {
    pub choice: usize,
    /// Slots, a bit for each.
    pub slots: u64,
    pub worth: f64,
}

/// The fit-out of a room.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct FitOut {
    /// Its offers.
    pub offers: Vec<Offer>,
    /// What it is worth, the room included.
    pub worth: f64,
    /// No fit-out is worth more.
    pub bound: f64,
}

/// What a room is worth in itself.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct RoomPrices {
    /// For being used.
    pub used: f64,
    /// For being a complex.
    pub complex: f64,
}

/// Nodes after which the search settles for a bound.
const MOST_NODES: usize = 4_000;
/// Slots that the search can tell apart.
pub(crate) const MOST_SLOTS: usize = 6;

/// How a search looks at a room.
pub(crate) struct Look<'a> {
    pub prices: RoomPrices,
    /// Only fit-outs that are worth more than this are wanted, unless the room is required.
    pub floor: f64,
    /// A fit-out worth so much less than the best, as a share, is as good.
    pub tolerance: f64,
    /// Offers that were good before.
    pub hint: &'a [Offer],
    /// May refuse whole fit-outs.
    pub allowed: &'a dyn Fn(&[Offer]) -> bool,
}

/// The best fit-out of a room among some offers, by group; `None` when none is allowed although the room is required.
pub(crate) fn best(instance: &Instance, room: &Room, offers: &[Vec<Offer>], look: &Look<'_>) -> Option<FitOut> {
    let mut search = Search::new(instance, room, offers, look);
    search.follow(look.hint);
    search.descend(0);
    let idle = (!room.required).then_some(look.floor);
    let (left_out, found) = (search.left_out, search.best.take());
    match (found, idle) {
        (Some((worth, offers)), idle) if idle.is_none_or(|idle| worth > idle) => {
            Some(FitOut { offers, worth, bound: left_out.max(worth) })
        }
        (_, Some(idle)) => Some(FitOut { offers: Vec::new(), worth: idle, bound: left_out.max(idle) }),
        (_, None) => {
            left_out.is_finite().then(|| FitOut { offers: Vec::new(), worth: f64::NEG_INFINITY, bound: left_out })
        }
    }
}

/// Leaves out offers of a group that another beats with no more area in no other slots.
fn undominated(instance: &Instance, mut offers: Vec<Offer>) -> Vec<Offer> {
    offers.sort_by(|a, b| {
        let size = |offer: &Offer| taken(instance, offer);
        b.worth
            .total_cmp(&a.worth)
            .then(size(a).total_cmp(&size(b)))
            .then((a.choice, a.slots).cmp(&(b.choice, b.slots)))
    });
    let mut kept: Vec<Offer> = Vec::with_capacity(offers.len());
    for offer in offers {
        let beats = |other: &Offer| {
            other.slots & !offer.slots == 0
                && instance.choices[other.choice].area <= instance.choices[offer.choice].area
                && (!instance.break_even || yearly(instance, other) <= yearly(instance, &offer))
        };
        if !kept.iter().any(beats) {
            kept.push(offer);
        }
    }
    kept
}

struct Search<'a> {
    instance: &'a Instance,
    room: &'a Room,
    look: &'a Look<'a>,
    /// The offers of the groups that have any, the group with the best offer first.
    groups: Vec<Vec<Offer>>,
    service: Vec<usize>,
    /// Sum of the best offers from a group on.
    rest: Vec<f64>,
    /// Group, best worth per m² and slot, best worth; by worth per m² and slot.
    by_density: Vec<(usize, f64, f64)>,
    /// Least yearly money from a group on.
    cheapest: Vec<f64>,
    /// All rewards that pairs can bring, and m² times slots that they can save.
    rewards: f64,
    shared: f64,
    chosen: Vec<Offer>,
    /// For each service the slots in which it is open.
    open: Vec<u64>,
    free: [f64; MOST_SLOTS],
    /// For each group the slots in which groups from it on may open: a bit for each group, slot by slot.
    later: Vec<[u64; MOST_SLOTS]>,
    worth: f64,
    yearly: f64,
    core: usize,
    best: Option<(f64, Vec<Offer>)>,
    nodes: usize,
    /// The most that a branch could be worth which was not looked into.
    left_out: f64,
}

impl<'a> Search<'a> {
    fn new(instance: &'a Instance, room: &'a Room, offers: &[Vec<Offer>], look: &'a Look<'a>) -> Self {
        let top = |offers: &Vec<Offer>| offers.iter().fold(f64::NEG_INFINITY, |most, offer| most.max(offer.worth));
        let some = offers.iter().filter(|offers| !offers.is_empty());
        let mut groups: Vec<Vec<Offer>> = some.map(|offers| undominated(instance, offers.clone())).collect();
        groups.sort_by(|a, b| top(b).total_cmp(&top(a)));
        let service_of = |offer: &Offer| instance.groups[instance.choices[offer.choice].group].service;
        let service: Vec<usize> = groups.iter().filter_map(|offers| offers.first().map(service_of)).collect();
        let mut rest = vec![0.0; groups.len() + 1];
        let mut cheapest = vec![0.0; groups.len() + 1];
        for (at, offers) in groups.iter().enumerate().rev() {
            rest[at] = rest[at + 1] + top(offers).max(0.0);
            let least = offers.iter().map(|offer| yearly(instance, offer)).fold(0.0, f64::min);
            cheapest[at] = cheapest[at + 1] + least;
        }
        let mut by_density: Vec<(usize, f64, f64)> = groups
            .iter()
            .enumerate()
            .map(|(at, offers)| {
                let dense = offers.iter().map(|offer| offer.worth / taken(instance, offer)).fold(0.0, f64::max);
                (at, dense, top(offers).max(0.0))
            })
            .collect();
        by_density.sort_by(|a, b| b.1.total_cmp(&a.1));
        let mut later = vec![[0_u64; MOST_SLOTS]; groups.len() + 1];
        for (at, offers) in groups.iter().enumerate().rev() {
            later[at] = later[at + 1];
            let slots = offers.iter().fold(0, |slots, offer| slots | offer.slots);
            for (slot, later) in later[at].iter_mut().enumerate() {
                *later |= (slots >> slot & 1) << at.min(63);
            }
        }
        let mut free = [0.0; MOST_SLOTS];
        free.iter_mut().take(instance.n_slots).for_each(|free| *free = room.area);
        let pairs = || instance.together.iter().filter(|pair| pair.services.iter().all(|pair| service.contains(pair)));
        let rewards = pairs().map(|pair| pair.reward).sum();
        let shared = pairs().map(|pair| pair.shared_area).sum::<f64>() * instance.n_slots as f64;
        Self {
            instance,
            room,
            look,
            groups,
            service,
            rest,
            by_density,
            cheapest,
            rewards,
            shared,
            chosen: Vec::new(),
            open: vec![0; instance.n_services],
            free,
            later,
            worth: look.prices.used,
            yearly: room.rent,
            core: 0,
            best: None,
            nodes: 0,
            left_out: f64::NEG_INFINITY,
        }
    }

    /// Starts from a fit-out that was good before, at today's worth.
    fn follow(&mut self, hint: &[Offer]) {
        let mut path = Vec::new();
        for at in 0..self.groups.len() {
            let same = |offer: &&Offer| hint.iter().any(|old| old.choice == offer.choice && old.slots == offer.slots);
            let Some(offer) = self.groups[at].iter().find(same).copied() else { continue };
            if self.may_add(self.service[at])
                && let Some(reward) = self.add(at, offer)
            {
                path.push((at, offer, reward));
            }
        }
        self.keep();
        path.into_iter().rev().for_each(|(at, offer, reward)| self.remove(at, offer, reward));
    }

    /// Whether an offer is the mirror of another: it leaves out a slot that is as good as one that it takes.
    fn is_mirrored(&self, at: usize, slots: u64) -> bool {
        let n = self.instance.n_slots;
        let open = |slot: usize| self.open.iter().map(move |open| open >> slot & 1);
        (1..n).filter(|slot| slots >> slot & 1 == 1).any(|slot| {
            (0..slot).any(|before| {
                slots >> before & 1 == 0
                    && self.free[before] == self.free[slot]
                    && self.later[at][before] == self.later[at][slot]
                    && open(before).eq(open(slot))
            })
        })
    }

    /// What a fit-out that goes on from here is worth at most.
    fn limit(&self, at: usize) -> f64 {
        let bonus = self.rewards + self.look.prices.complex;
        let mut left: f64 = self.free.iter().sum::<f64>() + self.shared;
        let mut sum = 0.0;
        for &(_, density, most) in self.by_density.iter().filter(|entry| entry.0 >= at) {
            if density <= 0.0 || left <= 0.0 {
                break;
            }
            let worth = most.min(density * left);
            sum += worth;
            left -= worth / density;
        }
        self.worth + bonus + sum.min(self.rest.get(at).copied().unwrap_or(0.0))
    }

    fn descend(&mut self, at: usize) {
        self.nodes += 1;
        self.keep();
        if at >= self.groups.len() {
            return;
        }
        let least = if self.room.required { f64::NEG_INFINITY } else { self.look.floor };
        let floor = self.best.as_ref().map_or(least, |best| best.0.max(least));
        let limit = self.limit(at);
        if limit <= floor {
            return;
        }
        if limit <= floor + self.look.tolerance * floor.abs() || self.nodes > MOST_NODES {
            self.left_out = self.left_out.max(limit);
            return;
        }
        if self.instance.break_even && self.yearly + self.cheapest[at] > slack(self.room.rent) {
            return;
        }
        if self.may_add(self.service[at]) {
            for offer in 0..self.groups[at].len() {
                let offer = self.groups[at][offer];
                if self.is_mirrored(at, offer.slots) {
                    continue;
                }
                if let Some(undo) = self.add(at, offer) {
                    self.descend(at + 1);
                    self.remove(at, offer, undo);
                }
            }
        }
        self.descend(at + 1);
    }

    /// Whether another service may come in: small rooms host few, and some must not share a room.
    fn may_add(&self, service: usize) -> bool {
        let few = match &self.instance.sharing {
            Some(sharing) if !self.room.large => (self.chosen.len() as f64) < sharing.apart,
            _ => true,
        };
        let open = |other: usize| self.open[other] != 0;
        few && !self.instance.apart.iter().any(|&[a, b]| a == service && open(b) || b == service && open(a))
    }

    /// Opens an offer; `None` where the area does not suffice.
    fn add(&mut self, at: usize, offer: Offer) -> Option<f64> {
        let (service, area) = (self.service[at], self.instance.choices[offer.choice].area);
        let mut reward = 0.0;
        let mut net = [0.0; MOST_SLOTS];
        for (slot, net) in net.iter_mut().enumerate() {
            *net = if offer.slots >> slot & 1 == 1 { area } else { 0.0 };
        }
        for pair in &self.instance.together {
            let other = match pair.services {
                [a, b] if a == service => b,
                [a, b] if b == service => a,
                _ => continue,
            };
            if self.open[other] != 0 {
                reward += pair.reward;
                let both = self.open[other] & offer.slots;
                net.iter_mut()
                    .enumerate()
                    .filter(|(slot, _)| both >> slot & 1 == 1)
                    .for_each(|(_, net)| *net -= pair.shared_area);
            }
        }
        if net.iter().zip(&self.free).any(|(net, free)| *net > free + slack(self.room.area)) {
            return None;
        }
        self.free.iter_mut().zip(&net).for_each(|(free, net)| *free -= net);
        self.open[service] = offer.slots;
        self.worth += offer.worth + reward;
        self.yearly += yearly(self.instance, &offer);
        self.core += usize::from(self.is_core(service));
        self.chosen.push(offer);
        Some(reward)
    }

    fn remove(&mut self, at: usize, offer: Offer, reward: f64) {
        let (service, area) = (self.service[at], self.instance.choices[offer.choice].area);
        self.chosen.pop();
        self.open[service] = 0;
        self.core -= usize::from(self.is_core(service));
        self.worth -= offer.worth + reward;
        self.yearly -= yearly(self.instance, &offer);
        for (slot, free) in self.free.iter_mut().enumerate().filter(|(slot, _)| offer.slots >> slot & 1 == 1) {
            *free += area;
            for pair in &self.instance.together {
                let other = match pair.services {
                    [a, b] if a == service => b,
                    [a, b] if b == service => a,
                    _ => continue,
                };
                *free -= if self.open[other] >> slot & 1 == 1 { pair.shared_area } else { 0.0 };
            }
        }
    }

    fn is_core(&self, service: usize) -> bool {
        self.instance.sharing.as_ref().is_some_and(|sharing| sharing.core[service])
    }

    /// Keeps what is chosen if it obeys every rule of the room and is the best so far.
    fn keep(&mut self) {
        if self.chosen.is_empty() || self.instance.break_even && self.yearly > slack(self.room.rent) {
            return;
        }
        let mut worth = self.worth;
        if let Some(sharing) = &self.instance.sharing {
            let count = self.chosen.len() as f64;
            let complex = self.room.large && count >= sharing.services && self.core as f64 >= sharing.core_services;
            if complex {
                worth += self.look.prices.complex;
            } else if count > sharing.apart || sharing.always && self.room.large {
                return;
            }
        }
        if self.best.as_ref().is_none_or(|best| worth > best.0) && (self.look.allowed)(&self.chosen) {
            self.best = Some((worth, self.chosen.clone()));
        }
    }
}

/// Rounding of sums of figures of this size.
fn slack(size: f64) -> f64 {
    1e-9 * size.abs()
}

/// m² times slots that an offer takes.
fn taken(instance: &Instance, offer: &Offer) -> f64 {
    instance.choices[offer.choice].area * f64::from(offer.slots.count_ones())
}

/// Running cost less income of an offer.
fn yearly(instance: &Instance, offer: &Offer) -> f64 {
    instance.choices[offer.choice].yearly * f64::from(offer.slots.count_ones())
}
