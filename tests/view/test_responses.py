"""The Go view: what go-vcr would have recorded of the same exchange."""

import gzip
import zlib

import brotli
import pytest
from backports import zstd
from mitmproxy import http

from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.proxy.host.messages import make_response, request_parts, response_parts
from mitmvcr.view import responses
from mitmvcr.view.redirects import Redirects
from mitmvcr.view.requests import LiveRequest
from mitmvcr.view.restore import to_wire

PLAIN = b'{"a": 1}' * 20


def to_request(made):
    return responses.to_request(request_parts(made))


def ask(method="GET", url="https://h.test/p", fields=(), body=b"", version="HTTP/1.1"):
    made = http.Request.make(method, url, body)
    made.headers = http.Headers(
        [(b"Host", b"h.test"), *[(n.encode(), v.encode()) for n, v in fields]]
    )
    made.http_version = version
    if version == "HTTP/2.0":
        del made.headers["Host"]
        made.authority = "h.test"
    return made


def answer(status=200, fields=(), body=b"", version="HTTP/1.1", reason="OK"):
    made = http.Response.make(status, body)
    made.headers = http.Headers([(n.encode(), v.encode()) for n, v in fields])
    made.http_version = version
    made.reason = reason
    return made


def asked(method="GET", *, decodes=()):
    return LiveRequest(Request(method=method, url="https://h.test/p"), decodes)


def recorded(response, request=None, body=None):
    body = response.raw_content if body is None else body
    wire = response_parts(response)
    return responses.to_response(wire, body, request or asked(), duration=5)


def headers_of(*fields, method="GET", version="HTTP/1.1"):
    return dict(to_request(ask(method, fields=fields, version=version)).request.headers)


