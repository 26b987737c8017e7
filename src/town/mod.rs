//! A **synthetic** town: invented homes, idle spaces and facilities for demonstrations, tests and benchmarks.
//!
//! Nothing in it exists. Its streets, names, people and buildings are drawn at random from a fixed seed; only its totals
//! follow published figures of the city of Ningbo, which `figures.rs` lists one by one with their sources and separates
//! from what is merely assumed. Conclusions about a real place cannot be drawn from it.
//!
//! The plan: districts lie around a first, largest one; each has a centre, a river through it and communities on a
//! jittered grid whose mesh widens outward, so that density falls from the centre to the edge; some meshes stay empty.
//! A community holds some 29 demand points (building groups of about 75 households) and some 3 idle spaces.
//! Coordinates are metres in a grid of the town's own, tied to no place on earth.
//!
//! The same number of communities and the same seed give the same town on every machine: the generator uses PCG64 and,
//! of floating-point functions, only those that IEEE 754 defines exactly (no sine, exponential or logarithm).

mod dice;
mod facilities;
mod figures;
mod homes;
mod kinds;
mod layout;
mod names;
mod spaces;

use serde::{Deserialize, Serialize};

pub use kinds::{SpaceKind, SurveyedService, Tenure};

use crate::error::Error;

/// A synthetic town: see the [module documentation](self).
///
/// # Example
///
/// ```
/// use siting::{MaxCover, Metric, SolveOptions, SyntheticTown, TravelMatrix};
///
/// let town = SyntheticTown::new(24, 0)?;
/// assert_eq!((town.homes.len(), town.spaces.len()), (686, 69));
///
/// let homes: Vec<_> = town.homes.iter().map(|home| home.at).collect();
/// let spaces: Vec<_> = town.spaces.iter().map(|space| space.at).collect();
/// let elders: Vec<_> = town.homes.iter().map(|home| f64::from(home.age_60_plus)).collect();
/// let travel = TravelMatrix::from_points(&homes, &spaces, Metric::Euclidean, Some(800.0))?;
/// let solution = MaxCover::new(travel, elders).p(8).solve(&SolveOptions::default())?;
/// assert!(solution.covered_share > 0.5);
/// # Ok::<(), siting::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SyntheticTown {
    /// The seed it was drawn with.
    pub seed: u64,
    /// Names of the districts; elsewhere they are indices into this list.
    pub districts: Vec<String>,
    /// The communities, district by district.
    pub communities: Vec<Community>,
    /// The demand points, community by community.
    pub homes: Vec<Home>,
    /// The candidate spaces, community by community.
    pub spaces: Vec<Space>,
    /// The facilities of today, service by service.
    pub facilities: Vec<Facility>,
}

/// A community: the area of one residents' committee.
///
/// # Example
///
/// ```
/// use siting::SyntheticTown;
/// let town = SyntheticTown::new(24, 0)?;
/// let own = town.homes.iter().filter(|home| home.community == 3);
/// assert_eq!(own.map(|home| home.households).sum::<u32>(), town.communities[3].households);
/// # Ok::<(), siting::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Community {
    /// An invented name, unique in the town.
    pub name: String,
    /// Index of its district.
    pub district: u32,
    /// Its centre, in metres.
    pub at: [f64; 2],
    /// Number of households.
    pub households: u32,
    /// Number of people.
    pub people: u32,
    /// Whether a facility serves it today, for each of [`SurveyedService::ALL`].
    pub served: [bool; 3],
}

/// A demand point: a group of residential buildings.
///
/// # Example
///
/// ```
/// use siting::SyntheticTown;
/// let town = SyntheticTown::new(24, 0)?;
/// let home = &town.homes[0];
/// assert_eq!(home.people, home.age_0_3 + home.age_3_6 + home.age_7_12 + home.age_13_59 + home.age_60_plus);
/// # Ok::<(), siting::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Home {
    /// Index of its community.
    pub community: u32,
    /// Index of its district.
    pub district: u32,
    /// Where it is, in metres.
    pub at: [f64; 2],
    /// Number of households.
    pub households: u32,
    /// Number of people: the sum of the age groups below, `age_80_plus` left out.
    pub people: u32,
    /// Children under three.
    pub age_0_3: u32,
    /// Children from three to six, until the seventh birthday.
    pub age_3_6: u32,
    /// Children from seven to twelve.
    pub age_7_12: u32,
    /// Teenagers and adults from thirteen to fifty-nine.
    pub age_13_59: u32,
    /// People of sixty and over, those of eighty and over among them.
    pub age_60_plus: u32,
    /// People of eighty and over; part of `age_60_plus`.
    pub age_80_plus: u32,
}

