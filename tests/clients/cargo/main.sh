# Fetches a crate.
set -e
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mkdir .cargo src
touch src/lib.rs
cat >Cargo.toml <<MANIFEST
[package]
name = "user"
version = "0.1.0"
edition = "2021"
[dependencies]
mitmvcr-sample = "1"
MANIFEST
cat >.cargo/config.toml <<CONFIG
[source.crates-io]
replace-with = "origin"
[source.origin]
registry = "sparse+$1/index/"
CONFIG
CARGO_HOME=$folder/home cargo fetch -q
(cd home/registry/cache && ls ./*/ | grep crate)
