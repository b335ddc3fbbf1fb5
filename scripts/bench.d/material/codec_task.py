"""One task in a process of its own: ``codec_task.py TASK FILE``.

Prints {"ms": [...], "peak_mb": ...}: CPU time, and by how much the highest resident
size of the process rose after all modules were imported and before the result was let
go. The file is read, or written, as a part of the task.
"""

import gc
import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

# Last: vcrpy's own module is called vcr too.
TOP = Path(__file__).resolve().parents[3]
sys.path += [str(TOP / "scripts" / "bench.d"), str(TOP / "addon")]

from harness.processes import memory  # noqa: E402
from harness.race import cpu_ms  # noqa: E402

Task = Callable[[Path], tuple[list[float], object]]


def _once(work: Callable[[], object]) -> tuple[list[float], object]:
    """What it returns is kept until the peak is read."""
    kept: list[object] = []
    return [cpu_ms(lambda: kept.append(work()))], kept


def ready(path: Path) -> tuple[list[float], object]:
    """As a session opens it: a large file is indexed a part at a time."""
    return _once(lambda: Deck(CassetteFile(path).load().interactions))


def play(path: Path) -> tuple[list[float], object]:
    """Ready, and every interaction replayed once."""

    def work() -> object:
        cassette = CassetteFile(path).load()
        deck = Deck(cassette.interactions)
        for number in range(len(cassette.interactions)):
            request = cassette.interactions[number].request
            assert deck.take(request) is not None
        return deck

    return _once(work)


def read(path: Path) -> tuple[list[float], object]:
    return _once(lambda: reader.loads(path.read_bytes(), path.name))


def dump(path: Path) -> tuple[list[float], object]:
    cassette = reader.loads(path.read_bytes(), path.name)
    target = path.with_name("written")
    return _once(lambda: replace_file(target, writer.parts(cassette)))


def bodies(path: Path) -> tuple[list[float], object]:
    """Each body written alone; the least of fifteen."""
    items = reader.loads(path.read_bytes(), path.name).interactions
    return [_least(15, partial(writer.dumps, Cassette([each]))) for each in items], None


def _least(times: int, work: Callable[[], object]) -> float:
    return min(cpu_ms(work) for _ in range(times))


def yaml_load(path: Path) -> tuple[list[float], object]:
    return _once(lambda: yaml.load(path.read_bytes(), yaml.CSafeLoader))


def yaml_dump(path: Path) -> tuple[list[float], object]:
    document = yaml.load(path.read_bytes(), yaml.CSafeLoader)
    target = path.with_name("written")

    def work() -> object:
        with target.open("w", encoding="utf-8") as file:
            return yaml.dump(document, file, yaml.CSafeDumper, **_YAML)

    return _once(work)


def yaml_bodies(path: Path) -> tuple[list[float], object]:
    items = yaml.load(path.read_bytes(), yaml.CSafeLoader)["interactions"]
    dumps = partial(yaml.dump, stream=None, Dumper=yaml.CSafeDumper, **_YAML)
    return [_least(3, partial(dumps, each)) for each in items], None


_YAML: dict[str, Any] = {"allow_unicode": True, "sort_keys": False, "width": 1 << 30}


def vcrpy_make(path: Path) -> tuple[list[float], object]:
    """The same cassette as vcrpy writes it."""
    found = [
        _for_vcrpy(each)
        for each in reader.loads(path.read_bytes(), path.name).interactions
    ]
    document = {"requests": [q for q, _ in found], "responses": [a for _, a in found]}
    persister.save_cassette(_vcrpy_file(path), document, yamlserializer)
    return [0.0], None


def _vcrpy_file(path: Path) -> Path:
    return path.with_suffix(".vcrpy.yaml")


def _for_vcrpy(each: Any) -> tuple[object, object]:
    request = vcr.request.Request(
        each.request.method,
        each.request.url,
        each.request.body,
        {k: v[0] for k, v in each.request.headers.items()},
    )
    status = {"code": each.response.code, "message": each.response.status[4:]}
    headers = {name: list(values) for name, values in each.response.headers.items()}
    return request, {
        "status": status,
        "headers": headers,
        "body": {"string": each.response.body},
    }


def vcrpy_load(path: Path) -> tuple[list[float], object]:
    return _once(lambda: persister.load_cassette(_vcrpy_file(path), yamlserializer))


def vcrpy_save(path: Path) -> tuple[list[float], object]:
    requests, responses = persister.load_cassette(_vcrpy_file(path), yamlserializer)
    document = {"requests": requests, "responses": responses}
    target = path.with_name("written")
    return _once(lambda: persister.save_cassette(target, document, yamlserializer))


def _peak() -> float:
    return memory("self", "VmHWM")


if __name__ == "__main__":
    name, file = sys.argv[1:]
    # All that a task needs is imported before it is measured.
    from mitmvcr.core.deck import Deck
    from mitmvcr.core.model import Cassette
    from mitmvcr.format import reader, writer
    from mitmvcr.store.cassette_file import CassetteFile
    from mitmvcr.store.files import replace_file

    if name.startswith("yaml"):
        import yaml
    if name.startswith("vcrpy"):
        import vcr.request
        from vcr.persisters.filesystem import FilesystemPersister as persister
        from vcr.serializers import yamlserializer
    gc.collect()
    at_start = _peak()
    task: Task = globals()[name]
    times, kept = task(Path(file))
    print(json.dumps({"ms": times, "peak_mb": _peak() - at_start}))
