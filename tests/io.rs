//! Readers of published formats: what they take, and the line that errors name.

use siting::Error;
use siting::io::{coordinates, or_library_p_median, tsplib};

fn reason<T: std::fmt::Debug>(read: Result<T, Error>) -> String {
    let error = read.unwrap_err();
    assert!(error.is_input());
    error.to_string()
}

#[test]
fn tsplib_takes_both_spellings_of_keys_and_stops_at_eof() {
    let text =
        "NAME: a\nDIMENSION : 2\nEDGE_WEIGHT_TYPE : EUC_2D\nNODE_COORD_SECTION\n 1 1.5e+02 -3\n\n2 0 0\nEOF\n3 1 1\n";
    assert_eq!(tsplib(text, "a").unwrap(), [[150.0, -3.0], [0.0, 0.0]]);
    assert_eq!(tsplib("NODE_COORD_SECTION\n1 2 3", "a").unwrap(), [[2.0, 3.0]]);
}

#[test]
fn tsplib_errors_name_file_line_and_cause() {
    assert!(reason(tsplib("NAME : a\n", "a.tsp")).contains("a.tsp: there is no NODE_COORD_SECTION"));
    assert!(reason(tsplib("NODE_COORD_SECTION\n1 2\n", "a")).contains("line 2: y is missing"));
    assert!(reason(tsplib("NODE_COORD_SECTION\n1 x 2\n", "a")).contains("line 2: x is \"x\", not a number"));
    assert!(reason(tsplib("NODE_COORD_SECTION\n1 inf 2\n", "a")).contains("line 2: x is inf"));
    assert!(
        reason(tsplib("DIMENSION : 3\nNODE_COORD_SECTION\n1 1 2\n", "a")).contains("1 points where DIMENSION says 3")
    );
    assert!(reason(tsplib("DIMENSION : many\n", "a")).contains("line 1: DIMENSION is \"many\""));
}

#[test]
fn coordinates_are_counted() {
    assert_eq!(coordinates("1 2\n0.5 0.25\n", "a").unwrap(), [[0.5, 0.25]]);
    assert!(reason(coordinates("", "a")).contains("line 1: the file is empty"));
    assert!(reason(coordinates("1 3\n1 2 3\n", "a")).contains("the dimension is 3"));
    assert!(reason(coordinates("2 2\n1 2\n", "a")).contains("1 points where the first line says 2"));
}

#[test]
fn the_last_of_two_lengths_of_an_edge_holds() {
    let instance = or_library_p_median(" 4 4 2 \n 1 2 9\n 2 3 1\n 2 1 4\n 3 4 1\n", "a").unwrap();
    assert_eq!(instance.costs.row(0).to_vec(), [0.0, 4.0, 5.0, 6.0]);
    assert_eq!(instance.costs, instance.costs.t());
    assert_eq!(instance.p, 2);
}

#[test]
fn or_library_errors_name_file_line_and_cause() {
    assert!(reason(or_library_p_median("2 1\n", "a")).contains("line 1: p is missing"));
    assert!(reason(or_library_p_median("2 1 1\n0 1 5\n", "a")).contains("line 2: vertex 0 does not exist"));
    assert!(reason(or_library_p_median("2 1 1\n1 2 -5\n", "a")).contains("line 2: the length is -5"));
    assert!(reason(or_library_p_median("2 2 1\n1 2 5\n", "a")).contains("1 edges where the first line says 2"));
    assert!(reason(or_library_p_median("99999 2 1\n1 2 5\n", "a")).contains("99999 vertices are more"));
}
