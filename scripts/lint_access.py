"""Checks that every query of the register knows who asks, and uses it.

A public function in storage/register/ whose first parameter is a SQLAlchemy `Connection` takes
`access: Access` and reads it: as a condition of its query (storage/register/reach.py), as the
actor of what it writes, or by refusing (storage/register/guard.py). The few that cannot are
listed here with the reason; one that does not need its place in the list any more is reported too.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

REGISTER = Path(__file__).resolve().parent.parent / "storage" / "register"
_OF_CASE = "writes into a case that the caller found with `cases`, which looks at the access"
_OF_LEASE = "writes into the message whose lease the caller holds; `claim` looked at the access"
_NOT_SIGNED_IN = "asked before anybody is signed in: there is no reach yet"
UNUSED = {
    "audit.verify": "walks the one chain of all municipalities and returns no content of a row",
    "cases.answer": _OF_CASE,
    "cases.ask_owner": _OF_CASE,
    "cases.ask_resident": _OF_CASE,
    "cases.open_case": "writes a case for a finding, whose home decides the municipality",
    "cases.rearm": _OF_CASE,
    "episodes.add_evidence": _OF_CASE,
    "episodes.begin": _OF_CASE,
    "episodes.book": _OF_CASE,
    "episodes.keep_plan": _OF_CASE,
    "episodes.look_again": _OF_CASE,
    "episodes.recover": _OF_CASE,
    "episodes.stop_ladders": _OF_CASE,
    "leases.finish": _OF_LEASE,
    "leases.next_look": "returns instants only, for the one sender that serves all",
    "leases.put_back": _OF_LEASE,
    "outbox_lists.bundle": "joins what `candidates`, which looks at the access, returned",
    "login_failures.forgive": _NOT_SIGNED_IN,
    "login_failures.wait_until": _NOT_SIGNED_IN,
    "notifications.bounced": "writes into messages that `delivery_log.by_id` has returned",
    "notifications.bring_forward": _OF_CASE,
    "notifications.cancel_of_case": _OF_CASE,
    "notifications.is_anyone_told": "says yes or no about an episode that the caller found",
    "notifications.put": _OF_CASE,
    "residents.seal_person": "writes sealed fields of a resident that the caller has just added",
    "services.states": "says since when our own services work: of no home, of no person",
    "sessions.end": "the token is the proof: who holds it may end it",
    "sessions.touch": "the token is the proof: who holds it is asking",
    "users.assign": "the command line only; the municipality is a parameter",
}
"""`module.function`: why it takes an access and does not read it."""


def queries(path: Path) -> Iterator[ast.FunctionDef]:
    """Yield the public functions of a module that work on a connection."""
    for node in ast.parse(path.read_text("utf-8"), str(path)).body:
        if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
            continue
        first = next(iter(node.args.posonlyargs + node.args.args), None)
        if first is not None and _is_a(first, "Connection"):
            yield node


def breach_of(query: ast.FunctionDef, *, may_ignore: bool) -> str | None:
    """Return what is wrong with a function, None when nothing is."""
    arguments = query.args.posonlyargs + query.args.args + query.args.kwonlyargs
    if not any(each.arg == "access" and _is_a(each, "Access") for each in arguments):
        return "takes no `access: Access`: add it after the connection and use it in the query"
    if not _reads_access(query):
        if may_ignore:
            return None
        return (
            "does not use its access: narrow the query with storage/register/reach.py, or refuse "
            "with storage/register/guard.py"
        )
    if may_ignore:
        return "uses its access: remove it from UNUSED in scripts/lint_access.py"
    return None


def breaches(folder: Path, unused: dict[str, str]) -> Iterator[str]:
    """Yield each breach below a folder as `file:line: function what to do`, and stale entries."""
    seen = set()
    for path in sorted(folder.glob("*.py")):
        for query in queries(path):
            name = f"{path.stem}.{query.name}"
            seen.add(name)
            breach = breach_of(query, may_ignore=name in unused)
            if breach is not None:
                place = f"{folder.parent.name}/{folder.name}/{path.name}:{query.lineno}"
                yield f"{place}: {query.name} {breach}"
    for name in sorted(unused.keys() - seen):
        yield f"scripts/lint_access.py: {name} is listed and does not exist: remove it"


def main() -> int:
    """Print each breach and return how a script ends."""
    found = list(breaches(REGISTER, UNUSED))
    for breach in found:
        print(breach)
    return 1 if found else 0


def _is_a(argument: ast.arg, name: str) -> bool:
    annotation = argument.annotation
    return annotation is not None and ast.unparse(annotation).rpartition(".")[2] == name


def _reads_access(query: ast.FunctionDef) -> bool:
    return any(
        isinstance(node, ast.Name) and node.id == "access" and isinstance(node.ctx, ast.Load)
        for statement in query.body
        for node in ast.walk(statement)
    )


if __name__ == "__main__":
    sys.exit(main())
