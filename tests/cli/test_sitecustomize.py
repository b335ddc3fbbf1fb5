"""What is put into every Python process of a run."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from cli.helpers import CLIENT_PYTHON
from mitmvcr.cli.child import trust
from origin.certs import make

SHIM = trust._SHIMS / "python"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Next on PYTHONPATH, after the shim."""
    made = tmp_path / "mine"
    made.mkdir()
    return made


def python(
    folder: Path, code: str, *, shim: bool = True, **more: str
) -> subprocess.CompletedProcess[str]:
    path = [str(SHIM)] * shim + [str(folder)]
    return subprocess.run(
        [CLIENT_PYTHON, "-c", code],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(path)} | more,
        capture_output=True,
        text=True,
        check=False,
    )


def test_nothing_more_is_imported_at_the_start(folder):
    code = "import sys; print(sorted(m for m in sys.modules if m != 'sitecustomize'))"
    with_shim, without = python(folder, code), python(folder, code, shim=False)
    assert with_shim.stdout == without.stdout
    assert with_shim.stderr == ""


def test_the_shim_leaves_the_path_as_it_would_have_been(folder):
    code = "import sys; print(sys.path)"
    assert python(folder, code).stdout == python(folder, code, shim=False).stdout


def test_a_sitecustomize_that_it_hides_is_run(folder):
    (folder / "sitecustomize.py").write_text("import sys; sys.mine = __name__")
    code = "import sys, sitecustomize; print(sys.mine, sitecustomize.__file__)"
    expected = f"sitecustomize {folder / 'sitecustomize.py'}\n"
    assert python(folder, code).stdout == expected


def test_a_hidden_one_that_fails_fails_as_it_would_have(folder):
    (folder / "sitecustomize.py").write_text("1 / 0")
    with_shim, without = (python(folder, "print(1)", shim=shim) for shim in (1, 0))
    assert with_shim.stdout == without.stdout == "1\n"
    assert with_shim.stderr == without.stderr
    assert "ZeroDivisionError" in with_shim.stderr


def test_a_hidden_one_that_lacks_a_module_fails_as_it_would_have(folder):
    (folder / "sitecustomize.py").write_text("import no_such_module")
    with_shim, without = (python(folder, "print(1)", shim=shim) for shim in (1, 0))
    assert with_shim.stderr == without.stderr
    assert "no_such_module" in with_shim.stderr


#: Asks all others, as ours did, and takes its shadow away whatever it is.
OTHER = """
import sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name != "http.client": return None
        for finder in sys.meta_path:
            if finder is not self:
                spec = finder.find_spec(name, path, target)
                if spec is not None:
                    loader = spec.loader
                    execute = loader.exec_module
                    def exec_module(module):
                        del loader.exec_module
                        execute(module)
                        module.seen = True
                    loader.exec_module = exec_module
                    return spec
sys.meta_path.insert(%d, Finder())
"""


@pytest.mark.parametrize("place", [0, 1])
def test_another_that_asks_all_finders_does_not_ask_for_ever(folder, place):
    (folder / "sitecustomize.py").write_text(OTHER % place)
    code = (
        "import http.client as c; print(c.seen, c.HTTPConnection.__init__.__module__)"
    )
    ran = python(folder, code)
    assert ran.stdout == "True mitmvcr_tunnels\n", ran.stderr


def test_two_installations_patch_a_module_once(folder):
    """A run within a run of another one, or of a shell with ``mitmvcr env`` of it."""
    shutil.copytree(SHIM, folder, dirs_exist_ok=True)
    code = """
import http.client as c, sys
import certifi
print(sum(type(each).__name__ == "_Finder" for each in sys.meta_path))
init = c.HTTPConnection.__init__
print(init.__module__, init.__wrapped__.__module__, certifi.where())
"""
    bundle = folder / "bundle.pem"
    bundle.write_text("")
    ran = python(folder, code, MITMVCR_CA_BUNDLE=str(bundle))
    count, rest = ran.stdout.splitlines()
    assert (ran.stderr, count) == ("", "2")
    assert rest.split() == ["mitmvcr_tunnels", "http.client", str(bundle)]


