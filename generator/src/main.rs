//! `pmsl-generate`: parse, run, print what went wrong.

use std::process::ExitCode;

fn main() -> ExitCode {
    pmsl_generator::run_from_arguments(std::env::args_os())
}
