//! The shifted coordinates of Chinese web maps.

use approx::assert_abs_diff_eq;
use proptest::prelude::*;
use siting::datum::convert;
use siting::{Datum, Error, Metric};

const ALL: [Datum; 3] = [Datum::Wgs84, Datum::Gcj02, Datum::Bd09];

fn one(point: [f64; 2], from: Datum, to: Datum) -> [f64; 2] {
    convert(&[point], from, to).unwrap()[0]
}

fn metres(a: [f64; 2], b: [f64; 2]) -> f64 {
    Metric::Haversine.distance(a, b)
}

/// The test values of eviltransform: WGS 84 and GCJ-02, longitude first.
const PUBLISHED: [([f64; 2], [f64; 2]); 3] = [
    ([121.5272106, 31.1774276], [121.531541859215, 31.17530398364597]), // Shanghai
    ([113.912316, 22.543847], [113.9171764808363, 22.540796131694766]), // Shenzhen
    ([116.377817, 39.911954], [116.38404722455657, 39.91334545536069]), // Beijing
];

#[test]
fn the_shift_agrees_with_the_values_that_eviltransform_publishes() {
    for (wgs84, gcj02) in PUBLISHED {
        assert!(metres(one(wgs84, Datum::Wgs84, Datum::Gcj02), gcj02) < 0.001);
        assert!(metres(one(gcj02, Datum::Gcj02, Datum::Wgs84), wgs84) < 0.001);
    }
}

#[test]
fn baidus_step_agrees_with_the_published_example_of_coordtransform() {
    let bd09 = one([116.404, 39.915], Datum::Gcj02, Datum::Bd09);
    assert_abs_diff_eq!(bd09[0], 116.41036949371029, epsilon = 1e-12);
    assert_abs_diff_eq!(bd09[1], 39.92133699351021, epsilon = 1e-12);
}

#[test]
fn places_outside_china_stay_as_they_are() {
    for place in [[2.35, 48.86], [-58.4, -34.6], [139.7, 35.7], [0.0, 0.0], [180.0, 90.0], [-180.0, -90.0]] {
        for (from, to) in ALL.into_iter().flat_map(|from| ALL.map(|to| (from, to))) {
            assert_eq!(one(place, from, to), place);
        }
    }
}

#[test]
fn no_points_give_no_points() {
    assert_eq!(convert(&[], Datum::Gcj02, Datum::Wgs84).unwrap(), Vec::<[f64; 2]>::new());
}

#[test]
fn what_is_no_place_on_earth_is_named() {
    let error = convert(&[[121.0, 31.0], [121.0, f64::NAN]], Datum::Gcj02, Datum::Wgs84).unwrap_err();
    assert_eq!(error, Error::NotANumber { argument: "points", index: 1 });
    let error = convert(&[[31.0, 121.0]], Datum::Wgs84, Datum::Gcj02).unwrap_err();
    assert!(matches!(error, Error::OutOfRange { argument: "points", index: 0, value: 121.0, .. }), "{error}");
    assert!(convert(&[[f64::INFINITY, 0.0]], Datum::Wgs84, Datum::Wgs84).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn there_and_back_is_the_same_place_within_a_centimetre(
        lon in 72.004..137.8347, lat in 0.8293..55.8271, from in 0..3_usize, to in 0..3_usize,
    ) {
        // The rectangle holds WGS 84; the other datums hold what is moved from there.
        let start = one([lon, lat], Datum::Wgs84, ALL[from]);
        let there = one(start, ALL[from], ALL[to]);
        if from == 0 || (72.1..137.7).contains(&lon) && (0.9..55.7).contains(&lat) {
            prop_assert!(metres(one(there, ALL[to], ALL[from]), start) < 0.01);
        }
    }

    #[test]
    fn places_in_china_move_by_tens_to_hundreds_of_metres(lon in 98.0..125.0, lat in 20.0..45.0) {
        let shift = metres([lon, lat], one([lon, lat], Datum::Wgs84, Datum::Gcj02));
        prop_assert!((10.0..1_000.0).contains(&shift), "{shift}");
    }

    #[test]
    fn two_steps_make_the_long_one(lon in 98.0..125.0, lat in 20.0..45.0) {
        let gcj02 = one([lon, lat], Datum::Wgs84, Datum::Gcj02);
        let bd09 = one([lon, lat], Datum::Wgs84, Datum::Bd09);
        prop_assert!(metres(one(gcj02, Datum::Gcj02, Datum::Bd09), bd09) < 0.001);
    }
}
