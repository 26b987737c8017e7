//! The way to good prices: deflected subgradients.

use super::relaxation::Relaxation;
use crate::solve::PRECISION;

/// How long and how far to climb.
#[derive(Debug, Clone, Copy)]
pub(super) struct Climb {
    /// Most evaluations.
    pub steps: usize,
    /// The first step, as a share of the way to the target.
    pub pace: f64,
    /// The step shrinks after so many evaluations without a better bound.
    pub patience: usize,
    /// The climb ends where the step has shrunk to this.
    pub least: f64,
}

/// Climbs from some prices towards a bound of `target` (where none is known, a little above what is reached); `each` hears
/// of every better bound and says whether to stop. The relaxation is left at the best prices, which come back with their
/// bound.
pub(super) fn climb(
    relaxation: &mut Relaxation<'_>,
    from: Vec<f64>,
    target: f64,
    how: Climb,
    mut each: impl FnMut(&Relaxation<'_>, f64) -> bool,
) -> (Vec<f64>, f64) {
    let n = from.len();
    let (mut at, mut best) = (from.clone(), from);
    let mut bound = f64::NEG_INFINITY;
    let (mut rest, mut direction) = (vec![0.0; n], vec![0.0; n]);
    let (mut pace, mut idle) = (how.pace, 0);
    let mut at_best = false;
    for step in 1..=how.steps {
        let value = relaxation.evaluate(&at);
        relaxation.rest(&mut rest);
        at_best = value > bound;
        let aim = if target.is_finite() { target } else { value.max(bound) + 0.05 * value.abs() + PRECISION };
        if at_best {
            idle = if value > bound + 1e-4 * (aim - value) { 0 } else { idle };
            bound = value;
            best.clone_from(&at);
        }
        let stop = each(relaxation, bound);
        // Where every demand point is packed once, no prices give more.
        let solved = rest.iter().all(|&rest| rest == 0.0);
        if bound >= target || stop || solved || step == how.steps {
            break;
        }
        idle += 1;
        if idle >= how.patience {
            (idle, pace) = (0, 0.5 * pace);
            if pace < how.least {
                break;
            }
            at.clone_from(&best);
            direction.fill(0.0);
            continue;
        }
        let length: f64 = direction.iter().map(|d| d * d).sum();
        let product: f64 = direction.iter().zip(&rest).map(|(d, r)| d * r).sum();
        let turn = if product < 0.0 && length > 0.0 { -1.5 * product / length } else { 0.0 };
        for (direction, rest) in direction.iter_mut().zip(&rest) {
            *direction = rest + turn * *direction;
        }
        let length: f64 = direction.iter().map(|d| d * d).sum();
        if length <= 0.0 {
            break;
        }
        let step = pace * (aim - value).max(0.0) / length;
        for (price, direction) in at.iter_mut().zip(&direction) {
            *price += step * direction;
        }
    }
    if !at_best {
        relaxation.evaluate(&best);
    }
    (best, bound)
}
