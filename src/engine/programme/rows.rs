//! The rows of a programme: what all rooms, facilities and people share.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::service::{Change, Facility, Least, PlanObjective, PlanRules, Programme, QuotaHere, Service, Size, Space};

use super::instance::{Choice, Room, State, Stay, Terms};

/// What a row limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum RowKind {
    Budget,
    Subsidy,
    MostSpaces,
    LeastComplexes,
    Quota(usize),
    LeastMet,
    LeastMetOfService(usize),
    LeastMetInDistrict(usize),
    /// The share of a district is no less than the objective.
    WorstDistrict(usize),
    MostWalking,
    MostEnvy,
    /// A facility stays, is closed or moves: not more than one of them ...
    Once(usize),
    /// ... and not less.
    AtLeastOnce(usize),
    /// Not more than one space, and not less, takes the place of another that is closed.
    OneInstead,
    /// What whole modules serve of some need: see [`super::cuts`].
    Rounding,
}

impl RowKind {
    /// Whether it limits a share or a mean, of which a solver's tolerance of a millionth is too much.
    pub fn is_fine(self) -> bool {
        use RowKind::{LeastMet, LeastMetInDistrict, LeastMetOfService, MostEnvy, MostWalking, WorstDistrict};
        matches!(
            self,
            LeastMet | LeastMetOfService(_) | LeastMetInDistrict(_) | WorstDistrict(_) | MostWalking | MostEnvy
        )
    }
}

/// All rows: Σ taken ≤ limit.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rows {
    pub kinds: Vec<RowKind>,
    pub limits: Vec<f64>,
    /// The quotas place by place, to which [`RowKind::Quota`] points.
    pub quotas: Vec<QuotaHere>,
    /// For each row whether the least share of the districts is added to it (objective of the worst district).
    pub worst: Vec<bool>,
    /// The row of each kind.
    row_of: FxHashMap<RowKind, u32>,
    /// Positions of the quotas of each service, in each district and in all.
    quotas_of: FxHashMap<(usize, Option<usize>), Vec<usize>>,
    space_districts: Vec<Option<usize>>,
    /// For each service the facilities of today that may move.
    movable: Vec<Vec<u32>>,
    facility_districts: Vec<Option<usize>>,
    /// Years of subsidy that the objective counts with the capital.
    years: Option<f64>,
}

/// Weighted need that shares are parts of.
#[derive(Debug, Clone, Default)]
pub(crate) struct Totals {
    pub all: f64,
    pub by_service: Vec<f64>,
    pub by_district: Vec<f64>,
}

/// What facilities take of rows when they move, by service and district: the same in all spaces there.
#[derive(Debug, Default)]
pub(crate) struct Moves {
    terms: FxHashMap<(usize, Option<usize>), Vec<Arc<Terms>>>,
    /// What their slots take.
    nothing: Arc<Terms>,
}

