#!/usr/bin/env bash
# What httpmock, Rust's mock server, has recorded it plays back as mocks that stay: a job that was
# asked of three times is as the first answer said for ever, though its file holds all three, and a
# request with more in its query than was recorded gets the answer of the one with less, also
# where it was recorded itself.
#
# Versions: httpmock 0.9.0, ureq 2.12.1 (cargo 1.95).
# Source: httpmock's src/api/server.rs (playback, "for later playback") and its matching: the
# first mock that fits answers, query_param asks that a parameter is there, and up_to_n_times,
# which would end one, is not in what the recorder writes.
# Why it matters to a recorder: a program that polls until a job is done never ends in the
# playback, and ?page=1&size=2 gets the list of ?page=1, with 200. The file itself is sound:
# who converts it has all answers in their order, and plays back what its own tool cannot.
set -euo pipefail
for tool in cargo; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir src
cat > Cargo.toml <<'TOML'
[package]
name = "look"
version = "0.1.0"
edition = "2021"

[dependencies]
httpmock = { version = "=0.9.0", features = ["record"] }
ureq = { version = "=2.12.1", default-features = false }

[profile.dev]
debug = false
TOML
cat > src/main.rs <<'RS'
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

use httpmock::MockServer;

/// Answers each request with its number, until the process ends.
fn serve(listener: TcpListener) {
    for (at, stream) in listener.incoming().enumerate() {
        let mut stream = stream.unwrap();
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
        while lines.next().is_some_and(|line| !line.unwrap().is_empty()) {}
        let body = format!("answer {}", at + 1);
        let head = format!("Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
        write!(stream, "HTTP/1.1 200 OK\r\n{head}{body}").unwrap();
    }
}

fn asked(server: &MockServer, paths: &[&str]) -> Vec<String> {
    let answer = |path: &&str| ureq::get(&server.url(*path)).call().unwrap().into_string().unwrap();
    paths.iter().map(answer).collect()
}

fn main() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || serve(listener));

    let known = ["/job", "/job", "/job", "/list?page=1", "/list?page=1&size=2"];
    let recorder = MockServer::start();
    recorder.forward_to(&origin, |rule| {
        rule.filter(|when| {
            when.any_request();
        });
    });
    let recording = recorder.record(|rule| {
        rule.filter(|when| {
            when.any_request();
        });
    });
    let live = asked(&recorder, &known);
    let file = recording.save("look").unwrap();
    let written = std::fs::read_to_string(&file).unwrap();
    let bodies: Vec<&str> = written.lines().filter(|line| line.contains("body: ")).collect();
    std::fs::remove_file(&file).unwrap();
    std::fs::write("recorded.yaml", &written).unwrap();

    let player = MockServer::start();
    player.playback("recorded.yaml");
    let played = asked(&player, &known);
    let unknown = asked(&player, &["/list?page=1&size=100&sort=name"]);
    for ((path, one), other) in known.iter().zip(&live).zip(&played) {
        println!("{path}: recorded {one}, played back {other}");
    }
    println!("/list?page=1&size=100&sort=name: never recorded, played back {}", unknown[0]);
    println!("bodies in the file: {}", bodies.len());
    let first = "answer 1";
    assert_eq!(live.len(), bodies.len(), "the behaviour has changed");
    assert_eq!(played, [first, first, first, "answer 4", "answer 4"], "the behaviour has changed");
    assert_eq!(unknown, ["answer 4"], "the behaviour has changed");
}
RS
cargo build -q 2> built || { cat built; exit 1; }
grep -A1 -E 'name = "(httpmock|ureq)"' Cargo.lock | grep -v -e --
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
timeout 120 ./target/debug/look
