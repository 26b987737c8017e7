//! Demand points that nothing tells apart become one: an exact reduction for covering with shares.
//!
//! Where walking costs nothing and demand may split, only the set of sites in reach and the weight per unit of demand
//! matter. Points that agree in both are served as one *cell*, and any share of a cell is that share of each member.

use rustc_hash::FxHashMap;

use super::problem::{Pair, Serve, Serving};

/// The problem over cells, and the cell of each demand point; `None` where no two points can be merged.
pub(crate) fn merged(serve: &Serve) -> Option<(Serve, Vec<u32>)> {
    let free_walks = serve.serving != Serving::All || serve.pairs.iter().all(|pair| pair.cost == 0.0);
    if serve.single || serve.closest || !free_walks {
        return None;
    }
    let mut known: FxHashMap<(u64, Vec<u32>), u32> = FxHashMap::default();
    let mut members: Vec<Vec<usize>> = Vec::new();
    let mut cell_of = Vec::with_capacity(serve.n_demand());
    for i in 0..serve.n_demand() {
        let sites = serve.pairs_of(i).iter().map(|pair| pair.site).collect();
        let next = u32::try_from(members.len()).ok()?;
        let cell = *known.entry((kind(serve, i), sites)).or_insert(next);
        if cell == next {
            members.push(Vec::new());
        }
        members[cell as usize].push(i);
        cell_of.push(cell);
    }
    if members.len() == serve.n_demand() {
        return None;
    }
    let sum = |values: &[f64], members: &[usize]| members.iter().map(|&i| values[i]).sum::<f64>();
    let demand = members.iter().map(|members| sum(&serve.demand, members)).collect();
    let weight: Vec<f64> = members.iter().map(|members| sum(&serve.weight, members)).collect();
    let pairs = members.iter().zip(&weight).map(|(members, weight)| {
        let cost = if serve.serving == Serving::Most { -weight } else { 0.0 };
        let pairs = members.first().map_or(&[][..], |&i| serve.pairs_of(i));
        pairs.iter().map(|pair| Pair { cost, walk: 0.0, ..*pair }).collect::<Vec<_>>()
    });
    let pairs: Vec<_> = pairs.collect();
    Some((serve.with_demand(demand, weight, pairs), cell_of))
}

/// What must agree besides the sites: the weight per unit of demand, where weight counts at all.
fn kind(serve: &Serve, i: usize) -> u64 {
    let (demand, weight) = (serve.demand[i], serve.weight[i]);
    match serve.serving {
        _ if demand == 0.0 => u64::MAX,
        Serving::All => 0,
        Serving::Most | Serving::Weight(_) => (weight / demand).to_bits(),
    }
}

/// The shares of the demand points from those of their cells.
pub(crate) fn spread(cell_of: &[u32], shares: &[Vec<(u32, f64)>]) -> Vec<Vec<(u32, f64)>> {
    cell_of.iter().map(|&cell| shares[cell as usize].clone()).collect()
}
