"""Let schemathesis try the control API of a proxy that runs, by the document that it
serves: check_api.py SCHEMATHESIS [OPTION...]."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
CASSETTE = """---
version: 2
interactions:
    - id: 0
      request:
        url: https://api.example.test/v1/model
        method: GET
      response:
        body: '{"model": "storyteller"}'
        code: 200
"""
SERVE = ("-m", "mitmvcr", "serve", "--attached", "--cassettes")


def main(tool: str, *options: str) -> int:
    with tempfile.TemporaryDirectory() as folder:
        (place := Path(folder, "login", "ok.yaml")).parent.mkdir()
        place.write_text(CASSETTE)
        served = subprocess.Popen(
            [sys.executable, *SERVE, folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=folder,
            env=os.environ | {"MITMVCR_HOME": f"{folder}/home"},
        )
        assert served.stdin is not None
        assert served.stdout is not None
        url = json.loads(served.stdout.readline())["control_url"]
        tried = subprocess.run(
            [
                *(tool, "--config-file", HERE / "schemathesis.toml"),
                *("run", f"{url}/openapi.json", "--url", url, *options),
            ],
            cwd=folder,
            check=False,
        )
        served.stdin.close()  # and it ends
        return tried.returncode or served.wait(60)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