/// A candidate: an idle building or corner.
///
/// # Example
///
/// ```
/// use siting::SyntheticTown;
/// use siting::town::{SpaceKind, Tenure};
/// let town = SyntheticTown::new(24, 0)?;
/// assert!(town.spaces.iter().all(|space| space.rent == 0.0 || space.tenure == Tenure::Rented));
/// assert!(town.spaces.iter().any(|space| space.kind == SpaceKind::IdleSchool && space.area > 200.0));
/// # Ok::<(), siting::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Space {
    /// What it is.
    pub kind: SpaceKind,
    /// Index of its community.
    pub community: u32,
    /// Index of its district.
    pub district: u32,
    /// Where it is, in metres.
    pub at: [f64; 2],
    /// Usable area in m².
    pub area: f64,
    /// On what terms it can be had.
    pub tenure: Tenure,
    /// Rent in yuan a year; 0 unless rented.
    pub rent: f64,
    /// What turning it into a service costs once, in yuan.
    pub conversion_cost: f64,
}

/// A facility that serves people today.
///
/// # Example
///
/// ```
/// use siting::SyntheticTown;
/// use siting::town::SurveyedService;
/// let town = SyntheticTown::new(24, 0)?;
/// let canteens = town.facilities.iter().filter(|own| own.service == SurveyedService::CommunityCanteen);
/// assert_eq!(canteens.map(|own| own.places).sum::<u32>(), 384); // meals a day
/// # Ok::<(), siting::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Facility {
    /// What it offers.
    pub service: SurveyedService,
    /// Index of the community it stands in.
    pub community: u32,
    /// Index of its district.
    pub district: u32,
    /// Where it is, in metres.
    pub at: [f64; 2],
    /// Capacity: children at a time, or meals a day for a canteen.
    pub places: u32,
    /// Indices of the communities it serves, its own first.
    pub serves: Vec<u32>,
}

impl SyntheticTown {
    /// Draws a town: 24 communities make a demonstration (686 demand points, 69 spaces), 700 a city (20,000 and 2,000),
    /// 7,000 a province (200,000 and 20,000).
    ///
    /// # Errors
    ///
    /// [`Error::InvalidValue`] unless there are 1 to 100,000 communities.
    pub fn new(communities: usize, seed: u64) -> Result<Self, Error> {
        let n = match u32::try_from(communities) {
            Ok(n) if (1..=figures::MOST_COMMUNITIES).contains(&n) => n,
            _ => {
                return Err(Error::InvalidValue {
                    argument: "communities",
                    value: communities.to_string(),
                    reason: format!("a whole number from 1 to {} is expected", figures::MOST_COMMUNITIES),
                });
            }
        };
        let layout = layout::Layout::draw(n, seed);
        let homes = homes::draw(&layout, seed);
        let spaces = spaces::draw(&layout, seed);
        let facilities = facilities::draw(&layout, &homes, seed);

        let mut communities: Vec<Community> = (0_u32..)
            .zip(&layout.blocks)
            .map(|(c, block)| Community {
                name: names::community(c),
                district: block.district,
                at: layout.place(block, [0.0, 0.0]),
                households: block.households,
                people: 0,
                served: [false; 3],
            })
            .collect();
        for home in &homes {
            if let Some(community) = communities.get_mut(home.community as usize) {
                community.people += home.people;
            }
        }
        for facility in &facilities {
            for &c in &facility.serves {
                if let Some(community) = communities.get_mut(c as usize) {
                    community.served[facility.service as usize] = true;
                }
            }
        }
        let districts = (1..=layout.districts.len()).map(|d| format!("District {d}")).collect();
        Ok(Self { seed, districts, communities, homes, spaces, facilities })
    }
}
