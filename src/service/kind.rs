//! What a service is: whom it serves, how far they walk, in which rooms and sizes it comes.

use serde::{Deserialize, Serialize};

use super::field::Entry;
use super::{Demand, Module, Setting, Space};
use crate::error::Error;

/// How much of a service the people of one group need.
///
/// Added by [`Service::need`]; the example of [`Service::needs_of`] shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Need {
    /// A group of [`Demand`], or [`Demand::PEOPLE`] for everybody.
    pub group: String,
    /// Need per person of the group, 0 or more: the share who use it, or places, or meals a day.
    pub rate: f64,
}

/// The farthest that people walk to a service, in the unit of the travel matrix.
///
/// # Example
///
/// ```
/// use siting::service::{Service, Setting};
/// let clinic = Service::new("clinic", 900.0).rural_limit(1_500.0);
/// assert_eq!((clinic.limit.of(Setting::Urban), clinic.limit.of(Setting::Rural)), (900.0, 1_500.0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TravelLimit {
    /// For urban demand points.
    pub urban: f64,
    /// For rural demand points.
    pub rural: f64,
}

impl TravelLimit {
    /// The limit for a setting.
    #[must_use]
    pub fn of(&self, setting: Setting) -> f64 {
        match setting {
            Setting::Urban => self.urban,
            Setting::Rural => self.rural,
        }
    }
}

/// What a standard asks of a service.
///
/// Set by [`Service::places_per_1000_people`] and [`Service::area_per_100_households`]; the example of
/// [`Service`] shows it.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Target {
    /// Places per 1,000 people (of all ages).
    #[serde(default)]
    pub places_per_1000_people: Option<f64>,
    /// m² of the service's rooms per 100 households.
    #[serde(default)]
    pub area_per_100_households: Option<f64>,
}

/// A community service: childcare, a community canteen, home-based elderly care.
///
/// The need of demand point i is d_i = Σ_g rate_g people_ig over the groups served.
///
/// # Example
///
/// ```
/// use siting::service::{Module, Service};
///
/// let childcare = Service::new("childcare", 900.0) // metres, as in the travel matrix
///     .need("age_0_3", 0.25)
///     .rural_limit(1_200.0)
///     .module(Module::new("one class", 200.0, 20.0))
///     .kinds(["estate service room", "idle school"])
///     .floors(0, 2)
///     .places_per_1000_people(4.55);
/// childcare.validate()?;
/// # Ok::<(), siting::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Service {
    /// Its name, unique in a programme.
    pub name: String,
    /// The groups served, with the need per person; at least one.
    pub needs: Vec<Need>,
    /// The farthest that people walk to it.
    pub limit: TravelLimit,
    /// The sizes in which it can be built.
    #[serde(default)]
    pub modules: Vec<Module>,
    /// Kinds of space that suit it; empty means every kind.
    #[serde(default)]
    pub kinds: Vec<String>,
    /// Lowest and highest floor that suit it (0 is the ground floor); `None` means every floor.
    #[serde(default)]
    pub floors: Option<(i32, i32)>,
    /// Names of the slots in which it may open; empty means all.
    #[serde(default)]
    pub slots: Vec<String>,
    /// People whom each facility must serve at least, in the unit of the need.
    #[serde(default)]
    pub minimum_use: f64,
    /// What a standard asks.
    #[serde(default)]
    pub target: Target,
}

impl Service {
    /// A service with a travel limit, the same in town and country until told; say next who needs it.
    #[must_use]
    pub fn new(name: impl Into<String>, limit: f64) -> Self {
        Self {
            name: name.into(),
            needs: Vec::new(),
            limit: TravelLimit { urban: limit, rural: limit },
            modules: Vec::new(),
            kinds: Vec::new(),
            floors: None,
            slots: Vec::new(),
            minimum_use: 0.0,
            target: Target::default(),
        }
    }

    /// Adds a group of people and their need per person.
    #[must_use]
    pub fn need(mut self, group: impl Into<String>, rate: f64) -> Self {
        self.needs.push(Need { group: group.into(), rate });
        self
    }

    /// The travel limit of rural demand points.
    #[must_use]
    pub fn rural_limit(mut self, limit: f64) -> Self {
        self.limit.rural = limit;
        self
    }

    /// Adds a size in which it can be built.
    #[must_use]
    pub fn module(mut self, module: Module) -> Self {
        self.modules.push(module);
        self
    }

    /// The kinds of space that suit it.
    #[must_use]
    pub fn kinds<T: Into<String>>(mut self, kinds: impl IntoIterator<Item = T>) -> Self {
        self.kinds = kinds.into_iter().map(Into::into).collect();
        self
    }

    /// The floors that suit it, from the lowest to the highest; 0 is the ground floor.
    #[must_use]
    pub fn floors(mut self, lowest: i32, highest: i32) -> Self {
        self.floors = Some((lowest, highest));
        self
    }

    /// The slots in which it may open.
    #[must_use]
    pub fn slots<T: Into<String>>(mut self, slots: impl IntoIterator<Item = T>) -> Self {
        self.slots = slots.into_iter().map(Into::into).collect();
        self
    }

