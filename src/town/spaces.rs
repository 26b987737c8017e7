//! The candidates: idle buildings and corners.

use super::dice::{Dice, Stream, apportion, whole};
use super::figures::{KINDS, SPACES_PER_COMMUNITY};
use super::layout::{Block, Layout};
use super::{Space, SpaceKind, Tenure};

pub(super) fn draw(layout: &Layout, seed: u64) -> Vec<Space> {
    let mut dice = Dice::new(seed, Stream::Spaces);
    let total = whole(layout.blocks.len() as f64 * SPACES_PER_COMMUNITY);
    let shares: Vec<f64> = layout.blocks.iter().map(|_| dice.between(0.3, 1.7)).collect();
    let mut spaces = Vec::with_capacity(total as usize);
    for (c, (block, count)) in (0_u32..).zip(layout.blocks.iter().zip(apportion(total, &shares))) {
        for _ in 0..count {
            spaces.push(space(layout, c, block, &mut dice));
        }
    }
    spaces
}

fn space(layout: &Layout, community: u32, block: &Block, dice: &mut Dice) -> Space {
    let frequencies = KINDS.map(|kind| kind.frequency.0 + block.outward * (kind.frequency.1 - kind.frequency.0));
    let figures = &KINDS[dice.pick(&frequencies).min(KINDS.len() - 1)];
    let (least, usual, most) = figures.area;
    let area = dice.triangular(least, usual, most).round();
    let tenures = [Tenure::Owned, Tenure::Rented, Tenure::Allotted, Tenure::Exchanged];
    let tenure = tenures[dice.pick(&figures.tenure).min(tenures.len() - 1)];
    // Rents fall to half towards the edge.
    let rent = area * figures.rent * (1.0 - 0.5 * block.outward) * dice.between(0.8, 1.2);
    let conversion = area * dice.between(figures.conversion.0, figures.conversion.1);
    Space {
        kind: figures.kind,
        community,
        district: block.district,
        at: layout.dry_place(block, || position(figures.kind, dice)),
        area,
        tenure,
        rent: if tenure == Tenure::Rented { hundreds(rent) } else { 0.0 },
        conversion_cost: hundreds(conversion),
    }
}

/// Where in a block a kind of space lies, in sides from the centre.
fn position(kind: SpaceKind, dice: &mut Dice) -> [f64; 2] {
    let (along, side) = (dice.between(-0.5, 0.5), if dice.chance(0.5) { 1.0 } else { -1.0 });
    let across = match kind {
        SpaceKind::StreetFrontPropertyRoom => 0.52 * side,
        SpaceKind::IdleFactory | SpaceKind::Warehouse => dice.between(0.4, 0.6) * side,
        _ => dice.between(-0.48, 0.48),
    };
    if dice.chance(0.5) { [along, across] } else { [across, along] }
}

fn hundreds(yuan: f64) -> f64 {
    (yuan / 100.0).round() * 100.0
}
