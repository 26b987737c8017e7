//! Plans from the mixture of the relaxation: rooms that it uses are fitted out for good, the surest first, while all others
//! answer to that. In a plan, the rooms around one of them are opened again and settled anew (relaxation induced
//! neighbourhoods; Danna, Rothberg and Le Pape, Mathematical Programming 102, 2005).

use super::ascent::Ascent;
use super::draft::{Draft, Saved};
use super::instance::Instance;
use super::mixture::{Kept, Mixture, Penalty};
use super::neighbours::Neighbours;
use super::pricing::{Held, Part, n_parts, parts};
use super::reach::Reach;
use super::room::{Offer, lasts};
use super::rows::RowKind;

use super::tariff::Tariff;
use crate::engine::random::Random;
use crate::service::Size;
use crate::solve::Control;

/// A room is fitted out for good when it is used so much in the mixture ...
const SURE: f64 = 0.95;
/// ... or when it is the surest of so many that are left; at once no more than one in so many.
const SUREST_OF: usize = 10;
const MOST: usize = 4;
/// The same in a programme beyond solvers, where each round asks thousands of rooms, and the last rooms go together: one
/// in so many of all.
const SUREST_OF_MANY: usize = 4;
const MOST_OF_MANY: usize = 2;
const LAST_OF_MANY: usize = 100;
/// Rooms that are used less are not wanted.
const UNSURE: f64 = 0.05;
/// In a large programme rooms that are used no more than so are asked in one round of so many.
const ASLEEP: f64 = 0.01;
const ROUNDS_OF_ALL: usize = 4;
/// Batches in which parts answer in a pass, and passes before the first room is fitted out.
const BATCHES: usize = 8;
const BATCHES_OF_FEW: usize = 3;
const PASSES: usize = 2;
const PASSES_OF_FEW: usize = 3;
/// The share of all that could be in a room that an answer may give away.
const ROUGH: f64 = 1e-3;
/// Rooms that are opened at once: at least, and so many more at most.
const OPENED: (usize, usize) = (6, 18);
/// Tries after which what a plan lacks is paid better.
const PATIENCE: usize = 20;
/// What passing a limit wholly costs at least, as a share of the objective, and how much more than its price it costs
/// where it is not to be passed.
const FLOOR: f64 = 1e-2;
const PUSH: f64 = 1.5;

/// Fit-outs in part, some of them for good, and the plan that they make.
pub(crate) struct Dive<'a> {
    instance: &'a Instance,
    reach: &'a Reach,
    penalty: Penalty,
    mixture: Mixture,
    /// Prices at the mixture.
    tariff: Tariff,
    hints: Vec<Vec<Offer>>,
    /// What is there for good, by room.
    rooms: Vec<Option<Vec<Offer>>>,
    /// Facilities that have moved for good, and those that no room may take in now.
    moved: Vec<bool>,
    held: Vec<bool>,
    /// Facilities that may move.
    movable: Vec<usize>,
    /// The plan.
    pub draft: Draft<'a>,
    /// How far limits may be passed for now, as a share of them.
    pub band: f64,
    /// Whether what limits leave is worth nothing for now, instead of their prices.
    pub spends: bool,
    /// How much worse a try may be for now: by so much times a draw from the exponential distribution.
    pub heat: f64,
    /// What the best plan known is worth.
    pub known: f64,
    /// Parts that may change now, and what all others take of rows for good.
    within: Vec<usize>,
    beyond: Vec<f64>,
    tries: usize,
}

/// Rooms that are opened, rooms around them in which nothing changes but who is served, and facilities there.
struct Region {
    opened: Vec<usize>,
    around: Vec<usize>,
    stays: Vec<usize>,
}

/// A region as it was.
struct Before {
    parts: Vec<(usize, Kept)>,
    rooms: Vec<(usize, Option<Vec<Offer>>)>,
    moved: Vec<(usize, bool)>,
    draft: Saved,
    standing: Standing,
}

/// How good a plan is that may pass some limits.
#[derive(Debug, Clone, Copy)]
struct Standing {
    /// The objective, less what is taken beyond limits at their prices, and with what they leave at these unless it is
    /// spent.
    merit: f64,
    /// How far rules are broken in all.
    lack: f64,
}

