//! Kinds of space, terms of use and services: the words of the town's tables.

use serde::{Deserialize, Serialize};

/// Kinds of idle space.
///
/// # Example
///
/// ```
/// use siting::town::SpaceKind;
/// assert_eq!(SpaceKind::IdleSchool.name(), "idle school");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SpaceKind {
    /// 闲置厂房.
    IdleFactory,
    /// 仓库.
    Warehouse,
    /// 边角空地.
    CornerLand,
    /// 沿街物业用房.
    StreetFrontPropertyRoom,
    /// 机关事业单位用房.
    OfficeOfPublicBody,
    /// 闲置校舍.
    IdleSchool,
    /// 小区配套用房.
    EstateServiceRoom,
    /// 屋顶.
    Roof,
    /// 地下空间.
    Underground,
}

impl SpaceKind {
    /// Its name in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::IdleFactory => "idle factory",
            Self::Warehouse => "warehouse",
            Self::CornerLand => "corner land",
            Self::StreetFrontPropertyRoom => "street-front property room",
            Self::OfficeOfPublicBody => "office of a public body",
            Self::IdleSchool => "idle school",
            Self::EstateServiceRoom => "estate service room",
            Self::Roof => "roof",
            Self::Underground => "underground",
        }
    }
}

/// On what terms a space can be had.
///
/// # Example
///
/// ```
/// use siting::town::Tenure;
/// assert_eq!(Tenure::Allotted.name(), "allotted");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tenure {
    /// The community or the city owns it.
    Owned,
    /// It must be rented.
    Rented,
    /// The city allots it.
    Allotted,
    /// It is exchanged for another space.
    Exchanged,
}

impl Tenure {
    /// Its name in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Owned => "owned",
            Self::Rented => "rented",
            Self::Allotted => "allotted",
            Self::Exchanged => "exchanged",
        }
    }
}

/// The services whose coverage the published survey gives.
///
/// # Example
///
/// ```
/// use siting::town::SurveyedService;
/// let names = SurveyedService::ALL.map(SurveyedService::name);
/// assert_eq!(names, ["community canteen", "childcare", "after-school care"]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SurveyedService {
    /// 老年食堂.
    CommunityCanteen,
    /// 托育.
    Childcare,
    /// 四点半学堂.
    AfterSchoolCare,
}

impl SurveyedService {
    /// All of them, in the order of [`Community::served`](super::Community::served).
    pub const ALL: [Self; 3] = [Self::CommunityCanteen, Self::Childcare, Self::AfterSchoolCare];

    /// Its name in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::CommunityCanteen => "community canteen",
            Self::Childcare => "childcare",
            Self::AfterSchoolCare => "after-school care",
        }
    }
}
