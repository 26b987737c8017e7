//! Standards as data: the presets are whole and honest, and files are read, edited and refused.

use siting::service::{LimitUnit, PRESETS, Service};
use siting::{Error, Standard};

const OWN: &str = r#"
name = "own"
title = "A town of our own"
[sources]
plan = "The plan"
[figures]
walking_speed = { value = 80, unit = "m/min", source = "plan", verified = true }
[[services]]
name = "childcare"
needs = [{ group = "age_0_3", value = 0.25, unit = "places per person", source = "plan", verified = true }]
limit_urban = { value = 10, unit = "min", source = "plan", verified = true }
limit_rural = { value = 1600, unit = "m", source = "plan", verified = true }
"#;

fn services(name: &str, unit: LimitUnit) -> Vec<Service> {
    Standard::load(name).unwrap().services(unit).unwrap()
}

#[test]
fn every_preset_is_whole_and_survives_being_written() {
    for name in PRESETS {
        let standard = Standard::load(name).unwrap();
        assert_eq!(standard.name, name);
        assert!(!standard.services.is_empty() && !standard.rows().is_empty());
        assert_eq!(Standard::from_toml(&standard.to_toml().unwrap()).unwrap(), standard);
        let document = serde_json::to_string(&standard).unwrap();
        assert_eq!(serde_json::from_str::<Standard>(&document).unwrap(), standard);
    }
}

#[test]
fn no_figure_of_a_preset_claims_a_check_that_nobody_made() {
    for name in PRESETS {
        for row in Standard::load(name).unwrap().rows() {
            assert!(!row.verified && !row.note.is_empty() && !row.unit.is_empty() && !row.source.is_empty(), "{row:?}");
        }
    }
}

#[test]
fn the_published_figures_of_ningbo_are_there() {
    let services = services("ningbo-2025", LimitUnit::Minutes);
    let of = |name: &str| services.iter().find(|service| service.name == name).unwrap();
    assert_eq!(of("childcare").target.places_per_1000_people, Some(4.55));
    assert_eq!(of("elderly care").target.area_per_100_households, Some(20.0));
    assert_eq!((of("fitness").limit.urban, of("fitness").limit.rural), (10.0, 15.0));
    assert_eq!((of("community canteen").limit.urban, of("community canteen").limit.rural), (15.0, 20.0));
    assert_eq!(of("community canteen").modules[0].area, 135.0);
    assert_eq!(of("community canteen").modules[0].yearly_subsidy(), 150_000.0);
}

#[test]
fn minutes_and_metres_are_brought_together_by_the_walking_speed() {
    let standard = Standard::from_toml(OWN).unwrap();
    let limit = |unit| standard.services(unit).unwrap()[0].limit;
    assert_eq!((limit(LimitUnit::Minutes).urban, limit(LimitUnit::Minutes).rural), (10.0, 20.0));
    assert_eq!((limit(LimitUnit::Metres).urban, limit(LimitUnit::Metres).rural), (800.0, 1_600.0));
    assert_eq!(services("gb50180-2018", LimitUnit::Minutes)[0].limit.urban, 5.0);
}

#[test]
fn rows_spell_the_source_out() {
    let rows = Standard::from_toml(OWN).unwrap().rows();
    let paths: Vec<_> =
        rows.iter().map(|row| (row.service.as_deref(), row.figure.as_str(), row.source.as_str())).collect();
    assert_eq!(paths[0], (None, "walking_speed", "The plan"));
    assert_eq!(paths[1], (Some("childcare"), "needs.age_0_3", "The plan"));
    assert_eq!(paths.len(), 4);
}

#[test]
fn spoilt_files_are_refused_with_the_place() {
    let spoilt = |from: &str, to: &str| {
        assert!(OWN.contains(from), "{from}");
        Standard::from_toml(&OWN.replacen(from, to, 1)).unwrap_err()
    };
    let cases: Vec<(Error, &str)> = vec![
        (Standard::load("shanghai").unwrap_err(), "standard is \"shanghai\": the presets are \"ningbo-2025\""),
        (Standard::from_toml("").unwrap_err(), "missing field"),
        (spoilt("title", "titel"), "unknown field `titel`"),
        (spoilt("value = 10", "value = \"ten\""), "line 11"),
        (spoilt("value = 10", "value = -10"), "\"childcare\", limit_urban: a finite number of 0 or more"),
        (spoilt("value = 10", "value = nan"), "NaN"),
        (spoilt("value = 0.25", "value = -0.25"), "\"childcare\", needs.age_0_3"),
        (spoilt("unit = \"min\"", "unit = \"km\""), "in \"km\": \"childcare\", limit_urban: the unit of a limit"),
        (spoilt("unit = \"min\"", "unit = \"\""), "give the unit of the figure"),
        (spoilt("source = \"plan\"", "source = \"plann\""), "no such source; the sources are \"plan\""),
        (spoilt("verified = true", "verified = false"), "say in its note what has not been checked"),
        (spoilt(", verified = true", ""), "missing field `verified`"),
        (spoilt("\"m/min\"", "\"km/h\""), "a speed above 0 in \"m/min\" is expected"),
        (spoilt("name = \"childcare\"", "name = \"\""), "services[0].name is \"\""),
        (spoilt("walking_speed", "walking"), "walking_speed is missing"),
        (
            Standard::from_toml(&format!("{OWN}{}", &OWN[OWN.find("[[services]]").unwrap()..])).unwrap_err(),
            "given twice",
        ),
    ];
    for (error, expected) in cases {
        assert!(error.is_input() && error.to_string().contains(expected), "{error}\nshould say: {expected}");
    }
}
