//! Facilities that serve people today, and what may become of them.

use serde::{Deserialize, Serialize};

use super::Module;
use super::field::{Entry, stranger};
use super::space::check_district;
use crate::error::Error;

/// A facility that serves people today.
///
/// Places and area may be unknown; then the audit says so wherever a figure would need them, and a plan takes the
/// facility to serve all who are in reach. A plan keeps it as it is, unless it may be enlarged, moved or closed.
///
/// # Example
///
/// ```
/// use siting::service::{Facility, Module};
/// let canteen = Facility::new("community canteen").places(120.0).area(135.0).district("North");
/// assert_eq!(canteen.places, Some(120.0));
///
/// let flexible = canteen
///     .yearly(330_000.0, 180_000.0)
///     .enlargement(Module::new("second room", 80.0, 60.0).capital_cost(150_000.0))
///     .moving_cost(40_000.0)
///     .closing_cost(10_000.0);
/// assert!(!flexible.is_fixed());
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Facility {
    /// Name of the service it offers.
    pub service: String,
    /// Places, in the unit of the service's need; `None` where unknown.
    #[serde(default)]
    pub places: Option<f64>,
    /// Area in m²; `None` where unknown.
    #[serde(default)]
    pub area: Option<f64>,
    /// Name of its district; `None` only where the demand has no districts.
    #[serde(default)]
    pub district: Option<String>,
    /// Running cost a year, in units of money; what closing saves.
    #[serde(default)]
    pub running_cost: f64,
    /// Income a year, in units of money; what closing loses.
    #[serde(default)]
    pub income: f64,
    /// What an enlargement adds, in area, places and money; `None` where it cannot be enlarged.
    #[serde(default)]
    pub enlargement: Option<Module>,
    /// Cost of moving it into an idle space, once; `None` where it cannot be moved.
    #[serde(default)]
    pub moving_cost: Option<f64>,
    /// Cost of closing it, once; `None` where it must not be closed.
    #[serde(default)]
    pub closing_cost: Option<f64>,
}

impl Facility {
    /// A facility of a service, its places and area unknown until told; it stays as it is.
    #[must_use]
    pub fn new(service: impl Into<String>) -> Self {
        Self {
            service: service.into(),
            places: None,
            area: None,
            district: None,
            running_cost: 0.0,
            income: 0.0,
            enlargement: None,
            moving_cost: None,
            closing_cost: None,
        }
    }

    /// Its places, in the unit of the service's need.
    #[must_use]
    pub fn places(mut self, places: f64) -> Self {
        self.places = Some(places);
        self
    }

    /// Its area in m².
    #[must_use]
    pub fn area(mut self, area: f64) -> Self {
        self.area = Some(area);
        self
    }

    /// The name of its district.
    #[must_use]
    pub fn district(mut self, district: impl Into<String>) -> Self {
        self.district = Some(district.into());
        self
    }

    /// What it costs and earns a year.
    #[must_use]
    pub fn yearly(mut self, running_cost: f64, income: f64) -> Self {
        (self.running_cost, self.income) = (running_cost, income);
        self
    }

    /// Lets a plan enlarge it once: what that adds.
    #[must_use]
    pub fn enlargement(mut self, module: Module) -> Self {
        self.enlargement = Some(module);
        self
    }

    /// Lets a plan move it into an idle space with its places: what that costs, fit-out included. Places and area must be
    /// known.
    #[must_use]
    pub fn moving_cost(mut self, cost: f64) -> Self {
        self.moving_cost = Some(cost);
        self
    }

    /// Lets a plan close it: what that costs.
    #[must_use]
    pub fn closing_cost(mut self, cost: f64) -> Self {
        self.closing_cost = Some(cost);
        self
    }

    /// Whether a plan can do nothing but keep it as it is.
    #[must_use]
    pub fn is_fixed(&self) -> bool {
        self.enlargement.is_none() && self.moving_cost.is_none() && self.closing_cost.is_none()
    }

    /// What it needs a year beside its income; negative when it earns more than it costs.
    #[must_use]
    pub fn yearly_subsidy(&self) -> f64 {
        self.running_cost - self.income
    }

    pub(super) fn check(&self, entry: Entry, services: &[String], districts: &[String]) -> Result<(), Error> {
        if !services.contains(&self.service) {
            return Err(entry.wrong("service", format!("{:?}", self.service), stranger("services", services)));
        }
        for (field, value) in [
            ("places", self.places),
            ("area", self.area),
            ("running_cost", Some(self.running_cost)),
            ("income", Some(self.income)),
            ("moving_cost", self.moving_cost),
            ("closing_cost", self.closing_cost),
        ] {
            if let Some(value) = value {
                entry.non_negative(field, value)?;
            }
        }
        if let Some(module) = &self.enlargement {
            module.check_as(entry, "enlargement")?;
            if self.places.is_none() {
                let reason = "a facility that may be enlarged needs its places as they are";
                return Err(entry.wrong("places", "unknown", reason));
            }
        }
        if self.moving_cost.is_some() {
            for (field, value) in [("places", self.places), ("area", self.area)] {
                if value.is_none_or(|value| value <= 0.0) {
                    let shown = value.map_or_else(|| "unknown".to_owned(), |value| value.to_string());
                    let reason = "a facility that may be moved needs its places and area, both above 0";
                    return Err(entry.wrong(field, shown, reason));
                }
            }
        }
        check_district(entry, self.district.as_deref(), districts)
    }
}
