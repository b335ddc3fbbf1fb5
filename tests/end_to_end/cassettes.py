"""Cassettes as the tests write and read them: plain PyYAML, nothing of our own."""

from pathlib import Path

import yaml


def interaction(
    url: str,
    answer: str = "from the cassette",
    *,
    method: str = "GET",
    body: str = "",
    code: int = 200,
    status: str = "200 OK",
    duration: str = "0s",
    headers: dict[str, list[str]] | None = None,
) -> dict[str, object]:
    """As go-vcr writes one, with the fields that matter to a test."""
    proto = {"proto": "HTTP/1.1", "proto_major": 1, "proto_minor": 1}
    return {
        "id": 0,
        "request": {
            **proto,
            "content_length": len(body.encode()),
            "host": url.split("/")[2],
            "body": body,
            "url": url,
            "method": method,
        },
        "response": {
            **proto,
            "content_length": len(answer.encode()),
            "body": answer,
            "headers": headers or {"Content-Type": ["text/plain"]},
            "status": status,
            "code": code,
            "duration": duration,
        },
    }


def write(path: Path, *interactions: dict[str, object]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    document = {"version": 2, "interactions": list(interactions)}
    path.write_text(
        "---\n" + yaml.dump(document, Dumper=yaml.CSafeDumper, sort_keys=False)
    )
    return path


def read(path: Path) -> list[dict[str, dict]]:
    document = yaml.load(path.read_bytes(), yaml.CSafeLoader)
    assert document["version"] == 2
    return document["interactions"]
