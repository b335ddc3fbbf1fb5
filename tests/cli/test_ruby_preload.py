"""What is put into every Ruby process of a run."""

import shutil
import subprocess
from pathlib import Path

from leaving_out import leave_out
from mitmvcr.cli.child import trust

PRELOAD = trust._SHIMS / "ruby" / "preload.rb"


def test_two_installations_do_not_require_for_ever(tmp_path: Path) -> None:
    """A run within a run of another one."""
    ruby = shutil.which("ruby")
    if ruby is None:
        leave_out("Ruby is not installed")
    other = tmp_path / "preload.rb"
    shutil.copy(PRELOAD, other)
    words = [
        ruby,
        f"-r{PRELOAD}",
        f"-r{other}",
        "-e",
        'require "json"; puts [1].to_json',
    ]
    ran = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.stderr) == ("[1]\n", "")
