//! The p-median instances of the OR-Library: graphs whose shortest paths are the costs.

use ndarray::Array2;

use super::{parsed, wrong};
use crate::error::Error;

/// A p-median on a graph: every vertex is a demand point of weight 1 and a site.
///
/// # Example
///
/// ```
/// use siting::{PMedian, SolveOptions, TravelMatrix, io};
/// let instance = io::or_library_p_median("3 2 1\n1 2 5\n2 3 4\n", "tiny.txt")?;
/// let model = PMedian::new(TravelMatrix::from_dense(instance.costs.view())?, [1.0; 3]).p(instance.p);
/// assert_eq!(model.solve(&SolveOptions::default())?.objective, 9.0);
/// # Ok::<(), siting::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct GraphMedian {
    /// Shortest paths between all vertices; infinite where there is none.
    pub costs: Array2<f64>,
    /// How many sites to open.
    pub p: usize,
}

/// Reads a file of the series pmed1 to pmed40: a line with the numbers of vertices and edges and p, then a line for each
/// edge with its two ends (from 1) and its length. Where an edge is given twice the last one holds, as Beasley (1990)
/// says.
///
/// # Errors
///
/// [`Error::File`] with the line: numbers that are none or negative, vertices that do not exist, missing edges.
///
/// ```
/// let instance = siting::io::or_library_p_median("3 3 1\n1 2 9\n2 3 4\n1 2 5\n", "tiny.txt")?;
/// assert_eq!((instance.costs[[0, 2]], instance.p), (9.0, 1));
/// # Ok::<(), siting::Error>(())
/// ```
pub fn or_library_p_median(text: &str, name: &str) -> Result<GraphMedian, Error> {
    let mut lines = (1..).zip(text.lines()).filter(|(_, content)| !content.trim().is_empty());
    let (line, head) = lines.next().ok_or_else(|| wrong(name, 1, "the file is empty"))?;
    let mut head = head.split_whitespace();
    let mut next = |what: &str| parsed::<usize>(name, line, what, head.next());
    let (n, edges, p) = (next("the number of vertices")?, next("the number of edges")?, next("p")?);
    if n > 20_000 {
        return Err(wrong(name, line, format_args!("{n} vertices are more than this reader takes (20,000)")));
    }
    let mut costs = Array2::from_elem((n, n), f64::INFINITY);
    let mut found = 0_usize;
    for (line, content) in lines {
        let mut words = content.split_whitespace();
        let mut vertex = || {
            let number = parsed::<usize>(name, line, "a vertex", words.next())?;
            match number.checked_sub(1).filter(|&at| at < n) {
                Some(at) => Ok(at),
                None => Err(wrong(name, line, format_args!("vertex {number} does not exist: they are 1 to {n}"))),
            }
        };
        let (a, b) = (vertex()?, vertex()?);
        let length: f64 = parsed(name, line, "the length", words.next())?;
        if !(length.is_finite() && length >= 0.0) {
            return Err(wrong(name, line, format_args!("the length is {length}; 0 or more is expected")));
        }
        costs[[a, b]] = length;
        costs[[b, a]] = length;
        found += 1;
    }
    if found != edges {
        return Err(Error::File {
            path: name.into(),
            reason: format!("it holds {found} edges where the first line says {edges}; the file may be cut off"),
        });
    }
    for v in 0..n {
        costs[[v, v]] = 0.0;
    }
    shortest_paths(&mut costs);
    Ok(GraphMedian { costs, p })
}

/// Floyd (1962) and Warshall (1962).
fn shortest_paths(costs: &mut Array2<f64>) {
    let n = costs.nrows();
    for via in 0..n {
        let from_via = costs.row(via).to_owned();
        for mut row in costs.rows_mut() {
            let to_via = row[via];
            if to_via < f64::INFINITY {
                for (cost, onward) in row.iter_mut().zip(&from_via) {
                    *cost = cost.min(to_via + onward);
                }
            }
        }
    }
}
