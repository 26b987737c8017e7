//! The demand points: where people live, how many and how old.

use super::Home;
use super::dice::{Dice, Stream, apportion, whole};
use super::figures::{
    HOMES_PER_COMMUNITY, PEOPLE_PER_HOUSEHOLD, SHARE_0_3, SHARE_3_6, SHARE_7_12, SHARE_60_PLUS,
    SHARE_80_PLUS_OF_60_PLUS,
};
use super::layout::{Block, Layout};

pub(super) fn draw(layout: &Layout, seed: u64) -> Vec<Home> {
    let mut dice = Dice::new(seed, Stream::Homes);
    let households: Vec<f64> = layout.blocks.iter().map(|block| f64::from(block.households)).collect();
    let total = whole(households.len() as f64 * HOMES_PER_COMMUNITY);
    let ageing = ageing(layout, &mut dice);
    let mut homes = Vec::with_capacity(total as usize);
    for (c, ((block, count), older)) in
        (0_u32..).zip(layout.blocks.iter().zip(apportion(total, &households)).zip(ageing))
    {
        let points = points(layout, block, count as usize, &mut dice);
        let shares: Vec<f64> = points.iter().map(|_| dice.between(0.5, 1.5)).collect();
        for (at, households) in points.into_iter().zip(apportion(block.households, &shares)) {
            homes.push(people(
                Home { community: c, district: block.district, at, households, ..EMPTY },
                older,
                &mut dice,
            ));
        }
    }
    homes
}

const EMPTY: Home = Home {
    community: 0,
    district: 0,
    at: [0.0, 0.0],
    households: 0,
    people: 0,
    age_0_3: 0,
    age_3_6: 0,
    age_7_12: 0,
    age_13_59: 0,
    age_60_plus: 0,
    age_80_plus: 0,
};

/// By how much the share of people over sixty differs from the town's, per community: old centres, young edges. The mean
/// over all households is zero.
fn ageing(layout: &Layout, dice: &mut Dice) -> Vec<f64> {
    let raw: Vec<f64> = layout.blocks.iter().map(|block| -0.12 * block.outward + dice.between(-0.05, 0.05)).collect();
    let households: f64 = layout.blocks.iter().map(|block| f64::from(block.households)).sum();
    let sum: f64 = layout.blocks.iter().zip(&raw).map(|(block, older)| f64::from(block.households) * older).sum();
    raw.into_iter().map(|older| older - sum / households).collect()
}

/// Distinct points of a block: meshes of a finer grid, each with its point a little off the middle.
fn points(layout: &Layout, block: &Block, count: usize, dice: &mut Dice) -> Vec<[f64; 2]> {
    let mut side = whole((1.5 * count as f64).sqrt().ceil()).max(1);
    let mut meshes = dry_meshes(layout, block, side);
    // Where the river takes much of the block, the rest is built more densely.
    while meshes.len() < count && side < 1_000 {
        side += 1;
        meshes = dry_meshes(layout, block, side);
    }
    dice.choose(&mut meshes, count);
    meshes.truncate(count);
    let jitter = 0.3 / f64::from(side);
    let mut points = Vec::with_capacity(count);
    for [u, v] in meshes {
        let moved = [u + dice.between(-jitter, jitter), v + dice.between(-jitter, jitter)];
        points.push(layout.place(block, if layout.is_wet(block, moved) { [u, v] } else { moved }));
    }
    points
}

/// Middles of the meshes of a block that are not in the river, in sides from its centre.
fn dry_meshes(layout: &Layout, block: &Block, side: u32) -> Vec<[f64; 2]> {
    let middle = |k: u32| (f64::from(k) + 0.5) / f64::from(side) - 0.5;
    let all = (0..side).flat_map(|i| (0..side).map(move |j| [middle(i), middle(j)]));
    all.filter(|&mesh| !layout.is_wet(block, mesh)).collect()
}

/// Fills a home with people of all ages; `older` is added to the share of those over sixty.
fn people(mut home: Home, older: f64, dice: &mut Dice) -> Home {
    let households = f64::from(home.households);
    let drawn = whole(households * PEOPLE_PER_HOUSEHOLD + households.sqrt() * dice.bell());
    home.people = drawn.max(home.households);
    let mut rest = home.people;
    // Children are where the old are not.
    let young = 1.0 - 3.0 * older;
    let mut group = |share: f64, dice: &mut Dice| {
        let expected = f64::from(home.people) * share * dice.between(0.85, 1.15);
        // Rounding up or down by chance keeps the mean.
        let count = whole((expected + dice.unit()).floor()).min(rest);
        rest -= count;
        count
    };
    home.age_60_plus = group(SHARE_60_PLUS + older, dice);
    home.age_0_3 = group(SHARE_0_3 * young, dice);
    home.age_3_6 = group(SHARE_3_6 * young, dice);
    home.age_7_12 = group(SHARE_7_12 * young, dice);
    home.age_13_59 = rest;
    let old = f64::from(home.age_60_plus) * SHARE_80_PLUS_OF_60_PLUS * dice.between(0.7, 1.3);
    home.age_80_plus = whole((old + dice.unit()).floor()).min(home.age_60_plus);
    home
}