impl Standing {
    /// Whether this may follow another where limits may be passed so far.
    fn is_no_worse(self, before: Self, band: f64) -> bool {
        self.lack <= before.lack.max(band) && self.merit >= before.merit || band == 0.0 && self.lack < before.lack
    }
}

impl<'a> Dive<'a> {
    /// A plan from the mixture of an ascent, which may lack something.
    pub fn new(
        instance: &'a Instance,
        reach: &'a Reach,
        cell_of: &'a [u32],
        ascent: &Ascent,
        random: &mut Random,
        control: &Control,
    ) -> Self {
        let mut dive = Self::from(instance, reach, ascent, Draft::new(instance, reach, cell_of));
        dive.mixture = ascent.mixture.clone();
        dive.penalty.stiff.rows.clone_from(&ascent.firm);
        let mut all: Vec<usize> = (0..n_parts(instance)).collect();
        let many = instance.is_beyond_solvers();
        let (surest_of, most) = if many { (SUREST_OF_MANY, MOST_OF_MANY) } else { (SUREST_OF, MOST) };
        let least = if many { instance.rooms.len() / LAST_OF_MANY } else { 0 };
        for round in 0.. {
            let mut some: Vec<usize> = match many && round % ROUNDS_OF_ALL != 0 {
                true => all.iter().copied().filter(|&part| dive.is_live(part)).collect(),
                false => Vec::new(),
            };
            let asked = if some.is_empty() { &mut all } else { &mut some };
            for _ in 0..PASSES {
                dive.pass(asked, BATCHES, random);
                dive.penalty.centre = dive.mixture.prices(instance, &dive.penalty);
            }
            if control.stop().is_some() || !dive.fix_surest(0..instance.rooms.len(), least, (surest_of, most)) {
                break;
            }
        }
        dive.rooms.iter_mut().for_each(|room| *room = Some(room.take().unwrap_or_default()));
        dive.penalty = Penalty { centre: ascent.best.clone(), stiff: ascent.penalty.stiff.clone() };
        let rooms: Vec<usize> = (0..instance.rooms.len()).collect();
        let stays: Vec<usize> = (0..instance.stays.len()).collect();
        dive.build(&rooms, &stays);
        dive.drop_short();
        dive
    }

    /// A plan as it is.
    pub fn of(instance: &'a Instance, reach: &'a Reach, ascent: &Ascent, draft: Draft<'a>) -> Self {
        let mut dive = Self::from(instance, reach, ascent, draft);
        let mut position = vec![0_u32; reach.arcs().len()];
        (0_u32..).zip(reach.arcs()).for_each(|(at, &(arc, _))| position[arc as usize] = at);
        for room in 0..instance.rooms.len() {
            let offers = dive.draft.offers_of(room).to_vec();
            let groups = instance.rooms[room].groups.clone();
            let served = groups.flat_map(|group| dive.draft.served_at(group));
            let served = served.map(|&(arc, people)| (position[arc as usize], people));
            let part = Part::of_room(instance, reach, room, offers, served);
            dive.mixture.go(instance, reach, &dive.penalty, (room, &part), true);
            dive.rooms[room] = Some(part.offers);
            for f in dive.movers(room) {
                dive.moved[f] = true;
            }
        }
        for f in 0..instance.stays.len() {
            let state = dive.draft.state_of(f).and_then(|at| instance.stays[f].states.get(at));
            let served = dive.draft.served_at(instance.groups.len() + f).iter();
            let served = served.map(|&(arc, people)| (position[arc as usize], people));
            let part = Part::of_stay(instance, reach, state, served);
            dive.mixture.go(instance, reach, &dive.penalty, (instance.rooms.len() + f, &part), true);
        }
        dive
    }

    fn from(instance: &'a Instance, reach: &'a Reach, ascent: &Ascent, draft: Draft<'a>) -> Self {
        Self {
            instance,
            reach,
            tariff: Tariff::new(instance, &ascent.best),
            penalty: Penalty { centre: ascent.best.clone(), stiff: ascent.penalty.stiff.clone() },
            mixture: Mixture::new(instance, reach),
            hints: ascent.hints.clone(),
            rooms: vec![None; instance.rooms.len()],
            moved: vec![false; instance.stays.len()],
            held: vec![false; instance.stays.len()],
            movable: (0..instance.stays.len()).filter(|&f| instance.stays[f].movable).collect(),
            draft,
            band: 0.0,
            spends: false,
            heat: 0.0,
            known: f64::NEG_INFINITY,
            within: (0..instance.rooms.len() + instance.stays.len()).collect(),
            beyond: vec![0.0; instance.rows.len()],
            tries: 0,
        }
    }

