#!/usr/bin/env bash
# httpmock cannot replay a paged list that it recorded itself: the first page, asked for
# without a query, is the answer to each later one, recorded or not. A mock that it records
# names the parameters that were sent, and forbids no others; of those that fit, the first
# answers, as it does for each of several equal requests.
#
# Versions: httpmock 0.9.0 (feature record), ureq 2.12.1 (cargo 1.95).
# Source: httpmock's documentation of recording and playback, which are to give the same
# responses again; a when: without query_param is one for any query.
# Why it matters to a recorder: "GET /items" and then "GET /items?page=2" is how nearly every
# list is read. A program that goes on until a page is empty never ends in its replay, and
# one that reads two pages has the first twice, without an error. Whoever converts such a file
# to one that compares queries sees requests miss that were answered before.
set -euo pipefail
for tool in cargo python3; do
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
TOML
cat > src/main.rs <<'RS'
use httpmock::prelude::*;

const RECORDED: [&str; 5] = [
    "/items",
    "/items?page=2",
    "/items?page=3",
    "/job",
    "/job",
];
const ASKED: [&str; 7] = [
    "/items",
    "/items?page=2",
    "/items?page=3",
    "/items?page=9",
    "/job",
    "/job",
    "/other",
];

fn get(base: &str, path: &str) -> String {
    match ureq::get(&format!("{base}{path}")).call() {
        Ok(answer) => answer.into_string().unwrap(),
        Err(ureq::Error::Status(code, _)) => code.to_string(),
        Err(error) => panic!("{error}"),
    }
}

fn main() {
    let origin = std::env::args().nth(1).unwrap();
    let server = MockServer::start();
    server.forward_to(&origin, |rule| {
        rule.filter(|when| {
            when.any_request();
        });
    });
    let recording = server.record(|rule| {
        rule.filter(|when| {
            when.any_request();
        });
    });
    for path in RECORDED {
        println!("recorded {path}: {}", get(&server.base_url(), path));
    }
    let folder = std::env::current_dir().unwrap().join("recorded");
    let file = recording.save_to(folder, "found").unwrap();
    let server = MockServer::start();
    server.playback(&file);
    for path in ASKED {
        println!("replayed {path}: {}", get(&server.base_url(), path));
    }
}
RS
cat > look.py <<'PY'
import http.server
import subprocess
import sys
import threading


class Origin(http.server.BaseHTTPRequestHandler):
    asked = 0

    def do_GET(self):
        Origin.asked += 1
        body = f"answer {Origin.asked}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=origin.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{origin.server_port}"
sys.exit(subprocess.run(["target/debug/look", url], timeout=60).returncode)
PY
CARGO_TARGET_DIR="$work/target" cargo build -q
echo "httpmock 0.9.0, $(cargo --version | cut -d ' ' -f 1,2)"
timeout 120 python3 look.py | tee found
cat > expected <<'END'
recorded /items: answer 1
recorded /items?page=2: answer 2
recorded /items?page=3: answer 3
recorded /job: answer 4
recorded /job: answer 5
replayed /items: answer 1
replayed /items?page=2: answer 1
replayed /items?page=3: answer 1
replayed /items?page=9: answer 1
replayed /job: answer 4
replayed /job: answer 4
replayed /other: 404
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
