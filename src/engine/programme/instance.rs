//! A programme as the engines see it: choices, cells of merged need, and rows that tie them together.
//!
//! Everything is maximised: what is to shrink counts negative. A [`Choice`] or a [`Room`] has [`Terms`]: what it gains, and
//! what it takes of each row, and all rows read Σ taken ≤ limit.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::error::Error;
use crate::model::Sense;
use crate::service::{Change, Fitout, PairRule, PlanObjective, PlanRules, Programme, Size};

use super::cells::Cells;
use super::movers::Movers;
use super::rows::{Moves, Rows};

/// Arcs and choices beyond which a solver would not get through the formulation.
const SOLVABLE_ARCS: usize = 1_000_000;
const SOLVABLE_CHOICES: usize = 300_000;

/// What one decision gains, and what it takes of rows.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Terms {
    /// What it adds to the objective.
    pub gain: f64,
    /// Row and amount; each row at most once, ascending.
    pub rows: Vec<(u32, f64)>,
}

impl Terms {
    /// Adds an amount to a row, if there is such a row.
    pub fn take(&mut self, row: Option<u32>, amount: f64) {
        let Some(row) = row.filter(|_| amount != 0.0) else { return };
        match self.rows.binary_search_by_key(&row, |entry| entry.0) {
            Ok(at) => self.rows[at].1 += amount,
            Err(at) => self.rows.insert(at, (row, amount)),
        }
    }

    /// The gain less what is taken at these prices.
    pub fn priced(&self, prices: &[f64]) -> f64 {
        self.rows.iter().fold(self.gain, |worth, &(row, amount)| worth - prices[row as usize] * amount)
    }

    /// What is taken of a row.
    pub fn of(&self, row: u32) -> f64 {
        self.rows.binary_search_by_key(&row, |entry| entry.0).map_or(0.0, |at| self.rows[at].1)
    }
}

/// An idle space that may host something.
#[derive(Debug, Clone)]
pub(crate) struct Room {
    /// Position in the programme.
    pub space: u32,
    /// A_j.
    pub area: f64,
    /// Rent a year.
    pub rent: f64,
    /// Whether it must be used.
    pub required: bool,
    /// Whether it may become a complex.
    pub large: bool,
    /// What using it gains and takes.
    pub terms: Terms,
    /// What making it a complex takes.
    pub complex: Terms,
    /// Its groups.
    pub groups: std::ops::Range<usize>,
}

/// A service that may go into a room.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    /// Position of its room.
    pub room: usize,
    /// Position of the service.
    pub service: usize,
    /// L_s.
    pub minimum_use: f64,
    /// Its choices.
    pub choices: std::ops::Range<usize>,
}

/// A service in a room at one size.
#[derive(Debug, Clone)]
pub(crate) struct Choice {
    /// Position of its group.
    pub group: usize,
    /// The size.
    pub size: Size,
    /// m² that it takes in each slot in which it is open.
    pub area: f64,
    /// κ: places for each slot in which it is open.
    pub places: f64,
    /// Slots in which it may be open.
    pub slots: Arc<[usize]>,
    /// Whether it opens in one slot only.
    pub one_slot: bool,
    /// Running cost less income for each open slot, and the income alone.
    pub yearly: f64,
    pub income: f64,
    /// What fitting it out gains and takes; where many rooms have the same choice they share it.
    pub terms: Arc<Terms>,
    /// What each open slot gains and takes.
    pub slot_terms: Arc<Terms>,
}

impl Choice {
    /// What fitting it out, and what each open slot, gains and takes.
    pub fn all_terms(&self) -> [&Terms; 2] {
        [&self.terms, &self.slot_terms]
    }

    /// Open slots at most.
    pub fn most_slots(&self) -> usize {
        if self.one_slot { 1 } else { self.slots.len() }
    }

    /// Places at most.
    pub fn most_places(&self) -> f64 {
        self.places * self.most_slots() as f64
    }

    /// Whether being fitted out and being open is the same decision.
    pub fn is_simple(&self) -> bool {
        self.slots.len() == 1
    }
}

/// What may become of a facility of today where it stands.
#[derive(Debug, Clone)]
pub(crate) struct State {
    /// Kept, enlarged or closed.
    pub change: Change,
    /// Places that it then offers; infinite where unknown.
    pub places: f64,
    /// What this gains and takes, beside its being kept.
    pub terms: Terms,
}

/// A facility of today.
#[derive(Debug, Clone)]
pub(crate) struct Stay {
    /// Position of its service.
    pub service: usize,
    /// What may become of it; kept comes first.
    pub states: Vec<State>,
    /// Whether it may move.
    pub movable: bool,
    /// Choices by which it moves.
    pub moves: Vec<usize>,
}

impl Stay {
    /// Whether nothing is to decide.
    pub fn is_fixed(&self) -> bool {
        self.states.len() == 1 && self.moves.is_empty()
    }
}

/// Services that belong together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Together {
    pub services: [usize; 2],
    pub shared_area: f64,
    pub reward: f64,
}

