//! The programme: demand, services, spaces and facilities that belong together.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::field::{Entry, stranger};
use super::{Demand, Facility, Pair, Service, Slot, Space};
use crate::error::{Error, check_length};
use crate::travel::TravelMatrix;

/// Services, the people who need them, the spaces that may host them and the facilities of today.
///
/// # Example
///
/// ```
/// use siting::service::{Demand, Facility, Programme, Service};
/// use siting::TravelMatrix;
///
/// let demand = Demand::new([120.0]);
/// let gym = Service::new("fitness", 10.0).need(Demand::PEOPLE, 0.1);
/// let minutes = TravelMatrix::from_pairs(1, 1, &[(0, 0, 7.5)])?;
/// let programme = Programme::new(demand, [gym]).existing([Facility::new("fitness").places(20.0)], minutes);
/// programme.validate()?;
/// # Ok::<(), siting::Error>(())
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Programme {
    /// The demand points.
    pub demand: Demand,
    /// The services.
    pub services: Vec<Service>,
    /// The idle spaces.
    #[serde(default)]
    pub spaces: Vec<Space>,
    /// The facilities of today.
    #[serde(default)]
    pub facilities: Vec<Facility>,
    /// From each demand point to each facility of today, in the unit of the services' limits; `None` without facilities.
    #[serde(default)]
    pub travel: Option<Arc<TravelMatrix>>,
    /// From each demand point to each idle space, in the unit of the services' limits; only plans need it.
    #[serde(default)]
    pub travel_to_spaces: Option<Arc<TravelMatrix>>,
    /// The parts of the day; empty means one slot, the whole day.
    #[serde(default)]
    pub slots: Vec<Slot>,
    /// Services that belong together or apart.
    #[serde(default)]
    pub pairs: Vec<Pair>,
}

impl Programme {
    /// A programme without spaces and facilities.
    #[must_use]
    pub fn new(demand: Demand, services: impl Into<Vec<Service>>) -> Self {
        Self {
            demand,
            services: services.into(),
            spaces: Vec::new(),
            facilities: Vec::new(),
            travel: None,
            travel_to_spaces: None,
            slots: Vec::new(),
            pairs: Vec::new(),
        }
    }

    /// The idle spaces.
    #[must_use]
    pub fn spaces(mut self, spaces: impl Into<Vec<Space>>) -> Self {
        self.spaces = spaces.into();
        self
    }

    /// The travel matrix from the demand points to the idle spaces: one site for each space, in the same order.
    #[must_use]
    pub fn travel_to_spaces(mut self, travel: impl Into<Arc<TravelMatrix>>) -> Self {
        self.travel_to_spaces = Some(travel.into());
        self
    }

    /// The facilities of today and the travel matrix from the demand points to them: one site for each facility, in the
    /// same order, those of all services in one matrix.
    #[must_use]
    pub fn existing(mut self, facilities: impl Into<Vec<Facility>>, travel: impl Into<Arc<TravelMatrix>>) -> Self {
        self.facilities = facilities.into();
        self.travel = Some(travel.into());
        self
    }

    /// The parts of the day.
    #[must_use]
    pub fn slots(mut self, slots: impl Into<Vec<Slot>>) -> Self {
        self.slots = slots.into();
        self
    }

    /// Services that belong together or apart.
    #[must_use]
    pub fn pairs(mut self, pairs: impl Into<Vec<Pair>>) -> Self {
        self.pairs = pairs.into();
        self
    }

    /// The names of the services.
    #[must_use]
    pub fn service_names(&self) -> Vec<String> {
        self.services.iter().map(|service| service.name.clone()).collect()
    }

    /// Checks every part, and that the parts know each other.
    ///
    /// # Errors
    ///
    /// Those of the parts; [`Error::InvalidField`] for names that are not known: groups, services, districts, kinds, slots, and
    /// for pairs by which a service shares more area than it has at its smallest;
    /// [`Error::WrongLength`] when the travel matrix has other demand points or facilities; [`Error::Missing`] and
    /// [`Error::Conflict`] when it is absent or ends before a service's limit.
    pub fn validate(&self) -> Result<(), Error> {
        self.demand.validate()?;
        if self.services.is_empty() {
            return Err(Error::Empty { argument: "services", reason: "at least one service is needed" });
        }
        Slot::validate(&self.slots)?;
        let slots: Vec<String> = self.slots.iter().map(|slot| slot.name.clone()).collect();
        let names = self.service_names();
        for (index, service) in self.services.iter().enumerate() {
            let entry = Entry::new("services", index);
            service.check(entry)?;
            if let Some(first) = names.iter().take(index).position(|name| *name == service.name) {
                let value = format!("{:?}", service.name);
                return Err(Error::Duplicate { argument: "services", value, first, second: index });
            }
            service.needs_at(&self.demand, entry)?;
            entry.known("slots", &service.slots, &slots, "slots")?;
        }
        let districts = &self.demand.districts.names;
        for (index, space) in self.spaces.iter().enumerate() {
            let entry = Entry::new("spaces", index);
            space.check(entry, districts)?;
            entry.known("slots", &space.slots, &slots, "slots")?;
        }
        for (index, facility) in self.facilities.iter().enumerate() {
            facility.check(Entry::new("facilities", index), &names, districts)?;
        }
        for (index, survey) in self.demand.surveys.iter().enumerate() {
            if !names.contains(&survey.service) {
                let reason = stranger("services", &names);
                return Err(Entry::new("surveys", index).wrong("service", format!("{:?}", survey.service), reason));
            }
        }
        Pair::check_all(&self.pairs, &self.services, &self.facilities)?;
        self.check_travel()
    }

    fn check_travel(&self) -> Result<(), Error> {
        if self.travel.is_none() && !self.facilities.is_empty() {
            let reason = "facilities need a travel matrix from the demand points to each of them";
            return Err(Error::Missing { argument: "travel", reason });
        }
        if let Some(travel) = &self.travel {
            check_length("travel", travel.n_sites(), self.facilities.len(), "columns, one per facility")?;
            self.check_matrix("travel", travel)?;
        }
        if let Some(travel) = &self.travel_to_spaces {
            check_length("travel_to_spaces", travel.n_sites(), self.spaces.len(), "columns, one per space")?;
            self.check_matrix("travel_to_spaces", travel)?;
        }
        Ok(())
    }

    fn check_matrix(&self, argument: &'static str, travel: &TravelMatrix) -> Result<(), Error> {
        check_length(argument, travel.n_demand(), self.demand.len(), "rows, one per demand point")?;
        let Some(cutoff) = travel.cutoff() else { return Ok(()) };
        let rural = self.demand.settings.iter().flatten().any(|&setting| setting == super::Setting::Rural);
        for service in &self.services {
            let farthest = if rural { service.limit.urban.max(service.limit.rural) } else { service.limit.urban };
            if farthest > cutoff {
                let reason = format!(
                    "people walk up to {farthest} to {:?}, but the travel matrix ends at {cutoff}: build it with a cutoff \
                     of at least {farthest}",
                    service.name
                );
                return Err(Error::Conflict { argument: "services", other: argument, reason });
            }
        }
        Ok(())
    }
}
