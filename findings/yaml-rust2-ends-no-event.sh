#!/usr/bin/env bash
# yaml-rust2, asked to write text of several lines as blocks, writes each as "|" or "|-" and knows neither "+" nor an
# indentation: a stream of events comes back without the empty line that ends its last one, so that
# no client is given it, and text whose first line is indented makes a file that nobody can read,
# yaml-rust2 neither.
#
# Versions: yaml-rust2 0.13.2 (cargo 1.95), PyYAML 6.0.4.
# Source: yaml-rust2's src/emitter.rs (emit_literal_block, multiline_strings); YAML 1.2.2, section 8.1.1; the
# standard of server-sent events gives an event to the program at its empty line.
# Why it matters to a recorder: of a chat's answer the last event, be it its [DONE] or its bill, is lost to whatever
# replays the file, and nothing says so but one letter less in the body. One body that begins with a blank,
# as pretty-printed pages do, costs all of the file. Without that option each text is in quotes, and is sound.
set -euo pipefail
for tool in cargo python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check pyyaml==6.0.4
cat > Cargo.toml <<'TOML'
[package]
name = "look"
version = "0.1.0"
edition = "2021"

[[bin]]
name = "look"
path = "main.rs"

[dependencies]
yaml-rust2 = "=0.13.2"
TOML
cat > main.rs <<'RS'
use yaml_rust2::{yaml::Hash, Yaml, YamlEmitter, YamlLoader};

const TEXTS: [(&str, &str); 3] = [
    ("events", "data: {\"n\": 1}\n\ndata: [DONE]\n\n"),
    ("indented", "  <p>\n</p>\n"),
    ("plain", "one\ntwo\n"),
];

fn written(text: &str, blocks: bool) -> String {
    let mut interaction = Hash::new();
    interaction.insert(Yaml::String("body".into()), Yaml::String(text.into()));
    interaction.insert(Yaml::String("code".into()), Yaml::Integer(200));
    let mut out = String::new();
    let mut emitter = YamlEmitter::new(&mut out);
    emitter.multiline_strings(blocks);
    emitter.dump(&Yaml::Hash(interaction)).unwrap();
    out
}

fn main() {
    for blocks in [true, false] {
        for (name, text) in TEXTS {
            let file = written(text, blocks);
            if blocks {
                std::fs::write(format!("{name}.yaml"), &file).unwrap();
            }
            let said = match YamlLoader::load_from_str(&file) {
                Err(_) => "refused".to_string(),
                Ok(read) => match read[0]["body"].as_str().unwrap() {
                    same if same == text => "same".to_string(),
                    other => format!("{other:?}"),
                },
            };
            println!("{name}, {}: {said}", if blocks { "block" } else { "quoted" });
        }
    }
}
RS
{
  cargo run --quiet
  venv/bin/python - <<'PY'
import yaml

for name in "events", "indented", "plain":
    with open(f"{name}.yaml") as file:
        try:
            print(f"PyYAML, {name}: {yaml.safe_load(file)['body']!r}")
        except yaml.YAMLError as error:
            print(f"PyYAML, {name}: {type(error).__name__}")
PY
} > found
cat events.yaml indented.yaml
echo
cat found
cat > expected <<'END'
events, block: "data: {\"n\": 1}\n\ndata: [DONE]\n"
indented, block: refused
plain, block: same
events, quoted: same
indented, quoted: same
plain, quoted: same
PyYAML, events: 'data: {"n": 1}\n\ndata: [DONE]\n'
PyYAML, indented: ParserError
PyYAML, plain: 'one\ntwo\n'
END
diff expected found || { echo "the behaviour has changed"; exit 1; }
