//! JavaScript sources.

#![no_main]

use banister_grammars::{Language, extract};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    extract(Language::JavaScript, text);
});
