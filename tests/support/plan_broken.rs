//! What the checker says of the plan of the town once it is spoilt.
#![allow(dead_code, reason = "each test file uses its own part")]

use siting::Error;
use siting::service::{Programme, ServicePlan};

use super::plan_town::{plan, town};

/// A change to the programme and to the plan.
pub type Spoil = fn(&mut Programme, &mut ServicePlan);

/// What the checker says of a plan that was spoilt; `None` when it accepts it.
pub fn told(spoils: &[Spoil]) -> Option<String> {
    let (mut programme, mut plan) = (town(), plan());
    for spoil in spoils {
        spoil(&mut programme, &mut plan);
    }
    match programme.check(&plan) {
        Ok(()) => None,
        Err(Error::Unverified(message)) => Some(message),
        Err(other) => panic!("{other:?} is no verdict on the plan"),
    }
}

/// Each change must be told in the words given, and that rule must be the only one broken: once it is loosened, all that is
/// left to tell is that the objective has changed.
pub fn broken(cases: &[(&str, Spoil, &str, Spoil)]) {
    for (name, spoil, expected, loosen) in cases {
        let message = told(&[*spoil]).unwrap_or_else(|| panic!("{name}: accepted"));
        assert!(message.contains(expected), "{name}: {message}\nshould say: {expected}");
        let left = told(&[*spoil, *loosen]);
        assert!(left.as_ref().is_none_or(|left| left.starts_with("the objective is")), "{name}, loosened: {left:?}");
    }
}
