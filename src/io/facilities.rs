//! Facility location: opening costs, costs of serving, and capacities where there are any.

use ndarray::{Array2, ArrayView2};

use super::{parsed, wrong};
use crate::error::Error;

/// Facilities that may open, and what it costs to serve customers from them.
///
/// # Example
///
/// ```
/// use siting::{FixedCharge, SolveOptions, TravelMatrix, io};
/// let instance = io::ufl_lib("FILE: tiny\n2 3 0\n1 10 5 6 7\n2 20 1 2 3\n", "tiny")?;
/// let travel = TravelMatrix::from_dense(instance.costs.view())?;
/// let model = FixedCharge::new(travel, instance.demands, instance.site_costs);
/// assert_eq!(model.solve(&SolveOptions::default())?.objective, 26.0); // the second site: 20 + 6
/// # Ok::<(), siting::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct FacilityLocation {
    /// Cost of serving all that a customer demands from a facility: demand points in rows, sites in columns.
    pub costs: Array2<f64>,
    /// What opening each site costs.
    pub site_costs: Vec<f64>,
    /// What each site can serve at most; infinite where the format knows no capacities.
    pub capacities: Vec<f64>,
    /// What each demand point demands; 1 where the format knows no demands.
    pub demands: Vec<f64>,
}

/// Reads a file of the OR-Library (`cap41` to `cap134`, `capa` to `capc`; Beasley 1988), or of Kratica's series M in the
/// same format: numbers of sites and demand points; capacity and opening cost of each site; demand of each demand point
/// and what serving all of it costs from each site.
///
/// The large files say `capacity` instead of a number: `capacity` is what this word stands for (infinity for the
/// uncapacitated problem).
///
/// # Errors
///
/// [`Error::File`] with the line: numbers that are none, negative or missing, or too many of them.
///
/// ```
/// let text = "2 1\n capacity 7500.\n 50 0.\n 20\n 1.5 2.5\n";
/// let instance = siting::io::or_library_facilities(text, "tiny.txt", 30.0)?;
/// assert_eq!((instance.capacities, instance.demands), (vec![30.0, 50.0], vec![20.0]));
/// assert_eq!((instance.site_costs, instance.costs[[0, 1]]), (vec![7500.0, 0.0], 2.5));
/// # Ok::<(), siting::Error>(())
/// ```
pub fn or_library_facilities(text: &str, name: &str, capacity: f64) -> Result<FacilityLocation, Error> {
    if capacity.is_nan() || capacity < 0.0 {
        return Err(Error::InvalidValue {
            argument: "capacity",
            value: capacity.to_string(),
            reason: "0 or more is expected, or infinity".into(),
        });
    }
    let mut words = Words::of(text, name, 1);
    let (n_sites, n_demand) = words.head(2)?;
    let (mut capacities, mut site_costs) = (Vec::new(), Vec::new());
    for _ in 0..n_sites {
        capacities.push(words.amount("the capacity", Some(capacity))?);
        site_costs.push(words.amount("the opening cost", None)?);
    }
    let (mut demands, mut costs) = (Vec::new(), Vec::new());
    for _ in 0..n_demand {
        demands.push(words.amount("the demand", None)?);
        words.amounts("the cost of serving", n_sites, &mut costs)?;
    }
    words.end()?;
    Ok(FacilityLocation { costs: table(costs, n_demand, n_sites, name)?, site_costs, capacities, demands })
}

/// Reads a file in the simple format of UflLib (Hoefer 2003; Körkel and Ghosh's series): a line with the name, the numbers
/// of sites and demand points and a 0; then for each site its number, its opening cost and what serving each demand point
/// costs.
///
/// # Errors
///
/// [`Error::File`] with the line: numbers that are none, negative or missing, or too many of them.
///
/// ```
/// let instance = siting::io::ufl_lib("FILE: tiny\n2 3 0\n1 10 5 6 7\n2 20 1 2 3\n", "tiny")?;
/// assert_eq!((instance.site_costs, instance.costs[[2, 0]]), (vec![10.0, 20.0], 7.0));
/// # Ok::<(), siting::Error>(())
/// ```
pub fn ufl_lib(text: &str, name: &str) -> Result<FacilityLocation, Error> {
    let mut words = Words::of(text, name, 1);
    if text.trim_start().starts_with("FILE:") {
        words.skip_line();
    }
    let (n_sites, n_demand) = words.head(3)?;
    let (mut site_costs, mut costs) = (Vec::new(), Vec::new());
    for _ in 0..n_sites {
        words.amount("the number of the site", None)?;
        site_costs.push(words.amount("the opening cost", None)?);
        words.amounts("the cost of serving", n_demand, &mut costs)?;
    }
    words.end()?;
    let costs = table(costs, n_sites, n_demand, name)?.reversed_axes();
    Ok(FacilityLocation { costs, site_costs, capacities: vec![f64::INFINITY; n_sites], demands: vec![1.0; n_demand] })
}

