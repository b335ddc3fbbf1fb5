"""Print every text that a user can read, by module, to be reviewed as text; with
--write write them to tests/golden/messages.txt."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "addon" / "mitmvcr"
FILE = ROOT / "tests" / "golden" / "messages.txt"
HEAD = """\
All texts that a user can read, by module, as they stand in the code: a name in braces
is filled in, and some are parts of a longer text. A test holds this file to the code;
scripts/messages --write writes it anew.
"""
#: Calls that show their arguments: there a text counts even if it is one word.
SHOWN = re.compile(
    r"\b(say|echo|info|warning|error|exception|Fault|Unfit|Changed|[A-Z]\w*Error)$"
)
#: Modules whose texts are data: patterns of secrets, and Go's names of statuses.
DATA = {"secrets/lists.py", "view/golang.py"}
#: What has a space and is no message: patterns, headers and programs.
SYNTAX = re.compile(r"\(\?|\\[bdSsw.]|\[\^|^[\w-]+: [\w/]+$|^import |^; from |^%\(")
WORD = re.compile(r"[A-Za-z]{2,}")
FILLED_IN = re.compile(r"\{[^}]*\}")


def messages(source: str) -> list[str]:
    """Return the texts of a module in their order, each once."""
    tree = ast.parse(source)
    single: set[ast.AST] = {each for node in ast.walk(tree) for each in _shown_by(node)}
    return list(dict.fromkeys(_texts(tree, single)))


def _texts(node: ast.AST, single: set[ast.AST], shown: bool = False) -> Iterator[str]:
    """Yield the texts below a node. A single word is one if it is ``shown``, as those
    of the nodes in ``single`` are."""
    shown = shown or node in single
    if isinstance(node, ast.FunctionDef) and _is_command(node):
        yield from _paragraphs(ast.get_docstring(node) or "")
    if _is_of_no_user(node):
        return
    text = _text(node)
    if text is not None:
        if shown := _is_message(text, shown=shown):
            yield from _paragraphs(text)
        for inner in _filled_in(node):
            yield from _texts(inner, single, shown)
        return
    types = [getattr(node, field, None) for field in ("annotation", "returns")]
    for child in ast.iter_child_nodes(node):
        if child not in types:
            yield from _texts(child, single, shown and child in _choices(node))


def _choices(node: ast.AST) -> list[ast.expr]:
    """Return the values that an expression chooses from."""
    match node:
        case ast.IfExp(body=one, orelse=other):
            return [one, other]
        case ast.BoolOp(values=values):
            return values
    return []


def _is_command(function: ast.FunctionDef) -> bool:
    """Return whether click or mitmproxy shows the docstring as help."""
    decorators = [ast.unparse(each) for each in function.decorator_list]
    return any(re.search(r"\.(command|group)\b", each) for each in decorators)


def _is_of_no_user(node: ast.AST) -> bool:
    """Return whether a node holds docstrings, defaults, types or lists of names."""
    match node:
        case ast.Expr(value=ast.Constant()) | ast.arguments():
            return True
        case ast.FunctionDef(name="__repr__"):
            return True
        case ast.Call(func=ast.Attribute(value=names, attr="split")):
            return _text(names) is not None
        case ast.Call(func=ast.Name(id="cast" | "TypeVar")):
            return True
        case ast.Subscript(slice=ast.Constant(value=str())):
            return True
    return False


def _shown_by(node: ast.AST) -> list[ast.expr]:
    """Return what a user sees below a node whatever it says: what is printed, logged or
    raised, and what stands or is returned in the same place as a sentence."""
    match node:
        case ast.keyword(arg="help" | "remedy", value=value):
            return [value]
        case ast.Call(func=function, args=args) if SHOWN.search(ast.unparse(function)):
            return args
        case ast.IfExp() | ast.BoolOp():
            return _beside_a_sentence(_choices(node))
        case ast.Dict(values=values):
            return _beside_a_sentence(values)
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            returned = (x.value for x in ast.walk(node) if isinstance(x, ast.Return))
            return _beside_a_sentence([each for each in returned if each])
    return []


def _beside_a_sentence(nodes: list[ast.expr]) -> list[ast.expr]:
    return nodes if any(map(_is_sentence, nodes)) else []


def _text(node: ast.AST) -> str | None:
    """Return a text as a reader sees it, with a name in braces for what is filled in;
    None for what is no text."""
    match node:
        case ast.Constant(value=str(value)):
            return value
        case ast.JoinedStr(values=values):
            return "".join(map(_piece, values))
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            if _text(left) is not None or _text(right) is not None:
                return _piece(left) + _piece(right)
    return None


def _piece(node: ast.expr) -> str:
    text = _text(node)
    if text is None:
        value = node.value if isinstance(node, ast.FormattedValue) else node
        return f"{{{_name(value)}}}"
    return text


def _name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.strip("_")
        case ast.Call(func=value) | ast.Subscript(value=value):
            return _name(value)
    return "..."


def _filled_in(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what is filled into a text, which may hold texts of its own."""
    match node:
        case ast.JoinedStr(values=values):
            for each in values:
                yield from _filled_in(each)
        case ast.BinOp(left=left, right=right):
            yield from _filled_in(left)
            yield from _filled_in(right)
        case ast.FormattedValue(value=value):
            yield value
        case ast.Constant():
            return
        case _:
            yield node


def _is_message(text: str, *, shown: bool) -> bool:
    own = FILLED_IN.sub("", text)
    if not WORD.search(own) or SYNTAX.search(text):
        return False
    if " " in text.strip():
        return True
    return shown and not re.search(r"^-|[_/]", own)


def _is_sentence(node: ast.AST) -> bool:
    if choices := _choices(node):
        return any(map(_is_sentence, choices))
    text = _text(node)
    return text is not None and _is_message(text, shown=False)


def _paragraphs(text: str) -> Iterator[str]:
    """Yield each paragraph as one line."""
    for paragraph in text.split("\n\n"):
        yield " ".join(paragraph.split())


def page() -> str:
    """Return the whole file: under each module its texts, one a line."""
    parts = [HEAD]
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        found = [] if name in DATA else messages(path.read_text("utf-8"))
        if found:
            parts.append("\n".join([name, *(f"    {each}" for each in found), ""]))
    return "\n".join(parts)


def main(arguments: list[str]) -> None:
    if arguments == ["--write"]:
        FILE.write_text(page(), "utf-8")
    else:
        print(page(), end="")


if __name__ == "__main__":
    main(sys.argv[1:])
