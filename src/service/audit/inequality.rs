//! How unequally something is spread among people: Gini, Theil, Palma; and the walk of the worst-off tenth.

use serde::{Deserialize, Serialize};

/// Inequality of accessibility among people in need, from 0 (all alike).
///
/// With people w_i, accessibility x_i, W = Σ w_i and mean μ = Σ w_i x_i / W; the Lorenz curve L joins, in ascending order of
/// x, the shares of people and of accessibility by straight lines:
///
/// * Gini = 1 - 2 ∫ L (Gini 1912);
/// * Theil = Σ (w_i / W) (x_i / μ) ln(x_i / μ), 0 for x_i = 0 (Theil 1967);
/// * Palma = (1 - L(0.9)) / L(0.4): what the best-off tenth have, in multiples of what the worst-off four tenths have
///   together (Cobham and Sumner 2013, after Palma 2011).
///
/// A part of [`Audit`](super::Audit), whose example shows it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Inequality {
    /// Gini coefficient, 0 to 1.
    pub gini: f64,
    /// Theil index, 0 or more.
    pub theil: f64,
    /// Palma ratio, 0.25 when all are alike; `None` when the worst-off four tenths have nothing.
    pub palma: Option<f64>,
}

/// Inequality of values among people; `None` without people or when nobody has anything.
pub(super) fn inequality(people_and_value: impl Iterator<Item = (f64, f64)>) -> Option<Inequality> {
    let mut entries: Vec<(f64, f64)> = people_and_value.filter(|(people, _)| *people > 0.0).collect();
    entries.sort_by(|a, b| a.1.total_cmp(&b.1));
    let people: f64 = entries.iter().map(|(people, _)| people).sum();
    let total: f64 = entries.iter().map(|(people, value)| people * value).sum();
    if people <= 0.0 || total <= 0.0 {
        return None;
    }
    let mean = total / people;
    let (mut below, mut lorenz) = (0.0, 0.0);
    let (mut area, mut theil) = (0.0, 0.0);
    let (mut lowest_40, mut lowest_90) = (0.0, 0.0);
    for (weight, value) in entries {
        let (share, part) = (weight / people, weight * value / total);
        // How much of this step lies below a share of the people.
        let upto = |quantile: f64| ((quantile - below) / share).clamp(0.0, 1.0) * part;
        lowest_40 += upto(0.4);
        lowest_90 += upto(0.9);
        area += share * (lorenz + part / 2.0);
        if part > 0.0 {
            theil += part * (value.ln() - mean.ln());
        }
        below += share;
        lorenz += part;
    }
    Some(Inequality {
        // Rounding may leave an equal spread a hair below 0.
        gini: (1.0 - 2.0 * area).clamp(0.0, 1.0),
        theil: theil.max(0.0),
        palma: (lowest_40 > 0.0).then(|| (1.0 - lowest_90).max(0.0) / lowest_40),
    })
}

/// The mean walk of the tenth of people who walk farthest; `None` without people, or when one of them has no walk.
pub(super) fn worst_decile(people_and_walk: impl Iterator<Item = (f64, Option<f64>)>) -> Option<f64> {
    let mut entries: Vec<(f64, Option<f64>)> = people_and_walk.filter(|(people, _)| *people > 0.0).collect();
    let far = |walk: Option<f64>| walk.unwrap_or(f64::INFINITY);
    entries.sort_by(|a, b| far(b.1).total_cmp(&far(a.1)));
    let tenth = entries.iter().map(|(people, _)| people).sum::<f64>() / 10.0;
    let (mut taken, mut mean) = (0.0, 0.0);
    for (people, walk) in entries {
        let part = people.min(tenth - taken);
        if part <= 0.0 {
            break;
        }
        mean += walk? * (part / tenth);
        taken += part;
    }
    (taken > 0.0).then_some(mean)
}

#[cfg(test)]
mod tests {
    use super::{inequality, worst_decile};

    fn of(entries: &[(f64, f64)]) -> super::Inequality {
        inequality(entries.iter().copied()).unwrap()
    }

    #[test]
    fn an_equal_spread_has_no_inequality() {
        let equal = of(&[(3.0, 2.0), (7.0, 2.0)]);
        assert!(equal.gini.abs() < 1e-12 && equal.theil.abs() < 1e-12);
        assert!((equal.palma.unwrap() - 0.25).abs() < 1e-12);
    }

    #[test]
    fn one_of_four_who_has_all_makes_three_quarters() {
        let unequal = of(&[(1.0, 0.0), (1.0, 0.0), (1.0, 0.0), (1.0, 8.0)]);
        assert!((unequal.gini - 0.75).abs() < 1e-12);
        assert!((unequal.theil - 4.0_f64.ln()).abs() < 1e-12);
        assert_eq!(unequal.palma, None);
    }

    #[test]
    fn two_halves_with_one_and_three_are_computed_by_hand() {
        // L(0.5) = 1/4: Gini 1 - 2 (1/16 + 5/16) = 1/4; L(0.4) = 0.2, 1 - L(0.9) = 0.15.
        let halves = of(&[(5.0, 3.0), (5.0, 1.0)]);
        assert!((halves.gini - 0.25).abs() < 1e-12);
        assert!((halves.theil - (0.75 * 1.5_f64.ln() + 0.25 * 0.5_f64.ln())).abs() < 1e-12);
        assert!((halves.palma.unwrap() - 0.75).abs() < 1e-12);
    }

    #[test]
    fn weights_are_worth_as_many_people() {
        let (merged, apart) = (of(&[(2.0, 1.0), (1.0, 4.0)]), of(&[(1.0, 1.0), (1.0, 4.0), (1.0, 1.0)]));
        assert!((merged.gini - apart.gini).abs() < 1e-12);
        assert!((merged.theil - apart.theil).abs() < 1e-12);
    }

    #[test]
    fn nobody_or_nothing_has_no_inequality_to_speak_of() {
        assert_eq!(inequality([].into_iter()), None);
        assert_eq!(inequality([(4.0, 0.0)].into_iter()), None);
    }

    #[test]
    fn the_worst_tenth_is_cut_out_of_the_farthest() {
        // Of 20 people the two who walk farthest: one 900, one of the three at 600.
        let walks = [(16.0, Some(100.0)), (3.0, Some(600.0)), (1.0, Some(900.0))];
        assert!((worst_decile(walks.into_iter()).unwrap() - 750.0).abs() < 1e-9);
        assert_eq!(worst_decile([(9.0, Some(1.0)), (0.5, None)].into_iter()), None);
        assert_eq!(worst_decile([].into_iter()), None);
    }
}
