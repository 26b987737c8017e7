//! The core's one error type as the exceptions of `siting.errors`.

use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::prelude::*;
use siting::Error;

pyo3::import_exception!(siting.errors, InfeasibleError);
pyo3::import_exception!(siting.errors, InputError);
pyo3::import_exception!(siting.errors, NoSolutionError);
pyo3::import_exception!(siting.errors, SolverError);
pyo3::import_exception!(siting.errors, UnverifiedError);

/// An error of the core on its way to Python, so that `?` converts it.
pub struct CoreError(Error);

/// The result of calls that may fail in the core alone.
pub type CoreResult<T> = Result<T, CoreError>;

impl From<Error> for CoreError {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl From<CoreError> for PyErr {
    fn from(CoreError(error): CoreError) -> Self {
        let message = error.to_string();
        match &error {
            Error::Infeasible(infeasible) => match serde_json::to_string(&infeasible.reasons) {
                Ok(reasons) => InfeasibleError::new_err((message, reasons)),
                Err(_) => InfeasibleError::new_err((message,)),
            },
            Error::NoSolution { limit, .. } => NoSolutionError::new_err((message, limit.to_string())),
            Error::NothingFound => NoSolutionError::new_err((message,)),
            Error::Solver { .. } => SolverError::new_err(message),
            Error::Unverified(_) => UnverifiedError::new_err(message),
            Error::Interrupted { .. } => PyKeyboardInterrupt::new_err(message),
            _ => {
                let (argument, position) = place(&error);
                InputError::new_err((message, argument, position))
            }
        }
    }
}

/// The argument and the position in it that an input error speaks of.
fn place(error: &Error) -> (Option<&'static str>, Option<usize>) {
    match error {
        Error::NotANumber { argument, index }
        | Error::OutOfRange { argument, index, .. }
        | Error::OffNetwork { argument, index, .. }
        | Error::InvalidField { argument, index, .. } => (Some(argument), Some(*index)),
        Error::IndexOutOfBounds { argument, position, .. } => (Some(argument), Some(*position)),
        Error::Duplicate { argument, second, .. } => (Some(argument), Some(*second)),
        Error::InvalidValue { argument, .. }
        | Error::WrongLength { argument, .. }
        | Error::Empty { argument, .. }
        | Error::Missing { argument, .. }
        | Error::Conflict { argument, .. }
        | Error::Unavailable { argument, .. } => (Some(argument), None),
        Error::InChunk { error, .. } => place(error),
        _ => (None, None),
    }
}
