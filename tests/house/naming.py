"""Whether what a document names is there: a file, or a test, a function or a setting in it."""

from __future__ import annotations

import ast
from functools import cache

from tests.house.tree import ROOT


@cache
def names_in(path: str) -> frozenset[str]:
    """Functions, classes and assigned names of a Python file, inside classes too; nothing for any other file."""
    file = ROOT / path
    if file.suffix != ".py" or not file.is_file():
        return frozenset()
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.Assign(targets=targets):
                found |= {target.id for target in targets if isinstance(target, ast.Name)}
            case ast.AnnAssign(target=ast.Name(id=name)):
                found.add(name)
    return frozenset(found)


def is_there(named: str) -> bool:
    """Whether `path` or `path::name` leads to something in this project."""
    path, _, name = named.partition("::")
    return (ROOT / path).exists() and (not name or name in names_in(path))
