//! Readers of published formats: what they take, and the line that errors name.

use ndarray::array;
use siting::Error;
use siting::io::{
    capacitated_p_median, cflp, coordinates, holmberg, or_library_facilities, or_library_p_median, tsplib, ufl_lib,
};

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
    assert!(reason(coordinates("2 2\n1 2\n", "a")).contains("1 points where the beginning says 2"));
    assert_eq!(coordinates("2\n2\n1 2\n3 4\n", "a").unwrap(), [[1.0, 2.0], [3.0, 4.0]]);
    assert!(reason(coordinates("2\n", "a")).contains("the dimension is missing"));
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

#[test]
fn facilities_of_the_or_library_may_leave_the_capacity_open() {
    let text = " 2 3\n capacity 7500.\n 50 0\n 146\n 6.5 1e1\n 20 1 2 30\n 3\n4\n";
    let instance = or_library_facilities(text, "a", f64::INFINITY).unwrap();
    assert_eq!(instance.capacities, [f64::INFINITY, 50.0]);
    assert_eq!(instance.site_costs, [7500.0, 0.0]);
    assert_eq!(instance.demands, [146.0, 20.0, 30.0]);
    assert_eq!(instance.costs, array![[6.5, 10.0], [1.0, 2.0], [3.0, 4.0]]);
    assert_eq!(or_library_facilities(text, "a", 8000.0).unwrap().capacities, [8000.0, 50.0]);
}

#[test]
fn rows_of_ufl_lib_and_holmberg_are_those_of_sites() {
    let costs = array![[5.0, 1.0], [6.0, 2.0], [7.0, 3.0]];
    let simple = ufl_lib("FILE: a b c\n2 3 0\n1 10 5 6 7\n2 20 1 2 3\n", "a").unwrap();
    assert_eq!((simple.costs, simple.site_costs), (costs.clone(), vec![10.0, 20.0]));
    assert_eq!((simple.capacities, simple.demands), (vec![f64::INFINITY; 2], vec![1.0; 3]));
    assert_eq!(ufl_lib("2 3 0\n1 10 5 6 7\n2 20 1 2 3\n", "a").unwrap().costs, costs);
    let limited = holmberg("2 3\n 9 10\n 8 20\n 1. 2.\n 3.\n 5 6 7 1 2 3\n", "a").unwrap();
    assert_eq!((limited.costs, limited.capacities), (costs, vec![9.0, 8.0]));
    assert_eq!((limited.site_costs, limited.demands), (vec![10.0, 20.0], vec![1.0, 2.0, 3.0]));
}

#[test]
fn sections_of_a_cflp_file_must_fit_each_other() {
    let text = |dim: &str, costs: &str| {
        format!(
            "[CFLP-PROBLEMFILE]\ngenerated\n\n[DEPOTS]\ncapacity fixcost name\n94 989 D0\n9 8 D1\n\n\
             [CUSTOMERS]\ndemand name\n26 C0\n\n[COSTMATRIX]\nc= 1\n[MATRIX]\n{dim}\n{costs}\n"
        )
    };
    let instance = cflp(&text("Dim 2 1", "1.5\n2.5"), "a").unwrap();
    assert_eq!((instance.costs, instance.capacities), (array![[1.5, 2.5]], vec![94.0, 9.0]));
    assert!(reason(cflp(&text("Dim 2 2", "1 2 3 4"), "a")).contains("line 16: \"Dim 2 2\" where the sections"));
    assert!(reason(cflp(&text("Dim 2 1", "1"), "a")).contains("the cost of serving is missing"));
    assert!(reason(cflp(&text("Dim 2 1", "1 2 3"), "a")).contains("line 17: \"3\" comes after the last number"));
    assert!(reason(cflp("[DEPOTS]\nhead\n1 2\n", "a")).contains("nothing in a section [CUSTOMERS]"));
}

#[test]
fn facility_errors_name_line_and_cause() {
    let library = |text: &str| reason(or_library_facilities(text, "a", 1.0));
    assert!(library("2 1\n5 1\n").contains("line 2: the capacity is missing"));
    assert!(library("1 1\n5 -1\n1 1\n").contains("line 2: the opening cost is -1"));
    assert!(library("1 1\n5 1\n1 nan\n").contains("line 3: the cost of serving is NaN"));
    assert!(library("1 1\n5 1\n1 2 3\n").contains("line 3: \"3\" comes after"));
    assert!(library("99999 99999\n").contains("line 1: 99999 sites and 99999 demand points are more"));
    assert!(reason(or_library_facilities("1 1\n5 1\n1 2\n", "a", -1.0)).contains("capacity"));
    assert!(reason(ufl_lib("FILE: a\n1 1 0\n1 10 x\n", "a")).contains("line 3: the cost of serving is \"x\""));
    assert!(reason(holmberg("1\n", "a")).contains("the number of demand points is missing"));
}

#[test]
fn capacitated_medians_are_read_line_by_line() {
    let read = capacitated_p_median(" 2   1 \n 2830.00  40.00  321  98\n\n1e1 -2 5.5 0\n", "a").unwrap();
    assert_eq!((read.p, read.points), (1, vec![[2830.0, 40.0], [10.0, -2.0]]));
    assert_eq!((read.capacities, read.demands), (vec![321.0, 5.5], vec![98.0, 0.0]));
    let wrong = |text: &str| reason(capacitated_p_median(text, "a"));
    assert!(wrong("\n").contains("line 1: the file is empty"));
    assert!(wrong("2\n").contains("line 1: the number of medians is missing"));
    assert!(wrong("2 3\n").contains("line 1: 3 medians among 2 points"));
    assert!(wrong("1 1\n0 0 5\n").contains("line 2: the demand is missing"));
    assert!(wrong("1 1\n0 inf 5 1\n").contains("line 2: a coordinate is inf"));
    assert!(wrong("1 1\n0 0 -5 1\n").contains("line 2: the capacity is -5"));
    assert!(wrong("1 1\n0 0 5 nan\n").contains("line 2: the demand is NaN"));
    assert!(wrong("1 1\n0 0 5 1 7\n").contains("line 2: \"7\" comes after the last number"));
    assert!(wrong("2 1\n0 0 5 1\n").contains("it holds 1 points where the first line says 2"));
}