class TestRequest:
    def test_proto_is_http11_whatever_the_wire_speaks(self):
        got = to_request(ask(version="HTTP/2.0")).request
        assert (got.proto, got.proto_major, got.proto_minor) == ("HTTP/1.1", 1, 1)
        assert got.transfer_encoding == ()
        assert (got.remote_addr, got.request_uri) == ("", "")

    @pytest.mark.parametrize("version", ["HTTP/1.1", "HTTP/2.0"])
    def test_host_is_as_written_on_the_wire(self, version):
        assert to_request(ask(version=version)).request.host == "h.test"

    @pytest.mark.parametrize(
        ("made", "url"),
        [
            ("https://h.test:443/p", "https://h.test/p"),
            ("http://h.test:80/p?q=1", "http://h.test/p?q=1"),
            ("http://h.test:8080/a%2Fb?x=%20+", "http://h.test:8080/a%2Fb?x=%20+"),
            ("https://[::1]:8443/", "https://[::1]:8443/"),
            ("https://[::1]/", "https://[::1]/"),
        ],
    )
    def test_url_has_a_port_only_where_it_is_not_the_default(self, made, url):
        assert to_request(ask(url=made)).request.url == url

    @pytest.mark.parametrize("version", ["HTTP/1.1", "HTTP/2.0"])
    @pytest.mark.parametrize(
        ("connected", "written", "url"),
        [
            ("h.test", "h.test:443", "https://h.test:443/p"),
            ("h.test", "H.Test", "https://H.Test/p"),
            ("h.test", "other.test", "https://h.test/p"),
            ("h.test", "h.test:8443", "https://h.test/p"),
            ("h.test", "h.test/x", "https://h.test/p"),
            ("h.test", "", "https://h.test/p"),
            ("bücher.test", "xn--bcher-kva.test", "https://xn--bcher-kva.test/p"),
            ("bücher.test", "other.test", "https://xn--bcher-kva.test/p"),
        ],
    )
    def test_url_has_the_host_as_written_where_it_is_the_one_connected_to(
        self, connected, written, url, version
    ):
        made = ask(url="https://h.test/p", version=version)
        made.data.host = connected
        if version == "HTTP/2.0":
            made.data.authority = written.encode()
        else:
            made.headers["Host"] = written
        got = to_request(made).request
        assert (got.url, got.host) == (url, written)

    def test_a_replay_looks_up_by_punycode_as_it_is_recorded(self):
        made = ask()
        made.data.host = "bücher.test"
        assert to_request(made).request.url == "https://xn--bcher-kva.test/p"

    def test_a_host_that_has_no_punycode_is_kept(self):
        made = ask()
        made.data.host = "ü" * 64
        assert to_request(made).request.url == f"https://{'ü' * 64}/p"

    def test_what_belongs_to_the_connection_is_not_a_header(self):
        assert headers_of(
            ("User-Agent", "x"),
            ("Content-Length", "0"),
            ("Transfer-Encoding", "chunked"),
            ("Trailer", "a"),
            ("Proxy-Connection", "keep-alive"),
            ("Proxy-Authorization", "Basic x"),
            ("Connection", "close"),
        ) == {"User-Agent": ["x"]}

    def test_connection_keep_alive_is_kept(self):
        assert headers_of(("Connection", "keep-alive")) == {
            "Connection": ["keep-alive"]
        }

    def test_what_gos_transport_adds_is_taken_away(self):
        assert (
            headers_of(
                ("User-Agent", "Go-http-client/1.1"), ("Accept-Encoding", "gzip")
            )
            == {}
        )

    @pytest.mark.parametrize(
        ("method", "fields"),
        [
            ("HEAD", []),
            ("GET", [("Range", "bytes=0-1")]),
            ("GET", [("Accept-Encoding", "identity")]),
            ("HEAD", [("Accept-Encoding", "gzip")]),
        ],
    )
    def test_gos_own_user_agent_is_taken_away_from_every_request(self, method, fields):
        got = headers_of(*fields, ("User-Agent", "Go-http-client/2.0"), method=method)
        assert got == {name: [value] for name, value in fields}

    @pytest.mark.parametrize(
        ("method", "fields", "left"),
        [
            ("GET", [("accept-encoding", "gzip")], {}),
            ("HEAD", [], {}),
            ("GET", [("Range", "bytes=0-1")], {"Range": ["bytes=0-1"]}),
        ],
    )
    def test_a_go_request_without_a_user_agent_had_an_empty_one(
        self, method, fields, left
    ):
        assert headers_of(*fields, method=method) == {"User-Agent": [""], **left}

    @pytest.mark.parametrize("fields", [(), (("Accept-Encoding", "br"),)])
    def test_no_user_agent_is_made_up_for_other_clients(self, fields):
        assert "User-Agent" not in headers_of(*fields)

    def test_a_go_program_keeps_a_user_agent_of_its_own(self):
        assert headers_of(
            ("User-Agent", "OpenAI/Go 2.3.0"), ("Accept-Encoding", "gzip")
        ) == {"User-Agent": ["OpenAI/Go 2.3.0"]}

    @pytest.mark.parametrize(
        ("method", "fields"),
        [
            ("HEAD", [("Accept-Encoding", "gzip"), ("User-Agent", "x")]),
            (
                "GET",
                [
                    ("Accept-Encoding", "gzip"),
                    ("Range", "bytes=0-1"),
                    ("User-Agent", "x"),
                ],
            ),
            ("GET", [("Accept-Encoding", "gzip, br"), ("User-Agent", "x")]),
        ],
    )
    def test_accept_encoding_stays_where_the_transport_did_not_add_it(
        self, method, fields
    ):
        assert "Accept-Encoding" in headers_of(*fields, method=method)

    def test_names_are_canonical_from_h2_and_as_seen_from_h1(self):
        fields = (("x-stainless-os", "Linux"),)
        assert headers_of(*fields) == {"x-stainless-os": ["Linux"]}
        assert headers_of(*fields, version="HTTP/2.0") == {"X-Stainless-Os": ["Linux"]}

    def test_cookie_crumbs_of_h2_are_one_header(self):
        crumbs = (("cookie", "a=1"), ("cookie", "b=2"))
        assert headers_of(*crumbs, version="HTTP/2.0") == {"Cookie": ["a=1; b=2"]}

    def test_repeated_headers_are_a_list_in_order(self):
        assert headers_of(("X-A", "2"), ("X-A", "1")) == {"X-A": ["2", "1"]}

    def test_a_header_that_is_not_utf8_keeps_its_bytes(self):
        made = ask()
        made.headers = http.Headers([(b"X-A", b"caf\xe9")])
        (value,) = to_request(made).request.headers["X-A"]
        assert value.encode("utf-8", "surrogateescape") == b"caf\xe9"

    def test_content_length_is_the_header_else_0(self):
        sized = ask("POST", fields=[("Content-Length", "3")], body=b"abc")
        assert to_request(sized).request.content_length == 3
        chunked = ask("POST", fields=[("Transfer-Encoding", "chunked")], body=b"abc")
        assert to_request(chunked).request.content_length == 0

    def test_h2_request_trailers_are_recorded(self):
        made = ask("POST", version="HTTP/2.0", body=b"x")
        made.trailers = http.Headers([(b"x-checksum", b"1")])
        assert to_request(made).request.trailer == {"X-Checksum": ["1"]}