/// Reads a file of Holmberg, Rönnqvist and Yuan (1999), `p1` to `p71`: numbers of sites and demand points; capacity and
/// opening cost of each site; the demands; for each site what serving all of each demand point costs.
///
/// # Errors
///
/// [`Error::File`] with the line: numbers that are none, negative or missing, or too many of them.
///
/// ```
/// let instance = siting::io::holmberg("2 1\n50 75\n60 0\n20\n1.5\n2.5\n", "tiny")?;
/// assert_eq!((instance.capacities, instance.costs[[0, 1]]), (vec![50.0, 60.0], 2.5));
/// # Ok::<(), siting::Error>(())
/// ```
pub fn holmberg(text: &str, name: &str) -> Result<FacilityLocation, Error> {
    let mut words = Words::of(text, name, 1);
    let (n_sites, n_demand) = words.head(2)?;
    let (mut capacities, mut site_costs) = (Vec::new(), Vec::new());
    for _ in 0..n_sites {
        capacities.push(words.amount("the capacity", None)?);
        site_costs.push(words.amount("the opening cost", None)?);
    }
    let (mut demands, mut costs) = (Vec::new(), Vec::new());
    words.amounts("the demand", n_demand, &mut demands)?;
    words.amounts("the cost of serving", n_sites * n_demand, &mut costs)?;
    words.end()?;
    let costs = table(costs, n_sites, n_demand, name)?.reversed_axes();
    Ok(FacilityLocation { costs, site_costs, capacities, demands })
}

/// Reads a file whose first line is `[CFLP-PROBLEMFILE]`: the sections `[DEPOTS]` (capacity, opening cost and more),
/// `[CUSTOMERS]` (demand and more) and `[MATRIX]` (for each site what serving all of each demand point costs). Each of
/// the first two begins with a line of column names.
///
/// # Errors
///
/// [`Error::File`] with the line: sections or numbers that are missing, numbers that are none or negative.
///
/// ```
/// let text = "[CFLP-PROBLEMFILE]\n[DEPOTS]\ncapacity fixcost\n94 989 Depot0\n\n[CUSTOMERS]\ndemand\n26 Customer0\n14 x\n\
///             [MATRIX]\nDim 1 2\n97.5 31.5\n";
/// let instance = siting::io::cflp(text, "tiny.cfl")?;
/// assert_eq!((instance.demands, instance.costs[[1, 0]]), (vec![26.0, 14.0], 31.5));
/// # Ok::<(), siting::Error>(())
/// ```
pub fn cflp(text: &str, name: &str) -> Result<FacilityLocation, Error> {
    let columns = |title: &str, names: &[&str]| -> Result<Vec<Vec<f64>>, Error> {
        let mut columns = vec![Vec::new(); names.len()];
        for (line, content) in section(text, title).skip(1) {
            let mut words = content.split_whitespace();
            for (column, what) in columns.iter_mut().zip(names) {
                let value = parsed(name, line, what, words.next())?;
                column.push(amount(name, line, what, value)?);
            }
        }
        if columns.iter().any(Vec::is_empty) {
            return Err(Error::File { path: name.into(), reason: format!("there is nothing in a section {title}") });
        }
        Ok(columns)
    };
    let mut depots = columns("[DEPOTS]", &["the capacity", "the opening cost"])?.into_iter();
    let (capacities, site_costs) = (depots.next().unwrap_or_default(), depots.next().unwrap_or_default());
    let demands = columns("[CUSTOMERS]", &["the demand"])?.concat();
    let Some((line, head)) = section(text, "[MATRIX]").next() else {
        return Err(Error::File { path: name.into(), reason: "there is no section [MATRIX]".into() });
    };
    let expected = format!("Dim {} {}", site_costs.len(), demands.len());
    if head.split_whitespace().ne(expected.split_whitespace()) {
        return Err(wrong(name, line, format_args!("{head:?} where the sections before ask for {expected:?}")));
    }
    let mut words = Words::of(text, name, line + 1);
    let mut costs = Vec::new();
    words.amounts("the cost of serving", site_costs.len() * demands.len(), &mut costs)?;
    words.end()?;
    let costs = table(costs, site_costs.len(), demands.len(), name)?.reversed_axes();
    Ok(FacilityLocation { costs, site_costs, capacities, demands })
}

