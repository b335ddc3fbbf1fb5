//! The control API of the mitmvcr that runs, or else of one that is started for this
//! process, and ends with it.

use std::env;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use crate::json::{self, Value};

const VARIABLE: &str = "MITMVCR_CONTROL_URL";
/// The API itself waits 30 s for what is under way.
const PATIENCE: Duration = Duration::from_secs(60);

/// The host and port of the API; and the proxy, which ends when its stdin does.
static PLACE: OnceLock<Result<(String, Option<Child>), String>> = OnceLock::new();

/// Asks the API. An error is what it says, in one line.
pub fn call(method: &str, path: &str, body: &str) -> Result<Value, String> {
    let place = match PLACE.get_or_init(find) {
        Ok((place, _)) => place,
        Err(error) => return Err(error.clone()),
    };
    let (status, answer) = ask(place, method, path, body).map_err(|error| {
        format!(
            "the control API at http://{place} does not answer ({error}): start mitmvcr anew, \
             or unset {VARIABLE}, and the tests start their own"
        )
    })?;
    let facts = json::parse(&answer)
        .ok_or_else(|| format!("what is at {place} is no control API of mitmvcr"))?;
    if status < 300 {
        return Ok(facts);
    }
    Err(facts.text("detail"))
}

/// Returns a name as a part of a path.
pub fn escaped(name: &str) -> String {
    let bytes = name.bytes();
    bytes
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).into(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// Returns the test that runs in a function, as no other is: several may call it, and
/// other packages may have one of its name. Tests run in threads that are named after them.
pub fn test_in(file: &str, function: &str) -> String {
    let thread = std::thread::current();
    let test = thread.name().filter(|name| *name != "main");
    let within = test.map_or(String::new(), |name| format!(" in the test {name}"));
    format!("{file}: {function}{within} ({})", root())
}

/// Returns the mode that the run was given; `mitmvcr run` sets the first variable then.
pub fn mode_of_run() -> Option<String> {
    let names = ["MITMVCR_RUN_MODE", "MITMVCR_MODE"];
    let mut found = names.iter().filter_map(|name| env::var(name).ok());
    found.find(|mode| !mode.is_empty())
}

/// Returns what mitmvcr itself takes for a CI server.
pub fn is_ci() -> bool {
    let said = env::var("CI").unwrap_or_default();
    !matches!(said.trim().to_lowercase().as_str(), "" | "0" | "false")
}

fn root() -> String {
    env::var("CARGO_MANIFEST_DIR").unwrap_or_else(|_| ".".into())
}

fn find() -> Result<(String, Option<Child>), String> {
    match env::var(VARIABLE) {
        Ok(url) if !url.is_empty() => Ok((host_and_port(&url)?, None)),
        _ => {
            let (url, child) = start()?;
            Ok((host_and_port(&url)?, Some(child)))
        }
    }
}

fn host_and_port(url: &str) -> Result<String, String> {
    match url.strip_prefix("http://") {
        Some(place) => Ok(place.trim_end_matches('/').to_owned()),
        None => Err(format!(
            "{VARIABLE}={url}: use http://127.0.0.1:PORT, as mitmvcr serve --control PORT says it"
        )),
    }
}

fn start() -> Result<(String, Child), String> {
    let mut child = Command::new("mitmvcr")
        .arg("serve")
        .arg("--cassettes")
        .arg(Path::new(&root()).join("cassettes"))
        .arg("--attached")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| {
            format!(
                "no mitmvcr on the PATH can be started ({error}): \
                 install it (pipx install mitmvcr), \
                 or set {VARIABLE}"
            )
        })?;
    let mut line = String::new();
    let out = child.stdout.take().expect("it is a pipe");
    let read = BufReader::new(out).read_line(&mut line);
    match (read, json::parse(&line)) {
        (Ok(_), Some(facts)) => Ok((facts.text("control_url"), child)),
        _ => Err("mitmvcr serve did not start: see its error above".into()),
    }
}

/// Returns the status and the body of an answer.
fn ask(place: &str, method: &str, path: &str, body: &str) -> std::io::Result<(u16, String)> {
    let mut stream = TcpStream::connect(place)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let known = match env::var("MITMVCR_CONTROL_TOKEN") {
        Ok(token) if !token.is_empty() => format!("Authorization: Bearer {token}\r\n"),
        _ => String::new(),
    };
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {place}\r\nConnection: close\r\n{known}\
         X-Vcr-Control: 1\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok());
    match status {
        Some(status) => Ok((status, body.to_owned())),
        None => Err(std::io::Error::other("it does not speak HTTP")),
    }
}
