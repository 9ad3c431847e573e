#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| _ = (pmsl_fuzz::readers::named("tags").read)(bytes));
