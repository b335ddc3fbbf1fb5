#!/usr/bin/env bash
# What serde_json, Rust's usual JSON, makes of an answer goes by what other crates of the program switch on: alone it
# sorts the fields by their names and reads 10.005202927094325 as ...324; once schemars is there with one feature the
# fields keep their order, and with one of rust_decimal's 1.10, 1e2 and an id of 23 digits stay as they were sent. As it
# comes, one in eight or so of numbers with 16 digits is read as its neighbour.
#
# Versions: serde_json 1.0.154, schemars 1.2.3, rust_decimal 1.43.0 (cargo 1.95).
# Source: serde_json's features preserve_order, arbitrary_precision and float_roundtrip, all off; schemars' preserve_order
# and rust_decimal's serde-with-arbitrary-precision switch on the first two for every crate of the build, as Cargo makes
# one set of features of all that are asked for.
# Why it matters to a recorder: the same program sends the same JSON with its fields in another order, of another length
# even, after a dependency was added that sends nothing itself; and a place that was read from one answer and is sent
# with the next request differs from it in the last digit, which "equal numbers" has to bear.
set -euo pipefail
command -v cargo > /dev/null || { echo "cargo is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > main.rs <<'RS'
use serde_json::{from_str, json, Value};

fn main() {
    let answer = r#"{"to":"ann","amount":1.10,"at":1e2,"id":12345678901234567890123,"lat":10.005202927094325}"#;
    println!("{}", from_str::<Value>(answer).unwrap());
    println!("{}", json!({"to": "ann", "amount": 1.5}));
    let (mut drawn, mut other) = (12345_u64, 0);
    for _ in 0..1000 {
        drawn = drawn.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        let place = (drawn >> 11) as f64 / (1_u64 << 53) as f64 * 180.0;
        if from_str::<f64>(&place.to_string()).unwrap() != place {
            other += 1;
        }
    }
    println!("read as its neighbour: {other} of 1000");
}
RS
while read -r name line; do
  mkdir "$name"
  cat > "$name/Cargo.toml" <<TOML
[package]
name = "look"
version = "0.1.0"
edition = "2021"

[[bin]]
name = "look"
path = "../main.rs"

[dependencies]
serde_json = "=1.0.154"
$line

[profile.dev]
debug = false
TOML
  echo "$name"
  CARGO_TARGET_DIR=$work/target cargo run --quiet --manifest-path "$name/Cargo.toml"
done > found <<'PROGRAMS'
alone
schemars schemars = { version = "=1.2.3", features = ["preserve_order"] }
decimal rust_decimal = { version = "=1.43.0", features = ["serde-with-arbitrary-precision"] }
PROGRAMS
cat found
cat > expected <<'END'
alone
{"amount":1.1,"at":100.0,"id":1.2345678901234568e+22,"lat":10.005202927094324,"to":"ann"}
{"amount":1.5,"to":"ann"}
read as its neighbour: 114 of 1000
schemars
{"to":"ann","amount":1.1,"at":100.0,"id":1.2345678901234568e+22,"lat":10.005202927094324}
{"to":"ann","amount":1.5}
read as its neighbour: 114 of 1000
decimal
{"amount":1.10,"at":1e+2,"id":12345678901234567890123,"lat":10.005202927094325,"to":"ann"}
{"amount":1.5,"to":"ann"}
read as its neighbour: 114 of 1000
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