class TestForm:
    TYPE = ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")

    def test_body_values_come_before_those_of_the_query(self):
        made = ask("POST", "https://h.test/p?a=q&c=", [self.TYPE], b"a=b&x=1+2%21")
        assert to_request(made).request.form == {
            "a": ["b", "q"],
            "x": ["1 2!"],
            "c": [""],
        }

    @pytest.mark.parametrize("method", ["GET", "DELETE"])
    def test_other_methods_have_only_the_query(self, method):
        made = ask(method, "https://h.test/p?a=q", [self.TYPE], b"a=b")
        assert to_request(made).request.form == {"a": ["q"]}

    def test_another_type_has_only_the_query(self):
        made = ask("POST", "https://h.test/p?a=q", [("Content-Type", "text/x")], b"a=b")
        assert to_request(made).request.form == {"a": ["q"]}

    def test_there_is_none_without_values(self):
        assert to_request(ask()).request.form == {}


class TestResponse:
    def test_an_h1_response_has_gos_names_and_the_reason_of_the_wire(self):
        got = recorded(
            answer(
                404,
                [("content-LENGTH", "2"), ("Connection", "close"), ("ETAG", "x")],
                b"hi",
                reason="Nope",
            )
        )
        assert got == Response(
            proto="HTTP/1.1",
            proto_major=1,
            proto_minor=1,
            content_length=2,
            body=b"hi",
            headers={"Content-Length": ["2"], "Etag": ["x"]},
            status="404 Nope",
            code=404,
            duration=5,
        )

    def test_an_h2_response_has_gos_status_text_and_canonical_names(self):
        got = recorded(answer(413, [("x-a", "1")], b"x", "HTTP/2.0", reason=""))
        assert (got.proto, got.proto_major, got.proto_minor) == ("HTTP/2.0", 2, 0)
        assert got.status == "413 Request Entity Too Large"
        assert got.headers == {"X-A": ["1"]}
        assert got.transfer_encoding == ()
        assert got.content_length == -1

    def test_an_unknown_h2_status_has_an_empty_text(self):
        assert recorded(answer(599, (), b"", "HTTP/2.0")).status == "599 "

    def test_a_chunked_response_has_no_length(self):
        got = recorded(answer(200, [("Transfer-Encoding", "chunked")], b"x"))
        assert got.transfer_encoding == ("chunked",)
        assert got.content_length == -1
        assert got.headers == {}

    @pytest.mark.parametrize(
        ("version", "method", "status", "announced", "length"),
        [
            ("HTTP/1.1", "GET", 200, None, -1),
            ("HTTP/1.1", "GET", 204, None, 0),
            ("HTTP/1.1", "GET", 304, "9", 0),
            ("HTTP/1.1", "HEAD", 200, "9", 9),
            ("HTTP/1.1", "HEAD", 204, None, -1),
            ("HTTP/1.1", "HEAD", 304, "9", 9),
            ("HTTP/2.0", "GET", 200, None, 0),
            ("HTTP/2.0", "GET", 204, None, 0),
            ("HTTP/2.0", "GET", 304, "9", 9),
            ("HTTP/2.0", "HEAD", 200, None, -1),
            ("HTTP/2.0", "HEAD", 200, "9", 9),
        ],
    )
    def test_the_length_of_no_body_is_what_gos_transport_says(
        self, version, method, status, announced, length
    ):
        fields = [("content-length", announced)] if announced else []
        got = recorded(answer(status, fields, b"", version), asked(method))
        assert got.content_length == length

    def test_chunks_of_an_encoded_body_are_still_chunks(self):
        fields = [("Transfer-Encoding", "chunked"), ("Content-Encoding", "gzip")]
        made = answer(200, fields, CODINGS["gzip"])
        got = recorded(made, asked(decodes=("gzip",)))
        assert (got.body, got.uncompressed) == (PLAIN, True)
        assert got.transfer_encoding == ("chunked",)

    def test_h2_trailers_are_a_field_of_their_own(self):
        made = answer(200, (), b"x", "HTTP/2.0")
        made.trailers = http.Headers([(b"grpc-status", b"0")])
        assert recorded(made).trailer == {"Grpc-Status": ["0"]}


