//! The facilities of today, as few as the published survey found.

use super::dice::{Dice, Stream, whole};
use super::figures::{SURVEY, SURVEYED_COMMUNITIES, Survey};
use super::layout::Layout;
use super::{Facility, Home, SurveyedService};

pub(super) fn draw(layout: &Layout, homes: &[Home], seed: u64) -> Vec<Facility> {
    let mut dice = Dice::new(seed, Stream::Facilities);
    let centres: Vec<[f64; 2]> = layout.blocks.iter().map(|block| layout.place(block, [0.0, 0.0])).collect();
    let mut facilities = Vec::new();
    for (service, survey) in SurveyedService::ALL.into_iter().zip(&SURVEY) {
        for serves in served(&centres, survey, &mut dice) {
            let places = whole(dice.between(survey.places.0, survey.places.1));
            facilities.extend(facility(layout, homes, service, serves, places, &mut dice));
        }
    }
    facilities
}

/// The communities that each facility serves, its own first: as many communities as the survey's share says.
fn served(centres: &[[f64; 2]], survey: &Survey, dice: &mut Dice) -> Vec<Vec<u32>> {
    let communities = centres.len() as f64;
    let wanted = whole(communities * survey.share) as usize;
    let count = whole(communities * survey.facilities / SURVEYED_COMMUNITIES).max(1) as usize;
    let mut order: Vec<u32> = (0_u32..).zip(centres).map(|(c, _)| c).collect();
    dice.choose(&mut order, wanted.min(count));
    let (own, others) = order.split_at(wanted.min(count).min(order.len()));
    let mut serves: Vec<Vec<u32>> = own.iter().map(|&c| vec![c]).collect();
    if serves.is_empty() {
        return serves;
    }
    // Fewer facilities than communities served: neighbours share, in turn.
    let mut others = others.to_vec();
    for k in 0..wanted.saturating_sub(count) {
        let facility = k % own.len();
        let here = centres[own[facility] as usize];
        let nearest = (0..others.len()).min_by(|&a, &b| {
            let (a, b) = (squared(here, centres[others[a] as usize]), squared(here, centres[others[b] as usize]));
            a.total_cmp(&b)
        });
        if let Some(at) = nearest {
            serves[facility].push(others.swap_remove(at));
        }
    }
    // More facilities than communities served: some communities have several.
    for _ in wanted..count {
        serves.push(vec![own[dice.below(own.len())]]);
    }
    serves
}

fn facility(
    layout: &Layout,
    homes: &[Home],
    service: SurveyedService,
    serves: Vec<u32>,
    places: u32,
    dice: &mut Dice,
) -> Option<Facility> {
    let community = *serves.first()?;
    let block = layout.blocks.get(community as usize)?;
    let somewhere = layout.dry_place(block, || [dice.between(-0.4, 0.4), dice.between(-0.4, 0.4)]);
    // A shared one stands at the home that is nearest to the neighbours.
    let at = match serves.get(1).and_then(|&other| layout.blocks.get(other as usize)) {
        None => somewhere,
        Some(other) => {
            let there = layout.place(other, [0.0, 0.0]);
            let first = homes.partition_point(|home| home.community < community);
            let own = homes.iter().skip(first).take_while(|home| home.community == community);
            let points = own.map(|home| home.at);
            points.min_by(|&a, &b| squared(there, a).total_cmp(&squared(there, b))).unwrap_or(somewhere)
        }
    };
    Some(Facility { service, community, district: block.district, at, places, serves })
}

fn squared(a: [f64; 2], b: [f64; 2]) -> f64 {
    let (dx, dy) = (a[0] - b[0], a[1] - b[1]);
    dx * dx + dy * dy
}
