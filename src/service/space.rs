//! Idle spaces that may host services.

use serde::{Deserialize, Serialize};

use super::field::{Entry, stranger};
use crate::error::Error;
use crate::town::Tenure;

/// An idle building, room or corner.
///
/// # Example
///
/// ```
/// use siting::service::{Space, Tenure};
/// let hall = Space::new(620.0, "warehouse").district("North").tenure(Tenure::Rented).rent(99_000.0).floor(0);
/// assert_eq!(hall.area, 620.0);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Space {
    /// Usable area in m².
    pub area: f64,
    /// What it is: "warehouse", "idle school".
    pub kind: String,
    /// Name of its district; `None` only where the demand has no districts.
    #[serde(default)]
    pub district: Option<String>,
    /// On what terms it can be had.
    pub tenure: Tenure,
    /// Rent a year, in units of money.
    #[serde(default)]
    pub rent: f64,
    /// Cost of converting it, once, whatever moves in, in units of money.
    #[serde(default)]
    pub conversion_cost: f64,
    /// Names of the slots in which it is free; empty means all.
    #[serde(default)]
    pub slots: Vec<String>,
    /// Floor it lies on: 0 the ground floor, negative under ground.
    #[serde(default)]
    pub floor: i32,
}

impl Space {
    /// A space of an area in m² and a kind: owned, free of charge, on the ground floor, free all day until told.
    #[must_use]
    pub fn new(area: f64, kind: impl Into<String>) -> Self {
        Self {
            area,
            kind: kind.into(),
            district: None,
            tenure: Tenure::Owned,
            rent: 0.0,
            conversion_cost: 0.0,
            slots: Vec::new(),
            floor: 0,
        }
    }

    /// The name of its district.
    #[must_use]
    pub fn district(mut self, district: impl Into<String>) -> Self {
        self.district = Some(district.into());
        self
    }

    /// The terms on which it can be had.
    #[must_use]
    pub fn tenure(mut self, tenure: Tenure) -> Self {
        self.tenure = tenure;
        self
    }

    /// The rent a year.
    #[must_use]
    pub fn rent(mut self, rent: f64) -> Self {
        self.rent = rent;
        self
    }

    /// The cost of converting it, once.
    #[must_use]
    pub fn conversion_cost(mut self, cost: f64) -> Self {
        self.conversion_cost = cost;
        self
    }

    /// The slots in which it is free.
    #[must_use]
    pub fn slots<T: Into<String>>(mut self, slots: impl IntoIterator<Item = T>) -> Self {
        self.slots = slots.into_iter().map(Into::into).collect();
        self
    }

    /// The floor it lies on.
    #[must_use]
    pub fn floor(mut self, floor: i32) -> Self {
        self.floor = floor;
        self
    }

    pub(super) fn check(&self, entry: Entry, districts: &[String]) -> Result<(), Error> {
        entry.positive("area", self.area)?;
        entry.named("kind", &self.kind)?;
        entry.non_negative("rent", self.rent)?;
        entry.non_negative("conversion_cost", self.conversion_cost)?;
        entry.distinct("slots", &self.slots)?;
        check_district(entry, self.district.as_deref(), districts)
    }
}

/// A district must be one of those of the demand.
pub(super) fn check_district(entry: Entry, district: Option<&str>, districts: &[String]) -> Result<(), Error> {
    match district {
        None if districts.is_empty() => Ok(()),
        None => Err(entry.wrong(
            "district",
            "missing",
            format!(
                "{}; for places outside them, add a district without people to the demand",
                stranger("districts", districts)
            ),
        )),
        Some(name) if districts.iter().any(|district| district == name) => Ok(()),
        Some(name) => Err(entry.wrong("district", format!("{name:?}"), stranger("districts", districts))),
    }
}