CODINGS = {
    "gzip": gzip.compress(PLAIN, mtime=0),
    "deflate": zlib.compress(PLAIN),
    "br": brotli.compress(PLAIN),
    "zstd": zstd.compress(PLAIN),
}


class TestCodings:
    @pytest.mark.parametrize("coding", CODINGS)
    def test_what_the_stack_asked_for_is_stored_decoded(self, coding):
        made = to_request(ask(fields=[("Accept-Encoding", "gzip, deflate, br, zstd")]))
        body = CODINGS[coding]
        fields = [("Content-Encoding", coding), ("Content-Length", str(len(body)))]
        got = recorded(answer(200, fields, body), made)
        assert got.body == PLAIN
        assert got.uncompressed
        assert got.content_length == -1
        assert got.headers == {}

    @pytest.mark.parametrize("accept", ["identity", "", "gzip;q=0", "x-other"])
    def test_what_nobody_asked_for_stays_as_on_the_wire(self, accept):
        made = to_request(ask(fields=[("Accept-Encoding", accept)]))
        body = CODINGS["gzip"]
        got = recorded(answer(200, [("Content-Encoding", "gzip")], body), made)
        assert got.body == body
        assert not got.uncompressed
        assert got.headers == {"Content-Encoding": ["gzip"]}

    @pytest.mark.parametrize(
        ("status", "coding", "body"),
        [
            (206, "gzip", CODINGS["gzip"]),
            (200, "gzip", b"not gzip at all"),
            (200, "aes128gcm", b"x"),
            (200, "zstd", CODINGS["zstd"]),
            (200, "gzip", b""),
        ],
    )
    def test_what_cannot_be_decoded_stays_as_on_the_wire(self, status, coding, body):
        made = answer(status, [("Content-Encoding", coding)], body)
        got = recorded(made, asked(decodes=("gzip", "br")))
        assert got.body == body
        assert not got.uncompressed
        assert got.headers == {"Content-Encoding": [coding]}

    @pytest.mark.parametrize(
        ("method", "fields", "decoded"),
        [
            ("GET", [("Accept-Encoding", "gzip")], True),
            ("GET", [("Accept-Encoding", "gzip, deflate")], False),
            ("GET", [("Accept-Encoding", "gzip"), ("Range", "bytes=0-")], False),
        ],
    )
    def test_gos_transport_undoes_only_what_it_has_added(self, method, fields, decoded):
        agent = ("User-Agent", "Go-http-client/1.1")
        made = to_request(ask(method, fields=[*fields, agent]))
        body = CODINGS["gzip"]
        got = recorded(answer(200, [("Content-Encoding", "gzip")], body), made)
        assert got.uncompressed is decoded
        assert got.body == (PLAIN if decoded else body)

    def test_what_comes_in_another_coding_than_asked_stays_as_on_the_wire(self):
        made = to_request(ask(fields=[("Accept-Encoding", "gzip")]))
        got = recorded(answer(200, [("Content-Encoding", "br")], CODINGS["br"]), made)
        assert (got.body, got.uncompressed) == (CODINGS["br"], False)

    def test_a_head_response_keeps_what_its_headers_say(self):
        made = to_request(ask("HEAD", fields=[("Accept-Encoding", "gzip, br")]))
        fields = [("Content-Encoding", "gzip"), ("Content-Length", "9")]
        got = recorded(answer(200, fields, b""), made)
        assert got.headers == {"Content-Encoding": ["gzip"], "Content-Length": ["9"]}
        assert got.content_length == 9


def replay(response, method="GET", fields=(), version="HTTP/1.1"):
    live = request_parts(ask(method, fields=fields, version=version))
    return make_response(*to_wire(Interaction(0, Request(), response), live))