    /// Takes services out of rooms where fewer people come than the minimum use asks for, where no rule is broken by that:
    /// what many rooms fixed at once promise to each other does not hold everywhere.
    fn drop_short(&mut self) {
        for room in self.draft.short_rooms() {
            let offers = self.draft.offers_of(room);
            let is_moved = |offer: &Offer| matches!(self.instance.choices[offer.choice].size, Size::Moved(_));
            let enough = |offer: &Offer| self.draft.shortfall(self.instance.choices[offer.choice].group) <= 0.0;
            let mut kept: Vec<Offer> =
                offers.iter().filter(|offer| is_moved(offer) || enough(offer)).copied().collect();
            if !lasts(self.instance, &self.instance.rooms[room], &kept) {
                kept.retain(is_moved);
                if !lasts(self.instance, &self.instance.rooms[room], &kept) {
                    continue;
                }
            }
            let lack = self.draft.lack();
            let (draft, part) = (self.draft.save(&[room], &[]), self.mixture.keep(room));
            let before = self.rooms[room].replace(kept);
            self.reprice(&[room]);
            let held = Held { hints: &self.hints, rooms: &self.rooms, moved: &self.held, left: None };
            let found = parts(self.instance, self.reach, &self.tariff, &[room], &held, ROUGH);
            let found = found.and_then(|mut parts| parts.pop()).unwrap_or_default();
            self.mixture.go(self.instance, self.reach, &self.penalty, (room, &found), true);
            self.build(&[room], &[]);
            if self.draft.lack() >= lack {
                self.draft.restore(draft);
                self.mixture.put_back(self.reach, room, part);
                self.rooms[room] = before;
            }
        }
    }

    /// Takes over better prices.
    pub fn follow(&mut self, ascent: &Ascent) {
        self.penalty.centre.clone_from(&ascent.best);
    }

    /// Opens the rooms around one of them and settles them anew; keeps what is no worse, or not too much worse while
    /// there is heat.
    pub fn retry(&mut self, neighbours: &Neighbours, random: &mut Random) {
        self.tries += 1;
        if self.tries.is_multiple_of(PATIENCE) {
            for (row, _) in self.draft.lacking() {
                let over = self.draft.taken[row] - self.instance.rows.limits[row];
                self.penalty.centre.rows[row] += self.penalty.stiff.rows[row] * over;
            }
        }
        let Region { opened, around, stays } = self.region(neighbours, random);
        let n_rooms = self.rooms.len();
        let rooms: Vec<usize> = opened.iter().chain(&around).copied().collect();
        let mut parts: Vec<usize> = rooms.iter().copied().chain(stays.iter().map(|f| n_rooms + f)).collect();
        self.confine(&parts);
        let before = Before {
            parts: parts.iter().map(|&part| (part, self.mixture.keep(part))).collect(),
            rooms: opened.iter().map(|&room| (room, self.rooms[room].clone())).collect(),
            moved: stays.iter().map(|&f| (f, self.moved[f])).collect(),
            draft: self.draft.save(&rooms, &stays),
            standing: self.standing(),
        };
        for &room in &opened {
            for f in self.movers(room) {
                self.moved[f] = false;
            }
            self.rooms[room] = None;
        }
        self.held.fill(true);
        stays.iter().for_each(|&f| self.held[f] = self.moved[f]);
        for _ in 0..PASSES_OF_FEW {
            self.pass(&mut parts, BATCHES_OF_FEW, random);
        }
        while self.fix_surest(opened.iter().copied(), 0, (SUREST_OF, 1)) {
            self.pass(&mut parts, BATCHES_OF_FEW, random);
        }
        for &room in &opened {
            if self.rooms[room].is_none() {
                self.rooms[room] = Some(Vec::new());
                self.mixture.go(self.instance, self.reach, &self.penalty, (room, &Part::default()), true);
            }
        }
        let worth = if self.draft.is_feasible() { self.draft.objective() } else { f64::NEG_INFINITY };
        self.build(&rooms, &stays);
        let mut than = before.standing;
        // A plan that is better than the best known stays until that is known.
        if self.heat > 0.0 && worth <= self.known {
            than.merit += self.heat * random.unit().ln();
        }
        if self.standing().is_no_worse(than, self.band) {
            return;
        }
        self.draft.restore(before.draft);
        before.rooms.into_iter().for_each(|(room, offers)| self.rooms[room] = offers);
        before.moved.into_iter().for_each(|(f, moved)| self.moved[f] = moved);
        before.parts.into_iter().for_each(|(part, kept)| self.mixture.put_back(self.reach, part, kept));
        self.reprice(&parts);
    }

