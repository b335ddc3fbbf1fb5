"""A WireGuard client of one handshake and a few UDP datagrams, for mitmproxy's mode."""

import base64
import hmac
import json
import socket
import struct
import time
from hashlib import blake2s
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import (
    X25519PrivateKey,
    X25519PublicKey,
)
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

#: As the paper on WireGuard has them, section 5.4.
_CONSTRUCTION = b"Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s"
_IDENTIFIER = b"WireGuard v1 zx2c4 Jason@zx2c4.com"
_ME, _PORT = "10.0.0.1", 40000
_UDP = 17


def make_keys(path: Path) -> Path:
    """What mitmproxy reads in ``--mode wireguard:PATH``."""
    keys = {name: X25519PrivateKey.generate() for name in ("server_key", "client_key")}
    encoded = {
        name: base64.b64encode(key.private_bytes_raw()).decode()
        for name, key in keys.items()
    }
    path.write_text(json.dumps(encoded))
    return path


class Tunnel:
    """From construction on the two have shaken hands. ``plug`` is connected to the
    server; ``keys`` is the file of :func:`make_keys`."""

    def __init__(self, plug: socket.socket, keys: Path) -> None:
        found = json.loads(keys.read_text())
        private = [
            base64.b64decode(found[name]) for name in ("client_key", "server_key")
        ]
        self._own, server = map(X25519PrivateKey.from_private_bytes, private)
        self._server = server.public_key()
        self._plug = plug
        self._count = 0
        self._shake_hands()

    def send(self, host: str, port: int, data: bytes) -> None:
        packet = _datagram(host, port, data)
        packet += bytes(-len(packet) % 16)
        sealed = _seal(self._sending, self._count, packet, b"")
        head = struct.pack("<4B4sQ", 4, 0, 0, 0, self._peer, self._count)
        self._plug.send(head + sealed)
        self._count += 1

    def receive(self) -> bytes:
        """The next datagram's content."""
        while True:
            message = self._plug.recv(4096)
            if message[0] != 4:
                continue
            (count,) = struct.unpack_from("<Q", message, 8)
            cipher = ChaCha20Poly1305(self._receiving)
            packet = cipher.decrypt(_nonce(count), message[16:], b"")
            if packet:  # else it only keeps the connection alive
                (length,) = struct.unpack_from("!H", packet, 24)
                return packet[28 : 20 + length]

    def _shake_hands(self) -> None:
        once = X25519PrivateKey.generate()
        server = self._server.public_bytes_raw()
        chain = _hash(_CONSTRUCTION)
        seen = _hash(_hash(chain + _IDENTIFIER) + server)
        mine = once.public_key().public_bytes_raw()
        (chain,) = _derive(1, chain, mine)
        seen = _hash(seen + mine)
        chain, key = _derive(2, chain, once.exchange(self._server))
        who = _seal(key, 0, self._own.public_key().public_bytes_raw(), seen)
        seen = _hash(seen + who)
        chain, key = _derive(2, chain, self._own.exchange(self._server))
        when = _seal(key, 0, struct.pack("!QI", (1 << 62) + int(time.time()), 0), seen)
        seen = _hash(seen + when)
        message = struct.pack("<4B4s", 1, 0, 0, 0, b"mine") + mine + who + when
        proof = blake2s(message, digest_size=16, key=_hash(b"mac1----" + server))
        self._plug.send(message + proof.digest() + bytes(16))
        answer = self._plug.recv(4096)
        assert answer[0] == 2, answer
        self._peer, theirs = answer[4:8], answer[12:44]
        (chain,) = _derive(1, chain, theirs)
        for key_of in (once, self._own):
            shared = key_of.exchange(X25519PublicKey.from_public_bytes(theirs))
            (chain,) = _derive(1, chain, shared)
        chain, _, _ = _derive(3, chain, bytes(32))
        self._sending, self._receiving = _derive(2, chain, b"")


def _hash(data: bytes) -> bytes:
    return blake2s(data).digest()


def _derive(count: int, key: bytes, data: bytes) -> list[bytes]:
    secret = hmac.digest(key, data, "blake2s")
    found = [b""]
    for number in range(1, count + 1):
        found.append(hmac.digest(secret, found[-1] + bytes([number]), "blake2s"))
    return found[1:]


def _nonce(count: int) -> bytes:
    return bytes(4) + struct.pack("<Q", count)


def _seal(key: bytes, count: int, data: bytes, also: bytes) -> bytes:
    return ChaCha20Poly1305(key).encrypt(_nonce(count), data, also)


def _datagram(host: str, port: int, data: bytes) -> bytes:
    """IPv4 and UDP, without a checksum of the content, which may be left out."""
    udp = struct.pack("!HHHH", _PORT, port, 8 + len(data), 0) + data
    ends = socket.inet_aton(_ME) + socket.inet_aton(host)
    fields = (0x45, 0, 20 + len(udp), 0, 0, 64, _UDP)
    head = struct.pack("!BBHHHBBH", *fields, 0) + ends
    total = sum(struct.unpack("!10H", head))
    total = (total & 0xFFFF) + (total >> 16)
    return struct.pack("!BBHHHBBH", *fields, 0xFFFF & ~total) + ends + udp
