//! Merged need: demand points with the same hosts in reach and the same weight are one cell.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::service::{PlanObjective, PlanRules, Programme};

use super::instance::Stay;
use super::rows::{RowKind, Rows, Totals};

/// A way from a cell to a host.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Arc {
    /// A group, or the number of groups plus the position of a facility.
    pub host: u32,
    /// What meeting the whole need of the cell there gains, and what it takes of the rows of walking and envy.
    pub gain: f64,
    pub walking: f64,
    pub envy: f64,
}

/// Need of one service by people who reach the same hosts.
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    pub service: u32,
    /// D_c: people in need.
    pub need: f64,
    /// What meeting it takes of the rows of shares: row and amount.
    pub rows: Vec<(u32, f64)>,
    /// Where its arcs are.
    pub arcs: std::ops::Range<usize>,
    /// Where its demand points are in [`Cells::points`].
    pub points: std::ops::Range<usize>,
}

/// All cells.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cells {
    pub cells: Vec<Cell>,
    pub arcs: Vec<Arc>,
    /// Demand points cell by cell.
    pub points: Vec<u32>,
    /// Need that a facility of unknown places meets in any plan: service, demand point, facility.
    pub met: Vec<(u32, u32, u32)>,
    /// The objective before anybody is served by a cell.
    pub constant: f64,
    /// Rows of walking and envy.
    pub walking_row: Option<u32>,
    pub envy_row: Option<u32>,
}

/// What one demand point brings to a service.
struct Point {
    demand: u32,
    /// Weight by survey, and with that of the service.
    survey: f64,
    weight: f64,
    limit: f64,
}

/// How walks count.
#[derive(Clone, Copy)]
struct Walks {
    objective: PlanObjective,
    walking: bool,
    envy: Option<f64>,
}

impl Walks {
    /// Whether walks count at all; otherwise only who is reached.
    fn count(self) -> bool {
        self.walking || self.envy.is_some() || !self.gain_is_reach()
    }

    fn gain_is_reach(self) -> bool {
        !matches!(self.objective, PlanObjective::Walking | PlanObjective::Envy { .. })
    }

    /// What a unit of weighted need gains by a walk.
    fn gain(self, walk: f64, limit: f64) -> f64 {
        match self.objective {
            PlanObjective::Cover => 1.0,
            PlanObjective::Walking => limit - walk,
            PlanObjective::Envy { threshold } => envy(limit, threshold) - envy(walk, threshold),
            PlanObjective::Cost { .. } | PlanObjective::WorstDistrict => 0.0,
        }
    }

    /// What a unit of weighted need costs that is not met.
    fn unmet(self, limit: f64) -> f64 {
        match self.objective {
            PlanObjective::Walking => limit,
            PlanObjective::Envy { threshold } => envy(limit, threshold),
            _ => 0.0,
        }
    }
}

/// max(0, c - τ)².
pub(crate) fn envy(walk: f64, threshold: f64) -> f64 {
    (walk - threshold).max(0.0).powi(2)
}

impl Cells {
    /// Merges the need of a programme; need that is met in any plan is taken off the limits of `rows`.
    pub fn new(
        programme: &Programme,
        rules: &PlanRules,
        rows: &mut Rows,
        group_of: &[Vec<Option<usize>>],
        n_groups: usize,
        stays: &[Stay],
    ) -> Self {
        let totals = Totals::of(programme, rules);
        let walking_row = rows.find(RowKind::MostWalking);
        let envy_row = rows.find(RowKind::MostEnvy);
        let walks = Walks {
            objective: rules.objective,
            walking: walking_row.is_some(),
            envy: rules.most_envy.filter(|_| envy_row.is_some()).map(|envy| envy.threshold),
        };
        let parts: Vec<Part> = (0..programme.services.len())
            .into_par_iter()
            .map(|s| Part::new(programme, rules, rows, &totals, walks, (group_of, n_groups, stays), s))
            .collect();
        let mut all = Self { walking_row, envy_row, ..Self::default() };
        for part in parts {
            let (arcs, points) = (all.arcs.len(), all.points.len());
            for mut cell in part.cells.cells {
                cell.arcs = cell.arcs.start + arcs..cell.arcs.end + arcs;
                cell.points = cell.points.start + points..cell.points.end + points;
                all.cells.push(cell);
            }
            all.arcs.extend(part.cells.arcs);
            all.points.extend(part.cells.points);
            all.met.extend(part.cells.met);
            all.constant += part.cells.constant;
            for (row, amount) in part.taken {
                rows.limits[row as usize] -= amount;
            }
        }
        all
    }

