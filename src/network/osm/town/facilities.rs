//! Existing facilities, by the service that they give.

use serde::{Deserialize, Serialize};

use crate::network::osm::pbf::Tags;
use crate::town::SurveyedService;

/// Services of a neighbourhood.
///
/// [`OsmTown::read`](super::OsmTown::read) has an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OsmService {
    /// 社区助餐.
    CommunityCanteen,
    /// 托育: childcare and kindergartens.
    Childcare,
    /// 四点半学堂: after-school care and youth centres.
    AfterSchoolCare,
    /// 居家养老: nursing homes, day care, meeting places for elders.
    ElderlyCare,
    /// 卫生站: doctors, clinics, hospitals.
    Health,
    /// 药店.
    Pharmacy,
    /// 文化休闲: libraries, reading rooms, arts centres.
    Culture,
    /// 体育健身: gyms, sports centres, outdoor fitness.
    Fitness,
    /// 儿童游憩.
    ChildrensPlay,
    /// 家政便民: laundries, tailors, repair.
    HousekeepingAndRepair,
    /// 社区综合体: community centres.
    CommunityCentre,
}

impl OsmService {
    /// Its name in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::CommunityCanteen => SurveyedService::CommunityCanteen.name(),
            Self::Childcare => SurveyedService::Childcare.name(),
            Self::AfterSchoolCare => SurveyedService::AfterSchoolCare.name(),
            Self::ElderlyCare => "elderly care",
            Self::Health => "health",
            Self::Pharmacy => "pharmacy",
            Self::Culture => "culture",
            Self::Fitness => "fitness",
            Self::ChildrensPlay => "children's play",
            Self::HousekeepingAndRepair => "housekeeping and repair",
            Self::CommunityCentre => "community centre",
        }
    }

    /// The service of an element and the tag that says so. The first rule that fits decides.
    pub(super) fn of<'t>(tags: Tags<'t>) -> Option<(Self, &'static str, &'t str)> {
        let elders = tags.is("social_facility:for", &["senior", "seniors", "elderly"])
            || tags.is("community_centre:for", &["senior", "seniors", "elderly"]);
        let rules: [(Self, &'static str, &[&str], bool); 18] = [
            (Self::CommunityCanteen, "amenity", &["canteen"], true),
            (Self::CommunityCanteen, "social_facility", &["soup_kitchen", "food_bank"], elders),
            (Self::AfterSchoolCare, "after_school", &["yes"], true),
            (Self::AfterSchoolCare, "amenity", &["after_school", "youth_centre"], true),
            (Self::AfterSchoolCare, "community_centre", &["youth_centre"], true),
            (Self::Childcare, "amenity", &["childcare", "kindergarten"], true),
            (Self::ElderlyCare, "amenity", &["nursing_home", "retirement_home"], true),
            (Self::ElderlyCare, "social_facility", &["nursing_home", "assisted_living"], true),
            (Self::ElderlyCare, "amenity", &["social_facility", "social_centre", "community_centre"], elders),
            (Self::Pharmacy, "amenity", &["pharmacy"], true),
            (Self::Health, "amenity", &["clinic", "doctors", "health_post", "hospital"], true),
            (Self::Health, "healthcare", &["clinic", "doctor", "centre", "community_care", "hospital"], true),
            (Self::Culture, "amenity", &["library", "reading_room", "arts_centre"], true),
            (Self::Fitness, "leisure", &["fitness_centre", "fitness_station", "sports_centre", "sports_hall"], true),
            (Self::Fitness, "amenity", &["gym"], true),
            (Self::ChildrensPlay, "leisure", &["playground", "indoor_play"], true),
            (
                Self::HousekeepingAndRepair,
                "shop",
                &["laundry", "dry_cleaning", "tailor", "shoe_repair", "repair"],
                true,
            ),
            (Self::CommunityCentre, "amenity", &["community_centre", "social_centre"], true),
        ];
        rules.into_iter().filter(|&(.., also)| also).find_map(|(service, key, values, _)| {
            let value = tags.get(key).filter(|value| values.contains(value))?;
            Some((service, key, value))
        })
    }
}
