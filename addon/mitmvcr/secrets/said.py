"""What is said of a secret where it could stand: a message, a label, the type of a
field. In the languages that most programs speak: a message that is hidden breaks a
test, and its words would be hidden elsewhere."""

# ruff: noqa: SIM905 # words are easier to read in lines

import re

_TEXT = "utf-8", "surrogateescape"
#: What refers to something, and holds nothing: a part of a schema, an address.
_REFERENCE = re.compile(
    rb"#/[\w/$.~-]++|https?://[^\s@?#]++(?:[?#][\w.-]{0,16}+)?|arn:[\w:/+=,.@*-]++"
    rb"|\[%[\w:-]+%\]|/?(?:projects|organizations|folders|locations|subscriptions)/[\w/.*{}@:-]++"
)
#: Of a schema, or a form in a document.
_TYPES = frozenset(
    b"string text password required optional hidden integer number boolean object array"
    b" secret token username email type value header query bearer basic"
    b" seconds minutes hours days".split()
)
#: What is said of a secret has one of them; a passphrase is likely to have none.
_PROSE = re.compile(
    r"(?i)(?:^|\s)(?:are|can|can't|cannot|does|doesn't|don't|ensure|enter|has|have"
    r"|incorrect|invalid|is|isn't|least|may|must|password|please|required|should|too|was"
    r"|will|wrong|your"
    # German, Dutch, Swedish, Danish and Norwegian
    r"|bitte|darf|erforderlich|falsch|mindestens|muss|ung(?:ü|ue)ltig|minstens|moet"
    r"|ongeldig|onjuist|verplicht|måste|ogiltigt|skal|ugyldig"
    # French, Spanish, Portuguese, Italian, Romanian
    r"|doit|invalide|obligatoire|trop|veuillez|debe|demasiado|incorrecta|obligatoria"
    r"|deve|inválida|muito|errata|obbligatoria|troppo|prea|trebuie"
    # Polish, Czech, Hungarian, Finnish, Turkish
    r"|musi|musí|příliš|túl|liian|pitää|geçersiz|gerekli|hatalı"
    # Russian, Ukrainian, Greek, Arabic, Hebrew, Persian, Hindi, Vietnamese, Indonesian
    r"|должен|может|неверный|слишком|занадто|πρέπει|يجب|אינה|חייבת|باید|phải|harus"
    r"|salah|terlalu"
    r")(?=[\s.,!?:;]|\Z)"
)
#: Small words of these languages: a passphrase may have one, but ends with no stop.
_SMALL = re.compile(
    r"(?i)(?:^|\s)(er|est|este|inte|ikke|ist|jest|kein|keine|kell|kort|må|nem|není|nicht"
    r"|nie|não|pode|puede|quá|tidak|za|zu|çok|är|è|ei|niet|không|має|не|είναι|غير"
    r"|است|है)(?=[\s.,!?:;]|\Z)"
)
_STOPS = tuple(".!?:")
#: The same in languages that put no blank between two words: Chinese, Japanese, Korean,
#: Thai.
_UNSPACED = re.compile(
    "不能|不正确|不正確|必须|必須|请|請|错误|錯誤|太短|ください|です|ます|ません|すぎ"
    "|してい|入力|니다|세요|필수|올바|ต้อง|ไม่|กรุณา"
)
#: What a field for a password is called, in small letters.
_LABELS = frozenset(
    "passwort|kennwort|contraseña|clave|senha|palavra-passe|wachtwoord|hasło|пароль|密码"
    "|密碼|口令|パスワード|비밀번호|암호|lösenord|adgangskode|passord|salasana|jelszó|heslo"
    "|parola|parolă|şifre|كلمة المرور|كلمة السر|κωδικός|parola d’ordine|mot de passe"
    "|parola d'ordine|mật khẩu|סיסמה|סיסמא|รหัสผ่าน|पासवर्ड|contrasenya|kata sandi|lozinka"
    "|лозинка|парола|geslo|slaptažodis|parool|رمز عبور|گذرواژه".split("|")
)
_LABEL = re.compile(
    rf"(?:^|[\W_])(?:{'|'.join(_LABELS)})(?:s|en|[^\W\da-z]{{1,2}})?+(?=\W|$)"
)
_UNSPACED_LABEL = re.compile("密码|密碼|口令|パスワード|비밀번호|암호|รหัสผ่าน")
#: What is part of the label of any other secret, whatever the language of the rest.
_TERM = re.compile(r"(?:^|[\s(-])(?:API|[Tt]oken)(?=[\s):.-]|\Z)")
_NO_LETTERS = re.compile(r"[0-9_=/+~!@#$%^&*]")
_MARKS = " \t\r\n:*.!?：。…"
#: The words of a code for what is wrong: ``password_too_short``, ``validation.min``.
_CODE = re.compile(r"[A-Za-z]{2,14}(?:[_.-][A-Za-z]{2,14}){1,5}")
_WORD, _LATIN = re.compile(r"[A-Za-z]+"), re.compile(rb"[A-Za-z]")
#: Within the name of what may be words with blanks between.
PASS = ("pass", "pwd")
#: One of these, and else only words of the second kind: a password of words has others.
_WRONG = frozenset(
    "blank cant empty err error errors expired failed incorrect invalid length long"
    " max min minimum mismatch missing must not required short unknown validation"
    " weak".split()
)
_BESIDE = frozenset(
    "be confirmation field in is match null password passwords pattern same secret size"
    " string strength to token too unique valid".split()
)


