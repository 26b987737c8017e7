//! Time slots: parts of the day that a room can be used for one service each.

use serde::{Deserialize, Serialize};

use super::field::Entry;
use crate::error::Error;

/// Slots of a day at most: fit-outs keep theirs in the bits of a word.
const MOST: usize = 64;

/// A part of the day, such as "morning" from 8 to 12 o'clock.
///
/// A room that is free in several slots can host another service in each. Slots must not overlap.
///
/// # Example
///
/// ```
/// use siting::service::Slot;
/// let afternoon = Slot::new("afternoon", 15.5, 18.0);
/// assert_eq!(afternoon.hours(), 2.5);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Slot {
    /// Its name, to which services and spaces refer.
    pub name: String,
    /// When it begins, in hours after midnight, 0 to 24.
    pub from: f64,
    /// When it ends, in hours after midnight, later than it begins.
    pub to: f64,
}

impl Slot {
    /// A slot between two hours of the day.
    #[must_use]
    pub fn new(name: impl Into<String>, from: f64, to: f64) -> Self {
        Self { name: name.into(), from, to }
    }

    /// Its length in hours.
    #[must_use]
    pub fn hours(&self) -> f64 {
        self.to - self.from
    }

    /// Checks the slots of a day together.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidValue`] for more than 64 slots; [`Error::InvalidField`] for an empty or repeated name, hours outside 0 to 24, an end before the beginning, and slots
    /// that overlap.
    ///
    /// ```
    /// use siting::service::Slot;
    /// let day = [Slot::new("morning", 8.0, 12.0), Slot::new("noon", 11.0, 14.0)];
    /// assert!(Slot::validate(&day).unwrap_err().to_string().contains("\"morning\" lasts until 12"));
    /// ```
    pub fn validate(slots: &[Self]) -> Result<(), Error> {
        if slots.len() > MOST {
            let reason = format!("a day has {MOST} slots at most: give fewer, longer ones");
            return Err(Error::InvalidValue { argument: "slots", value: format!("{} slots", slots.len()), reason });
        }
        for (index, slot) in slots.iter().enumerate() {
            let entry = Entry::new("slots", index);
            entry.named("name", &slot.name)?;
            for (field, hour) in [("from", slot.from), ("to", slot.to)] {
                if !(0.0..=24.0).contains(&hour) {
                    return Err(entry.wrong(field, hour, "an hour of the day from 0 to 24 is expected"));
                }
            }
            if slot.to <= slot.from {
                return Err(entry.wrong("to", slot.to, format!("it must be later than its beginning, {}", slot.from)));
            }
            for (first, other) in slots.iter().take(index).enumerate() {
                if other.name == slot.name {
                    return Err(entry.wrong(
                        "name",
                        format!("{:?}", slot.name),
                        format!("it is given already at {first}"),
                    ));
                }
                if slot.from < other.to && other.from < slot.to {
                    let reason = format!("slots must not overlap, and {:?} lasts until {}", other.name, other.to);
                    return Err(entry.wrong("from", slot.from, reason));
                }
            }
        }
        Ok(())
    }
}
