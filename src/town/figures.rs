//! The figures behind the synthetic town: published ones with their source, and assumptions.
//!
//! **Published**
//!
//! * People: Ningbo's registered population at the end of 2023 (宁波市2023年国民经济和社会发展统计公报): 6.222 million people
//!   in 2.465 million households, 1.797 million of them aged 60 or over (28.9 %), 0.944 million aged 0 to 17 (15.2 %).
//!   The resident population, with its many young migrants, is younger: 20.6 % aged 60 or over in the same year.
//! * Coverage: Ningbo's survey of more than 700 communities, as reported in the press in 2023: after-school care at 160
//!   places serving 23 % of communities, childcare at 318 serving 38 %, elderly canteens at 47 serving 12 %. The shares
//!   are of communities and are not the number of facilities divided by 700: canteens are shared by neighbours, while some
//!   communities have several childcare centres.
//! * Childcare places per 1,000 people: 1.93 in 2020, 4.55 the binding aim for 2025; elderly meals a day: for 24,000 people in
//!   2020, for 50,000 in 2025, from at least 200 standard canteens (宁波市城乡现代社区服务体系建设“十四五”规划, 甬政办发〔2022〕53号).
//! * Sizes of converted spaces in reports from Ningbo: a canteen of 135 m², a square of 500 m², a children's space of 800 m²,
//!   a culture centre of 2,000 m², a former factory of 4,000 m².
//! * Costs in the same reports: a gym for 1.5 million yuan, a multi-function elderly institution for 1.4 million.
//!
//! **Assumed**: everything else, above all the size of communities (1,000 to 3,500 households), the age shares among children
//! and the very old, areas away from their peaks, tenures, rents and conversion costs.

use super::SpaceKind;

/// More would not fit the memory of an ordinary computer.
pub(super) const MOST_COMMUNITIES: u32 = 100_000;
/// 700 communities have 20,000 demand points and 2,000 spaces.
pub(super) const HOMES_PER_COMMUNITY: f64 = 200.0 / 7.0;
pub(super) const SPACES_PER_COMMUNITY: f64 = 20.0 / 7.0;
/// 700 communities have 10 districts, as Ningbo does.
pub(super) const COMMUNITIES_PER_DISTRICT: f64 = 70.0;

/// Published: 6.222 million people in 2.465 million households.
pub(super) const PEOPLE_PER_HOUSEHOLD: f64 = 6.222 / 2.465;
/// Assumed: smallest and largest number of households of a community.
pub(super) const HOUSEHOLDS: (f64, f64) = (1_000.0, 3_500.0);

/// Published: 1.797 of 6.222 million.
pub(super) const SHARE_60_PLUS: f64 = 1.797 / 6.222;
/// Assumed: one in seven people over sixty is over eighty.
pub(super) const SHARE_80_PLUS_OF_60_PLUS: f64 = 1.0 / 7.0;
/// Assumed within the published 15.2 % aged 0 to 17: three, four and six years of birth, the youngest the smallest.
pub(super) const SHARE_0_3: f64 = 0.018;
pub(super) const SHARE_3_6: f64 = 0.032;
pub(super) const SHARE_7_12: f64 = 0.056;

/// Side of a community's mesh in the centre of a district, in metres (assumed): some 15,000 people a km².
pub(super) const CENTRAL_MESH: f64 = 620.0;
/// At the edge of a district the mesh is wider by this share (assumed): some 5,000 people a km².
pub(super) const WIDENING: f64 = 0.6;

/// What the survey found for one service.
pub(super) struct Survey {
    /// Facilities in 700 communities.
    pub facilities: f64,
    /// Share of communities served.
    pub share: f64,
    /// Smallest and largest capacity.
    pub places: (f64, f64),
}

/// In the order of `SurveyedService::ALL`.
pub(super) const SURVEY: [Survey; 3] = [
    // Meals a day: 24,000 to 50,000 people fed by 200 canteens.
    Survey { facilities: 47.0, share: 0.12, places: (120.0, 250.0) },
    // 24 to 52 give a city of 3.7 million people 3.2 places per 1,000, half-way from 1.93 to 4.55.
    Survey { facilities: 318.0, share: 0.38, places: (24.0, 52.0) },
    // Assumed: one or two classes.
    Survey { facilities: 160.0, share: 0.23, places: (30.0, 80.0) },
];
/// The number of communities in the survey.
pub(super) const SURVEYED_COMMUNITIES: f64 = 700.0;