/// The lines of a section that say anything, with their numbers.
fn section<'a>(text: &'a str, title: &'a str) -> impl Iterator<Item = (usize, &'a str)> {
    let lines = (1..).zip(text.lines()).skip_while(move |(_, line)| line.trim() != title).skip(1);
    lines.filter(|(_, line)| !line.trim().is_empty()).take_while(|(_, line)| !line.starts_with('['))
}

/// The numbers of a file one after another, wherever lines break.
struct Words<'a> {
    name: &'a str,
    words: Box<dyn Iterator<Item = (usize, &'a str)> + 'a>,
    /// The line of the last word.
    line: usize,
}

impl<'a> Words<'a> {
    /// The words from a line on.
    fn of(text: &'a str, name: &'a str, from: usize) -> Self {
        let lines = (1..).zip(text.lines()).skip(from - 1);
        let words = lines.flat_map(|(line, content)| content.split_whitespace().map(move |word| (line, word)));
        Self { name, words: Box::new(words), line: from }
    }

    fn next(&mut self) -> Option<&'a str> {
        let (line, word) = self.words.next()?;
        self.line = line;
        Some(word)
    }

    /// Leaves out the first line that says anything.
    fn skip_line(&mut self) {
        let mut first = None;
        let words = std::mem::replace(&mut self.words, Box::new(std::iter::empty()));
        self.words = Box::new(words.skip_while(move |(line, _)| *first.get_or_insert(*line) == *line));
    }

    /// The first two of so many whole numbers: sites and demand points.
    fn head(&mut self, count: usize) -> Result<(usize, usize), Error> {
        let mut whole = |what| {
            let word = self.next();
            parsed::<usize>(self.name, self.line, what, word)
        };
        let (sites, demand) = (whole("the number of sites")?, whole("the number of demand points")?);
        for _ in 2..count {
            whole("the last number of the head")?;
        }
        if sites.checked_mul(demand).is_none_or(|pairs| pairs > MOST_PAIRS) {
            let reason = format_args!("{sites} sites and {demand} demand points are more than this reader takes");
            return Err(wrong(self.name, self.line, reason));
        }
        Ok((sites, demand))
    }

    /// A number of 0 or more; the word `capacity` stands for another one where that is given.
    fn amount(&mut self, what: &str, capacity: Option<f64>) -> Result<f64, Error> {
        let word = self.next();
        match capacity.filter(|_| word == Some("capacity")) {
            Some(capacity) => Ok(capacity),
            None => amount(self.name, self.line, what, parsed(self.name, self.line, what, word)?),
        }
    }

    fn amounts(&mut self, what: &str, count: usize, into: &mut Vec<f64>) -> Result<(), Error> {
        for _ in 0..count {
            into.push(self.amount(what, None)?);
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), Error> {
        match self.next() {
            None => Ok(()),
            Some(word) => Err(wrong(self.name, self.line, format_args!("{word:?} comes after the last number"))),
        }
    }
}

/// Pairs of sites and demand points that readers take at most.
const MOST_PAIRS: usize = 400_000_000;

/// A number of 0 or more.
pub(super) fn amount(name: &str, line: usize, what: &str, value: f64) -> Result<f64, Error> {
    if value.is_finite() && value >= 0.0 {
        return Ok(value);
    }
    Err(wrong(name, line, format_args!("{what} is {value}; 0 or more is expected")))
}

fn table(values: Vec<f64>, rows: usize, columns: usize, name: &str) -> Result<Array2<f64>, Error> {
    let view = ArrayView2::from_shape((rows, columns), &values);
    view.map(|view| view.to_owned()).map_err(|error| Error::File { path: name.into(), reason: error.to_string() })
}