    /// The arcs of a cell.
    pub fn arcs_of(&self, cell: &Cell) -> &[Arc] {
        &self.arcs[cell.arcs.clone()]
    }

    /// What an arc takes of the rows, when the whole need of its cell goes there.
    pub fn taken<'a>(&'a self, cell: &'a Cell, arc: &Arc) -> impl Iterator<Item = (u32, f64)> + use<'a> {
        let walks = [(self.walking_row, arc.walking), (self.envy_row, arc.envy)];
        let walks = walks.into_iter().filter_map(|(row, amount)| Some((row?, amount)));
        cell.rows.iter().copied().chain(walks)
    }
}

/// The cells of one service.
struct Part {
    cells: Cells,
    /// What is taken of rows before any decision.
    taken: Vec<(u32, f64)>,
}

/// Hosts by position of group, and facilities.
type Hosts<'a> = (&'a [Vec<Option<usize>>], usize, &'a [Stay]);

impl Part {
    fn new(
        programme: &Programme,
        rules: &PlanRules,
        rows: &Rows,
        totals: &Totals,
        walks: Walks,
        hosts: Hosts<'_>,
        s: usize,
    ) -> Self {
        let mut part = Self { cells: Cells::default(), taken: Vec::new() };
        let Some(service) = programme.services.get(s) else { return part };
        let Ok(needs) = service.needs_of(&programme.demand) else { return part };
        let (demand, service_weight) = (&programme.demand, rules.weight_of(&service.name));
        let survey = demand.surveys.iter().find(|survey| survey.service == service.name);
        let by_district = |i: usize| demand.districts.of.get(i).map(|&district| district as usize);
        let districts: Vec<(Option<u32>, Option<u32>)> = (0..demand.districts.names.len())
            .map(|d| (rows.find(RowKind::LeastMetInDistrict(d)), rows.find(RowKind::WorstDistrict(d))))
            .collect();
        let mine = (rows.find(RowKind::LeastMet), rows.find(RowKind::LeastMetOfService(s)));
        let (walking_row, envy_row) = (rows.find(RowKind::MostWalking), rows.find(RowKind::MostEnvy));
        // Need that is always met need not be decided, unless a new facility could count it towards its minimum use.
        let settles = !walks.count() && service.minimum_use == 0.0;
        let s32 = u32::try_from(s).unwrap_or(u32::MAX);
        let mut known: FxHashMap<Vec<u64>, usize> = FxHashMap::default();
        let mut members: Vec<Vec<u32>> = Vec::new();
        for (i, need) in (0_u32..).zip(needs) {
            if need <= 0.0 {
                continue;
            }
            let survey = survey.and_then(|survey| survey.weights.get(i as usize)).copied().unwrap_or(1.0);
            let limit = service.limit.of(demand.setting(i as usize));
            let point = Point { demand: i, survey, weight: survey * service_weight, limit };
            let weighted = point.weight * need;
            part.cells.constant -= weighted * walks.unmet(limit);
            if let Some(row) = walking_row {
                part.taken.push((row, weighted * limit / totals.all));
            }
            if let (Some(row), Some(threshold)) = (envy_row, walks.envy) {
                part.taken.push((row, weighted * envy(limit, threshold) / totals.all));
            }
            let mut ways = ways(programme, &point, hosts, s);
            if ways.is_empty() {
                continue;
            }
            let district = by_district(i as usize);
            let (least, worst) = district.and_then(|d| districts.get(d).copied()).unwrap_or_default();
            let always = ways.iter().find(|(host, _)| {
                (*host as usize).checked_sub(hosts.1).and_then(|f| hosts.2.get(f)).is_some_and(Stay::serves_all)
            });
            let mut shares = Vec::new();
            let mut share = |row: Option<u32>, part: f64, whole: Option<&f64>| {
                if let (Some(row), Some(whole)) = (row, whole.filter(|whole| **whole > 0.0)) {
                    shares.push((row, -part / whole));
                }
            };
            share(mine.0, weighted, Some(&totals.all));
            share(mine.1, point.survey * need, totals.by_service.get(s));
            share(least, weighted, district.and_then(|d| totals.by_district.get(d)));
            share(worst, weighted, district.and_then(|d| totals.by_district.get(d)));
            shares.sort_unstable_by_key(|entry| entry.0);
            if let Some((host, _)) = always.filter(|_| settles) {
                let f = *host as usize - hosts.1;
                part.cells.met.push((s32, i, u32::try_from(f).unwrap_or(u32::MAX)));
                part.cells.constant += weighted * walks.gain(0.0, limit);
                part.taken.extend(shares);
                continue;
            }
            ways.sort_unstable_by_key(|way| way.0);
            let district = if least.is_some() || worst.is_some() { district.map_or(0, |d| d as u64 + 1) } else { 0 };
            let mut key = vec![point.survey.to_bits(), district];
            key.extend(ways.iter().map(|way| u64::from(way.0)));
            if walks.count() {
                key.push(limit.to_bits());
                key.extend(ways.iter().map(|way| way.1.to_bits()));
            }
            let at = *known.entry(key).or_insert_with(|| {
                members.push(Vec::new());
                part.open(s32, &ways, &shares)
            });
            part.add(at, (weighted, need), &shares, &ways, (walks, limit, totals.all));
            if let Some(members) = members.get_mut(at) {
                members.push(i);
            }
        }
        for (cell, members) in part.cells.cells.iter_mut().zip(members) {
            let start = part.cells.points.len();
            part.cells.points.extend(members);
            cell.points = start..part.cells.points.len();
        }
        part
    }

