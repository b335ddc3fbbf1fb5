"""All forms of tokens: the rows of ``forms.txt``, whose head says how a template is
written, and what no template says. Each has its source."""

import re

from mitmvcr.secrets import forms, lists
from mitmvcr.secrets.forms import NEXT_LINE, QUOTE, START, Pattern
from mitmvcr.secrets.looks import FAKE, is_by_chance, is_likely, is_real
from mitmvcr.secrets.runs import decoded_base64, object_in

_RFC = "https://www.rfc-editor.org/rfc/"


def _is_jwt_of_somebody(token: bytes) -> bool:
    """Return whether a JWT that is no fake begins with an object of JSON that names an
    algorithm."""
    header = object_in(token.partition(b".")[0]) or {}
    return FAKE.fullmatch(token) is None and ("alg" in header or "enc" in header)


_PAGES = (*lists.PAGES_OF_PASSWORDS, *lists.PAGES)
_PASSWORD = re.compile(rf"/(?:{'|'.join(lists.PAGES_OF_PASSWORDS)})\\{{0,3}}/".encode())
#: As Django makes them: a time, and the start of an HMAC; Shopify has the time behind.
_OF_DJANGO = re.compile(rb"[a-z0-9]{6,7}-[0-9a-f]{32,64}|[0-9a-f]{32,64}-[0-9]{10}")
#: A UUID, or what MongoDB has in its place.
_WHOSE = re.compile(rb"[0-9A-Fa-f]{8}-[0-9A-Fa-f-]{27}|[0-9a-f]{24}")


def _opens_a_page(address: bytes) -> bool:
    """Return whether the last piece of an address is letters by chance, and not the
    number of an account."""
    piece = address.rsplit(b"/", 1)[1]
    if _WHOSE.fullmatch(piece):
        return _PASSWORD.match(address) is not None
    is_token = _OF_DJANGO.fullmatch(piece) is not None or is_by_chance(piece)
    return is_token and not piece.isdigit()


def _is_next_by_chance(token: bytes) -> bool:
    """Return whether letters by chance stand behind what their form begins with."""
    return is_by_chance(re.split(rb"sk-|[/?]", token.rstrip(b"/="))[-1])


def _is_value_by_chance(pair: bytes) -> bool:
    """Return whether what stands behind a name and a sign is letters by chance."""
    return is_by_chance(re.split(rb'[":;\s]+', pair)[-1])


def _logs_in(call: bytes) -> bool:
    """Return whether the last value of a call is a password, or letters by chance."""
    value = call.rpartition(b'"')[2]
    is_sure = b"method" in call or (b'op"' in call and is_likely(value, least=16))
    return is_by_chance(value) or (is_sure and is_real(value))


def _is_macaroon(token: bytes) -> bool:
    """Return whether base64 is what libmacaroons' second form has: a location, an
    identifier behind it, and at the end a signature of 32 bytes."""
    data = decoded_base64(token) or b""
    identifier = 3 + data[2] if len(data) > 40 else 0
    return data[-34:-32] == b"\x06\x20" and data[identifier] == 2


def _is_sasl(line: bytes) -> bool:
    """Return whether the last word is a user and a password (RFC 4616), or a token."""
    gap = rb"[ >]|(?<=PLAIN)\+|(?<=XOAUTH2)\+|(?<=BEARER)\+"  # of a form, too
    said = decoded_base64(re.split(gap, line)[-1]) or b""
    return said.count(b"\0") >= 2 or b"\x01auth=" in said


#: Of PEM, of SSH2 (RFC 4716, with a dash less and blanks) and of OpenVPN.
_LABEL = "(?:(?:[A-Z0-9]{2,12} ){0,2}PRIVATE KEY(?: BLOCK)?|OpenVPN Static key V1)"

_SASL = ("PLAIN", "XOAUTH2", "OAUTHBEARER")