class TestReplay:
    def test_status_headers_and_body_go_out_as_recorded(self):
        sent = replay(
            Response(
                code=201,
                status="201 Made it",
                headers={"Set-Cookie": ["a=1", "b=2"], "X": ["caf\udce9"]},
                body=b"hi",
            )
        )
        assert (sent.status_code, sent.reason) == (201, "Made it")
        assert sent.headers.fields == (
            (b"Set-Cookie", b"a=1"),
            (b"Set-Cookie", b"b=2"),
            (b"X", b"caf\xe9"),
            (b"Content-Length", b"2"),
        )
        assert sent.raw_content == b"hi"
        assert sent.http_version == "HTTP/1.1"
        assert sent.stream is False

    def test_a_length_is_restated_from_the_body(self):
        sent = replay(
            Response(
                code=200,
                headers={"content-length": ["999"], "Transfer-Encoding": ["chunked"]},
                body=b"four",
            )
        )
        assert sent.headers.fields == ((b"Content-Length", b"4"),)

    @pytest.mark.parametrize(
        ("method", "code", "fields"),
        [
            ("HEAD", 200, ((b"Content-Length", b"999"),)),
            ("GET", 304, ((b"Content-Length", b"999"),)),
            ("GET", 204, ()),
        ],
    )
    def test_what_has_no_body_gets_none(self, method, code, fields):
        response = Response(code=code, headers={"Content-Length": ["999"]}, body=b"x")
        sent = replay(response, method)
        assert sent.raw_content == b""
        assert sent.headers.fields == fields

    @pytest.mark.parametrize(
        ("accept", "coding"),
        [
            ("gzip", "gzip"),
            ("br", "br"),
            ("deflate, zstd", "zstd"),
            ("deflate", "deflate"),
            ("gzip;q=0, br;q=0.5", "br"),
            ("GZIP ; q=1.0", "gzip"),
        ],
    )
    def test_a_decoded_body_gets_a_coding_that_the_client_accepts(self, accept, coding):
        response = Response(code=200, uncompressed=True, body=PLAIN)
        sent = replay(response, fields=[("Accept-Encoding", accept)])
        assert sent.headers["content-encoding"] == coding
        assert sent.headers["content-length"] == str(len(sent.raw_content))
        assert sent.content == PLAIN

    @pytest.mark.parametrize("accept", ["", "identity", "gzip;q=0"])
    def test_identity_always_works(self, accept):
        response = Response(code=200, uncompressed=True, body=PLAIN)
        sent = replay(response, fields=[("Accept-Encoding", accept)])
        assert sent.raw_content == PLAIN
        assert "content-encoding" not in sent.headers

    def test_trailers_go_to_h2_clients(self):
        response = Response(code=200, body=b"x", trailer={"Grpc-Status": ["0"]})
        assert replay(response, version="HTTP/2.0").trailers == http.Headers(
            [(b"grpc-status", b"0")]
        )

    @pytest.mark.parametrize("major", [1, 2])
    @pytest.mark.parametrize("length", [1, -1])
    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    @pytest.mark.parametrize("version", ["HTTP/1.0", "HTTP/1.1"])
    def test_trailers_go_in_chunks_where_they_came_so(
        self, major, length, method, version
    ):
        response = Response(
            proto_major=major,
            code=200,
            body=b"x",
            content_length=length,
            trailer={"X-Sum": ["0 ", "1"], "X-A": ["2"]},
        )
        sent = replay(response, method, version=version)
        if (major, length, method, version) != (1, -1, "GET", "HTTP/1.1"):
            assert sent.trailers is None
            assert {"trailer", "transfer-encoding"}.isdisjoint(sent.headers)
            return
        assert "content-length" not in sent.headers
        assert sent.headers["transfer-encoding"] == "chunked"
        assert sent.headers["trailer"] == "X-Sum, X-A"
        assert sent.trailers.fields == (
            *((b"X-Sum", b"0"), (b"X-Sum", b"1")),
            (b"X-A", b"2"),
        )

    @pytest.mark.parametrize(
        ("status", "reason"),
        [("200", b""), ("200 ", b""), ("", b""), ("200 a\r\nX: y", b"aX: y")],
    )
    def test_a_status_of_any_form_gives_a_sound_status_line(self, status, reason):
        assert replay(Response(code=200, status=status)).data.reason == reason


def note(redirects, asked, response):
    redirects.note(asked, response_parts(response))