    /// Opens an empty cell.
    fn open(&mut self, service: u32, ways: &[(u32, f64)], shares: &[(u32, f64)]) -> usize {
        let start = self.cells.arcs.len();
        self.cells.arcs.extend(ways.iter().map(|way| Arc { host: way.0, gain: 0.0, walking: 0.0, envy: 0.0 }));
        let rows = shares.iter().map(|entry| (entry.0, 0.0)).collect();
        self.cells.cells.push(Cell { service, need: 0.0, rows, arcs: start..self.cells.arcs.len(), points: 0..0 });
        self.cells.cells.len() - 1
    }

    /// Adds a demand point to a cell.
    fn add(
        &mut self,
        at: usize,
        (weighted, need): (f64, f64),
        shares: &[(u32, f64)],
        ways: &[(u32, f64)],
        (walks, limit, total): (Walks, f64, f64),
    ) {
        let Some(cell) = self.cells.cells.get_mut(at) else { return };
        cell.need += need;
        for (own, share) in cell.rows.iter_mut().zip(shares) {
            own.1 += share.1;
        }
        for (arc, &(_, walk)) in self.cells.arcs[cell.arcs.clone()].iter_mut().zip(ways) {
            arc.gain += weighted * walks.gain(walk, limit);
            if walks.walking {
                arc.walking -= weighted * (limit - walk) / total;
            }
            if let Some(threshold) = walks.envy {
                arc.envy -= weighted * (envy(limit, threshold) - envy(walk, threshold)) / total;
            }
        }
    }
}

/// The hosts in reach of a demand point, with the walk to each.
fn ways(programme: &Programme, point: &Point, (group_of, n_groups, stays): Hosts<'_>, s: usize) -> Vec<(u32, f64)> {
    let mut ways = Vec::new();
    if let Some(travel) = &programme.travel_to_spaces {
        for (space, walk) in travel.row(point.demand as usize).iter() {
            let group = group_of.get(space as usize).and_then(|groups| groups.get(s).copied().flatten());
            if let Some(group) = group.filter(|_| walk <= point.limit).and_then(|group| u32::try_from(group).ok()) {
                ways.push((group, walk));
            }
        }
    }
    if let Some(travel) = &programme.travel {
        for (f, walk) in travel.row(point.demand as usize).iter() {
            let ours = stays.get(f as usize).is_some_and(|stay| stay.service == s);
            if let Some(host) = u32::try_from(n_groups + f as usize).ok().filter(|_| ours && walk <= point.limit) {
                ways.push((host, walk));
            }
        }
    }
    ways
}

impl Stay {
    /// Whether it meets all need in its reach in any plan.
    fn serves_all(&self) -> bool {
        self.states.iter().all(|state| state.places.is_infinite()) && !self.movable
    }
}