    /// The people whom each facility must serve at least.
    #[must_use]
    pub fn minimum_use(mut self, people: f64) -> Self {
        self.minimum_use = people;
        self
    }

    /// The places per 1,000 people that a standard asks for.
    #[must_use]
    pub fn places_per_1000_people(mut self, places: f64) -> Self {
        self.target.places_per_1000_people = Some(places);
        self
    }

    /// The m² per 100 households that a standard asks for.
    #[must_use]
    pub fn area_per_100_households(mut self, area: f64) -> Self {
        self.target.area_per_100_households = Some(area);
        self
    }

    /// Whether a space suits it: its kind, its floor, a slot that both have, and room for the smallest module.
    ///
    /// ```
    /// use siting::service::{Module, Service, Space};
    /// let canteen = Service::new("canteen", 900.0).module(Module::new("small", 135.0, 60.0)).kinds(["warehouse"]);
    /// assert!(canteen.fits(&Space::new(135.0, "warehouse")));
    /// assert!(!canteen.fits(&Space::new(135.0, "roof")));
    /// assert!(!canteen.fits(&Space::new(100.0, "warehouse")));
    /// ```
    #[must_use]
    pub fn fits(&self, space: &Space) -> bool {
        let slot =
            self.slots.is_empty() || space.slots.is_empty() || self.slots.iter().any(|slot| space.slots.contains(slot));
        let room = self.modules.is_empty() || self.modules.iter().any(|module| module.area <= space.area);
        self.suits(space) && slot && room
    }

    /// Whether kind and floor of a space suit it.
    pub(crate) fn suits(&self, space: &Space) -> bool {
        let kind = self.kinds.is_empty() || self.kinds.contains(&space.kind);
        kind && self.floors.is_none_or(|(lowest, highest)| (lowest..=highest).contains(&space.floor))
    }

    /// The need of each demand point.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidField`] when the demand has no such group.
    ///
    /// ```
    /// use siting::service::{Demand, Service};
    /// let demand = Demand::new([100.0, 80.0]).group("age_60_plus", [20.0, 30.0]);
    /// let canteen = Service::new("canteen", 900.0).need(Demand::PEOPLE, 0.01).need("age_60_plus", 0.1);
    /// assert_eq!(canteen.needs_of(&demand)?, [3.0, 3.8]); // meals a day
    /// # Ok::<(), siting::Error>(())
    /// ```
    pub fn needs_of(&self, demand: &Demand) -> Result<Vec<f64>, Error> {
        self.needs_at(demand, Entry::new("services", 0))
    }

    pub(super) fn needs_at(&self, demand: &Demand, entry: Entry) -> Result<Vec<f64>, Error> {
        let mut needs = vec![0.0; demand.len()];
        for (at, need) in self.needs.iter().enumerate() {
            let Some(people) = demand.people_of(&need.group) else {
                return Err(entry.wrong(
                    format!("needs[{at}].group"),
                    format!("{:?}", need.group),
                    super::field::stranger("groups of people", &demand.group_names()),
                ));
            };
            for (sum, people) in needs.iter_mut().zip(people) {
                *sum += need.rate * people;
            }
        }
        if !needs.iter().sum::<f64>().is_finite() {
            return Err(entry.wrong("needs", "infinite in all", "use smaller rates or a larger unit of people"));
        }
        Ok(needs)
    }

    /// Checks everything that can be checked without the rest of the programme.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidField`]: an empty name, no or repeated groups, negative or infinite rates, limits, areas, places or
    /// money, repeated modules, kinds or slots, the highest floor below the lowest.
    pub fn validate(&self) -> Result<(), Error> {
        self.check(Entry::new("services", 0))
    }

    pub(super) fn check(&self, entry: Entry) -> Result<(), Error> {
        entry.named("name", &self.name)?;
        if self.needs.is_empty() {
            let reason = "name at least one group of people who need it, and how much";
            return Err(entry.wrong("needs", "empty", reason));
        }
        let groups: Vec<String> = self.needs.iter().map(|need| need.group.clone()).collect();
        entry.distinct("needs", &groups)?;
        for (at, need) in self.needs.iter().enumerate() {
            entry.non_negative(&format!("needs[{at}].rate"), need.rate)?;
        }
        entry.non_negative("limit.urban", self.limit.urban)?;
        entry.non_negative("limit.rural", self.limit.rural)?;
        for (at, module) in self.modules.iter().enumerate() {
            module.check_as(entry, &format!("modules[{at}]"))?;
        }
        let modules: Vec<String> = self.modules.iter().map(|module| module.name.clone()).collect();
        entry.distinct("modules", &modules)?;
        entry.distinct("kinds", &self.kinds)?;
        entry.distinct("slots", &self.slots)?;
        if let Some((lowest, highest)) = self.floors
            && highest < lowest
        {
            return Err(entry.wrong("floors", highest, format!("the highest floor lies below the lowest, {lowest}")));
        }
        entry.non_negative("minimum_use", self.minimum_use)?;
        for (field, value) in [
            ("target.places_per_1000_people", self.target.places_per_1000_people),
            ("target.area_per_100_households", self.target.area_per_100_households),
        ] {
            if let Some(value) = value {
                entry.non_negative(field, value)?;
            }
        }
        Ok(())
    }
}
