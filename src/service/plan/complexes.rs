//! Large spaces together, small ones apart.

use serde::{Deserialize, Serialize};

use super::rules::{known_services, non_negative};
use crate::error::{Error, count_of, only};

/// How many services share a space: large spaces may become complexes, the others host few.
///
/// A space of `area` or more may be a complex: at least `services` services, of which at least `core_services` are among
/// `core`. A space that is no complex hosts at most `apart` services.
///
/// The defaults are those of the national guideline of 2023 (600 m², three services, two of the core four); that a small
/// space hosts one or two is Ningbo's practice.
///
/// # Example
///
/// ```
/// use siting::service::Complexes;
/// let rule = Complexes::new(["elderly care", "childcare", "after-school care", "community canteen"]).least(1);
/// assert_eq!((rule.area, rule.services, rule.core_services, rule.apart), (600.0, 3, 2, 2));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Complexes {
    /// m² from which a space may be a complex.
    pub area: f64,
    /// Services that a complex has at least.
    pub services: u32,
    /// Names of the core services.
    pub core: Vec<String>,
    /// Core services that a complex has at least.
    pub core_services: u32,
    /// Services that any other space has at most.
    pub apart: u32,
    /// Whether a large space that is used must be a complex.
    #[serde(default)]
    pub always: bool,
    /// Complexes that there must be at least.
    #[serde(default)]
    pub least: u32,
}

impl Complexes {
    /// The rule of the guideline, with the names of the core services.
    #[must_use]
    pub fn new<T: Into<String>>(core: impl IntoIterator<Item = T>) -> Self {
        let core = core.into_iter().map(Into::into).collect();
        Self { area: 600.0, services: 3, core, core_services: 2, apart: 2, always: false, least: 0 }
    }

    /// m² from which a space may be a complex.
    #[must_use]
    pub fn area(mut self, area: f64) -> Self {
        self.area = area;
        self
    }

    /// Services, and core services, that a complex has at least.
    #[must_use]
    pub fn services(mut self, services: u32, core_services: u32) -> Self {
        (self.services, self.core_services) = (services, core_services);
        self
    }

    /// Services that any other space has at most.
    #[must_use]
    pub fn apart(mut self, services: u32) -> Self {
        self.apart = services;
        self
    }

    /// Makes a complex of every large space that is used.
    #[must_use]
    pub fn always(mut self) -> Self {
        self.always = true;
        self
    }

    /// Complexes that there must be at least.
    #[must_use]
    pub fn least(mut self, count: u32) -> Self {
        self.least = count;
        self
    }

    pub(super) fn check(&self, services: &[String]) -> Result<(), Error> {
        non_negative("complexes.area", self.area)?;
        known_services("complexes.core", self.core.iter(), services)?;
        let refuse = |argument, value: u32, reason: String| {
            Err(Error::InvalidValue { argument, value: value.to_string(), reason })
        };
        if self.services == 0 {
            return refuse("complexes.services", 0, "a complex hosts at least one service: give 1 or more".into());
        }
        let among = |count: u32, len: usize| usize::try_from(count).is_ok_and(|count| count <= len);
        if !among(self.core_services, self.core.len()) {
            let reason = format!("complexes.core names {}", count_of(self.core.len(), "services"));
            return refuse("complexes.core_services", self.core_services, reason);
        }
        if !among(self.services, services.len()) {
            return refuse("complexes.services", self.services, only(services.len(), "services"));
        }
        if self.apart == 0 {
            return refuse("complexes.apart", 0, "a space hosts at least one service: give 1 or more".into());
        }
        Ok(())
    }
}
