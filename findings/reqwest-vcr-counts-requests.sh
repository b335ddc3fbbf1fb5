#!/usr/bin/env bash
# reqwest-vcr, as rvcr of which it was made, skips at a replay as many recorded interactions as there
# were requests before, whichever these were, where it says that it skips those which were found:
# of a, b, a as recorded it answers b, a, a with the second a's answer twice, has none for the b of
# a, a, b, which nothing has used, and answers b twice.
#
# Versions: reqwest-vcr 0.4.0, reqwest 0.13.5, reqwest-middleware 0.5.0 (cargo 1.95); rvcr 0.2.1 has the
# same lines.
# Source: reqwest-vcr's src/lib.rs (find_response_in_vcr counts each look as one to skip); its README
# says of the default that "requests already found" are skipped.
# Why it matters to a recorder: whether a suite replays goes by the order in which two tasks' requests
# come, though all are in the file: one loses its answer, another gets a later state as its first,
# and neither says so. In the recorded order nothing is seen. Who plays in any order has to mark
# what was used, since a count of requests is right for one order alone.
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
reqwest-vcr = { version = "=0.4.0", features = ["reqwest-0_13"] }
reqwest = { version = "=0.13.5", default-features = false }
reqwest-middleware = "=0.5.0"
tokio = { version = "=1.54.1", features = ["macros", "rt"] }

[profile.dev]
debug = false
TOML
cat > src/main.rs <<'RS'
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware};
use reqwest_vcr::{VCRMiddleware, VCRMode};
use std::path::PathBuf;

fn client(mode: VCRMode) -> ClientWithMiddleware {
    let vcr = VCRMiddleware::try_from(PathBuf::from("kept.vcr.json")).unwrap();
    ClientBuilder::new(reqwest::Client::new()).with(vcr.with_mode(mode)).build()
}

async fn ask(mode: VCRMode, paths: &str) {
    let (client, url) = (client(mode), std::env::args().nth(1).unwrap());
    let mut said = Vec::new();
    for path in paths.chars() {
        said.push(match client.get(format!("{url}{path}")).send().await {
            Ok(answer) => answer.text().await.unwrap(),
            Err(_) => "none".to_string(),
        });
    }
    println!("{paths} {}", said.join(" "));
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    ask(VCRMode::Record, "aba").await;
    for paths in ["aba", "baa", "aab", "bb"] {
        ask(VCRMode::Replay, paths).await;
    }
}
RS
cat > look.py <<'PY'
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

came = []


class Origin(BaseHTTPRequestHandler):
    def do_GET(self):
        came.append(self.path)
        body = f"{self.path[1:]}{len(came)}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/"
done = subprocess.run(["target/debug/look", url], check=True, timeout=60, capture_output=True, text=True)
found = done.stdout.splitlines()
print("\n".join(["  recorded: " + found[0], *("  replayed: " + each for each in found[1:])]))
expected = ["aba a1 b2 a3", "aba a1 b2 a3", "baa b2 a3 a3", "aab a1 a3 none", "bb b2 b2"]
sys.exit(found != expected or len(came) != 3)
PY
cargo build --quiet
cargo tree --quiet --depth 1 --prefix none | grep -E "^(reqwest|reqwest-middleware|reqwest-vcr) "
env -u http_proxy -u HTTP_PROXY -u all_proxy -u ALL_PROXY python3 look.py || { echo "the behaviour has changed"; exit 1; }
