#!/usr/bin/env bash
# Ruby's YAML passes over commas in numbers: the text 1,2 is the integer 12, and 2026,11,28 is
# 20261128. Psych quotes such text when it writes; PyYAML, Go's and JavaScript's
# libraries do not, and read it as the text that it is.
#
# Versions: Psych 4.0.3 (Ruby 3.1.2, Debian 12's package), PyYAML 6.0.4, js-yaml 5.5.0.
# Source: Psych's lib/psych/scalar_scanner.rb (INTEGER); YAML 1.1's and 1.2's
# integers have no comma.
# Why it matters to a recorder: a script in Python that cleans a Ruby project's cassettes
# turns a header "X-Ids: 1,2" or a CSV body into a number, and VCR replays another value
# without an error. Who writes YAML that Ruby is to read has to quote digits with commas.
set -euo pipefail
for program in ruby npm; do
  command -v "$program" > /dev/null || { echo "$program is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check PyYAML==6.0.4
npm install --silent --no-audit --no-fund js-yaml@5.5.0
cat > write.rb <<'RUBY'
require 'yaml'
warn "Psych #{Psych::VERSION}, Ruby #{RUBY_VERSION}"
File.write('psych.yaml', YAML.dump({ 'ids' => '1,2', 'day' => '2026,11,28' }))
RUBY
cat > clean.py <<'PY'
import yaml

print("PyYAML", yaml.__version__)
with open("psych.yaml") as file:
    found = yaml.safe_load(file)
assert found == {"ids": "1,2", "day": "2026,11,28"}
with open("pyyaml.yaml", "w") as file:
    yaml.safe_dump(found, file)
PY
cat > clean.mjs <<'JS'
import fs from 'node:fs';
import { dump, load } from 'js-yaml';
fs.writeFileSync('js-yaml.yaml', dump(load(fs.readFileSync('psych.yaml', 'utf8'))));
JS
ruby write.rb
venv/bin/python clean.py
node clean.mjs
for name in psych pyyaml js-yaml; do
  echo "Psych reads $name: $(ruby -ryaml -e 'p YAML.load_file(ARGV[0]).sort.map(&:last)' "$name.yaml")"
done | tee found
diff - found <<'END' || { echo "the behaviour has changed"; exit 1; }
Psych reads psych: ["2026,11,28", "1,2"]
Psych reads pyyaml: [20261128, 12]
Psych reads js-yaml: [20261128, 12]
END
