//! Reads model files in free MPS, and solves them.

use std::collections::HashMap;
use std::path::Path;

use good_lp::{Expression, ProblemVariables, ResolutionError, Solution, SolverModel, Variable, constraint, variable};

/// Σ ≤ limit.
#[derive(Debug)]
pub struct Row {
    pub name: String,
    /// Column and factor.
    pub entries: Vec<(usize, f64)>,
    pub limit: f64,
}

/// A model as the file says it: columns between 0 and 1, rows Σ ≤ limit, an objective to be minimised.
#[derive(Debug, Default)]
pub struct Mps {
    /// Names and whether the column is 0 or 1.
    pub columns: Vec<(String, bool)>,
    pub rows: Vec<Row>,
    pub costs: Vec<(usize, f64)>,
    pub constant: f64,
}

impl Mps {
    pub fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let (mut section, mut objective) = ("", "");
        let mut model = Self::default();
        let (mut rows, mut columns) = (HashMap::new(), HashMap::new());
        let mut bounds = HashMap::new();
        for line in text.lines().filter(|line| !line.starts_with('*')) {
            let words: Vec<&str> = line.split_whitespace().collect();
            if !line.starts_with(' ') {
                section = words[0];
                continue;
            }
            match (section, &words[..]) {
                ("ROWS", ["N", name]) => objective = *name,
                ("ROWS", ["L", name]) => {
                    assert!(rows.insert(*name, model.rows.len()).is_none(), "two rows {name}");
                    model.rows.push(Row { name: (*name).into(), entries: Vec::new(), limit: 0.0 });
                }
                ("COLUMNS", [_, "'MARKER'", _]) => {}
                ("COLUMNS", [name, pairs @ ..]) => {
                    let column = *columns.entry(*name).or_insert_with(|| {
                        model.columns.push(((*name).into(), false));
                        model.columns.len() - 1
                    });
                    for pair in pairs.chunks(2) {
                        let value: f64 = pair[1].parse().unwrap();
                        match rows.get(pair[0]) {
                            None => {
                                assert_eq!(pair[0], objective);
                                model.costs.push((column, value));
                            }
                            Some(&row) => model.rows[row].entries.push((column, value)),
                        }
                    }
                }
                ("RHS", [_, name, value]) => {
                    let value: f64 = value.parse().unwrap();
                    match rows.get(name) {
                        None => model.constant = -value,
                        Some(&row) => model.rows[row].limit = value,
                    }
                }
                ("BOUNDS", [kind @ ("BV" | "UP"), _, name, rest @ ..]) => {
                    assert!(rest.iter().all(|value| *value == "1"), "{line}");
                    bounds.insert(*name, *kind == "BV");
                }
                _ => panic!("{section}: {line}"),
            }
        }
        for (name, binary) in &mut model.columns {
            *binary = bounds[name.as_str()];
        }
        model
    }

    /// The optimum; `None` when the model is infeasible.
    pub fn optimum(&self) -> Option<f64> {
        let mut variables = ProblemVariables::new();
        let columns: Vec<Variable> = self
            .columns
            .iter()
            .map(|(_, binary)| variables.add(if *binary { variable().binary() } else { variable().clamp(0, 1) }))
            .collect();
        let sum = |entries: &[(usize, f64)]| {
            entries.iter().fold(Expression::default(), |mut sum, &(column, factor)| {
                sum.add_mul(factor, columns[column]);
                sum
            })
        };
        let mut model = variables.minimise(sum(&self.costs)).using(good_lp::solvers::highs::highs);
        model = model.set_option("mip_rel_gap", 0.0).set_option("mip_abs_gap", 0.0);
        for Row { entries, limit, .. } in &self.rows {
            model.add_constraint(constraint!(sum(entries) <= *limit));
        }
        match model.solve() {
            Ok(found) => {
                Some(self.costs.iter().fold(self.constant, |sum, (at, cost)| sum + cost * found.value(columns[*at])))
            }
            Err(ResolutionError::Infeasible) => None,
            Err(other) => panic!("{other}"),
        }
    }
}