    /// How good the plan is at the prices of now.
    fn standing(&self) -> Standing {
        let (rows, worth) = (&self.instance.rows, self.draft.objective());
        let paid = |row: usize| {
            let over = self.draft.taken[row] - rows.limits[row];
            let price = self.penalty.centre.rows[row];
            if over <= 0.0 || rows.worst[row] {
                return if self.spends { 0.0 } else { price * over.min(0.0) };
            }
            let floor = FLOOR * worth.abs() / rows.limits[row].abs().max(1e-9);
            let push = if self.band > 0.0 { 1.0 } else { PUSH };
            push * price.max(floor) * over
        };
        let merit = worth - (0..rows.len()).map(paid).sum::<f64>();
        Standing { merit, lack: self.draft.lack() }
    }

    /// A room with those nearest to it, and what is around.
    fn region(&self, neighbours: &Neighbours, random: &mut Random) -> Region {
        let (mut opened, mut around) = (Vec::new(), Vec::new());
        let centres = 1 + random.below(2);
        for _ in 0..centres {
            let centre = random.below(self.rooms.len());
            let near = neighbours.of(centre);
            let count = (OPENED.0 + random.below(OPENED.1)) / centres;
            opened.extend(near.iter().take(count).map(|&room| room as usize));
            opened.push(centre);
            around.extend(near.iter().skip(count).map(|&room| room as usize));
        }
        opened.sort_unstable();
        opened.dedup();
        around.sort_unstable();
        around.dedup();
        around.retain(|&room| self.draft.is_used(room) && opened.binary_search(&room).is_err());
        let mut stays: Vec<usize> =
            opened.iter().flat_map(|&room| neighbours.stays_of(room)).map(|&f| f as usize).collect();
        stays.extend(opened.iter().flat_map(|&room| self.movers(room)));
        // A facility from elsewhere may come.
        stays.extend(self.movable.get(random.below(self.movable.len())));
        stays.sort_unstable();
        stays.dedup();
        Region { opened, around, stays }
    }

    /// Whether a part does anything, or is settled: the others of a large programme answer in some rounds only.
    fn is_live(&self, part: usize) -> bool {
        self.rooms.get(part).is_none_or(Option::is_some) || self.mixture.active(part) > ASLEEP
    }

    /// Facilities that have moved into a room.
    fn movers(&self, room: usize) -> Vec<usize> {
        let offers = self.rooms[room].iter().flatten();
        let moved = |offer: &Offer| match self.instance.choices[offer.choice].size {
            Size::Moved(f) => Some(f as usize),
            Size::Module(_) => None,
        };
        offers.filter_map(moved).collect()
    }

    /// Fits the surest of some rooms out for good; false when none of them is wanted.
    fn fix_surest(
        &mut self,
        among: impl Iterator<Item = usize>,
        least: usize,
        (surest_of, most): (usize, usize),
    ) -> bool {
        let open = among.filter(|&room| self.rooms[room].is_none());
        let open = open.map(|room| (self.mixture.active(room), room));
        let mut open: Vec<(f64, usize)> = open.filter(|entry| entry.0 > UNSURE).collect();
        open.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let surest = open.len().div_ceil(surest_of).max(least.min(open.len()));
        let most = surest.max(open.len() / most);
        let sure = open.partition_point(|entry| entry.0 >= SURE).max(surest).min(most);
        let mut left = self.left();
        for &(_, room) in &open[..sure] {
            self.fix(room, &left);
            self.for_good(room, |row, amount| left[row as usize] -= amount);
        }
        !open.is_empty()
    }

