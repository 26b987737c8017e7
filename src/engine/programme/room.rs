//! The best fit-out of one room when everything has a price.
//!
//! A depth-first search over the services that suit the room, each left out or open at one size in some slots, with the
//! area of every slot, pairs, complexes and break-even kept. Branches are cut by the best of what is left, and by the same
//! when each m² in each slot has a price: those prices are found once, at the root (a Lagrangian relaxation again).

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

/// Nodes after which the search settles for a bound, in programmes of any size and in those beyond solvers.
const MOST_NODES: usize = 200_000;
const MOST_NODES_OF_MANY: usize = 2_000;
/// Slots that the search can tell apart.
pub(crate) const MOST_SLOTS: usize = 6;

/// How a search looks at a room.
pub(crate) struct Look<'a> {
    pub prices: RoomPrices,
    /// A fit-out worth so much less than the best, as a share of all that could be in the room, is as good.
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
    let idle = (!room.required).then_some(0.0);
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

/// What can come of the groups from one on.
#[derive(Debug, Clone, Copy, Default)]
struct Later {
    /// Sum of the best offers, and of the best when area is paid for.
    worth: f64,
    beyond_area: f64,
    /// Least yearly money, and the most that is earned.
    yearly: f64,
    income: f64,
    /// Rewards of pairs that are not decided yet, and what the area that they save is worth.
    rewards: f64,
    shared: f64,
    /// Groups of the core.
    core: usize,
    /// Slots in which they may open: a bit for each group, slot by slot.
    slots: [u64; MOST_SLOTS],
}

struct Search<'a> {
    instance: &'a Instance,
    room: &'a Room,
    look: &'a Look<'a>,
    /// The offers of the groups that have any, the group with the best offer first, or the best for its area where all may
    /// come in; what each is worth beyond its area.
    groups: Vec<Vec<(Offer, f64)>>,
    service: Vec<usize>,
    /// The price of a m² in each slot.
    area_price: [f64; MOST_SLOTS],
    /// What can still come of the groups from each on.
    later: Vec<Later>,
    chosen: Vec<Offer>,
    /// For each service the slots in which it is open.
    open: Vec<u64>,
    free: [f64; MOST_SLOTS],
    worth: f64,
    yearly: f64,
    core: usize,
    /// Services at most.
    most: usize,
    best: Option<(f64, Vec<Offer>)>,
    nodes: usize,
    most_nodes: usize,
    /// The most that a branch could be worth which was not looked into.
    left_out: f64,
}

impl<'a> Search<'a> {
    fn new(instance: &'a Instance, room: &'a Room, offers: &[Vec<Offer>], look: &'a Look<'a>) -> Self {
        let top = |offers: &Vec<Offer>| offers.iter().fold(f64::NEG_INFINITY, |most, offer| most.max(offer.worth));
        let some = offers.iter().filter(|offers| !offers.is_empty());
        let mut groups: Vec<Vec<Offer>> = some.map(|offers| undominated(instance, offers.clone())).collect();
        groups.sort_by(|a, b| top(b).total_cmp(&top(a)));
        let most = instance.most_services(room);
        if most >= groups.len() {
            // All may come in: those that are worth most for their area first.
            let dense = |offers: &Vec<Offer>| {
                let area = offers.iter().fold(0.0, |most, offer| f64::max(most, taken(instance, offer)));
                top(offers) / area.max(1e-9 * room.area)
            };
            groups.sort_by(|a, b| dense(b).total_cmp(&dense(a)));
        }
        let service: Vec<usize> =
            groups.iter().filter_map(|offers| Some(instance.service_of(offers.first()?.choice))).collect();
        let area_price = if most > FEW { area_prices(instance, room.area, &groups) } else { [0.0; MOST_SLOTS] };
        let mut groups: Vec<Vec<(Offer, f64)>> = groups
            .into_iter()
            .map(|offers| offers.into_iter().map(|offer| (offer, beyond_area(instance, &offer, &area_price))).collect())
            .collect();
        groups.iter_mut().for_each(|offers| offers.sort_by(|a, b| b.1.total_cmp(&a.1)));
        let mut later = vec![Later::default(); groups.len() + 1];
        for (at, offers) in groups.iter().enumerate().rev() {
            let mut next = later[at + 1];
            next.worth += offers.iter().fold(0.0, |most, (offer, _)| f64::max(most, offer.worth));
            next.beyond_area += offers.first().map_or(0.0, |first| first.1.max(0.0));
            next.yearly += offers.iter().map(|(offer, _)| yearly(instance, offer)).fold(0.0, f64::min);
            next.income += offers.iter().map(|(offer, _)| income(instance, offer)).fold(0.0, f64::max);
            next.core += usize::from(instance.sharing.as_ref().is_some_and(|sharing| sharing.core[service[at]]));
            for pair in &instance.together {
                let place = |wanted: &usize| service.iter().position(|own| own == wanted);
                let [Some(a), Some(b)] = [0, 1].map(|end: usize| place(&pair.services[end])) else { continue };
                if a.max(b) == at {
                    next.rewards += pair.reward;
                    next.shared += pair.shared_area * area_price.iter().sum::<f64>();
                }
            }
            let slots = offers.iter().fold(0, |slots, (offer, _)| slots | offer.slots);
            for (slot, later) in next.slots.iter_mut().enumerate() {
                *later |= (slots >> slot & 1) << at.min(63);
            }
            later[at] = next;
        }
        let mut free = [0.0; MOST_SLOTS];
        free.iter_mut().take(instance.n_slots).for_each(|free| *free = room.area);
        Self {
            instance,
            room,
            look,
            groups,
            service,
            area_price,
            later,
            chosen: Vec::new(),
            open: vec![0; instance.n_services],
            free,
            worth: look.prices.used,
            yearly: room.rent,
            core: 0,
            most,
            best: None,
            nodes: 0,
            most_nodes: if instance.is_beyond_solvers() { MOST_NODES_OF_MANY } else { MOST_NODES },
            left_out: f64::NEG_INFINITY,
        }
    }

