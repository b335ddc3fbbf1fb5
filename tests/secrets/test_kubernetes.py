"""Secrets of Kubernetes, as its server and kubectl have them: under any key, and what
stands for a value can be decoded as the value could."""

import base64
import json
from time import process_time

import pytest

from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.secrets.redactor import Redactor
from mitmvcr.secrets.rules import Rules

VALUES = {"connection": "s3cret-value", "password": "Tr0ub4dor-x9K2", "user": "admin"}
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"


def coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def plain(text: str) -> str:
    return base64.b64decode(text, validate=True).decode()


DATA = {name: coded(value) for name, value in VALUES.items()}
SECRET = {"apiVersion": "v1", "data": DATA, "kind": "Secret", "type": "Opaque"}
LIST = {"kind": "SecretList", "items": [{"metadata": {"name": "a"}, "data": DATA}]}
APPLIED = {"kind": "Secret", "metadata": {"annotations": {"a": json.dumps(SECRET)}}}


def kept(body: str) -> str:
    met = Interaction(0, Request(), Response(body=body.encode()))
    return Redactor().interaction(met).response.body.decode()


def in_place(name: str) -> str:
    return f"[REDACTED:{name}]"


@pytest.mark.parametrize("indent", [None, 4])
def test_each_value_is_hidden_in_base64(indent: int | None) -> None:
    clean = json.loads(kept(json.dumps(SECRET, indent=indent)))
    assert {name: plain(each) for name, each in clean["data"].items()} == {
        name: in_place(name) for name in VALUES
    }
    assert {**clean, "data": DATA} == SECRET


def test_in_a_list_none_says_itself_what_it_is() -> None:
    clean = json.loads(kept(json.dumps(LIST, separators=(",", ":"))))
    (item,) = clean["items"]
    assert set(map(plain, item["data"].values())) == set(map(in_place, VALUES))


def test_what_was_applied_last_is_hidden_in_its_string() -> None:
    body = json.loads(kept(json.dumps(APPLIED)))
    inner = json.loads(body["metadata"]["annotations"]["a"])
    assert plain(inner["data"]["connection"]) == in_place("connection")


@pytest.mark.parametrize("mark", ["", "'"])
def test_a_file_of_yaml(mark: str) -> None:
    lines = "".join(f"  {name}: {mark}{each}{mark}\n" for name, each in DATA.items())
    text = f"apiVersion: v1\ndata:\n{lines}kind: Secret\nmetadata:\n  name: c2l4\n"
    clean = kept(text)
    for name, each in DATA.items():
        assert each not in clean
        assert f"  {name}: {mark}{coded(in_place(name))}{mark}\n" in clean
    assert clean.endswith("kind: Secret\nmetadata:\n  name: c2l4\n")


def test_what_a_user_keeps_stays() -> None:
    clean = Redactor(Rules(keep=("user",))).message(json.dumps(SECRET).encode())
    data = json.loads(clean)["data"]
    assert [name for name in DATA if data[name] == DATA[name]] == ["user"]


def test_a_long_value_is_hidden_wherever_else_it_stands() -> None:
    body = f"{json.dumps(SECRET)}\nurl: postgres://h/{VALUES['password']}\n"
    assert VALUES["password"] not in kept(body)


def test_what_is_no_secret_or_looked_into_otherwise_stays() -> None:
    release = base64.b64encode(b"H4sIAAAAAAAA/8pIzcnJVyjPL8pJAQAA").decode()
    pull = json.dumps({"auths": {"h": {"username": "me"}}})
    data = {"ca.crt": coded(CERTIFICATE), "release": release, "a": coded(pull), "b": ""}
    for body in (
        {"kind": "Secret", "data": data},
        {"kind": "ConfigMap", "data": {"a": "dHJ1ZQ==", "b": "c2l4"}},
        {"kind": "Secret", "data": {"a": "no base64 at all!", "b": "c2l4"}},
        {"kind": "SecretStore", "data": {"a": "dHJ1ZQ=="}},
        {"kind": "Secret", "data": {"a": "abcde"}},
        {"kind": "Secret", "data": {"a": coded("none"), "b": coded("[REDACTED:b]")}},
    ):
        assert json.loads(kept(json.dumps(body))) == body
    assert (
        kept("kind: Secret service\ndata: c2l4\n")
        == "kind: Secret service\ndata: c2l4\n"
    )


