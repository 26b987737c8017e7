//! Standards as data: catalogues of services in editable TOML files, every figure with its source.
//!
//! A file has `[sources]`, `[figures]` of the standard as a whole, and one `[[services]]` table for each service:
//!
//! ```toml
//! name = "my-town"
//! title = "What my town asks for"
//!
//! [sources]
//! plan = "The town's five-year plan, table 3"
//!
//! [figures]
//! walking_speed = { value = 75, unit = "m/min", source = "plan", verified = true }
//!
//! [[services]]
//! name = "childcare"
//! needs = [{ group = "age_0_3", value = 0.25, unit = "places per person", source = "plan", verified = true }]
//! limit_urban = { value = 15, unit = "min", source = "plan", verified = true }
//! limit_rural = { value = 20, unit = "min", source = "plan", verified = true }
//! ```
//!
//! A figure with `verified = false` was not compared with its source and must say so in its `note`.

mod entry;
mod figure;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use entry::{StandardModule, StandardNeed, StandardService};
pub use figure::{Figure, FigureRow};

use super::field::{Entry, stranger};
use super::{Module, Service};
use crate::error::Error;

/// The presets: names and texts.
const FILES: [(&str, &str); 3] = [
    ("ningbo-2025", include_str!("presets/ningbo-2025.toml")),
    ("national-embedded-guideline", include_str!("presets/national-embedded-guideline.toml")),
    ("gb50180-2018", include_str!("presets/gb50180-2018.toml")),
];

/// The names of the standards that come with the library.
///
/// The example of [`Standard`] shows them.
pub const PRESETS: [&str; 3] = [FILES[0].0, FILES[1].0, FILES[2].0];

/// The unit of the travel matrix that a standard's limits are wanted in.
///
/// [`Standard::services`] has an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LimitUnit {
    /// Minutes of walking.
    Minutes,
    /// Metres.
    Metres,
}

/// A catalogue of services: see the example for loading, reading and editing one.
///
/// # Example
///
/// ```
/// use siting::Standard;
/// use siting::service::{LimitUnit, PRESETS};
///
/// assert_eq!(PRESETS, ["ningbo-2025", "national-embedded-guideline", "gb50180-2018"]);
/// let standard = Standard::load("ningbo-2025")?;
/// let services = standard.services(LimitUnit::Minutes)?;
/// let childcare = services.iter().find(|service| service.name == "childcare").unwrap();
/// assert_eq!(childcare.target.places_per_1000_people, Some(4.55));
///
/// let edited = standard.to_toml()?.replace("4.55", "4.6");
/// assert_ne!(Standard::from_toml(&edited)?, standard);
/// # Ok::<(), siting::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standard {
    /// Its short name.
    pub name: String,
    /// What it is.
    pub title: String,
    /// What to know about it as a whole.
    #[serde(default)]
    pub note: String,
    /// The sources in full, by the keys that figures use.
    pub sources: BTreeMap<String, String>,
    /// Figures that belong to no single service; `walking_speed` in "m/min" brings minutes and metres together.
    #[serde(default)]
    pub figures: BTreeMap<String, Figure>,
    /// The services.
    #[serde(default)]
    pub services: Vec<StandardService>,
}

impl Standard {
    /// One of the [`PRESETS`].
    ///
    /// # Errors
    ///
    /// [`Error::InvalidValue`] for another name.
    pub fn load(name: &str) -> Result<Self, Error> {
        Self::from_toml(Self::preset_text(name)?)
    }