impl Rows {
    /// The rows that the rules ask for, with limits as if nothing were there yet.
    pub fn new(programme: &Programme, rules: &PlanRules) -> Self {
        let mut rows = Self::default();
        let districts = programme.demand.districts.names.iter().map(String::as_str);
        let districts: FxHashMap<&str, usize> = districts.zip(0..).collect();
        let district = |name: &Option<String>| districts.get(name.as_deref()?).copied();
        rows.movable = vec![Vec::new(); programme.services.len()];
        let service_of = |name: &String| programme.services.iter().position(|service| service.name == *name);
        for (f, facility) in (0_u32..).zip(&programme.facilities).filter(|(_, facility)| facility.moving_cost.is_some())
        {
            rows.movable[service_of(&facility.service).unwrap_or(0)].push(f);
        }
        rows.space_districts = programme.spaces.iter().map(|space| district(&space.district)).collect();
        rows.facility_districts = programme.facilities.iter().map(|facility| district(&facility.district)).collect();
        if let PlanObjective::Cost { years } = rules.objective {
            rows.years = Some(years);
        }
        let mut add = |kind, limit| {
            rows.kinds.push(kind);
            rows.limits.push(limit);
        };
        if let Some(budget) = rules.budget {
            add(RowKind::Budget, budget);
        }
        if let Some(subsidy) = rules.subsidy {
            add(RowKind::Subsidy, subsidy);
        }
        if let Some(most) = rules.most_spaces {
            add(RowKind::MostSpaces, most as f64);
        }
        if let Some(least) = rules.complexes.as_ref().map(|rule| rule.least).filter(|&least| least > 0) {
            add(RowKind::LeastComplexes, -f64::from(least));
        }
        let quotas = programme.quotas_here(&rules.quotas);
        for (at, quota) in quotas.iter().enumerate() {
            add(RowKind::Quota(at), -quota.amount);
        }
        let totals = Totals::of(programme, rules);
        if let Some(share) = rules.least_met.filter(|_| totals.all > 0.0) {
            add(RowKind::LeastMet, -share);
        }
        for (name, share) in &rules.least_met_by_service {
            let service = programme.services.iter().position(|service| service.name == *name);
            if let Some(service) = service.filter(|&service| totals.by_service[service] > 0.0) {
                add(RowKind::LeastMetOfService(service), -share);
            }
        }
        for (district, &total) in totals.by_district.iter().enumerate() {
            if total > 0.0
                && let Some(share) = rules.least_met_by_district
            {
                add(RowKind::LeastMetInDistrict(district), -share);
            }
            if total > 0.0 && rules.objective == PlanObjective::WorstDistrict {
                add(RowKind::WorstDistrict(district), 0.0);
            }
        }
        if let Some(mean) = rules.most_walking.filter(|_| totals.all > 0.0) {
            add(RowKind::MostWalking, mean);
        }
        if let Some(envy) = rules.most_envy.filter(|_| totals.all > 0.0) {
            add(RowKind::MostEnvy, envy.most);
        }
        for (f, facility) in programme.facilities.iter().enumerate() {
            if facility.moving_cost.is_some() {
                add(RowKind::Once(f), 1.0);
                add(RowKind::AtLeastOnce(f), -1.0);
            }
        }
        rows.row_of = rows.kinds.iter().copied().zip(0..).collect();
        for (at, quota) in quotas.iter().enumerate() {
            rows.quotas_of.entry((quota.service, quota.district)).or_default().push(at);
        }
        rows.quotas = quotas;
        rows.worst = rows.kinds.iter().map(|kind| matches!(kind, RowKind::WorstDistrict(_))).collect();
        rows
    }

    /// The row of a kind that the rules ask for.
    pub fn find(&self, kind: RowKind) -> Option<u32> {
        self.row_of.get(&kind).copied()
    }

    /// Adds a row that the rules do not ask for.
    pub fn push(&mut self, kind: RowKind, limit: f64) -> u32 {
        let row = u32::try_from(self.len()).unwrap_or(u32::MAX);
        self.kinds.push(kind);
        self.limits.push(limit);
        self.worst.push(false);
        row
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.kinds.len()
    }

    /// Counts money: capital now, and subsidy a year.
    fn pay(&self, terms: &mut Terms, capital: f64, yearly: f64) {
        if let Some(years) = self.years {
            terms.gain -= capital + years * yearly;
        }
        terms.take(self.find(RowKind::Budget), capital);
        terms.take(self.find(RowKind::Subsidy), yearly);
    }

    /// Counts what there is in a district: places for each open slot or standing, m², facilities.
    fn supply(&self, terms: &mut Terms, at: (usize, Option<usize>), places: f64, area: f64, count: f64) {
        let here = at.1.and_then(|_| self.quotas_of.get(&at));
        for &quota in self.quotas_of.get(&(at.0, None)).into_iter().chain(here).flatten() {
            let amount = match self.quotas[quota].least {
                Least::PlacesPer1000People(_) => places,
                Least::AreaPer100Households(_) => area,
                Least::Facilities(_) => count,
            };
            terms.take(self.find(RowKind::Quota(quota)), -amount);
        }
    }

