//! Checks of the fields of services, spaces and facilities, which name the entry and the field.

use crate::error::Error;

/// One entry of a list under check: `services[2]`, `spaces[14]`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    /// The list.
    pub argument: &'static str,
    /// Position in it.
    pub index: usize,
}

impl Entry {
    pub(super) fn new(argument: &'static str, index: usize) -> Self {
        Self { argument, index }
    }

    /// The error about one field.
    pub(super) fn wrong(self, field: impl Into<String>, value: impl ToString, reason: impl Into<String>) -> Error {
        Error::InvalidField {
            argument: self.argument,
            index: self.index,
            field: field.into(),
            value: value.to_string(),
            reason: reason.into(),
        }
    }

    /// A finite number of 0 or more.
    pub(super) fn non_negative(self, field: &str, value: f64) -> Result<(), Error> {
        if value.is_finite() && value >= 0.0 {
            Ok(())
        } else {
            Err(self.wrong(field, value, "a finite number of 0 or more is expected"))
        }
    }

    /// A finite number above 0.
    pub(super) fn positive(self, field: &str, value: f64) -> Result<(), Error> {
        if value.is_finite() && value > 0.0 {
            Ok(())
        } else {
            Err(self.wrong(field, value, "a finite number above 0 is expected"))
        }
    }

    /// A text that says something.
    pub(super) fn named(self, field: &str, value: &str) -> Result<(), Error> {
        if value.trim().is_empty() { Err(self.wrong(field, format!("{value:?}"), "give it a name")) } else { Ok(()) }
    }

    /// Names of which none is empty and none occurs twice.
    pub(super) fn distinct(self, field: &str, names: &[String]) -> Result<(), Error> {
        for (second, name) in names.iter().enumerate() {
            self.named(&format!("{field}[{second}]"), name)?;
            if let Some(first) = names.iter().take(second).position(|other| other == name) {
                return Err(self.wrong(
                    format!("{field}[{second}]"),
                    format!("{name:?}"),
                    format!("it is given already at {first}"),
                ));
            }
        }
        Ok(())
    }

    /// Names that all occur in a list.
    pub(super) fn known(self, field: &str, names: &[String], known: &[String], counted: &str) -> Result<(), Error> {
        match names.iter().position(|name| !known.contains(name)) {
            None => Ok(()),
            Some(at) => {
                let name = names.get(at).map_or("", String::as_str);
                Err(self.wrong(format!("{field}[{at}]"), format!("{name:?}"), stranger(counted, known)))
            }
        }
    }
}

/// What to say about a name that is not among those known.
pub(crate) fn stranger(counted: &str, known: &[String]) -> String {
    if known.is_empty() {
        return format!("there are no {counted}");
    }
    let shown: Vec<String> = known.iter().take(8).map(|name| format!("{name:?}")).collect();
    let more =
        if known.len() > shown.len() { format!(" and {} more", known.len() - shown.len()) } else { String::new() };
    format!("the {counted} are {}{more}", shown.join(", "))
}
