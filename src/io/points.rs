//! Files of coordinates.

use super::{parsed, wrong};
use crate::error::Error;

/// The coordinates of an instance of TSPLIB, in the order of the file.
///
/// The section `NODE_COORD_SECTION` is read, up to `EOF` or the end; what distances the file asks for is left to the
/// caller.
///
/// # Errors
///
/// [`Error::File`] with the line: numbers that are none or not finite, no section of coordinates, or another number of
/// points than `DIMENSION` says.
///
/// ```
/// let text = "NAME : tiny\nDIMENSION : 2\nNODE_COORD_SECTION\n1 0.5 1e1\n2 3 4\nEOF\n";
/// assert_eq!(siting::io::tsplib(text, "tiny.tsp")?, [[0.5, 10.0], [3.0, 4.0]]);
/// # Ok::<(), siting::Error>(())
/// ```
pub fn tsplib(text: &str, name: &str) -> Result<Vec<[f64; 2]>, Error> {
    let mut dimension = None;
    let mut points: Option<Vec<[f64; 2]>> = None;
    for (line, content) in (1..).zip(text.lines()) {
        let content = content.trim();
        if content == "EOF" {
            break;
        }
        match &mut points {
            _ if content.is_empty() => {}
            Some(points) => points.push(pair(name, line, content.split_whitespace().skip(1))?),
            None if content.starts_with("NODE_COORD_SECTION") => points = Some(Vec::new()),
            None => {
                let (key, value) = content.split_once(':').unwrap_or((content, ""));
                if key.trim() == "DIMENSION" {
                    dimension = Some(parsed::<usize>(name, line, "DIMENSION", Some(value.trim()))?);
                }
            }
        }
    }
    let points = points.ok_or_else(|| Error::File {
        path: name.into(),
        reason: "there is no NODE_COORD_SECTION: only instances with coordinates are read".into(),
    })?;
    counted(points, dimension, name, "DIMENSION")
}

/// The coordinates of a file of two columns that begins with their number and the dimension, 2, in one line or in two.
///
/// # Errors
///
/// [`Error::File`] with the line: numbers that are none or not finite, another dimension than 2, or another number of
/// points than the beginning says.
///
/// ```
/// assert_eq!(siting::io::coordinates("2 2\n 0.5 1\n3 4\n", "two.txt")?, [[0.5, 1.0], [3.0, 4.0]]);
/// assert_eq!(siting::io::coordinates("1\n2\n 0.5 1\n", "one.txt")?, [[0.5, 1.0]]);
/// # Ok::<(), siting::Error>(())
/// ```
pub fn coordinates(text: &str, name: &str) -> Result<Vec<[f64; 2]>, Error> {
    let mut lines = (1..).zip(text.lines()).filter(|(_, content)| !content.trim().is_empty());
    let (line, head) = lines.next().ok_or_else(|| wrong(name, 1, "the file is empty"))?;
    let mut head = head.split_whitespace();
    let count = parsed::<usize>(name, line, "the number of points", head.next())?;
    let dimension = match head.next() {
        Some(word) => parsed::<usize>(name, line, "the dimension", Some(word))?,
        None => {
            let (line, next) = lines.next().ok_or_else(|| wrong(name, line + 1, "the dimension is missing"))?;
            parsed::<usize>(name, line, "the dimension", next.split_whitespace().next())?
        }
    };
    if dimension != 2 {
        return Err(wrong(name, line, format_args!("the dimension is {dimension}; only points in the plane are read")));
    }
    let points: Result<Vec<_>, _> = lines.map(|(line, text)| pair(name, line, text.split_whitespace())).collect();
    counted(points?, Some(count), name, "the beginning")
}

fn pair<'a>(name: &str, line: usize, mut words: impl Iterator<Item = &'a str>) -> Result<[f64; 2], Error> {
    let mut next = |what: &str| {
        let value: f64 = parsed(name, line, what, words.next())?;
        if value.is_finite() { Ok(value) } else { Err(wrong(name, line, format_args!("{what} is {value}"))) }
    };
    Ok([next("x")?, next("y")?])
}

fn counted(points: Vec<[f64; 2]>, expected: Option<usize>, name: &str, said: &str) -> Result<Vec<[f64; 2]>, Error> {
    match expected {
        Some(expected) if expected != points.len() => Err(Error::File {
            path: name.into(),
            reason: format!("it holds {} points where {said} says {expected}; the file may be cut off", points.len()),
        }),
        _ => Ok(points),
    }
}