def is_said(value: bytes) -> bool:
    """Return whether a value tells people or programs about a secret: a message as
    ``is too short``, its code, a label, or the type of a field."""
    if value.lower() in _TYPES or _REFERENCE.fullmatch(value):
        return True
    text = value[:500].decode(*_TEXT)
    if not value.isascii() and _UNSPACED.search(text):
        return True
    if " " in text and _is_prose(text):
        return True
    return text.lower().strip(_MARKS) in _LABELS or _is_code(text)


def is_label(value: bytes, word: str) -> bool:
    """Return whether a value is what a field of that name is called, in more words than
    one."""
    text = value[:200].decode(*_TEXT)
    if _NO_LETTERS.search(text):
        return False
    if not any(part in word for part in PASS):
        return (" " in text or not value.isascii() or "API-" in text) and bool(
            _TERM.search(text)
        )
    if " " in text.strip():
        return _LABEL.search(text.lower()) is not None
    return not _LATIN.search(value) and _UNSPACED_LABEL.search(text) is not None


def _is_prose(text: str) -> bool:
    if _PROSE.search(text):
        return True
    small = {each.lower() for each in _SMALL.findall(text)}
    return len(small) > 1 or (bool(small) and text.endswith(_STOPS))


def _is_code(text: str) -> bool:
    """Return whether all of a text is words of a code, in more than one."""
    if _CODE.fullmatch(text) is None:
        return False
    words = {word.lower() for word in _WORD.findall(text)}
    return len(words) > 1 and bool(words & _WRONG) and words <= _WRONG | _BESIDE


# Where a name could stand

_NO_NAMES = (b"arn:", b"[REDACTED:", b"REDACTED:")
_NO_NAME_BEGINS = b"aR[P"
#: Of a test. A variable has such a name too, and only what stands around tells
#: one from the other.
_PASSED = b"PASS: "
_OTHERS = rb"(?:PASS|FAIL|SKIP|XFAIL|XPASS|ERROR): "
_LINE = rb"[^\r\n\\]{1,200}+(?:(?:\\r)?\\n|\r?\n)"
_ANOTHER_BEFORE = re.compile(rb"--- \Z|" + _OTHERS + _LINE + rb"\Z")
_ANOTHER_BEHIND = re.compile(
    _PASSED + _LINE + rb"(?:" + _OTHERS + rb"|# TOTAL: |={4}|--- )"
    rb"|" + _PASSED + rb"[\w./+-]{1,200}?\.(?:exe|exp|pl|py|rb|sh|tcl|test)(?![\w.-])"
)


def is_no_name(data: bytes, begin: int) -> bool:
    """Return whether what begins there is no name of a value, but a resource, a
    placeholder or a verdict: others stand around it, or it is on a file."""
    if data[begin] not in _NO_NAME_BEGINS:
        return False
    if not data.startswith(_PASSED, begin):
        return data.startswith(_NO_NAMES, begin)
    if data[begin - 1 : begin] in (b"\n", b"n", b" "):  # the end of another line
        before = data[max(0, begin - 220) : begin]
        if _ANOTHER_BEFORE.search(before):
            return True
    return _ANOTHER_BEHIND.match(data, begin) is not None