def test_a_module_that_is_loaded_anew_is_patched_anew(folder):
    code = "import http.client as c, importlib; importlib.reload(c)\n"
    ran = python(folder, code + "print(c.HTTPConnection.__init__.__module__)")
    assert ran.stdout == "mitmvcr_tunnels\n", ran.stderr


TRUSTS = """
import aiohttp, asyncio
async def main():
    for options in ({}, {"trust_env": False}):
        async with aiohttp.ClientSession(**options) as session:
            print(session.trust_env)
asyncio.run(main())
"""


def test_aiohttp_trusts_the_environment_unless_told_not_to(folder):
    ran = python(folder, TRUSTS)
    assert (ran.stdout, ran.stderr) == ("True\nFalse\n", "")


@pytest.mark.parametrize("names", ["trust_env", "trust_env=0, last"])
def test_aiosonic_does_too_unless_told_not_to(folder, names):
    """A stand-in: scripts/clients tries the real one."""
    (folder / "aiosonic").mkdir()
    (folder / "aiosonic" / "__init__.py").write_text("")
    (folder / "aiosonic" / "client.py").write_text(f"""
class HTTPClient:
    def __init__(self, first=None, {names}=0):
        self.found = trust_env
""")
    code = "from aiosonic.client import HTTPClient as C"
    code += "\nprint(C().found, C(0, 0).found)"
    ran = python(folder, code)
    assert (ran.stdout, ran.stderr) == ("True 0\n", "")


def test_certifi_gives_the_bundle_while_there_is_one(folder, tmp_path):
    bundle = tmp_path / "bundle.pem"
    bundle.write_text("PEM")
    code = "import certifi; print(certifi.where()); print(certifi.contents()[:3])"
    ran = python(folder, code, MITMVCR_CA_BUNDLE=str(bundle))
    assert ran.stdout == f"{bundle}\nPEM\n"
    gone = python(folder, code, MITMVCR_CA_BUNDLE="/nowhere")
    assert gone.stdout == python(folder, code, shim=False).stdout


TRUSTED = """
import ssl, sys
context = ssl.create_default_context(cafile=sys.argv[1])
print(len(context.get_ca_certs()))
"""


@pytest.mark.parametrize(
    ("place", "bundled", "trusted"),
    [
        ("lib/site-packages/sdk", True, 2),
        ("lib/dist-packages/sdk/data", True, 2),
        ("etc/my-site-packages", True, 1),
        ("lib/site-packages/sdk", False, 1),
    ],
)
def test_what_a_library_brings_is_trusted_beside_the_bundle(
    folder, tmp_path, place, bundled, trusted
):
    bundle = make(tmp_path).ca if bundled else tmp_path / "none.pem"
    brought = tmp_path / place
    brought.mkdir(parents=True)
    (folder / "look.py").write_text(TRUSTED)
    code = f"import sys; sys.argv = ['look', {str(make(brought).ca)!r}]; import look"
    ran = python(folder, code, MITMVCR_CA_BUNDLE=str(bundle))
    assert (ran.stdout, ran.stderr) == (f"{trusted}\n", "")


def test_a_library_that_has_changed_is_told_and_the_program_goes_on(folder):
    (folder / "aiohttp").mkdir()
    (folder / "aiohttp" / "__init__.py").write_text("")
    (folder / "aiohttp" / "client.py").write_text("class Session: pass")
    ran = python(folder, "import aiohttp.client; print('went on')")
    assert ran.stdout == "went on\n"
    (line,) = ran.stderr.splitlines()
    assert line.startswith("mitmvcr: aiohttp.client is not sent through the proxy: ")


def test_a_patched_module_keeps_its_loader(folder):
    code = (
        "import certifi.core as c, importlib.resources as r; print("
        "type(c.__loader__).__name__, 'exec_module' in vars(c.__loader__),"
        "r.files('certifi').joinpath('cacert.pem').is_file())"
    )
    assert python(folder, code).stdout == "SourceFileLoader False True\n"