    /// A room, which may be required.
    pub fn room(
        &self,
        rules: &PlanRules,
        index: u32,
        space: &Space,
        required: bool,
        groups: std::ops::Range<usize>,
    ) -> Room {
        let mut terms = Terms::default();
        self.pay(&mut terms, space.conversion_cost, space.rent);
        terms.take(self.find(RowKind::MostSpaces), 1.0);
        let mut complex = Terms::default();
        complex.take(self.find(RowKind::LeastComplexes), -1.0);
        Room {
            space: index,
            area: space.area,
            rent: space.rent,
            required,
            large: rules.complexes.as_ref().is_some_and(|rule| space.area >= rule.area),
            terms,
            complex,
            groups,
        }
    }

    /// The district of a space.
    pub fn district_of(&self, space: u32) -> Option<usize> {
        self.space_districts[space as usize]
    }

    /// The sizes of a service that suit a space: modules, and facilities that may move in.
    pub fn choices(
        &self,
        programme: &Programme,
        index: u32,
        space: &Space,
        (s, service): (usize, &Service),
        moves: &mut Moves,
    ) -> Vec<Choice> {
        if !service.suits(space) {
            return Vec::new();
        }
        let names: Vec<&String> = programme.slots.iter().map(|slot| &slot.name).collect();
        let open = |name: &String, list: &[String]| list.is_empty() || list.contains(name);
        let slots: Arc<[usize]> = match names.len() {
            0 => Arc::new([0]),
            n => (0..n).filter(|&t| open(names[t], &service.slots) && open(names[t], &space.slots)).collect(),
        };
        let place = (s, self.district_of(index));
        let mut choices = Vec::new();
        let mut push = |choice: Choice| {
            if choice.area <= space.area && !choice.slots.is_empty() {
                choices.push(choice);
            }
        };
        for (m, module) in (0_u32..).zip(&service.modules) {
            let (mut terms, mut slot_terms) = (Terms::default(), Terms::default());
            self.pay(&mut terms, module.capital_cost, 0.0);
            self.pay(&mut slot_terms, 0.0, module.yearly_subsidy());
            self.supply(&mut terms, place, 0.0, module.area, 1.0);
            self.supply(&mut slot_terms, place, module.places, 0.0, 0.0);
            let (area, places, yearly) = (module.area, module.places, module.yearly_subsidy());
            let (size, slots, income) = (Size::Module(m), slots.clone(), module.income);
            let [terms, slot_terms] = [terms, slot_terms].map(Arc::new);
            push(Choice { group: 0, size, area, places, slots, one_slot: false, yearly, income, terms, slot_terms });
        }
        let Moves { terms, nothing } = moves;
        let terms = terms.entry(place).or_insert_with(|| {
            let facilities = self.movable[s].iter().map(|&f| (f, &programme.facilities[f as usize]));
            facilities.map(|(f, facility)| Arc::new(self.moved(f as usize, facility, place))).collect()
        });
        for (&f, terms) in self.movable[s].iter().zip(terms) {
            let facility = &programme.facilities[f as usize];
            let (Some(area), Some(places)) = (facility.area, facility.places) else { continue };
            let (size, slots, yearly) = (Size::Moved(f), slots.clone(), facility.yearly_subsidy());
            let (terms, slot_terms, income) = (terms.clone(), nothing.clone(), facility.income);
            push(Choice { group: 0, size, area, places, slots, one_slot: true, yearly, income, terms, slot_terms });
        }
        choices
    }

    /// What a facility takes of rows when it moves to a place.
    fn moved(&self, f: usize, facility: &Facility, place: (usize, Option<usize>)) -> Terms {
        let mut terms = Terms::default();
        self.pay(&mut terms, facility.moving_cost.unwrap_or(0.0), 0.0);
        self.supply(&mut terms, place, facility.places.unwrap_or(0.0), facility.area.unwrap_or(0.0), 1.0);
        self.leave(&mut terms, place.0, f, facility);
        terms.take(self.find(RowKind::Once(f)), 1.0);
        terms.take(self.find(RowKind::AtLeastOnce(f)), -1.0);
        terms
    }

