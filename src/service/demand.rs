//! Where people live: people by group and households at each demand point, as columns.

use serde::{Deserialize, Serialize};

use crate::error::{Error, check_length, check_non_negative, plain};

/// Whether a demand point lies in town or in the country.
///
/// The example of [`Demand`] shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Setting {
    /// In town.
    #[default]
    Urban,
    /// In the country, where limits of walking are longer.
    Rural,
}

/// People of one group at each demand point.
///
/// Added by [`Demand::group`]; the example of [`Demand`] shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// Its name: "age_0_3".
    pub name: String,
    /// People at each demand point.
    pub people: Vec<f64>,
}

/// What a survey of the residents says of one service: how much its need counts at each demand point.
///
/// Added by [`Demand::survey`], whose example shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Survey {
    /// Name of the service.
    pub service: String,
    /// ω_is: the weight of the need at each demand point; 0 where nobody wants the service.
    pub weights: Vec<f64>,
}

/// A division of the demand points: districts, or communities.
///
/// Set by [`Demand::districts`] and [`Demand::communities`]; the example of [`Demand`] shows it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Areas {
    /// Names of the areas, distinct.
    pub names: Vec<String>,
    /// Position in `names` of the area of each demand point.
    pub of: Vec<u32>,
}

impl Areas {
    fn check(&self, argument: &'static str, n: usize) -> Result<(), Error> {
        if self.names.is_empty() && self.of.is_empty() {
            return Ok(());
        }
        check_length(argument, self.of.len(), n, "one per demand point")?;
        for (second, name) in self.names.iter().enumerate() {
            if name.trim().is_empty() {
                let reason = format!("name number {second} is empty: give it a name");
                return Err(Error::InvalidValue { argument, value: format!("{name:?}"), reason });
            }
        }
        let mut first_of = rustc_hash::FxHashMap::default();
        for (second, name) in self.names.iter().enumerate() {
            if let Some(first) = first_of.insert(name, second) {
                return Err(Error::Duplicate { argument, value: format!("{name:?}"), first, second });
            }
        }
        for (position, &area) in self.of.iter().enumerate() {
            if area as usize >= self.names.len() {
                let (index, len) = (area as usize, self.names.len());
                return Err(Error::IndexOutOfBounds { argument, position, index, len, counted: "names" });
            }
        }
        Ok(())
    }
}

/// The demand points of a programme, column by column.
///
/// Groups may overlap (people of 80 and over are among those of 60 and over), so the number of all people is a column of
/// its own; none is larger than that.
///
/// # Example
///
/// ```
/// use siting::service::{Demand, Setting};
///
/// let demand = Demand::new([210.0, 95.0])
///     .group("age_60_plus", [60.0, 40.0])
///     .households([80.0, 40.0])
///     .districts(["North", "South"], [0, 1])
///     .settings([Setting::Urban, Setting::Rural]);
/// demand.validate()?;
/// assert_eq!(demand.people_of("age_60_plus"), Some(&[60.0, 40.0][..]));
/// # Ok::<(), siting::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Demand {
    /// All people at each demand point.
    pub people: Vec<f64>,
    /// People by group.
    #[serde(default)]
    pub groups: Vec<Group>,
    /// Households at each demand point; `None` where unknown.
    #[serde(default)]
    pub households: Option<Vec<f64>>,
    /// The districts; empty for none.
    #[serde(default)]
    pub districts: Areas,
    /// The communities; empty for none.
    #[serde(default)]
    pub communities: Areas,
    /// Town or country at each demand point; `None` means that all lie in town.
    #[serde(default)]
    pub settings: Option<Vec<Setting>>,
    /// What residents were asked about services; a service without a survey counts 1 everywhere.
    #[serde(default)]
    pub surveys: Vec<Survey>,
}

impl Demand {
    /// The name under which services refer to all people.
    pub const PEOPLE: &str = "people";

    /// Demand points with all their people.
    #[must_use]
    pub fn new(people: impl Into<Vec<f64>>) -> Self {
        Self { people: people.into(), ..Self::default() }
    }

    /// Adds the people of one group.
    #[must_use]
    pub fn group(mut self, name: impl Into<String>, people: impl Into<Vec<f64>>) -> Self {
        self.groups.push(Group { name: name.into(), people: people.into() });
        self
    }

    /// The households at each demand point.
    #[must_use]
    pub fn households(mut self, households: impl Into<Vec<f64>>) -> Self {
        self.households = Some(households.into());
        self
    }

    /// The names of the districts, and the position in them of each demand point's.
    #[must_use]
    pub fn districts<T: Into<String>>(mut self, names: impl IntoIterator<Item = T>, of: impl Into<Vec<u32>>) -> Self {
        self.districts = Areas { names: names.into_iter().map(Into::into).collect(), of: of.into() };
        self
    }

    /// The names of the communities, and the position in them of each demand point's.
    #[must_use]
    pub fn communities<T: Into<String>>(mut self, names: impl IntoIterator<Item = T>, of: impl Into<Vec<u32>>) -> Self {
        self.communities = Areas { names: names.into_iter().map(Into::into).collect(), of: of.into() };
        self
    }