/// How many services share a room.
#[derive(Debug, Clone)]
pub(crate) struct Sharing {
    /// Services of a complex at least, and those among the core.
    pub services: f64,
    pub core_services: f64,
    /// For each service whether it is among the core.
    pub core: Vec<bool>,
    /// Services of other rooms at most.
    pub apart: f64,
    /// Whether a large room that is used must be a complex.
    pub always: bool,
}

impl Sharing {
    /// Whether these services, each of them once, are enough for a complex.
    pub fn is_met(&self, services: impl Iterator<Item = usize>) -> bool {
        let (mut all, mut core) = (0_u32, 0_u32);
        for service in services {
            all += 1;
            core += u32::from(self.core[service]);
        }
        f64::from(all) >= self.services && f64::from(core) >= self.core_services
    }
}

/// A programme, ready to be solved.
#[derive(Debug, Clone)]
pub(crate) struct Instance {
    pub n_slots: usize,
    pub n_services: usize,
    /// What the objective is without any decision, to be maximised.
    pub constant: f64,
    pub rooms: Vec<Room>,
    pub groups: Vec<Group>,
    pub choices: Vec<Choice>,
    /// Facilities that may move into rooms at the same terms; none where rows were added that tell rooms apart.
    pub movers: Movers,
    /// One for each facility of today.
    pub stays: Vec<Stay>,
    pub cells: Cells,
    pub rows: Rows,
    pub together: Vec<Together>,
    pub apart: Vec<[usize; 2]>,
    pub sharing: Option<Sharing>,
    pub break_even: bool,
    /// Whether the objective is the least share of a district: see [`Rows::worst`].
    pub worst_district: bool,
}

impl Instance {
    /// The instance of a programme that was found valid.
    pub fn new(programme: &Programme, rules: &PlanRules) -> Result<Self, Error> {
        Self::keeping(programme, rules, &[])
    }

    /// The instance with the sizes of these fit-outs, ordered by space and service, though others offer as much for less.
    pub fn keeping(programme: &Programme, rules: &PlanRules, kept: &[Fitout]) -> Result<Self, Error> {
        let mut rows = Rows::new(programme, rules);
        let (mut rooms, mut groups, mut choices) = (Vec::new(), Vec::new(), Vec::new());
        let mut stays = rows.stays(programme);
        let mut moves = Moves::default();
        let mut group_of = vec![vec![None; programme.services.len()]; programme.spaces.len()];
        let lookup = |spaces: &[u32]| spaces.iter().copied().collect::<FxHashSet<u32>>();
        let (required, forbidden) = (lookup(&rules.required), lookup(&rules.forbidden));
        for (j, space) in (0_u32..).zip(&programme.spaces) {
            if forbidden.contains(&j) {
                continue;
            }
            let first = groups.len();
            for (s, service) in programme.services.iter().enumerate() {
                let start = choices.len();
                let own = |fitout: &Fitout| (fitout.space, fitout.service as usize).cmp(&(j, s));
                let kept = kept.binary_search_by(own).ok().and_then(|at| kept.get(at)).map(|fitout| fitout.size);
                for choice in rows.choices(programme, j, space, (s, service), &mut moves) {
                    let is_move = matches!(choice.size, Size::Moved(_));
                    let twin = |other: &Choice| other.takes_no_more(&choice);
                    if is_move || kept == Some(choice.size) || !choices[start..].iter().any(twin) {
                        choices.push(Choice { group: groups.len(), ..choice });
                    }
                }
                if choices.len() > start {
                    group_of[j as usize][s] = Some(groups.len());
                    let (room, minimum_use) = (rooms.len(), service.minimum_use);
                    groups.push(Group { room, service: s, minimum_use, choices: start..choices.len() });
                }
            }
            if groups.len() > first {
                rooms.push(rows.room(rules, j, space, required.contains(&j), first..groups.len()));
            }
        }
        for (at, choice) in choices.iter().enumerate() {
            if let Size::Moved(f) = choice.size {
                stays[f as usize].moves.push(at);
            }
        }
        for (f, stay) in stays.iter_mut().enumerate().filter(|(_, stay)| stay.movable && stay.moves.is_empty()) {
            rows.stay_put(f, stay);
        }
        let district = |room: usize| rows.district_of(rooms[room].space);
        let movers = Movers::new(&groups, &choices, district);
        let cells = Cells::new(programme, rules, &mut rows, &group_of, groups.len(), &stays);
        let position = |name: &String| programme.services.iter().position(|service| service.name == *name);
        let (mut together, mut apart) = (Vec::new(), Vec::new());
        for pair in &programme.pairs {
            let [Some(first), Some(second)] = pair.services.each_ref().map(position) else { continue };
            match pair.rule {
                PairRule::Together { shared_area, reward } => {
                    together.push(Together { services: [first, second], shared_area, reward });
                }
                PairRule::Apart => apart.push([first, second]),
            }
        }
        let sharing = rules.complexes.as_ref().map(|rule| Sharing {
            services: f64::from(rule.services),
            core_services: f64::from(rule.core_services),
            core: programme.services.iter().map(|service| rule.core.contains(&service.name)).collect(),
            apart: f64::from(rule.apart),
            always: rule.always,
        });
        Ok(Self {
            n_slots: programme.slots.len().max(1),
            n_services: programme.services.len(),
            constant: cells.constant,
            rooms,
            groups,
            choices,
            movers,
            stays,
            cells,
            rows,
            together,
            apart,
            sharing,
            break_even: rules.break_even,
            worst_district: rules.objective == PlanObjective::WorstDistrict,
        })
    }

