//! The capacitated p-median, each point served by one median: Lorena and Senne's instances with real distances, Osman and
//! Christofides' with distances rounded down.

use std::path::Path;

use ndarray::Array2;
use siting::io::capacitated_p_median;
use siting::{Metric, PMedian, SolveOptions, TravelMatrix};

use crate::table::{Family, Instance, Solved, text};

pub const FAMILY: Family =
    Family { name: "cpmp", lines: &["cpmp,"], more: &[], costs: |_| "euclidean; cpmp01 to cpmp09 rounded down", solve };

fn solve(instance: &Instance, data: &Path, options: &SolveOptions) -> Solved {
    let name = &instance.name;
    let floored = name.starts_with("cpmp");
    let path = data.join("cpmp").join(format!("{name}.{}", if floored { "txt" } else { "dat" }));
    let read = capacitated_p_median(&text(&path)?, name)?;
    let n = read.points.len();
    let costs = Array2::from_shape_fn((n, n), |(i, j)| {
        let distance = Metric::Euclidean.distance(read.points[i], read.points[j]);
        if floored { distance.floor() } else { distance }
    });
    let travel = TravelMatrix::from_dense(costs.view())?;
    let model = PMedian::new(travel, vec![1.0; n]).p(read.p);
    Ok(model.capacities(read.capacities).demands(read.demands).single_source(true).solve(options)?)
}