    /// Town or country at each demand point.
    #[must_use]
    pub fn settings(mut self, settings: impl Into<Vec<Setting>>) -> Self {
        self.settings = Some(settings.into());
        self
    }

    /// How much the need of a service counts at each demand point, by a survey of the residents. Plans weigh by it; the
    /// audit counts people.
    ///
    /// ```
    /// use siting::service::Demand;
    /// let demand = Demand::new([100.0, 80.0]).survey("childcare", [1.0, 0.4]);
    /// assert_eq!(demand.surveyed("childcare", 1), 0.4);
    /// assert_eq!(demand.surveyed("canteen", 1), 1.0);
    /// ```
    #[must_use]
    pub fn survey(mut self, service: impl Into<String>, weights: impl Into<Vec<f64>>) -> Self {
        self.surveys.push(Survey { service: service.into(), weights: weights.into() });
        self
    }

    /// ω_is: how much the need of a service counts at a demand point.
    #[must_use]
    pub fn surveyed(&self, service: &str, demand: usize) -> f64 {
        let survey = self.surveys.iter().find(|survey| survey.service == service);
        survey.and_then(|survey| survey.weights.get(demand)).copied().unwrap_or(1.0)
    }

    /// The number of demand points.
    #[must_use]
    pub fn len(&self) -> usize {
        self.people.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
    }

    /// The people of a group at each demand point; all people for [`Demand::PEOPLE`].
    #[must_use]
    pub fn people_of(&self, group: &str) -> Option<&[f64]> {
        if group == Self::PEOPLE {
            return Some(&self.people);
        }
        self.groups.iter().find(|own| own.name == group).map(|own| own.people.as_slice())
    }

    /// The setting of a demand point.
    #[must_use]
    pub fn setting(&self, demand: usize) -> Setting {
        self.settings.as_ref().and_then(|settings| settings.get(demand)).copied().unwrap_or_default()
    }

    /// Names of all groups, that of all people first.
    pub(super) fn group_names(&self) -> Vec<String> {
        std::iter::once(Self::PEOPLE.to_owned()).chain(self.groups.iter().map(|group| group.name.clone())).collect()
    }

    /// Checks lengths, numbers and names.
    ///
    /// # Errors
    ///
    /// [`Error::Empty`], [`Error::WrongLength`], [`Error::NotANumber`], [`Error::OutOfRange`], [`Error::InvalidField`] for
    /// a group, also one of more than the people there, [`Error::Duplicate`] and [`Error::IndexOutOfBounds`] for districts and communities.
    pub fn validate(&self) -> Result<(), Error> {
        if self.is_empty() {
            return Err(Error::Empty { argument: "people", reason: "at least one demand point is needed" });
        }
        check_non_negative("people", &self.people)?;
        for (index, group) in self.groups.iter().enumerate() {
            let entry = super::field::Entry::new("groups", index);
            entry.named("name", &group.name)?;
            let taken = group.name == Self::PEOPLE || self.groups.iter().take(index).any(|own| own.name == group.name);
            if taken {
                let reason = "this name is taken: give each group its own, and all people as \"people\"";
                return Err(entry.wrong("name", format!("{:?}", group.name), reason));
            }
            if group.people.len() != self.len() {
                let reason = format!("{} are expected, one per demand point ({:?})", self.len(), group.name);
                return Err(entry.wrong("people", format!("{} numbers", group.people.len()), reason));
            }
            for (at, &people) in group.people.iter().enumerate() {
                let field = || format!("people[{at}] ({:?})", group.name);
                entry.non_negative(&field(), people)?;
                // Shares of people may leave the rounding of sums.
                if let Some(&all) = self.people.get(at).filter(|&&all| people > all * (1.0 + 1e-9)) {
                    let reason = format!("a group is part of the people there, who are {}", plain(all));
                    return Err(entry.wrong(field(), people, reason));
                }
            }
        }
        for (index, survey) in self.surveys.iter().enumerate() {
            let entry = super::field::Entry::new("surveys", index);
            if self.surveys.iter().take(index).any(|other| other.service == survey.service) {
                let reason = "this service has a survey already: give one for each service";
                return Err(entry.wrong("service", format!("{:?}", survey.service), reason));
            }
            if survey.weights.len() != self.len() {
                let reason = format!("{} are expected, one per demand point ({:?})", self.len(), survey.service);
                return Err(entry.wrong("weights", format!("{} numbers", survey.weights.len()), reason));
            }
            for (at, &weight) in survey.weights.iter().enumerate() {
                entry.non_negative(&format!("weights[{at}] ({:?})", survey.service), weight)?;
            }
        }
        if let Some(households) = &self.households {
            check_length("households", households.len(), self.len(), "one per demand point")?;
            check_non_negative("households", households)?;
        }
        if let Some(settings) = &self.settings {
            check_length("settings", settings.len(), self.len(), "one per demand point")?;
        }
        self.districts.check("districts", self.len())?;
        self.communities.check("communities", self.len())
    }
}
