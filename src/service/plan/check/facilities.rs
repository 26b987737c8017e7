//! What becomes of facilities of today: only what each allows.

use super::unverified;
use crate::error::Error;
use crate::service::{Change, Programme};

/// A facility is enlarged, moved or closed only where that is allowed.
pub(super) fn check(programme: &Programme, changes: &[Change]) -> Result<(), Error> {
    for (f, (facility, change)) in programme.facilities.iter().zip(changes).enumerate() {
        let (allowed, done, missing) = match change {
            Change::Kept => continue,
            Change::Enlarged => (facility.enlargement.is_some(), "enlarged", "enlargement"),
            Change::Moved { .. } => (facility.moving_cost.is_some(), "moved", "moving cost"),
            Change::Closed => (facility.closing_cost.is_some(), "closed", "closing cost"),
        };
        if !allowed {
            return unverified(format!("facility {f} ({:?}) is {done}, but has no {missing}", facility.service));
        }
    }
    Ok(())
}
