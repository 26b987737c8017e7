//! Fit-out modules: the sizes in which a service can be built.

use serde::{Deserialize, Serialize};

use super::field::Entry;
use crate::error::Error;

/// One size of a service: the room it takes, the people it serves, what it costs and what it earns.
///
/// # Example
///
/// ```
/// use siting::service::Module;
/// let small = Module::new("small", 135.0, 60.0).capital_cost(240_000.0).running_cost(330_000.0).income(180_000.0);
/// assert_eq!(small.yearly_subsidy(), 150_000.0);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Module {
    /// Its name, unique within the service: "small", "large".
    pub name: String,
    /// Usable area it takes, in m².
    pub area: f64,
    /// Places it offers in each slot in which it is open, in the unit of the service's need.
    pub places: f64,
    /// Cost of fitting it out, once, in units of money.
    #[serde(default)]
    pub capital_cost: f64,
    /// Running cost a year for each slot in which it is open, rent left out, in units of money.
    #[serde(default)]
    pub running_cost: f64,
    /// Income a year for each slot in which it is open, in units of money.
    #[serde(default)]
    pub income: f64,
}

impl Module {
    /// A module of an area in m² with a number of places; it costs and earns nothing until told.
    #[must_use]
    pub fn new(name: impl Into<String>, area: f64, places: f64) -> Self {
        Self { name: name.into(), area, places, capital_cost: 0.0, running_cost: 0.0, income: 0.0 }
    }

    /// The cost of fitting it out, once.
    #[must_use]
    pub fn capital_cost(mut self, cost: f64) -> Self {
        self.capital_cost = cost;
        self
    }

    /// The running cost a year, rent left out.
    #[must_use]
    pub fn running_cost(mut self, cost: f64) -> Self {
        self.running_cost = cost;
        self
    }

    /// The income a year.
    #[must_use]
    pub fn income(mut self, income: f64) -> Self {
        self.income = income;
        self
    }

    /// What it needs a year beside its income; negative when it earns more than it costs.
    #[must_use]
    pub fn yearly_subsidy(&self) -> f64 {
        self.running_cost - self.income
    }

    /// Checks the module under the name of the field that holds it: `modules[1]`.
    pub(super) fn check_as(&self, entry: Entry, field: &str) -> Result<(), Error> {
        entry.named(&format!("{field}.name"), &self.name)?;
        entry.positive(&format!("{field}.area"), self.area)?;
        for (part, value) in [
            ("places", self.places),
            ("capital_cost", self.capital_cost),
            ("running_cost", self.running_cost),
            ("income", self.income),
        ] {
            entry.non_negative(&format!("{field}.{part}"), value)?;
        }
        Ok(())
    }
}
