//! The names of demand points and sites.

use std::fmt;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// The name of one demand point or site.
///
/// The example of [`Ids`] shows both.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Id {
    /// A whole number.
    Int(i64),
    /// A text.
    Text(String),
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(value) => write!(f, "{value}"),
            Self::Text(value) => write!(f, "{value}"),
        }
    }
}

/// The names of all demand points, or of all sites, in the order of the input.
///
/// # Example
///
/// ```
/// use siting::{Id, Ids};
///
/// let ids = Ids::from_texts(["mill", "school"])?;
/// assert_eq!(ids.get(1), Some(Id::Text("school".into())));
/// assert_eq!(Ids::range(3).get(2), Some(Id::Int(2)));
/// # Ok::<(), siting::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub enum Ids {
    /// 0, 1, 2, ... up to a count.
    Range(usize),
    /// Distinct whole numbers.
    Int(Vec<i64>),
    /// Distinct texts.
    Text(Vec<String>),
}

impl Ids {
    /// The names 0 to `n` - 1.
    #[must_use]
    pub fn range(n: usize) -> Self {
        Self::Range(n)
    }

    /// Names that are whole numbers.
    ///
    /// # Errors
    ///
    /// [`Error::Duplicate`] when a number occurs twice.
    pub fn from_ints(ids: impl IntoIterator<Item = i64>) -> Result<Self, Error> {
        let ids: Vec<i64> = ids.into_iter().collect();
        distinct(ids.iter())?;
        Ok(Self::Int(ids))
    }

    /// Names that are texts.
    ///
    /// # Errors
    ///
    /// [`Error::Duplicate`] when a text occurs twice.
    pub fn from_texts<T: Into<String>>(ids: impl IntoIterator<Item = T>) -> Result<Self, Error> {
        let ids: Vec<String> = ids.into_iter().map(Into::into).collect();
        distinct(ids.iter())?;
        Ok(Self::Text(ids))
    }

    /// How many names there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Range(n) => *n,
            Self::Int(ids) => ids.len(),
            Self::Text(ids) => ids.len(),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The name at a position.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<Id> {
        match self {
            Self::Range(n) if index < *n => i64::try_from(index).ok().map(Id::Int),
            Self::Range(_) => None,
            Self::Int(ids) => ids.get(index).copied().map(Id::Int),
            Self::Text(ids) => ids.get(index).cloned().map(Id::Text),
        }
    }

    /// The names of the first of some positions, for messages.
    pub(crate) fn sample(&self, indices: &[u32], at_most: usize) -> Vec<Id> {
        indices.iter().take(at_most).filter_map(|&i| self.get(i as usize)).collect()
    }

    /// Names of these followed by names of those, for stacked matrices.
    pub(crate) fn concat(&self, other: &Self) -> Result<Self, Error> {
        match (self, other) {
            (Self::Range(a), Self::Range(b)) => Ok(Self::Range(a + b)),
            (Self::Int(a), Self::Int(b)) => Self::from_ints(a.iter().chain(b).copied()),
            _ => Self::from_texts(self.iter().chain(other.iter()).map(|id| id.to_string())),
        }
    }

    /// All names in order.
    pub fn iter(&self) -> impl Iterator<Item = Id> + '_ {
        (0..self.len()).filter_map(|i| self.get(i))
    }
}

/// Names as they were written; reading checks that they are distinct.
#[derive(Deserialize)]
#[serde(rename = "Ids")]
enum Unchecked {
    Range(usize),
    Int(Vec<i64>),
    Text(Vec<String>),
}

impl TryFrom<Unchecked> for Ids {
    type Error = Error;

    fn try_from(names: Unchecked) -> Result<Self, Error> {
        match names {
            Unchecked::Range(n) => Ok(Self::Range(n)),
            Unchecked::Int(ids) => Self::from_ints(ids),
            Unchecked::Text(ids) => Self::from_texts(ids),
        }
    }
}

fn distinct<T: std::hash::Hash + Eq + fmt::Display>(ids: impl Iterator<Item = T>) -> Result<(), Error> {
    let mut seen = FxHashMap::default();
    for (second, id) in ids.enumerate() {
        if let Some(first) = seen.get(&id) {
            return Err(Error::Duplicate { argument: "ids", value: id.to_string(), first: *first, second });
        }
        seen.insert(id, second);
    }
    Ok(())
}