_OTHERS = (
    Pattern(
        "link-token",
        tuple(page + slash for page in _PAGES for slash in ("/", "\\/")),
        # Whose it is may stand between.
        rf"/(?:{'|'.join(_PAGES)})\\{{0,3}}/(?:[\w-]{{1,12}}\\{{0,3}}/)?"
        r"([\w~=-]{20,600}+(?:\.[\w-]{6,200}+){0,2}+)(?!\.?\w)",
        "https://docs.djangoproject.com/en/stable/topics/auth/default/",
        "/reset-password/{w36}",
        back=(1,),
        check=_opens_a_page,
    ),
    Pattern(
        "jwt",
        ("eyJ",),
        # Three parts; of one that is encrypted five, the second may be empty.
        START + r"eyJ[\w-]{8,}+\.(?:[\w-]{8,}+\.[\w-]*+(?:\.[\w-]{8,}+\.[\w-]{8,}+)?"
        r"|\.[\w-]{8,}+\.[\w-]{8,}+\.[\w-]{8,}+)",
        _RFC + "rfc7519",
        "eyJhbGciOiJIUzI1NiJ9.eyJ{b60}.{b43}",
        check=_is_jwt_of_somebody,
    ),
    Pattern(
        "private-key",
        ("-----BEGIN ", "---- BEGIN "),
        rf"-{{4,5}} ?BEGIN {_LABEL} ?-{{4,5}}"
        rf"(?:(?:[^-]|-(?!---)){{16,20000}}+-{{4,5}} ?END {_LABEL} ?-{{4,5}}"
        # Or as far as there is any of it.
        r"|[A-Za-z0-9+/=\\\s]{16,20000}+\Z)",
        _RFC + "rfc7468",
        "-----BEGIN RSA PRIVATE KEY-----\n{s64}\n{s64}\n-----END RSA PRIVATE KEY-----",
    ),
    Pattern(
        "putty-private-key",
        ("Private-Lines: ",),
        r"Private-Lines: [0-9]{1,4}\s{1,4}((?:[A-Za-z0-9+/=]{1,80}+\s{1,4}+){0,400}"
        r"[A-Za-z0-9+/=]{1,80}+)(?=\s|\"|\\|\Z)",
        "https://tartarus.org/~simon/putty-snapshots/htmldoc/AppendixC.html",
        "Private-Lines: 2 {s64} {s40}",
    ),
    Pattern(
        "bearer",
        ("Bearer ", "bearer ", "BEARER ", "Bearer+", "bearer+"),
        # Not the first parameter of a challenge: Bearer resource_metadata="..."
        r"[Bb](?:earer|EARER)[ +](?![a-z_]+=\\?\")([A-Za-z0-9._~+/-]{16,}+={0,2})",
        _RFC + "rfc6750",
        "Bearer {w40}",
    ),
    Pattern(
        "basic",
        ("Basic ", "basic ", "Basic+", "basic+"),
        r"[Bb]asic[ +]((?=[A-Za-z+/]*[0-9=])[A-Za-z0-9+/]{12,}+={0,2})",
        _RFC + "rfc7617",
        "Basic {w39}=",
    ),
    Pattern(
        "fints-pin",
        ("HNSHA:",),
        # A question mark escapes; a TAN may follow the PIN.
        r"HNSHA:[0-9]{1,3}:2\+[^+']{1,40}\+[^+']{0,200}\+((?:[^+'?]|\?.){4,120}?)"
        r"(?='|&(?:apos|#39|#x27);)",
        "https://www.fints.org/de/spezifikation",
        "HNSHA:5:2+{d7}++{w8}'",
    ),
    Pattern(
        "macaroon-binary",
        ("AgE",),
        START + r"AgE[A-Za-z0-9+/_-]{60,}+={0,2}",
        "https://github.com/rescrv/libmacaroons/blob/master/doc/format.txt",
        "AgECaGkC{s20}AAYg{s43}=",
        check=_is_macaroon,
    ),
    Pattern(
        "sasl",
        (
            *(f"AUTH{end}{gap}" for end in ("", "ENTICATE") for gap in " +"),
            "mechanism=",
        ),
        rf"(?:AUTH(?:ENTICATE)?[ +](?:{'|'.join(_SASL)})[ +]|mechanism=\\{{0,7}}[\"']"
        # As XMPP has it.
        rf"(?:{'|'.join(_SASL)})\\{{0,7}}[\"'][^<>]{{0,200}}>(?:<initial-response>)?)"
        r"([A-Za-z0-9+/]{8,}+={0,2})",
        _RFC + "rfc4616",
        "AUTH PLAIN AHUA{s24}",
        check=_is_sasl,
    ),
    Pattern(
        "pass",
        ("USER ",),
        # A line of the server may stand between.
        rf"USER [^\s\\\"]{{1,64}}+{NEXT_LINE}"
        rf"(?:(?!PASS )[^\r\n\\\"]{{0,200}}+{NEXT_LINE})?"
        r"[^\r\n\\\"A-Z]{0,20}(?:C: )?PASS ((?:[^\s\\\"'<]|<(?!/)){4,200}+)",
        _RFC + "rfc959",
        "USER me\r\nPASS {w20}",
    ),
    Pattern(
        "seed-phrase",
        lists.PHRASES,
        # In a text, or each in one of a list.
        r"(?i:nemonic|[dy]_?phrase|eed_?words)\\{0,3}[\"']?\s{0,9}[:=]\s{0,9}"
        r"(?:\[\s{0,20})?\\{0,3}[\"']?((?:[a-z]{3,8}+(?: |\\{0,3}\",\s{0,20}\\{0,3}\"))"
        r"{11,23}+[a-z]{3,8}+)(?=\\{0,3}[\"'\r\n]|\\n|[&<,;]|\Z)",
        "https://github.com/bitcoin/bips/blob/master/bip-0039.mediawiki",
        "nemonic=" + "{l5} " * 11 + "{l5}",
    ),
    Pattern(
        "signed-address",
        ("md5=", "verify=", "?s=", "&s=", ";s=", "auth_date="),
        # Of nginx and of Cloudflare: a signature and until when, or since when; of
        # pictures, and of a log-in at Telegram.
        r"(?:[?&;]s=([0-9a-f]{32,128})|auth_date=[0-9]{10}(?:&(?!hash=)[^\s&]{1,200}){0,4}+"
        r"&hash=([0-9a-f]{64})|md5=([\w-]{22})(?:(?<=expires=[0-9]{10}&md5=.{22})|(?=&(?:amp;)?expires="
        r"[0-9]{10}))|verify=([0-9]{10}-[A-Za-z0-9%+/_-]{43,70}=?+))(?![\w-])",
        "https://developers.cloudflare.com/waf/custom-rules/use-cases/"
        "configure-token-authentication/",
        "verify={d10}-{w43}",
    ),
    Pattern(
        "address-token",
        (*lists.ADDRESSES, *lists.CHANNELS),
        rf"(?:({'|'.join(lists.CHANNELS)})|{'|'.join(map(re.escape, lists.ADDRESSES))})"
        r"([\w~.-]{16,600}+={0,2})(?(1)/|(?!\w))",
        "https://docs.anaconda.com/anacondaorg/user-guide/packages/",
        "hooks.nabu.casa/{w60}7",
        check=_is_next_by_chance,
    ),
    Pattern(
        # Who logs in, and a password or its salted hash: of InfluxDB and of Subsonic.
        "url-password",
        ("?u=", "&u="),
        r"[?&]u=[^&\s\"']{1,64}+&(?:amp;)?(?:p=(?:enc:)?([^&\s\"'<>\\]{4,200}+)|t=([0-9a-f]{32})&s=)",
        "https://www.subsonic.org/pages/api.jsp",
        "?u=me&p={w12}7",
        check=lambda found: not found.rpartition(b"=")[2].isdigit(),
    ),
    Pattern(
        # Values without names in a message that says that it logs in.
        "login-call",
        tuple(f"{key}{end}" for key in ("method", '"op', "action") for end in '"\\'),
        rf"\"?(?:method|op|action){QUOTE}\s?:\s?{QUOTE}(?:[\w/]{{1,40}}\.)?(?:login"
        rf"|auth(?:enticate)?|walletpassphrase|encryptwallet|importprivkey){QUOTE},\s?{QUOTE}(?:params|args|key|token){QUOTE}\s?:\s?"
        rf"(?:\[\s?(?:{QUOTE}[^\"\\]{{1,99}}{QUOTE},\s?){{0,3}})?"
        rf"{QUOTE}([^\"\\]{{4,400}}+)(?={QUOTE}[,}}\s\]])",
        "https://www.jsonrpc.org/specification",
        'method":"login","params":["me","{w20}"]',
        check=_logs_in,
    ),
    Pattern(
        "litellm",
        ("sk-",),
        START + r"sk-[\w-]{22}(?![\w-])",
        "https://docs.litellm.ai/docs/proxy/virtual_keys",
        "sk-{w21}7",
        check=_is_next_by_chance,
    ),
    Pattern(
        "openvpn",
        ("<auth-user-pass>", "&lt;auth-user-pass&gt;"),
        rf"(?:<|&lt;)auth-user-pass(?:>|&gt;){NEXT_LINE}[^\r\n\\]{{1,99}}+{NEXT_LINE}"
        r"((?:[^\s\\<\"'&]|&(?!lt;)){4,200}+)",
        "https://github.com/OpenVPN/openvpn/blob/master/doc/man-sections/inline-files.rst",
        "<auth-user-pass>\nme\n{w20}\n</auth-user-pass>",
    ),
    Pattern(
        "meross",
        ('key":{', "key\\", "key&quot;:{"),
        rf"key{QUOTE}:\{{{QUOTE}(?:gateway{QUOTE}:\{{[^{{}}]{{0,300}}+\}},{QUOTE})?"
        rf"key{QUOTE}:{QUOTE}([0-9a-f]{{32}})(?![0-9a-f])",
        "https://github.com/albertogeniola/MerossIot",
        'key":{"key":"{h32}',
    ),
    Pattern(
        # A field is called so in any answer: neither a picture nor what a machine
        # executes is what is exchanged for a token.
        "code",
        tuple(f"{c}ode{quote}" for c in "cC" for quote in ('"', "\\", "&quot;")),
        rf"[cC]ode{QUOTE}(?:[ ]?:[ ]?{QUOTE}|\r\n\r\n)"
        r"((?!0x|iVBOR|R0lGOD|/9j/|PHN2Z|[0-9a-f]{300})[\w.~+/=:$-]{20,2000}+)"
        rf"(?={QUOTE}|\r\n)",
        _RFC + "rfc6749",
        'code": "{w60}"',
        check=_is_value_by_chance,
        is_long=False,
    ),
    Pattern(
        "ewelink",
        ('"at"', '"at\\', ";at&", '"rt"', '"rt\\', ";rt&"),
        rf"[\";](?:at{QUOTE}:{QUOTE}([0-9a-f]{{40}})(?={QUOTE},{QUOTE}rt)"
        rf"|rt{QUOTE}:{QUOTE}([0-9a-f]{{40}})(?={QUOTE}))",
        "https://coolkit-technologies.github.io/eWeLink-API/",
        '"rt":"{h40}"',
    ),
)

PATTERNS = (*_OTHERS, *forms.read())
