//! Each demand point: its walk to the nearest facility, and its accessibility.

use serde::{Deserialize, Serialize};

use super::catchment::{Catchment, share_of};
use crate::error::Error;
use crate::service::field::Entry;
use crate::service::{Programme, Service};

/// What one service is to each demand point, as columns in the order of the demand.
///
/// A part of [`Audit`](super::Audit), whose example shows it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct PointAudit {
    /// d_i: people in need.
    pub need: Vec<f64>,
    /// c_i: the walk to the nearest facility, in the unit of the travel matrix; `None` where the matrix has no pair.
    pub walk: Vec<Option<f64>>,
    /// Position of the nearest facility in [`Programme::facilities`].
    pub nearest: Vec<Option<u32>>,
    /// L_i: the limit that holds for the point.
    pub limit: Vec<f64>,
    /// Whether the walk is within the limit.
    pub in_reach: Vec<bool>,
    /// A_i: places per person in need; `None` when the places of a facility of the service are unknown.
    pub accessibility: Option<Vec<f64>>,
}

/// A demand point that a service serves badly.
///
/// A part of [`Audit`](super::Audit), whose example shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WorstServed {
    /// Position of the demand point.
    pub demand: u32,
    /// People in need there.
    pub need: f64,
    /// The walk to the nearest facility; `None` where the travel matrix has no pair.
    pub walk: Option<f64>,
}

/// Measures one service at every demand point.
pub(super) fn measure(
    programme: &Programme,
    service: &Service,
    need: Vec<f64>,
    catchment: &Catchment,
) -> Result<PointAudit, Error> {
    let n = programme.demand.len();
    let limit: Vec<f64> = (0..n).map(|i| service.limit.of(programme.demand.setting(i))).collect();
    let mut nearest: Vec<Option<(f64, u32)>> = vec![None; n];
    let mut accessibility = Some(vec![0.0; n]);
    for (index, facility) in programme.facilities.iter().enumerate() {
        let (true, Some(travel), Ok(j)) = (facility.service == service.name, &programme.travel, u32::try_from(index))
        else {
            continue;
        };
        // Of those who reach the facility: who, and with which weight.
        let mut reach = Vec::new();
        for (i, cost) in travel.column(index).iter() {
            let i = i as usize;
            let (Some(best), Some(&limit)) = (nearest.get_mut(i), limit.get(i)) else { continue };
            if best.is_none_or(|(least, _)| cost < least) {
                *best = Some((cost, j));
            }
            if cost <= limit {
                reach.push((i, catchment.weight(share_of(cost, limit))));
            }
        }
        let Some(places) = facility.places else {
            accessibility = None;
            continue;
        };
        let Some(accessibility) = &mut accessibility else { continue };
        let in_need: f64 = reach.iter().map(|&(i, weight)| need.get(i).copied().unwrap_or(0.0) * weight).sum();
        if in_need <= 0.0 {
            continue;
        }
        let ratio = places / in_need;
        for (i, weight) in reach {
            if let Some(sum) = accessibility.get_mut(i) {
                *sum += ratio * weight;
                if !sum.is_finite() {
                    let reason = format!("too many places for {in_need} people in need: places per person overflow");
                    return Err(Entry::new("facilities", index).wrong("places", places, reason));
                }
            }
        }
    }
    let in_reach =
        nearest.iter().zip(&limit).map(|(best, limit)| best.is_some_and(|(cost, _)| cost <= *limit)).collect();
    Ok(PointAudit {
        need,
        walk: nearest.iter().map(|best| best.map(|(cost, _)| cost)).collect(),
        nearest: nearest.iter().map(|best| best.map(|(_, j)| j)).collect(),
        limit,
        in_reach,
        accessibility,
    })
}

/// The demand points with people in need who walk farthest: those without any pair first, then by walk, then by need.
pub(super) fn worst(points: &PointAudit, count: usize) -> Vec<WorstServed> {
    let mut all: Vec<WorstServed> = (0_u32..)
        .zip(points.need.iter().zip(&points.walk))
        .filter(|(_, (need, _))| **need > 0.0)
        .map(|(demand, (&need, &walk))| WorstServed { demand, need, walk })
        .collect();
    let far = |point: &WorstServed| point.walk.unwrap_or(f64::INFINITY);
    all.sort_by(|a, b| far(b).total_cmp(&far(a)).then(b.need.total_cmp(&a.need)).then(a.demand.cmp(&b.demand)));
    all.truncate(count);
    all
}
