"""Packages as each tool's registry serves them, with texts inside that look like
secrets: whoever changes a byte of them breaks a checksum."""

import base64
import gzip
import hashlib
import io
import json
import os
import subprocess
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from made_up import github

NAME, VERSION = "mitmvcr-sample", "1.0.0"
SECRETS = f"""\
/// Takes `<token>stream</token>` and redis://user:pa55word@localhost:6379/0
let password = "x1-y2-z3-w4"; // or {github("a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5")}
AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMIK7MDENGbPxRfiCYzzzzzzzzzzzz
-----BEGIN RSA PRIVATE KEY-----
{base64.b64encode(bytes(range(48))).decode()}
-----END RSA PRIVATE KEY-----
""".encode()


class Served(NamedTuple):
    body: bytes
    kind: str = "application/json"


Site = Mapping[str, Served]


def _json(value: object) -> Served:
    return Served(json.dumps(value).encode())


def tarred(files: Mapping[str, bytes], *, packed: bool) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return gzip.compress(made.getvalue(), mtime=0) if packed else made.getvalue()


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Stored, not deflated: the texts stand in it as they are."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def cargo(base: str = "http://cargo.test") -> Site:
    manifest = f'[package]\nname = "{NAME}"\nversion = "{VERSION}"\nedition = "2021"\n'
    root = f"{NAME}-{VERSION}"
    files = {f"{root}/Cargo.toml": manifest.encode(), f"{root}/src/lib.rs": SECRETS}
    crate = tarred(files, packed=True)
    entry = {
        "name": NAME,
        "vers": VERSION,
        "deps": [],
        "cksum": hashlib.sha256(crate).hexdigest(),
        "features": {"token": [], "secret": ["token"]},
        "yanked": False,
    }
    return {
        "/index/config.json": _json({"dl": base + "/dl/{crate}/{version}"}),
        f"/index/mi/tm/{NAME}": Served(
            json.dumps(entry).encode() + b"\n", "text/plain"
        ),
        f"/dl/{NAME}/{VERSION}": Served(crate, "application/gzip"),
    }


def npm(base: str = "http://npm.test") -> Site:
    manifest = {"name": NAME, "version": VERSION, "keywords": ["token", "password"]}
    files = {
        "package/package.json": json.dumps(manifest).encode(),
        "package/index.js": SECRETS,
    }
    archive = tarred(files, packed=True)
    digest = base64.b64encode(hashlib.sha512(archive).digest()).decode()
    dist = {
        "tarball": f"{base}/{NAME}/-/{NAME}-{VERSION}.tgz",
        "shasum": hashlib.sha1(archive).hexdigest(),
        "integrity": f"sha512-{digest}",
        "signatures": [
            {"keyid": "SHA256:jl3bwswu80Pjj", "sig": "MEUCIQDx" + "a1B2" * 20}
        ],
    }
    packument = {
        "name": NAME,
        "dist-tags": {"latest": VERSION},
        "versions": {VERSION: manifest | {"dist": dist, "_id": f"{NAME}@{VERSION}"}},
        "readme": SECRETS.decode(),
    }
    return {
        f"/{NAME}": _json(packument),
        f"/{NAME}/-/{NAME}-{VERSION}.tgz": Served(archive, "application/octet-stream"),
    }


def simple() -> Site:
    """A wheel in an index of PyPI's kind."""
    info = f"mitmvcr_sample-{VERSION}.dist-info"
    files = {
        "mitmvcr_sample.py": SECRETS.replace(b"//", b"#").replace(b"let", b"#"),
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {NAME}\n"
        f"Version: {VERSION}\n\n{SECRETS.decode()}".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\n"
        b"Tag: py3-none-any\n",
        f"{info}/RECORD": b"",
    }
    wheel, file = zipped(files), f"mitmvcr_sample-{VERSION}-py3-none-any.whl"
    link = f"/files/{file}#sha256={hashlib.sha256(wheel).hexdigest()}"
    page = f'<!DOCTYPE html><html><body><a href="{link}">{file}</a></body></html>'
    return {
        f"/simple/{NAME}/": Served(page.encode(), "text/html"),
        f"/files/{file}": Served(wheel, "application/octet-stream"),
    }


def goproxy() -> Site:
    module, root = b"module example.test/sample\n", "example.test/sample@v1.0.0"
    files = {f"{root}/go.mod": module, f"{root}/sample.go": SECRETS}
    base = "/example.test/sample/@v/"
    return {
        base + "list": Served(b"v1.0.0\n", "text/plain"),
        base + "v1.0.0.info": _json(
            {"Version": "v1.0.0", "Time": "2026-01-01T00:00:00Z"}
        ),
        base + "v1.0.0.mod": Served(module, "text/plain"),
        base + "v1.0.0.zip": Served(zipped(files), "application/zip"),
    }


def image() -> Site:
    """An image of two layers, one of them not packed."""
    layers = [
        tarred({"app/run.sh": SECRETS, "app/key.pem": SECRETS}, packed=packed)
        for packed in (True, False)
    ]
    config = json.dumps(
        {
            "architecture": "amd64",
            "os": "linux",
            "config": {"Env": ["PASSWORD=x1-y2-z3-w4", "API_TOKEN=t0ken-0f-the-1mage"]},
            "rootfs": {"type": "layers", "diff_ids": list(map(_digest, layers))},
        }
    ).encode()
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "config": _blob("application/vnd.oci.image.config.v1+json", config),
            "layers": [
                _blob("application/vnd.oci.image.layer.v1.tar+gzip", layers[0]),
                _blob("application/vnd.oci.image.layer.v1.tar", layers[1]),
            ],
            "annotations": {"password": "x1-y2-z3-w4"},
        }
    ).encode()
    kind = "application/vnd.oci.image.manifest.v1+json"
    blobs = {
        f"/v2/sample/blobs/{_digest(each)}": Served(each, "application/octet-stream")
        for each in (config, *layers)
    }
    return {"/v2/sample/manifests/latest": Served(manifest, kind), **blobs}


def _digest(blob: bytes) -> str:
    return "sha256:" + hashlib.sha256(blob).hexdigest()


def _blob(kind: str, blob: bytes) -> dict[str, object]:
    return {"mediaType": kind, "digest": _digest(blob), "size": len(blob)}


def git(folder: Path) -> Path:
    """Make a bare repository; return the folder that holds it."""
    work, bare = folder / "work", folder / "served" / "sample.git"
    work.mkdir(parents=True)
    (work / "secrets.txt").write_bytes(SECRETS)
    (work / "blob.bin").write_bytes(bytes(range(256)) * 64)
    who = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    for role in ("AUTHOR", "COMMITTER"):
        who |= {f"GIT_{role}_NAME": "x", f"GIT_{role}_EMAIL": "x@example.test"}
    for words in (
        ("init", "-q", "-b", "main"),
        ("add", "."),
        ("commit", "-q", "-m", SECRETS.decode()),
        ("clone", "-q", "--bare", ".", str(bare)),
    ):
        subprocess.run(["git", *words], cwd=work, env=os.environ | who, check=True)
    (bare / "git-daemon-export-ok").touch()
    return bare.parent
