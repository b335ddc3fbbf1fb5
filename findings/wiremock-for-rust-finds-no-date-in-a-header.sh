#!/usr/bin/env bash
# A mock of wiremock, Rust's usual mock server, for a header whose value has a comma answers nothing, not that very value: it
# takes what was sent apart at each comma, a date and a User-Agent too, so that If-Modified-Since: Sun, 06 Nov 1994
# 08:49:37 GMT is a list of two. A mock for ?tag=a answers ?tag=b&tag=a and each further parameter; mockito's, beside it, for
# tag=a has no answer to ?tag=a&tag=b, and of two mocks of one request it gives the first once and the second for ever.
#
# Versions: wiremock 0.6.5, mockito 1.7.2, ureq 2.12.1 (cargo 1.95).
# Source: wiremock's src/matchers.rs: HeaderExactMatcher splits each value of the request at ","; mockito's UrlEncoded and
# its choice of a mock, observed. RFC 9110, 5.3 and 5.6.1: fields that are no lists are not split.
# Why it matters to a recorder: what counts for one request in a suite's mocks is neither what HTTP says nor what the next
# library says; a recording of the same suite has one answer for each request, in the order in which they came.
set -euo pipefail
command -v cargo > /dev/null || { echo "cargo is not installed" >&2; exit 1; }
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
mockito = "=1.7.2"
tokio = { version = "=1.54.1", features = ["rt-multi-thread"] }
ureq = { version = "=2.12.1", default-features = false }
wiremock = "=0.6.5"

[profile.dev]
debug = false
TOML
cat > src/main.rs <<'RS'
use mockito::Matcher;
use wiremock::matchers::{header, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

fn ask(url: String, field: Option<(&str, &str)>) -> String {
    let mut request = ureq::get(&url);
    if let Some((name, value)) = field {
        request = request.set(name, value);
    }
    match request.call() {
        Ok(answer) => answer.into_string().unwrap(),
        Err(ureq::Error::Status(status, _)) => status.to_string(),
        Err(error) => panic!("{error}"),
    }
}

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let answered = || ResponseTemplate::new(200).set_body_string("answered");
    let fields = [
        ("x-team", "1"),
        ("if-modified-since", "Sun, 06 Nov 1994 08:49:37 GMT"),
        ("user-agent", "look (KHTML, like Gecko)"),
    ];
    for (name, value) in fields {
        let server = runtime.block_on(MockServer::start());
        runtime.block_on(Mock::given(header(name, value)).respond_with(answered()).mount(&server));
        println!("wiremock, {name}: {value}: {}", ask(server.uri(), Some((name, value))));
    }
    let server = runtime.block_on(MockServer::start());
    runtime.block_on(Mock::given(query_param("tag", "a")).respond_with(answered()).mount(&server));
    let mut other = mockito::Server::new();
    let tagged = Matcher::UrlEncoded("tag".into(), "a".into());
    let _tagged = other.mock("GET", "/").match_query(tagged).with_body("answered").create();
    for query in ["tag=a", "tag=b&tag=a", "tag=a&tag=b", "tag=a&page=2"] {
        println!("wiremock, ?{query}: {}", ask(format!("{}/?{query}", server.uri()), None));
        println!("mockito, ?{query}: {}", ask(format!("{}/?{query}", other.url()), None));
    }
    let _first = other.mock("GET", "/job").with_body("queued").create();
    let _second = other.mock("GET", "/job").with_body("done").create();
    let said: Vec<_> = (0..3).map(|_| ask(format!("{}/job", other.url()), None)).collect();
    println!("mockito, two mocks: {}", said.join(", "));
}
RS
cargo run --quiet > found
cat found
cat > expected <<'END'
wiremock, x-team: 1: answered
wiremock, if-modified-since: Sun, 06 Nov 1994 08:49:37 GMT: 404
wiremock, user-agent: look (KHTML, like Gecko): 404
wiremock, ?tag=a: answered
mockito, ?tag=a: answered
wiremock, ?tag=b&tag=a: answered
mockito, ?tag=b&tag=a: answered
wiremock, ?tag=a&tag=b: answered
mockito, ?tag=a&tag=b: 501
wiremock, ?tag=a&page=2: answered
mockito, ?tag=a&page=2: answered
mockito, two mocks: queued, done, done
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