    /// Fits a room out for good, as it answers to the prices of now and as far as what is left of limits allows.
    fn fix(&mut self, room: usize, left: &[f64]) {
        self.reprice(&[room]);
        let held = Held { hints: &self.hints, rooms: &self.rooms, moved: &self.held, left: Some(left) };
        let part =
            parts(self.instance, self.reach, &self.tariff, &[room], &held, ROUGH).and_then(|mut parts| parts.pop());
        let part = part.unwrap_or_default();
        self.mixture.go(self.instance, self.reach, &self.penalty, (room, &part), true);
        self.rooms[room] = Some(part.offers);
        for f in self.movers(room) {
            (self.moved[f], self.held[f]) = (true, true);
        }
    }

    /// What rooms that are fitted out for good leave of each limit.
    fn left(&self) -> Vec<f64> {
        let limits = self.instance.rows.limits.iter().zip(&self.beyond);
        let mut left: Vec<f64> = limits.map(|(limit, beyond)| limit + self.band * limit.abs() - beyond).collect();
        for &part in &self.within {
            self.for_good(part, |row, amount| left[row as usize] -= amount);
        }
        left
    }

    /// What a part takes of limits for good: a room that is fitted out, or a facility where it stands.
    fn for_good(&self, part: usize, mut tell: impl FnMut(u32, f64)) {
        let rows = self.mixture.rows_of(part).iter();
        match self.rooms.get(part) {
            Some(Some(offers)) if !offers.is_empty() => rows.for_each(|&(row, amount)| tell(row, amount)),
            Some(_) => {}
            None => {
                // A facility that a room takes in leaves where it stands.
                let once = |row: u32| matches!(self.instance.rows.kinds[row as usize], RowKind::Once(_));
                rows.filter(|entry| !once(entry.0)).for_each(|&(row, amount)| tell(row, amount.max(0.0)));
            }
        }
    }

    /// Lets only some parts change from now on.
    fn confine(&mut self, parts: &[usize]) {
        let mut beyond = std::mem::take(&mut self.beyond);
        if self.tries.is_multiple_of(PATIENCE) {
            // Small errors would grow.
            beyond.fill(0.0);
            self.within = (0..self.rooms.len() + self.moved.len()).collect();
        }
        for &part in &self.within {
            self.for_good(part, |row, amount| beyond[row as usize] += amount);
        }
        for &part in parts {
            self.for_good(part, |row, amount| beyond[row as usize] -= amount);
        }
        self.within = parts.to_vec();
        self.beyond = beyond;
    }

    /// Lets some parts answer to prices, a few at a time.
    fn pass(&mut self, among: &mut [usize], batches: usize, random: &mut Random) {
        random.shuffle(among);
        for batch in among.chunks(among.len().div_ceil(batches).max(1)) {
            self.reprice(batch);
            let held = Held { hints: &self.hints, rooms: &self.rooms, moved: &self.held, left: None };
            let Some(found) = parts(self.instance, self.reach, &self.tariff, batch, &held, ROUGH) else { return };
            for (&at, part) in batch.iter().zip(found) {
                let moved = at.checked_sub(self.rooms.len()).is_some_and(|f| self.held.get(f) == Some(&true));
                self.mixture.go(self.instance, self.reach, &self.penalty, (at, &part), moved);
                if let Some(hint) = self.hints.get_mut(at).filter(|_| !part.offers.is_empty()) {
                    *hint = part.offers;
                }
            }
        }
    }

    /// Brings the prices up to date that some parts ask for.
    fn reprice(&mut self, parts: &[usize]) {
        self.mixture.reprice(self.instance, self.reach, &self.penalty, parts, &mut self.tariff);
    }

    /// Puts some rooms and facilities into the plan: who is served where follows the mixture as far as places and people last.
    fn build(&mut self, rooms: &[usize], stays: &[usize]) {
        rooms.iter().for_each(|&room| self.draft.empty(room));
        stays.iter().for_each(|&f| self.draft.leave(f));
        for &room in rooms {
            if let Some(offers) = self.rooms[room].as_ref().filter(|offers| !offers.is_empty()) {
                self.draft.fit_as(room, offers, &self.mixture);
            }
        }
        let parts: Vec<usize> = rooms.iter().copied().chain(stays.iter().map(|f| self.rooms.len() + f)).collect();
        self.reprice(&parts);
        for &f in stays {
            if !self.moved[f] {
                self.draft.stay(f, &self.tariff);
            }
        }
        self.draft.fill(rooms, &self.tariff);
    }
}
