"""What is said of a secret where it could stand: a message, a label, the type of a
field. In the languages that most programs speak: a message that is hidden breaks a
test, and its words would be hidden elsewhere."""

# ruff: noqa: SIM905 # words are easier to read in lines

import re

_TEXT = "utf-8", "surrogateescape"
#: What refers to something, and holds nothing: a part of a schema, an address.
_REFERENCE = re.compile(
    rb"#/[\w/$.~-]++|https?://[^\s@?#]++(?:[?#][\w.-]{0,16}+)?|arn:[\w:/+=,.@*-]++"
    rb"|/?(?:projects|organizations|folders|locations|subscriptions)/[\w/.*{}@:-]++"
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
    r"|bitte|darf|falsch|ist|kein|keine|mindestens|muss|nicht|ung(?:ü|ue)ltig|zu|kort"
    r"|minstens|moet|niet|ongeldig|onjuist|verplicht|är|måste|inte|ogiltigt|er|ikke|må"
    r"|skal|ugyldig"
    # French, Spanish, Portuguese, Italian, Romanian
    r"|doit|est|invalide|obligatoire|trop|veuillez|debe|demasiado|incorrecta|obligatoria"
    r"|puede|deve|inválida|muito|não|pode|errata|obbligatoria|troppo|è|este|prea|trebuie"
    # Polish, Czech, Hungarian, Finnish, Turkish
    r"|jest|musi|nie|za|musí|není|příliš|kell|nem|túl|ei|liian|pitää|çok|geçersiz"
    r"|gerekli|hatalı"
    # Russian, Ukrainian, Greek, Arabic, Hebrew, Persian, Hindi, Vietnamese, Indonesian
    r"|должен|не|неверный|слишком|має|занадто|είναι|πρέπει|يجب|غير|אינה|חייבת|باید|است"
    r"|है|không|phải|quá|harus|salah|terlalu|tidak"
    r")(?=[\s.,!?:;]|\Z)"
)
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
_MARKS = " \t\r\n:*.!?：。…"
#: The words of a code for what is wrong: ``password_too_short``, ``validation.min``.
_CODE = re.compile(r"[A-Za-z]{2,14}(?:[_.-][A-Za-z]{2,14}){1,5}")
_WORD = re.compile(r"[A-Za-z]+")
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
    if " " in text and _PROSE.search(text):
        return True
    return text.lower().strip(_MARKS) in _LABELS or _is_code(text)


def _is_code(text: str) -> bool:
    """Return whether all of a text is words of a code, in more than one."""
    if _CODE.fullmatch(text) is None:
        return False
    words = {word.lower() for word in _WORD.findall(text)}
    return len(words) > 1 and bool(words & _WRONG) and words <= _WRONG | _BESIDE