class TestRedirects:
    FIRST = "https://h.test/a"

    def follow(self, location, url, referer, status=302, first=None, host="h.test"):
        redirects = Redirects()
        first = first or Request(method="GET", url=self.FIRST)
        note(redirects, first, answer(status, [("Location", location)]))
        return self.restated(redirects, url, referer, host)

    def restated(self, redirects, url, referer, host="h.test"):
        live = ask(url=url, fields=[("Referer", referer)] if referer else [])
        live.headers["Host"] = host
        return redirects.restate(to_request(live), request_parts(live)).request

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    @pytest.mark.parametrize("location", ["/b?x=1", "https://h.test/b?x=1"])
    def test_a_follow_up_has_no_proto_and_no_host(self, status, location):
        got = self.follow(location, "https://h.test/b?x=1", self.FIRST, status)
        assert (got.proto, got.proto_major, got.proto_minor, got.host) == ("", 0, 0, "")
        assert got.url == "https://h.test/b?x=1"

    @pytest.mark.parametrize(
        ("location", "wire", "url"),
        [
            ("/b#part", "https://h.test/b", "https://h.test/b#part"),
            ("https://h.test", "https://h.test/", "https://h.test"),
            ("https://H.test:443/b", "https://h.test/b", "https://H.test:443/b"),
            ("/b ü", "https://h.test/b%20%C3%BC", "https://h.test/b%20%C3%BC"),
            ("/b?q=a|b", "https://h.test/b?q=a|b", "https://h.test/b?q=a|b"),
        ],
    )
    def test_its_url_is_as_the_location_gives_it_to_go(self, location, wire, url):
        got = self.follow(location, wire, self.FIRST)
        assert (got.proto, got.url) == ("", url)

    @pytest.mark.parametrize(
        ("url", "referer", "status"),
        [
            ("https://h.test/other", FIRST, 302),
            ("https://h.test/b", "https://h.test/elsewhere", 302),
            ("https://h.test/b", "", 302),
            ("https://h.test/b", FIRST, 200),
        ],
    )
    def test_any_other_request_stays_as_it_is(self, url, referer, status):
        got = self.follow("/b", url, referer, status)
        assert (got.proto, got.host) == ("HTTP/1.1", "h.test")

    @pytest.mark.parametrize("referer", [f"{FIRST}#part", "https://else.test/"])
    def test_the_referer_may_be_the_programs_own(self, referer):
        first = Request(url=self.FIRST, headers={"Referer": ["https://else.test/"]})
        assert self.follow("/b", "https://h.test/b", referer, first=first).proto == ""

    def test_https_tells_no_referer_to_http(self):
        url = "http://h.test/b"
        assert self.follow(url, url, "").proto == ""
        assert self.follow(url, url, self.FIRST).proto == "HTTP/1.1"

    def test_a_host_of_its_own_is_kept(self):
        got = self.follow("/b", "https://h.test/b", self.FIRST, host="other.test")
        assert (got.proto, got.host) == ("", "other.test")

    def test_a_redirect_is_followed_once(self):
        redirects = Redirects()
        note(redirects, Request(url=self.FIRST), answer(302, [("Location", "/b")]))
        protos = [
            self.restated(redirects, "https://h.test/b", self.FIRST).proto
            for _ in range(2)
        ]
        assert protos == ["", "HTTP/1.1"]

    @pytest.mark.parametrize("fields", [(), [("Location", "http://[bad")]])
    def test_a_response_that_leads_nowhere_is_no_redirect(self, fields):
        redirects = Redirects()
        note(redirects, Request(url=self.FIRST), answer(302, fields))
        got = self.restated(redirects, "https://h.test/p", self.FIRST)
        assert got.proto == "HTTP/1.1"

    def test_old_redirects_are_forgotten(self):
        redirects = Redirects()
        for n in range(1500):
            first = Request(url=f"https://h.test/{n}")
            note(redirects, first, answer(302, [("Location", "/p")]))
        for n, proto in ((0, "HTTP/1.1"), (1499, "")):
            got = self.restated(redirects, "https://h.test/p", f"https://h.test/{n}")
            assert got.proto == proto

    def test_each_of_several_is_followed_in_either_of_its_ways(self):
        redirects, own = Redirects(), "https://else.test/"
        first = Request(url=self.FIRST, headers={"Referer": [own]})
        for location in ("/b#1", "/b#2"):
            note(redirects, first, answer(302, [("Location", location)]))
        links = [("https://h.test/b", each) for each in (self.FIRST, own)]
        assert [redirects.expects_link(link) for link in links] == [True, True]
        assert not redirects.expects_link(("https://h.test/b", ""))
        urls = [
            self.restated(redirects, "https://h.test/b", each).url
            for each in (own, self.FIRST, self.FIRST)
        ]
        assert urls == ["https://h.test/b#1", "https://h.test/b#2", "https://h.test/b"]
        assert not redirects.expects
        assert not redirects.expects_link(links[0])
