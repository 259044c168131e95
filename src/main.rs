//! Parse, run, exit code.

use std::process::ExitCode;

#[cfg(feature = "service")]
fn main() -> ExitCode {
    copydesk::cli::main()
}

#[cfg(not(feature = "service"))]
fn main() -> ExitCode {
    // Built without the feature `service` there is a library and no program.
    ExitCode::from(2)
}