    /// Takes a facility out of the supply of its district.
    fn leave(&self, terms: &mut Terms, service: usize, index: usize, facility: &Facility) {
        let (places, area) = (facility.places.unwrap_or(0.0), facility.area.unwrap_or(0.0));
        self.supply(terms, (service, self.facility_districts[index]), -places, -area, -1.0);
    }

    /// Takes the rows of moving off a facility for which there is no space.
    pub fn stay_put(&mut self, f: usize, stay: &mut Stay) {
        stay.movable = false;
        for row in [self.find(RowKind::Once(f)), self.find(RowKind::AtLeastOnce(f))].into_iter().flatten() {
            self.limits[row as usize] = 0.0;
            for state in &mut stay.states {
                state.terms.rows.retain(|entry| entry.0 != row);
            }
        }
    }

    /// The facilities of today; what they supply as they are is taken off the limits.
    pub fn stays(&mut self, programme: &Programme) -> Vec<Stay> {
        let mut stays = Vec::with_capacity(programme.facilities.len());
        for (f, facility) in programme.facilities.iter().enumerate() {
            let service = programme.services.iter().position(|service| service.name == facility.service).unwrap_or(0);
            let place = (service, self.facility_districts[f]);
            let mut there = Terms::default();
            self.supply(&mut there, place, facility.places.unwrap_or(0.0), facility.area.unwrap_or(0.0), 1.0);
            for (row, amount) in there.rows {
                self.limits[row as usize] -= amount;
            }
            let once = |mut terms: Terms| {
                terms.take(self.find(RowKind::Once(f)), 1.0);
                terms.take(self.find(RowKind::AtLeastOnce(f)), -1.0);
                terms
            };
            let places = facility.places.unwrap_or(f64::INFINITY);
            let mut states = vec![State { change: Change::Kept, places, terms: once(Terms::default()) }];
            if let Some(module) = &facility.enlargement {
                let mut terms = Terms::default();
                self.pay(&mut terms, module.capital_cost, module.yearly_subsidy());
                self.supply(&mut terms, place, module.places, module.area, 0.0);
                states.push(State { change: Change::Enlarged, places: places + module.places, terms: once(terms) });
            }
            if let Some(cost) = facility.closing_cost {
                let mut terms = Terms::default();
                self.pay(&mut terms, cost, -facility.yearly_subsidy());
                self.leave(&mut terms, service, f, facility);
                states.push(State { change: Change::Closed, places: 0.0, terms: once(terms) });
            }
            let movable = facility.moving_cost.is_some();
            stays.push(Stay { service, states, movable, moves: Vec::new() });
        }
        stays
    }
}

impl Totals {
    /// The weighted need of all, of each service (by survey alone) and of each district.
    pub fn of(programme: &Programme, rules: &PlanRules) -> Self {
        let districts = &programme.demand.districts;
        let mut totals = Self {
            all: 0.0,
            by_service: vec![0.0; programme.services.len()],
            by_district: vec![0.0; districts.names.len()],
        };
        for (s, service) in programme.services.iter().enumerate() {
            let weight = rules.weight_of(&service.name);
            let Ok(needs) = service.needs_of(&programme.demand) else { continue };
            let survey = programme.demand.surveys.iter().find(|survey| survey.service == service.name);
            for (i, need) in needs.iter().enumerate() {
                let surveyed = survey.and_then(|survey| survey.weights.get(i)).map_or(*need, |weight| weight * need);
                totals.by_service[s] += surveyed;
                totals.all += weight * surveyed;
                if let Some(&district) = districts.of.get(i) {
                    totals.by_district[district as usize] += weight * surveyed;
                }
            }
        }
        totals
    }
}
