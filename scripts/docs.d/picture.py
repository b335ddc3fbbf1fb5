"""Measures when each token of a streamed answer arrives, and draws it.

``picture.py FILE.svg``; ``scripts/docs --picture`` calls it. The origin, the proxy and
the client are the tests' own, each in a process of its own.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from mitmproxy.certs import CertStore  # noqa: E402

from end_to_end import clients  # noqa: E402 - the tests are no package of ours
from end_to_end.proxy import ADDON, Proxy, clean_environment, settings  # noqa: E402
from origin import Origin  # noqa: E402
from origin.certs import make  # noqa: E402

CLIENT = ROOT / "tests" / "end_to_end" / "llm_client.py"
Times = Sequence[float]

WIDTH, LEFT, RIGHT, TOP, STEP = 760, 190, 24, 56, 44
COLOURS = ("#57606a", "#bc4c00", "#0969da", "#1a7f37")


def tokens(base: str, environment: Mapping[str, str]) -> Times:
    done = subprocess.run(
        [clients.CLIENT_PYTHON, CLIENT, "openai", base, ""],
        env=environment,
        capture_output=True,
        check=True,
    )
    return [at for _, at in json.loads(done.stdout)]


def measure(folder: Path) -> dict[str, Times]:
    certs = make(folder)
    CertStore.from_store(folder, "mitmproxy", 2048)
    cassette = folder / "chat.yaml"
    found: dict[str, Times] = {}
    with Origin(certs, folder) as origin:
        base = f"{origin.https_url}/v1"
        direct = clean_environment(SSL_CERT_FILE=str(certs.ca))
        found["directly"] = tokens(base, direct)

        def through(mode: str, **options: object) -> Times:
            common = {"confdir": folder, "listen_host": "127.0.0.1", "listen_port": 0}
            common |= {"ssl_verify_upstream_trusted_ca": certs.ca}
            common |= {"vcr_cassette": cassette, "vcr_mode": mode} | options
            arguments = ["-s", str(ADDON), *settings(common)]
            proxy = Proxy(arguments, folder / "proxy.log").wait_until_listening()
            try:
                ca = folder / "mitmproxy-ca-cert.pem"
                trusting = clients.environment(proxy.url, ca)
                return tokens(base, clean_environment(**trusting))
            finally:
                proxy.stop()

        found["while it is recorded"] = through("record_only", vcr_record_chunks="yes")
        origin.stop()
        found["replayed, latency 1"] = through("replay_only", vcr_latency="1")
        found["replayed, latency 0"] = through("replay_only")
    return found


def draw(found: Mapping[str, Times]) -> str:
    longest = max(max(times) for times in found.values())
    scale = (WIDTH - LEFT - RIGHT) / (longest * 1.05)
    height = TOP + STEP * len(found) + 30
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}"'
        f' viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        '<text x="16" y="26" font-weight="bold" fill="#24292f">When each token of a'
        " streamed answer reached the client</text>",
    ]
    bottom = TOP + STEP * len(found) - 10
    for tenths in range(0, int(longest * 10) + 1, 1 if longest < 1.5 else 5):
        x = LEFT + tenths / 10 * scale
        parts.append(
            f'<line x1="{x:.1f}" y1="{TOP - 14}" x2="{x:.1f}" y2="{bottom}"'
            ' stroke="#d0d7de"/>'
            f'<text x="{x:.1f}" y="{bottom + 20}" fill="#57606a" font-size="11"'
            f' text-anchor="middle">{tenths / 10:g} s</text>'
        )
    for row, (name, times) in enumerate(found.items()):
        y, colour = TOP + STEP * row + 6, COLOURS[row % len(COLOURS)]
        parts.append(f'<text x="16" y="{y + 4}" fill="#24292f">{name}</text>')
        parts += [
            f'<circle cx="{LEFT + at * scale:.1f}" cy="{y}" r="5" fill="{colour}"'
            ' fill-opacity="0.75"/>'
            for at in times
        ]
    return "\n".join([*parts, "</svg>", ""])


def main() -> None:
    target = Path(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix="mitmvcr-picture-") as folder:
        found = measure(Path(folder))
    for name, times in found.items():
        print(f"{name}: {' '.join(f'{at:.3f}' for at in times)}")
    target.parent.mkdir(exist_ok=True)
    target.write_text(draw(found))


if __name__ == "__main__":
    main()