    /// Starts from a fit-out that was good before, at today's worth.
    fn follow(&mut self, hint: &[Offer]) {
        let mut path = Vec::new();
        for at in 0..self.groups.len() {
            let same = |offer: &Offer| hint.iter().any(|old| old.choice == offer.choice && old.slots == offer.slots);
            let Some(offer) = self.groups[at].iter().map(|entry| entry.0).find(same) else { continue };
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
                    && self.later[at].slots[before] == self.later[at].slots[slot]
                    && open(before).eq(open(slot))
            })
        })
    }

    /// What a fit-out that goes on from a group is worth at most, what comes of that group and those after it left out; and
    /// the same when area is paid for.
    fn so_far(&self, at: usize) -> (f64, f64) {
        let later = &self.later[at];
        let complex = match &self.instance.sharing {
            Some(sharing) if self.room.large => {
                let services = self.chosen.len() + self.groups.len() - at;
                let may =
                    services as f64 >= sharing.services && (self.core + later.core) as f64 >= sharing.core_services;
                if may { self.look.prices.complex.max(0.0) } else { 0.0 }
            }
            _ => 0.0,
        };
        let sure = self.worth + later.rewards + complex;
        let area = self.free.iter().zip(&self.area_price).map(|(free, price)| free * price).sum::<f64>();
        (sure, sure + area + later.shared)
    }

    fn descend(&mut self, at: usize) {
        self.nodes += 1;
        self.keep();
        if at >= self.groups.len() {
            return;
        }
        let (sure, paying) = self.so_far(at);
        // Where few may come in, groups come by their best offers: the next few are the best that may still be added.
        let end = (at + self.most.saturating_sub(self.chosen.len())).min(self.groups.len());
        let free = sure + self.later[at].worth - self.later[end].worth;
        let limit = f64::min(free, paying + self.later[at].beyond_area);
        if self.is_cut(limit) {
            return;
        }
        if self.most > FEW && self.is_cut(paying + self.fitting(at)) {
            return;
        }
        if self.instance.break_even && self.yearly + self.later[at].yearly > slack(self.later[0].income) {
            return;
        }
        if self.may_add(self.service[at]) {
            for offer in 0..self.groups[at].len() {
                let (offer, beyond) = self.groups[at][offer];
                // Offers come by what they are worth beyond their area: all after this one are worth less.
                if self.is_cut(paying + beyond + self.later[at + 1].beyond_area) {
                    break;
                }
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

    /// What the groups from one on are worth at most beyond their area, each with the best offer that may still fit in.
    fn fitting(&self, at: usize) -> f64 {
        let best = |(offers, &service): (&Vec<(Offer, f64)>, &usize)| {
            let pairs = self.instance.together.iter().filter(|pair| pair.services.contains(&service));
            let shared = pairs.map(|pair| pair.shared_area).sum::<f64>() + slack(self.room.area);
            let fits = |offer: &Offer| {
                let area = self.instance.choices[offer.choice].area - shared;
                self.free.iter().enumerate().all(|(slot, free)| offer.slots >> slot & 1 == 0 || area <= *free)
            };
            let worth = || offers.iter().find(|(offer, beyond)| *beyond <= 0.0 || fits(offer));
            if self.may_add(service) { worth().map_or(0.0, |entry| entry.1.max(0.0)) } else { 0.0 }
        };
        self.groups[at..].iter().zip(&self.service[at..]).map(best).sum()
    }

    /// Whether a branch that is worth so much at most need not be looked into; what is given away by that is kept.
    fn is_cut(&mut self, limit: f64) -> bool {
        let least = if self.room.required { f64::NEG_INFINITY } else { 0.0 };
        let floor = self.best.as_ref().map_or(least, |best| best.0.max(least));
        if limit <= floor {
            return true;
        }
        let given_away = limit <= floor + self.look.tolerance * self.later[0].worth || self.nodes > self.most_nodes;
        if given_away {
            self.left_out = self.left_out.max(limit);
        }
        given_away
    }

    /// Whether another service may come in: small rooms host few, and some must not share a room.
    fn may_add(&self, service: usize) -> bool {
        let few = self.chosen.len() < self.most;
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

    /// Whether what is chosen earns the rent, with the rounding that the check of plans allows.
    fn breaks_even(&self) -> bool {
        self.yearly <= slack(self.chosen.iter().map(|offer| income(self.instance, offer)).sum())
    }

    /// Keeps what is chosen if it obeys every rule of the room and is the best so far.
    fn keep(&mut self) {
        if self.chosen.is_empty() || self.instance.break_even && !self.breaks_even() {
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

/// Whether what is left of a fit-out, when services are taken out of it, obeys the rules of its room.
pub(crate) fn lasts(instance: &Instance, room: &Room, offers: &[Offer]) -> bool {
    if offers.is_empty() {
        return !room.required;
    }
    let spent = room.rent + offers.iter().map(|offer| yearly(instance, offer)).sum::<f64>();
    let earned = offers.iter().map(|offer| income(instance, offer)).sum();
    let pays = !instance.break_even || spent <= slack(earned);
    let services = offers.iter().map(|offer| instance.service_of(offer.choice));
    let shares = instance.sharing.as_ref().is_none_or(|sharing| {
        let small = offers.len() as f64 <= sharing.apart && !(sharing.always && room.large);
        small || instance.is_complex(room, services)
    });
    pays && shares
}

/// What an offer is worth when its area is paid for.
fn beyond_area(instance: &Instance, offer: &Offer, prices: &[f64; MOST_SLOTS]) -> f64 {
    let open = prices.iter().enumerate().filter(|(slot, _)| offer.slots >> slot & 1 == 1);
    offer.worth - instance.choices[offer.choice].area * open.map(|(_, price)| price).sum::<f64>()
}

/// Prices of a m² in each slot at which the best of all groups bound a room well: a few subgradient steps.
fn area_prices(instance: &Instance, area: f64, groups: &[Vec<Offer>]) -> [f64; MOST_SLOTS] {
    let (mut prices, mut best) = ([0.0; MOST_SLOTS], ([0.0; MOST_SLOTS], f64::INFINITY));
    let mut step = 0.0;
    for turn in 0..AREA_STEPS {
        let mut used = [0.0; MOST_SLOTS];
        let mut bound = area * prices.iter().sum::<f64>();
        for offers in groups {
            let beyond = offers.iter().map(|offer| (beyond_area(instance, offer, &prices), offer));
            let Some((worth, offer)) = beyond.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|top| top.0 > 0.0) else {
                continue;
            };
            bound += worth;
            let size = instance.choices[offer.choice].area;
            let slots = used.iter_mut().enumerate().filter(|(slot, _)| offer.slots >> slot & 1 == 1);
            slots.for_each(|(_, used)| *used += size);
        }
        if bound < best.1 {
            best = (prices, bound);
        }
        if turn == 0 {
            if used.iter().all(|used| *used <= area) {
                break;
            }
            step = bound / used.iter().sum::<f64>();
        }
        for (price, used) in prices.iter_mut().zip(&used) {
            *price = (*price + step * (used - area) / area).max(0.0);
        }
        step *= SHORTER;
    }
    best.0
}

/// Services in a room up to which area is not paid for: the search is short anyway.
const FEW: usize = 2;
/// Steps of the prices of area, and how much shorter each is.
const AREA_STEPS: usize = 24;
const SHORTER: f64 = 0.85;

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

/// What an offer earns.
fn income(instance: &Instance, offer: &Offer) -> f64 {
    instance.choices[offer.choice].income * f64::from(offer.slots.count_ones())
}