    /// The text of a preset's file, to be saved and edited.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidValue`] for a name that is not among the [`PRESETS`].
    pub fn preset_text(name: &str) -> Result<&'static str, Error> {
        FILES.iter().find(|(own, _)| *own == name).map(|(_, text)| *text).ok_or_else(|| Error::InvalidValue {
            argument: "standard",
            value: format!("{name:?}"),
            reason: stranger("presets", &PRESETS.map(String::from)),
        })
    }

    /// Reads the text of a standard's file and checks it.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidValue`] with line and column where the text is no such file, and those of [`Standard::validate`].
    pub fn from_toml(text: &str) -> Result<Self, Error> {
        let standard: Self = toml::from_str(text).map_err(|error| Error::InvalidValue {
            argument: "standard",
            value: "not readable".into(),
            reason: error.to_string().trim().to_owned(),
        })?;
        standard.validate()?;
        Ok(standard)
    }

    /// The text of a file that reads as this standard.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidValue`] for what TOML cannot hold.
    pub fn to_toml(&self) -> Result<String, Error> {
        toml::to_string_pretty(self).map_err(|error| Error::InvalidValue {
            argument: "standard",
            value: format!("{:?}", self.name),
            reason: error.to_string(),
        })
    }

    /// The services with limits in the unit of a travel matrix; minutes become metres by the figure `walking_speed`.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] when the walking speed is needed and not there; those of [`Service::validate`].
    ///
    /// ```
    /// use siting::Standard;
    /// use siting::service::LimitUnit;
    /// let standard = Standard::load("ningbo-2025")?;
    /// let limit = |unit| standard.services(unit).map(|services| services[0].limit.urban);
    /// assert_eq!((limit(LimitUnit::Minutes)?, limit(LimitUnit::Metres)?), (15.0, 1_125.0)); // at 75 m/min
    /// # Ok::<(), siting::Error>(())
    /// ```
    pub fn services(&self, unit: LimitUnit) -> Result<Vec<Service>, Error> {
        let services = self.services.iter().enumerate();
        services
            .map(|(index, own)| {
                let mut service = Service::new(own.name.clone(), self.limit(&own.limit_urban, unit)?)
                    .rural_limit(self.limit(&own.limit_rural, unit)?)
                    .kinds(own.kinds.clone())
                    .minimum_use(own.minimum_use.as_ref().map_or(0.0, |figure| figure.value));
                service.floors = own.floors;
                service.target.places_per_1000_people = own.places_per_1000_people.as_ref().map(|figure| figure.value);
                service.target.area_per_100_households =
                    own.area_per_100_households.as_ref().map(|figure| figure.value);
                for need in &own.needs {
                    service = service.need(need.group.clone(), need.value);
                }
                for module in &own.modules {
                    service = service.module(
                        Module::new(module.name.clone(), module.area.value, module.places.value)
                            .capital_cost(module.capital_cost.value)
                            .running_cost(module.running_cost.value)
                            .income(module.income.value),
                    );
                }
                service.check(Entry::new("services", index))?;
                Ok(service)
            })
            .collect()
    }

    fn limit(&self, figure: &Figure, unit: LimitUnit) -> Result<f64, Error> {
        let speed = || match self.figures.get("walking_speed") {
            Some(speed) => Ok(speed.value),
            None => Err(Error::Missing {
                argument: "walking_speed",
                reason: "give this figure in m/min: limits in minutes and in metres must be brought together",
            }),
        };
        match (figure.unit.as_str(), unit) {
            ("min", LimitUnit::Metres) => Ok(figure.value * speed()?),
            ("m", LimitUnit::Minutes) => Ok(figure.value / speed()?),
            _ => Ok(figure.value),
        }
    }

    /// Every figure as a row: those of the whole standard first, then service by service.
    ///
    /// ```
    /// use siting::Standard;
    /// let rows = Standard::load("ningbo-2025")?.rows();
    /// let places = rows.iter().find(|row| row.figure == "places_per_1000_people").unwrap();
    /// assert_eq!((places.service.as_deref(), places.value), (Some("childcare"), 4.55));
    /// assert!(!places.source.is_empty());
    /// # Ok::<(), siting::Error>(())
    /// ```
    #[must_use]
    pub fn rows(&self) -> Vec<FigureRow> {
        let source = |key: &str| self.sources.get(key).cloned().unwrap_or_else(|| key.to_owned());
        self.all_figures()
            .into_iter()
            .map(|(service, path, figure)| FigureRow {
                service,
                figure: path,
                value: figure.value,
                unit: figure.unit,
                source: source(&figure.source),
                verified: figure.verified,
                note: figure.note,
            })
            .collect()
    }

    fn all_figures(&self) -> Vec<(Option<String>, String, Figure)> {
        let whole = self.figures.iter().map(|(key, figure)| (None, key.clone(), figure.clone()));
        let mut all: Vec<_> = whole.collect();
        for service in &self.services {
            let mut add = |path: String, figure: &Figure| all.push((Some(service.name.clone()), path, figure.clone()));
            for need in &service.needs {
                let StandardNeed { group, value, unit, source, verified, note } = need.clone();
                add(format!("needs.{group}"), &Figure { value, unit, source, verified, note });
            }
            add("limit_urban".into(), &service.limit_urban);
            add("limit_rural".into(), &service.limit_rural);
            for (path, figure) in [
                ("places_per_1000_people", &service.places_per_1000_people),
                ("area_per_100_households", &service.area_per_100_households),
                ("minimum_use", &service.minimum_use),
            ] {
                if let Some(figure) = figure {
                    add(path.into(), figure);
                }
            }
            for module in &service.modules {
                for (path, figure) in [
                    ("area", &module.area),
                    ("places", &module.places),
                    ("capital_cost", &module.capital_cost),
                    ("running_cost", &module.running_cost),
                    ("income", &module.income),
                ] {
                    add(format!("modules.{}.{path}", module.name), figure);
                }
            }
        }
        all
    }

    /// Checks that every figure is a number of 0 or more with a unit and a known source, that unverified ones have a note,
    /// and that the services are whole.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidValue`] naming service and figure, [`Error::Duplicate`] for a service given twice, and those of
    /// [`Service::validate`].
    pub fn validate(&self) -> Result<(), Error> {
        for (service, path, figure) in self.all_figures() {
            let place = service.map_or_else(|| format!("figures.{path}"), |service| format!("{service:?}, {path}"));
            let wrong = |value: String, reason: &str| {
                Err(Error::InvalidValue { argument: "standard", value, reason: format!("{place}: {reason}") })
            };
            if !figure.value.is_finite() || figure.value < 0.0 {
                return wrong(figure.value.to_string(), "a finite number of 0 or more is expected");
            }
            if figure.unit.trim().is_empty() {
                return wrong("without unit".into(), "give the unit of the figure");
            }
            if !self.sources.contains_key(&figure.source) {
                let known: Vec<String> = self.sources.keys().cloned().collect();
                return wrong(
                    format!("{:?}", figure.source),
                    &format!("no such source; {}", stranger("sources", &known)),
                );
            }
            if !figure.verified && figure.note.trim().is_empty() {
                return wrong("not verified".into(), "say in its note what has not been checked");
            }
            if path.starts_with("limit_") && !["min", "m"].contains(&figure.unit.as_str()) {
                return wrong(format!("in {:?}", figure.unit), "the unit of a limit is \"min\" or \"m\"");
            }
            if path == "walking_speed" && (figure.unit != "m/min" || figure.value == 0.0) {
                return wrong(format!("{} {}", figure.value, figure.unit), "a speed above 0 in \"m/min\" is expected");
            }
        }
        for (second, service) in self.services.iter().enumerate() {
            if let Some(first) = self.services.iter().take(second).position(|own| own.name == service.name) {
                let value = format!("{:?}", service.name);
                return Err(Error::Duplicate { argument: "services", value, first, second });
            }
        }
        // A standard without a walking speed is whole in the unit of its limits.
        let unit = if self.services.iter().any(|own| own.limit_urban.unit == "min") {
            LimitUnit::Minutes
        } else {
            LimitUnit::Metres
        };
        self.services(unit).map(drop)
    }
}
