//! The synthetic town as the parts of a programme, for demonstrations and tests.

use super::{Demand, Facility, Space};
use crate::town::{Home, SyntheticTown};

/// A group of people of a home.
type Count = fn(&Home) -> u32;

/// The groups by age, with the names of the town's tables.
const GROUPS: [(&str, Count); 6] = [
    ("age_0_3", |home| home.age_0_3),
    ("age_3_6", |home| home.age_3_6),
    ("age_7_12", |home| home.age_7_12),
    ("age_13_59", |home| home.age_13_59),
    ("age_60_plus", |home| home.age_60_plus),
    ("age_80_plus", |home| home.age_80_plus),
];

impl Demand {
    /// The homes of a synthetic town: people by age, households, districts and communities, all in town.
    ///
    /// ```
    /// use siting::{SyntheticTown, service::Demand};
    /// let demand = Demand::of_town(&SyntheticTown::new(24, 0)?);
    /// assert_eq!(demand.people.iter().sum::<f64>(), 132_166.0);
    /// # Ok::<(), siting::Error>(())
    /// ```
    #[must_use]
    pub fn of_town(town: &SyntheticTown) -> Self {
        let column = |count: Count| -> Vec<f64> { town.homes.iter().map(|home| f64::from(count(home))).collect() };
        let demand = Self::new(column(|home| home.people))
            .households(column(|home| home.households))
            .districts(town.districts.clone(), column_of(town, |home| home.district))
            .communities(
                town.communities.iter().map(|community| community.name.clone()),
                column_of(town, |home| home.community),
            );
        GROUPS.iter().fold(demand, |demand, (name, count)| demand.group(*name, column(*count)))
    }
}

fn column_of(town: &SyntheticTown, area: impl Fn(&Home) -> u32) -> Vec<u32> {
    town.homes.iter().map(area).collect()
}

fn district(town: &SyntheticTown, index: u32) -> Option<String> {
    town.districts.get(index as usize).cloned()
}

impl Space {
    /// The idle spaces of a synthetic town; those under ground lie on floor -1, roofs on floor 5.
    ///
    /// ```
    /// use siting::{SyntheticTown, service::Space};
    /// assert_eq!(Space::of_town(&SyntheticTown::new(24, 0)?).len(), 69);
    /// # Ok::<(), siting::Error>(())
    /// ```
    #[must_use]
    pub fn of_town(town: &SyntheticTown) -> Vec<Self> {
        let space = |space: &crate::town::Space| Self {
            area: space.area,
            kind: space.kind.name().into(),
            district: district(town, space.district),
            tenure: space.tenure,
            rent: space.rent,
            conversion_cost: space.conversion_cost,
            slots: Vec::new(),
            floor: match space.kind {
                crate::town::SpaceKind::Underground => -1,
                crate::town::SpaceKind::Roof => 5,
                _ => 0,
            },
        };
        town.spaces.iter().map(space).collect()
    }
}

impl Facility {
    /// The facilities of a synthetic town: community canteens, childcare and after-school care, their areas unknown.
    ///
    /// ```
    /// use siting::{SyntheticTown, service::Facility};
    /// let facilities = Facility::of_town(&SyntheticTown::new(24, 0)?);
    /// assert_eq!(facilities[0].service, "community canteen");
    /// # Ok::<(), siting::Error>(())
    /// ```
    #[must_use]
    pub fn of_town(town: &SyntheticTown) -> Vec<Self> {
        let facility = |facility: &crate::town::Facility| Self {
            places: Some(f64::from(facility.places)),
            district: district(town, facility.district),
            ..Self::new(facility.service.name())
        };
        town.facilities.iter().map(facility).collect()
    }
}