/// What spaces of one kind look like.
pub(super) struct KindFigures {
    pub kind: SpaceKind,
    /// Relative frequency in the centre and at the edge of a district (assumed).
    pub frequency: (f64, f64),
    /// Smallest, most frequent and largest area in m²; the middle one published where the line says so.
    pub area: (f64, f64, f64),
    /// Relative frequency of owned, rented, allotted, exchanged (assumed).
    pub tenure: [f64; 4],
    /// Rent in the centre in yuan per m² and year (assumed).
    pub rent: f64,
    /// Smallest and largest cost of conversion in yuan per m² (assumed; around the published 1.4 million for 1,000 m²).
    pub conversion: (f64, f64),
}

pub(super) const KINDS: [KindFigures; 9] = [
    // 4,000 m²: the former factory.
    KindFigures {
        kind: SpaceKind::IdleFactory,
        frequency: (0.2, 1.4),
        area: (600.0, 4_000.0, 6_000.0),
        tenure: [1.0, 5.0, 1.0, 1.0],
        rent: 180.0,
        conversion: (700.0, 1_600.0),
    },
    KindFigures {
        kind: SpaceKind::Warehouse,
        frequency: (0.3, 1.2),
        area: (200.0, 600.0, 2_500.0),
        tenure: [1.0, 5.0, 1.0, 1.0],
        rent: 160.0,
        conversion: (600.0, 1_400.0),
    },
    // 500 m²: the square.
    KindFigures {
        kind: SpaceKind::CornerLand,
        frequency: (1.5, 1.5),
        area: (60.0, 500.0, 900.0),
        tenure: [3.0, 0.0, 5.0, 1.0],
        rent: 0.0,
        conversion: (500.0, 1_500.0),
    },
    // 135 m²: the canteen.
    KindFigures {
        kind: SpaceKind::StreetFrontPropertyRoom,
        frequency: (3.0, 1.5),
        area: (40.0, 135.0, 400.0),
        tenure: [1.0, 7.0, 0.5, 0.5],
        rent: 700.0,
        conversion: (900.0, 2_000.0),
    },
    KindFigures {
        kind: SpaceKind::OfficeOfPublicBody,
        frequency: (1.4, 0.6),
        area: (120.0, 400.0, 2_000.0),
        tenure: [1.0, 0.5, 6.0, 2.0],
        rent: 400.0,
        conversion: (800.0, 1_600.0),
    },
    // 2,000 m²: the culture centre.
    KindFigures {
        kind: SpaceKind::IdleSchool,
        frequency: (0.3, 0.6),
        area: (700.0, 2_000.0, 4_500.0),
        tenure: [1.0, 0.5, 6.0, 1.0],
        rent: 200.0,
        conversion: (700.0, 1_500.0),
    },
    // 800 m²: the children's space; 40 m² per 100 households is the standard of community rooms.
    KindFigures {
        kind: SpaceKind::EstateServiceRoom,
        frequency: (2.2, 2.0),
        area: (40.0, 300.0, 800.0),
        tenure: [6.0, 0.5, 3.0, 0.5],
        rent: 300.0,
        conversion: (800.0, 1_800.0),
    },
    KindFigures {
        kind: SpaceKind::Roof,
        frequency: (0.6, 0.3),
        area: (100.0, 300.0, 900.0),
        tenure: [4.0, 2.0, 1.0, 0.0],
        rent: 120.0,
        conversion: (600.0, 1_500.0),
    },
    KindFigures {
        kind: SpaceKind::Underground,
        frequency: (0.6, 0.3),
        area: (100.0, 400.0, 1_800.0),
        tenure: [4.0, 2.0, 1.0, 0.0],
        rent: 150.0,
        conversion: (900.0, 2_000.0),
    },
];
