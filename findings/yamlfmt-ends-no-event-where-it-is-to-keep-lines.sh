#!/usr/bin/env bash
# Google's yamlfmt, told to retain_line_breaks, which is to change less, changes a text: of a block that ends in empty
# lines it drops these, so that a stream's last event has no end; without that option it leaves the text as it is.
#
# Versions: github.com/google/yamlfmt v0.21.0; PyYAML 6.0.4, which reads the files (CPython 3.11).
# Source: observed; to get empty lines past its YAML library yamlfmt puts a mark into each before, and takes the marks
# out behind, also those within a text. YAML 1.2.2, section 8.1.1.2: "|+" keeps all line breaks at the end.
# Why it matters to a recorder: cassettes are formatted with the rest of a project. A client of event streams that keeps
# to the standard throws the last event away when the empty line behind it is missing, so that a replay ends one
# message early; the cassette is valid, and its diff is one empty line.
set -euo pipefail
for tool in go python3; do
  command -v "$tool" > /dev/null || { echo "$tool is not installed" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check pyyaml==6.0.4
GOBIN=$work GOPATH=$work/go GOFLAGS=-modcacherw go install github.com/google/yamlfmt/cmd/yamlfmt@v0.21.0 2> got
cat > was.yaml <<'YAML'
interactions:
  - id: 0
    body: |+
      data: ann

      data: bob

  - id: 1
    body: |+
      page


  - id: 2
    body: |
      id

      ann
YAML
cp was.yaml plain.yaml
cp was.yaml retain.yaml
cp was.yaml single.yaml
./yamlfmt plain.yaml
./yamlfmt -formatter retain_line_breaks=true retain.yaml
./yamlfmt -formatter retain_line_breaks_single=true single.yaml
cat > look.py <<'PY'
import yaml


def bodies(name):
    with open(f"{name}.yaml") as file:
        return [one["body"] for one in yaml.safe_load(file)["interactions"]]


found = {name: bodies(name) for name in ("was", "plain", "retain", "single")}
for name, texts in found.items():
    print(name, texts)
was = ["data: ann\n\ndata: bob\n\n", "page\n\n\n", "id\n\nann\n"]
cut = ["data: ann\n\ndata: bob\n", "page\n", "id\n\nann\n"]
assert found == {"was": was, "plain": was, "retain": cut, "single": cut}, "the behaviour has changed"
PY
venv/bin/python look.py
