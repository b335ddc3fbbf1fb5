//! Gives each test a mitmvcr cassette of its own, named after it. A client is sent to
//! the session's proxy and trusts its certificate; nothing global is set, so tests run
//! in parallel. A request that the cassette does not hold fails the test that made it.
//!
//! ```no_run
//! let vcr = mitmvcr_test::vcr!();
//! let proxy = ureq_or_reqwest(vcr.proxy_url(), vcr.ca_pem());
//! # fn ureq_or_reqwest(_: &str, _: Vec<u8>) {}
//! ```

mod control;
mod json;

use json::Value;

/// Opens a session that is named after the function that it stands in.
///
/// Options follow as pairs of mitmvcr's names: `vcr!("match" = "method,url")`. The mode of
/// the run counts more than one here, which with `CI` set records nothing.
#[macro_export]
macro_rules! vcr {
    ($($name:literal = $value:expr),* $(,)?) => {{
        fn here() {}
        $crate::Session::open_here(file!(), &$crate::name_of(here), &[$(($name, $value)),*])
    }};
}

/// A session of one test. Its end, with the test's, saves the cassette, and panics if a
/// request had no match, unless the test panics already: then it says so on stderr.
#[derive(Debug)]
pub struct Session {
    name: String,
    cassette: String,
    mode: String,
    proxy_url: String,
    ca_file: String,
}

impl Session {
    /// Opens a session for this cassette, as `login/ok`. Panics where there can be none.
    pub fn open(cassette: &str) -> Self {
        Self::open_with(cassette, &[])
    }

    /// As `open`, with options by mitmvcr's names: `("match", "method,path")`.
    pub fn open_with(cassette: &str, options: &[(&str, &str)]) -> Self {
        let mut wish = vec![("cassette", cassette)];
        wish.extend(options);
        let run = control::mode_of_run();
        hold_to_the_run(&mut wish, run.as_deref(), control::is_ci());
        let facts = control::call("POST", "/sessions", &json::object(&wish)).unwrap_or_else(|error| {
            panic!("mitmvcr: {error}");
        });
        Self {
            name: facts.text("name"),
            cassette: facts.text("cassette"),
            mode: facts.text("mode"),
            proxy_url: facts.text("proxy_url"),
            ca_file: facts.text("ca_file"),
        }
    }

    /// Opens a session that is named after a function, for the macro. No other test gets
    /// its cassette, unless the options name one.
    #[doc(hidden)]
    pub fn open_here(file: &str, function: &str, options: &[(&str, &str)]) -> Self {
        let test = control::test_in(file, function);
        let is_named = options.iter().any(|option| option.0 == "cassette");
        let own = [("test", test.as_str())];
        let wish = if is_named { &own[..0] } else { &own[..] };
        Self::open_with(function, &[options, wish].concat())
    }

    /// The URL of the session's own proxy.
    pub fn proxy_url(&self) -> &str {
        &self.proxy_url
    }

    /// The file, in PEM, of the authority that a client has to trust.
    pub fn ca_file(&self) -> &str {
        &self.ca_file
    }

    /// What is in that file.
    pub fn ca_pem(&self) -> Vec<u8> {
        std::fs::read(&self.ca_file)
            .unwrap_or_else(|error| panic!("mitmvcr: {}: {error}", self.ca_file))
    }

    /// What the session does, as `record_once`.
    pub fn mode(&self) -> &str {
        &self.mode
    }

    /// Returns what `make` returns, recorded; a replay has the recorded one.
    pub fn variable(&self, name: &str, make: impl FnOnce() -> String) -> String {
        let path = format!("/sessions/{}/variables", control::escaped(&self.name));
        match control::call("POST", &path, &json::object(&[(name, &make())])) {
            Ok(facts) => facts.text(name),
            Err(error) => panic!("mitmvcr: variable {name}: {error}"),
        }
    }

    fn end(&self) -> Vec<String> {
        let path = format!("/sessions/{}", control::escaped(&self.name));
        // mitmvcr run notes whose test has failed, for --partial.
        let body = format!("{{\"failed\": {}}}", std::thread::panicking());
        let facts = match control::call("DELETE", &path, &body) {
            Ok(facts) => facts,
            Err(error) => return vec![error],
        };
        let mut wrong: Vec<String> = Vec::new();
        if let Some(Value::Text(failure)) = facts.get("failure") {
            wrong.push(failure.clone());
        }
        let misses = facts.get("misses").map_or(&[][..], Value::items);
        wrong.extend(misses.iter().map(|miss| self.missed(miss)));
        wrong
    }

    fn missed(&self, miss: &Value) -> String {
        let request = miss.get("request").unwrap_or(&Value::Null);
        let often = match miss.get("times") {
            Some(Value::Number(times)) if times != "1" => format!(" ({times} times)"),
            _ => String::new(),
        };
        format!(
            "no match in cassette {}:\n  {} {}{often}: {}",
            self.cassette,
            request.text("method"),
            request.text("url"),
            miss.text("reason"),
        )
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let wrong = self.end();
        if wrong.is_empty() {
            return;
        }
        let report = format!("mitmvcr: {}", wrong.join("\nmitmvcr: "));
        if std::thread::panicking() {
            eprintln!("{report}");
        } else {
            panic!("{report}");
        }
    }
}

/// Lets the mode that a run was given count more than one in code. Without one, no mode in
/// code records in CI.
fn hold_to_the_run<'a>(wish: &mut Vec<(&'a str, &'a str)>, run: Option<&'a str>, is_ci: bool) {
    if let Some(mode) = run {
        wish.retain(|option| option.0 != "mode");
        wish.push(("mode", mode));
    } else if is_ci {
        let in_code = wish.iter_mut().filter(|option| option.0 == "mode");
        for option in in_code.filter(|option| option.1 != "passthrough") {
            option.1 = "replay_only";
        }
    }
}

/// Returns the name of the function that `here` stands in, as a cassette has it; for
/// the macro.
pub fn name_of<T>(_: T) -> String {
    let path = std::any::type_name::<T>();
    let parts = path.split("::").filter(|part| !part.starts_with('{'));
    let mut parts: Vec<&str> = parts.collect();
    parts.pop(); // here
    parts.join("/")
}
