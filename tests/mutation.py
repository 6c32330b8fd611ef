"""Mutates a module a place at a time and tells which mutants the named tests let live: `python -m tests.mutation`.

python -m tests.mutation service/domain/lending.py tests/domain/test_lending.py
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from copy import deepcopy
from itertools import islice
from pathlib import Path

SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip
SECONDS = 300


def mutants(tree: ast.Module) -> Iterator[tuple[str, ast.Module]]:
    """Each mutant with what was done to it."""
    told_only = set(types_and_decorators(tree))
    for at, place in enumerate(ast.walk(tree)):
        for how in range(0 if place in told_only else choices(place)):
            copy = deepcopy(tree)
            node = next(islice(ast.walk(copy), at, None))
            before = ast.unparse(place)
            change(node, how)
            yield f"{getattr(place, 'lineno', 0)}: {before[:70]!r} → {ast.unparse(node)[:70]!r}", copy


def types_and_decorators(tree: ast.Module) -> Iterator[ast.AST]:
    """What changes nothing when the module runs: annotations, and how a dataclass is made."""
    for node in ast.walk(tree):
        for name in ("annotation", "returns", "decorator_list"):
            found = getattr(node, name, None) or []
            for one in found if isinstance(found, list) else [found]:
                yield from ast.walk(one)


def choices(node: ast.AST) -> int:
    """In how many ways a node can be changed."""
    if isinstance(node, ast.Compare):
        return len(node.ops) * (type(node.ops[0]) in SWAPPED)
    if isinstance(node, (ast.BoolOp, ast.BinOp)):
        return int(type(node.op) in SWAPPED)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return 1
    if isinstance(node, ast.Constant) and isinstance(node.value, (bool, int)):
        return 1
    if isinstance(node, ast.If):
        return 2
    if (
        isinstance(node, (ast.Set, ast.Tuple))
        and len(node.elts) > 1
        and isinstance(getattr(node, "ctx", ast.Load()), ast.Load)
    ):
        return len(node.elts)
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"role", "holding", "one_of", "all_of", "and_", "or_"}
    ):
        return len(node.args) if len(node.args) > 1 else 0
    return 0


def change(node: ast.AST, how: int) -> None:
    """One of the ways."""
    if isinstance(node, ast.Compare):
        node.ops[how] = SWAPPED[type(node.ops[how])]()  # type: ignore[assignment]
    elif isinstance(node, (ast.BoolOp, ast.BinOp)):
        node.op = SWAPPED[type(node.op)]()  # type: ignore[assignment]
    elif isinstance(node, ast.UnaryOp):
        node.op = ast.UAdd()
        node.operand = ast.Call(ast.Name("bool", ast.Load()), [node.operand], [])
    elif isinstance(node, ast.Constant):
        node.value = not node.value if isinstance(node.value, bool) else node.value + 1  # type: ignore[operator]
    elif isinstance(node, ast.If):
        node.test = ast.Constant(value=bool(how))
    elif isinstance(node, (ast.Set, ast.Tuple)):
        del node.elts[how]
    elif isinstance(node, ast.Call):
        del node.args[how]


def survives(path: Path, mutant: ast.Module, tests: list[str]) -> bool:
    """Whether the tests pass all the same."""
    path.write_text(ast.unparse(ast.fix_missing_locations(mutant)), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--no-header", *tests]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def main(path: Path, tests: list[str]) -> None:
    """Tells the survivors and the share that was killed, if the tests pass at all; leaves the module as it was."""
    source, total, alive = path.read_text(encoding="utf-8"), 0, 0
    try:
        if not survives(path, ast.parse(source), tests):
            sys.exit("the tests fail already without a mutation")
        for told, mutant in mutants(ast.parse(source)):
            total += 1
            if survives(path, mutant, tests):
                alive += 1
                print(f"survived {path}:{told}", flush=True)
    finally:
        path.write_text(source, encoding="utf-8")
    print(f"{path}: {total - alive} of {total} killed, {100 * (total - alive) / max(total, 1):.1f} %")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