    /// Services that a room may host at most.
    pub fn most_services(&self, room: &Room) -> usize {
        let all = room.groups.len();
        let few = self.sharing.as_ref().filter(|_| !room.large).map(|sharing| sharing.apart);
        few.map_or(all, |few| (1..=all).take_while(|&count| count as f64 <= few).last().unwrap_or(0))
    }

    /// The largest figure that the objective adds up.
    pub fn largest_gain(&self) -> f64 {
        let choices = self.choices.iter().flat_map(|choice| [choice.terms.gain, choice.slot_terms.gain]);
        let rooms = self.rooms.iter().map(|room| room.terms.gain);
        let states = self.stays.iter().flat_map(|stay| stay.states.iter().map(|state| state.terms.gain));
        let gains = choices.chain(rooms).chain(states).chain(self.cells.arcs.iter().map(|arc| arc.gain));
        let least = if self.worst_district { 1.0 } else { self.constant.abs() };
        gains.fold(least, |most, gain| most.max(gain.abs()))
    }

    /// The largest amount that one decision takes of each row.
    pub fn largest_taken(&self) -> Vec<f64> {
        let mut largest = vec![0.0_f64; self.rows.len()];
        let rooms = self.rooms.iter().map(|room| &room.terms);
        for terms in rooms.chain(self.choices.iter().flat_map(Choice::all_terms)) {
            for &(row, amount) in &terms.rows {
                largest[row as usize] = largest[row as usize].max(amount.abs());
            }
        }
        largest
    }

    /// Differences of objectives below this are the rounding of what they add up.
    pub fn rounding(&self) -> f64 {
        let arcs: f64 = self.cells.arcs.iter().map(|arc| arc.gain.abs()).sum();
        let choices = self.choices.iter().map(|choice| choice.terms.gain.abs() + choice.slot_terms.gain.abs());
        let rooms = self.rooms.iter().map(|room| room.terms.gain.abs());
        1e-14 * (arcs + choices.chain(rooms).sum::<f64>() + self.largest_gain())
    }

    /// Whether a solver would not get through the formulation: the plan and the bound by prices stand.
    pub fn is_beyond_solvers(&self) -> bool {
        self.cells.arcs.len() > SOLVABLE_ARCS || self.choices.len() > SOLVABLE_CHOICES
    }

    /// The service of a choice.
    pub fn service_of(&self, choice: usize) -> usize {
        self.groups[self.choices[choice].group].service
    }

    /// Whether a room that hosts these services, each of them once, is a complex.
    pub fn is_complex(&self, room: &Room, services: impl Iterator<Item = usize>) -> bool {
        self.sharing.as_ref().is_some_and(|sharing| room.large && sharing.is_met(services))
    }

    /// What these flows take of rows, piece by piece.
    pub fn taken_by_flows(&self, flows: &[f64], mut tell: impl FnMut(u32, f64)) {
        for cell in &self.cells.cells {
            for (flow, arc) in flows[cell.arcs.clone()].iter().zip(self.cells.arcs_of(cell)) {
                self.cells.taken(cell, arc).for_each(|(row, amount)| tell(row, amount * flow));
            }
        }
    }

    /// The least share of a district that is met by these flows, for the objective of the worst district.
    pub fn least_share(&self, flows: &[f64]) -> f64 {
        let mut met: Vec<f64> = self.rows.limits.clone();
        self.taken_by_flows(flows, |row, amount| met[row as usize] -= amount);
        let shares = met.iter().zip(&self.rows.worst).filter(|(_, worst)| **worst).map(|(share, _)| *share);
        shares.fold(1.0, f64::min)
    }

    /// The objective as the plan tells it, of the one that is maximised; the other way round likewise.
    pub fn told(sense: Sense, value: f64) -> f64 {
        match sense {
            Sense::Maximize => value,
            // 0, not -0.
            Sense::Minimize => 0.0 - value,
        }
    }
}

impl Choice {
    /// Whether it offers as much as another of its group, at no more of anything: then the other is never needed.
    fn takes_no_more(&self, other: &Self) -> bool {
        let (Size::Module(_), Size::Module(_)) = (self.size, other.size) else { return false };
        let no_more = |ours: &Terms, theirs: &Terms| {
            let rows = ours.rows.iter().chain(&theirs.rows).map(|entry| entry.0);
            ours.gain >= theirs.gain && rows.into_iter().all(|row| ours.of(row) <= theirs.of(row))
        };
        self.area <= other.area
            && self.places >= other.places
            && self.yearly <= other.yearly
            && other.slots.iter().all(|slot| self.slots.contains(slot))
            && no_more(&self.terms, &other.terms)
            && no_more(&self.slot_terms, &other.slot_terms)
    }
}
