"""What no Python of ours may do; each rule walks a syntax tree and yields the lines at fault."""

import ast
import re
from collections.abc import Iterator

LOGGERS = ("log", "logger", "logging", "logs")
LEVELS = ("debug", "info", "warning", "error", "critical", "exception", "bind")
PRIVATE = (
    "headers",
    "cookies",
    "form",
    "args",
    "values",
    "data",
    "json",
    "get_data",
    "get_json",
    "full_path",
    "url",
)
NETWORK = re.compile(
    r"(httpx\.(get|post|put|patch|delete|head|options|request|stream|Client|AsyncClient)"
    r"|requests\.(get|post|put|patch|delete|head|request)"
    r"|(smtplib\.)?SMTP(_SSL)?|(urllib\.request\.|request\.)?urlopen|socket\.create_connection)"
)
RUNS_TEXT = re.compile(
    r"(eval|exec|compile|__import__|(flask\.)?render_template_string|(pickle|marshal|dill|shelve)\.\w+|yaml\.(unsafe_)?load|os\.(system|popen))"
)
SECRET = re.compile(r"(^|_)(secret|password|signature|digest|hmac|sid|token)s?$")
BROAD = ("Exception", "BaseException")
QUERIES = ("text", "execute", "exec_driver_sql", "executemany", "scalar", "scalars")


def name(node: ast.AST | None) -> str:
    """`a.b.c` as it is written; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = name(node.value)
        return f"{before}.{node.attr}" if before else node.attr
    return ""


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def keywords(call: ast.Call) -> dict[str | None, ast.expr]:
    return {keyword.arg: keyword.value for keyword in call.keywords}


def is_constant(node: ast.expr | None, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def asks(tree: ast.AST, names: tuple[str, ...] = ()) -> bool:
    """Something in there reads the request: any part of it, or one of these."""
    found = (name(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute | ast.Name))
    return any(
        one == "request" if not names else one in {f"request.{part}" for part in names} for one in found
    )


def runs_text(tree: ast.AST) -> Iterator[int]:
    return (call.lineno for call in calls(tree) if RUNS_TEXT.fullmatch(name(call.func)))


def makes_markup(tree: ast.AST) -> Iterator[int]:
    return (call.lineno for call in calls(tree) if name(call.func).rpartition(".")[2] == "Markup")


def makes_float(tree: ast.AST) -> Iterator[int]:
    return (call.lineno for call in calls(tree) if name(call.func) == "float")


def shells_out(tree: ast.AST) -> Iterator[int]:
    return (call.lineno for call in calls(tree) if is_constant(keywords(call).get("shell"), True))


def trusts_anyone(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and is_constant(keywords(node).get("verify"), False):
            yield node.lineno
        if isinstance(node, ast.Attribute) and node.attr in ("CERT_NONE", "_create_unverified_context"):
            yield node.lineno
        if isinstance(node, ast.Assign) and name(node.targets[0]).endswith(".check_hostname"):
            yield node.lineno


def follows_redirects(tree: ast.AST) -> Iterator[int]:
    wanted = ("follow_redirects", "allow_redirects")
    return (
        call.lineno
        for call in calls(tree)
        if any(is_constant(keywords(call).get(one), True) for one in wanted)
    )


def waits_for_ever(tree: ast.AST) -> Iterator[int]:
    for call in calls(tree):
        timeout = keywords(call).get("timeout")
        if NETWORK.fullmatch(name(call.func)) and (timeout is None or is_constant(timeout, None)):
            yield call.lineno


def rolls_dice(tree: ast.AST) -> Iterator[int]:
    return (call.lineno for call in calls(tree) if name(call.func).startswith("random."))


def leads_astray(tree: ast.AST) -> Iterator[int]:
    """Every target of a redirect is one of our own addresses by its making."""
    for call in calls(tree):
        if name(call.func) == "redirect" and not (call.args and _is_ours(call.args[0])):
            yield call.lineno


def _is_ours(target: ast.expr) -> bool:
    if isinstance(target, ast.IfExp):
        return _is_ours(target.body) and _is_ours(target.orelse)
    if isinstance(target, ast.BinOp):
        return _is_ours(target.left)
    if isinstance(target, ast.Call):
        return name(target.func).rpartition(".")[2] in ("url_for", "own_page", "way_in")
    return isinstance(target, ast.Constant)


def builds_sql(tree: ast.AST) -> Iterator[int]:
    for call in calls(tree):
        first = call.args[0] if call.args else None
        if name(call.func).rpartition(".")[2] not in QUERIES:
            continue
        formatted = isinstance(first, ast.Call) and name(first.func).endswith(("format", "join"))
        joined = isinstance(first, ast.BinOp) and isinstance(first.op, ast.Add | ast.Mod)
        if isinstance(first, ast.JoinedStr) or formatted or joined:
            yield call.lineno


def echoes_headers(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and asks(node.value):
            for target in node.targets:
                if isinstance(target, ast.Subscript) and name(target.value).endswith("headers"):
                    yield node.lineno


def compares_openly(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops):
            sides = [node.left, *node.comparators]
            last = [
                name(side.func if isinstance(side, ast.Call) else side).rpartition(".")[2] for side in sides
            ]
            if any(SECRET.search(one) for one in last):
                yield node.lineno


def ends_transactions(tree: ast.AST) -> Iterator[int]:
    ends = (".commit", ".rollback")
    return (call.lineno for call in calls(tree) if name(call.func).endswith(ends))


def logs_the_request(tree: ast.AST) -> Iterator[int]:
    for call in _log_lines(tree):
        parts = [*call.args, *(keyword.value for keyword in call.keywords)]
        if any(asks(part, PRIVATE) for part in parts):
            yield call.lineno


def names_events_freely(tree: ast.AST) -> Iterator[int]:
    """An event's name is a fixed word, so that lines can be counted; what differs stands beside it."""
    for call in _log_lines(tree):
        if call.args and not isinstance(call.args[0], ast.Constant):
            yield call.lineno


def _log_lines(tree: ast.AST) -> Iterator[ast.Call]:
    for call in calls(tree):
        owner, _, level = name(call.func).rpartition(".")
        if level in LEVELS and owner.rpartition(".")[2].lstrip("_") in LOGGERS:
            yield call


def catches_all(tree: ast.AST) -> Iterator[int]:
    return (handler.lineno for handler in _broad(tree))


def swallows(tree: ast.AST) -> Iterator[int]:
    for handler in _broad(tree):
        if all(
            isinstance(line, ast.Pass | ast.Continue | ast.Expr) and not _does(line) for line in handler.body
        ):
            yield handler.lineno


def _does(line: ast.stmt) -> bool:
    return isinstance(line, ast.Expr) and not isinstance(line.value, ast.Constant)


def _broad(tree: ast.AST) -> Iterator[ast.ExceptHandler]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            if any(kind is None or name(kind) in BROAD for kind in kinds):
                yield node


def sets_loose_cookies(tree: ast.AST) -> Iterator[int]:
    wanted = {"httponly", "samesite", "secure"}
    return (
        call.lineno
        for call in calls(tree)
        if name(call.func).endswith(".set_cookie") and not wanted <= set(keywords(call))
    )
