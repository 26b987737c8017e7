//! What models over cells of merged points share.

use super::{Capacity, Reach};
use crate::error::Error;

/// Refuses what distances are needed for where they were not kept.
pub(crate) fn check_merged(is_merged: bool, reach: &Reach, capacity: &Capacity) -> Result<(), Error> {
    let refuse = |argument, reason: &str| {
        Err(Error::Conflict { argument, other: "points", reason: format!("points were merged into cells, {reason}") })
    };
    match is_merged {
        true if *reach != Reach::All => {
            refuse("within", "which know one radius alone; merge them with the radius that is wanted")
        }
        true if !capacity.is_unlimited() => {
            refuse("capacities", "and who goes where is not known; use a travel matrix with capacities")
        }
        _ => Ok(()),
    }
}
