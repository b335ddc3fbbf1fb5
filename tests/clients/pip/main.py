"""Download a package."""

import os
import subprocess
import sys
import tempfile

index = f"{sys.argv[1]}/simple/"
with tempfile.TemporaryDirectory() as folder:
    pip = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "-q",
        "--no-cache-dir",
        "-d",
        folder,
    ]
    subprocess.run([*pip, "--index-url", index, "mitmvcr-sample==1.0.0"], check=True)
    print(*os.listdir(folder))
