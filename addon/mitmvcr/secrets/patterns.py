"""All forms of tokens: the rows of ``forms.txt``, whose head says how a template is
written, and what no template says. Each has its source."""

import re

from mitmvcr.secrets import forms
from mitmvcr.secrets.forms import START as _B
from mitmvcr.secrets.forms import Pattern
from mitmvcr.secrets.lists import listed
from mitmvcr.secrets.looks import FAKE, is_by_chance
from mitmvcr.secrets.runs import object_in

_RFC = "https://www.rfc-editor.org/rfc/"


def _is_jwt_of_somebody(token: bytes) -> bool:
    """Return whether a JWT that is no fake begins with an object of JSON that names an
    algorithm."""
    header = object_in(token.partition(b".")[0]) or {}
    return FAKE.fullmatch(token) is None and ("alg" in header or "enc" in header)


#: Names of pages that are for whoever has their address, and of an account's password;
#: behind the others may stand whose page it is.
_OF_PASSWORDS = listed(
    "reset-password, reset_password, resetPassword, password-reset, password_reset",
    "password/reset, set-password, set_password, forgot-password, forgot_password",
    "magic-link, magic_link, magiclink, magic",
)
_OF_OTHERS = listed(
    "verify, verify-email, verify_email, verifyEmail, email-verification, confirm",
    "confirm-email, confirm_email, activate, invite, accept-invite, accept_invite",
    "accept-invitation, unsubscribe, reset",
)
_PAGES = [*_OF_PASSWORDS, *_OF_OTHERS]
_PASSWORD = re.compile(rf"/(?:{'|'.join(_OF_PASSWORDS)})\\{{0,3}}/".encode())
#: As Django makes them: a time, and the start of an HMAC.
_OF_DJANGO = re.compile(rb"[a-z0-9]{6,7}-[0-9a-f]{32,64}")
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
        _B + r"eyJ[\w-]{8,}+\.(?:[\w-]{8,}+\.[\w-]*+(?:\.[\w-]{8,}+\.[\w-]{8,}+)?"
        r"|\.[\w-]{8,}+\.[\w-]{8,}+\.[\w-]{8,}+)",
        _RFC + "rfc7519",
        "eyJhbGciOiJIUzI1NiJ9.eyJ{b60}.{b43}",
        check=_is_jwt_of_somebody,
    ),
    Pattern(
        "private-key",
        ("-----BEGIN ",),
        r"-----BEGIN (?:[A-Z0-9]{2,12} )?PRIVATE KEY(?: BLOCK)?-----"
        r"(?:(?:[^-]|-(?!----)){16,20000}+-----END (?:[A-Z0-9]{2,12} )?"
        r"PRIVATE KEY(?: BLOCK)?-----"
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
        "otpauth-migration",
        ("otpauth-migration:",),
        r"otpauth-migration://offline\?data=([A-Za-z0-9%+/=_-]{16,}+)",
        "https://github.com/google/google-authenticator-android/issues/118",
        "otpauth-migration://offline?data={w40}%3D",
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
        "azure-account-key",
        ("AccountKey=", "SharedAccessKey="),
        r"(?:AccountKey|SharedAccessKey)=([A-Za-z0-9+/%]{32,}+={0,2})",
        "https://learn.microsoft.com/azure/storage/common/storage-configure-connection-string",
        "AccountKey={s86}==",
    ),
    Pattern(
        "azure-sas",
        ("sig=",),
        r"[?&;]sig=([A-Za-z0-9%+/=]{40,}+)",
        "https://learn.microsoft.com/rest/api/storageservices/create-service-sas",
        "?sig={w43}%3D",
        back=(1,),
    ),
    Pattern(
        "okta",
        ("SSWS ", "SSWS+"),
        r"SSWS[ +]([\w-]{40,44})",
        "https://developer.okta.com/docs/guides/create-an-api-token/main/",
        "SSWS 00{b40}",
    ),
)

PATTERNS = (*_OTHERS, *forms.read())

#: ``user:password@`` in a URL (RFC 3986, 3.2.1), or a token alone; looked for where
#: there is an ``@``. Some write a ``#`` that stands in a password as it is.
USERINFO = (
    r"://(?:[^\s/?#\"'<>@:\\]{0,80}+:(?![0-9]{1,5}#)([^\s/?\"'<>@\\]{1,200}+)"
    r"|([\w.~-]{20,200}+))@"
)
