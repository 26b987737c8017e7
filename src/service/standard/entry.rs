//! One service of a standard, with a source for every figure.

use serde::{Deserialize, Serialize};

use super::Figure;

/// A group's need per person as a figure.
///
/// A part of [`StandardService`], whose example shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StandardNeed {
    /// The group, by the name of its column in the demand.
    pub group: String,
    /// Need per person of the group.
    pub value: f64,
    /// Its unit.
    pub unit: String,
    /// Key of its source.
    pub source: String,
    /// Whether it was compared with the text of the source.
    pub verified: bool,
    /// What to know about it.
    #[serde(default)]
    pub note: String,
}

/// A fit-out module whose every figure has a source.
///
/// A part of [`StandardService`], which has an example.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StandardModule {
    /// Its name.
    pub name: String,
    /// Usable area in m².
    pub area: Figure,
    /// Places, in the unit of the need.
    pub places: Figure,
    /// Cost of fitting it out, once.
    pub capital_cost: Figure,
    /// Running cost a year.
    pub running_cost: Figure,
    /// Income a year.
    pub income: Figure,
}

/// A service whose every figure has a source.
///
/// # Example
///
/// ```
/// use siting::Standard;
/// let standard = Standard::load("ningbo-2025")?;
/// let childcare = standard.services.iter().find(|service| service.name == "childcare").unwrap();
/// let places = childcare.places_per_1000_people.as_ref().unwrap();
/// assert_eq!((places.value, places.verified), (4.55, false));
/// assert!(standard.sources.contains_key(&places.source));
/// assert_eq!(childcare.needs[0].group, "age_0_3");
/// # Ok::<(), siting::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StandardService {
    /// Its name.
    pub name: String,
    /// Its name in Chinese.
    #[serde(default)]
    pub chinese: Option<String>,
    /// Kinds of space that suit it; empty means every kind.
    #[serde(default)]
    pub kinds: Vec<String>,
    /// Lowest and highest floor that suit it.
    #[serde(default)]
    pub floors: Option<(i32, i32)>,
    /// Need per person of each group served.
    pub needs: Vec<StandardNeed>,
    /// The farthest walk in town, in "min" or "m".
    pub limit_urban: Figure,
    /// The farthest walk in the country, in "min" or "m".
    pub limit_rural: Figure,
    /// Places asked for per 1,000 people.
    #[serde(default)]
    pub places_per_1000_people: Option<Figure>,
    /// m² asked for per 100 households.
    #[serde(default)]
    pub area_per_100_households: Option<Figure>,
    /// People whom each facility must serve at least.
    #[serde(default)]
    pub minimum_use: Option<Figure>,
    /// The sizes in which it can be built.
    #[serde(default)]
    pub modules: Vec<StandardModule>,
}
