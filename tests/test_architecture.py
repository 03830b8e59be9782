"""Which package may import which: studio, train > model, db; only entry points read settings."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ALLOWED = {
    "model": {"model"},
    "db": {"db"},
    "studio": {"studio", "model", "db"},
    "train": {"train", "model", "db"},
}
OURS = {*ALLOWED, "settings", "app", "deploy", "benchmarks", "tests"}
FILES = sorted(path for package in ALLOWED for path in (ROOT / package).rglob("*.py"))


def imported(tree: ast.AST, package: str) -> set[str]:
    """Names of the top-level packages that the tree imports; a relative import is of its own package."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.add(package if node.level else node.module.split(".")[0])
    return names


def without_entry_point(tree: ast.Module) -> ast.Module:
    """The module less its main function and `__main__` block, where settings may be read."""
    kept = [
        node
        for node in tree.body
        if not (isinstance(node, ast.If) and "__main__" in ast.unparse(node.test))
        and not (isinstance(node, ast.FunctionDef) and node.name == "main")
    ]
    return ast.Module(body=kept, type_ignores=[])


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_follow_the_direction(path):
    package = path.relative_to(ROOT).parts[0]
    tree = ast.parse(path.read_text(encoding="utf-8"))
    ours = imported(without_entry_point(tree), package) & OURS
    assert ours <= ALLOWED[package], f"{path.name} imports {sorted(ours - ALLOWED[package])}"
    assert imported(tree, package) & OURS <= ALLOWED[package] | {"settings"}


def test_model_package_is_empty():
    assert (ROOT / "model" / "__init__.py").read_bytes() == b""


def test_tasks_and_facs_load_no_torch():
    code = "import sys, model.tasks, model.facs; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60).returncode == 0


def test_no_file_is_a_grab_bag():
    assert not [path for path in FILES if path.stem in {"utils", "util", "helpers", "misc", "common"}]