SETTINGS = {"DEBUG": "true", "LEVEL": "info", "path": "usr/share/lib"}
CONFIG = {"apiVersion": "v1", "data": SETTINGS, "kind": "ConfigMap"}
BRACE = {"kind": "Pod", "data": SETTINGS, "command": 'a "}" \\'}


@pytest.mark.parametrize("indent", [None, 4])
def test_what_stands_beside_a_secret_stays(indent: int | None) -> None:
    others = [CONFIG, BRACE, {**CONFIG, "last": json.dumps(CONFIG)}]
    seen = {"involvedObject": {"kind": "Secret"}, "data": SETTINGS}
    for items in ([SECRET, *others, seen], [*others, seen, SECRET]):
        body = {"kind": "List", "items": items}
        clean = json.loads(kept(json.dumps(body, indent=indent)))
        for one, other in zip(items, clean["items"], strict=True):
            assert (one == other) is (one is not SECRET)
        assert DATA["connection"] not in json.dumps(clean)


def test_a_piece_of_json_is_of_the_kind_that_it_says() -> None:
    body = json.dumps(SECRET)
    pieces = body[1:], f"}}{body}", f'"kind":"Pod"}},{body}', body.rstrip("}")
    for piece in (*pieces, f'5" {body}'):
        assert DATA["connection"] not in kept(piece)
    applied = json.dumps({"kind": "Secret", "a": json.dumps(CONFIG)})
    assert kept(applied) == applied


def yaml(kind: str, data: dict[str, str], indent: str = "") -> str:
    """Return an object as kubectl writes it, or as people do."""
    lines = [f"kind: {kind}", "data:", *(f'  {n}: "{v}"' for n, v in data.items())]
    if indent:  # the keys in order, behind a dash
        lines = ["apiVersion: v1", *lines[1:], lines[0]]
        return f"- {lines[0]}\n" + "".join(f"{indent}{each}\n" for each in lines[1:])
    return "".join(f"{each}\n" for each in lines)


@pytest.mark.parametrize("between", ["---\n", "```\n\nAnd then:\n```yaml\n"])
def test_documents_in_one_text_are_looked_at_alone(between: str) -> None:
    config, secret = yaml("ConfigMap", SETTINGS), yaml("Secret", DATA)
    for text in (config + between + secret, secret + between + config):
        clean = kept(text)
        assert config in clean
        assert DATA["connection"] not in clean


def test_items_of_a_list_in_yaml_are_looked_at_alone() -> None:
    config, secret = yaml("ConfigMap", SETTINGS, "  "), yaml("Secret", DATA, "  ")
    for items in (config + secret, secret + config):
        clean = kept(f"apiVersion: v1\nitems:\n{items}kind: List\n")
        assert config in clean
        assert DATA["connection"] not in clean
    none = secret.replace("  kind: Secret\n", "")
    assert DATA["connection"] not in kept(f"items:\n{none}kind: SecretList\n")


def test_between_the_lines_of_a_template_it_may_be_a_secret() -> None:
    secret = yaml("Secret", DATA).replace("data:", "{{- if .Values.on }}\ndata:")
    assert DATA["connection"] not in kept(f"{secret}{{{{- end }}}}\n")


def test_where_an_object_says_two_kinds_it_may_be_a_secret() -> None:
    for kinds in ("Secret", "Pod"), ("Pod", "Secret"):
        said = "".join(f"kind: {each}\n" for each in kinds)
        assert DATA["connection"] not in kept(said + yaml("Pod", DATA))


@pytest.mark.parametrize("piece", ['"\\', "{", '"data":{', '\\"data\\":{"a":'])
def test_none_of_it_takes_a_time_that_is_square(piece: str) -> None:
    began = process_time()
    kept('"kind":"Secret"' + piece * (100_000 // len(piece)))
    assert process_time() - began < 5  # 35 s
