"""The requirement files: every version exact, nothing missing, nothing that the product must not need."""

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
RUNTIME, DEVELOPMENT, BENEATH = "requirements.txt", "requirements-dev.txt", "constraints.txt"
RAY = "requirements-ray.txt"
"""Bulk prediction's extra, which a Space does without; tests install it."""
OURS = {"app", "settings", "studio", "model", "db", "train", "deploy", "benchmarks", "tests"}
# Loaded only where it is installed, by a flag: 4-bit and 8-bit weights need a GPU to be of use, and a ZeroGPU
# Space brings what lends GPUs itself.
OPTIONAL = {"bitsandbytes", "spaces"}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def lines(name: str) -> list[str]:
    """The requirements in a file, without comments, blank lines and `-r`."""
    text = (ROOT / name).read_text(encoding="utf-8")
    stripped = (re.split(r"(?:^|\s)#", line)[0].strip() for line in text.splitlines())
    return [line for line in stripped if line and not line.startswith("-r ")]


def names(*files: str) -> set[str]:
    return {normal(line.split("==")[0]) for name in files for line in lines(name)}


@pytest.mark.parametrize("name", [RUNTIME, DEVELOPMENT, RAY, BENEATH])
def test_every_version_is_exact(name):
    loose = [line for line in lines(name) if not re.fullmatch(r"[A-Za-z0-9][\w.-]*==\d[\w.]*", line)]
    assert lines(name) and not loose


def test_each_package_is_pinned_once():
    pinned = [
        normal(line.split("==")[0]) for name in (RUNTIME, DEVELOPMENT, RAY, BENEATH) for line in lines(name)
    ]
    assert len(pinned) == len(set(pinned))


def test_torchvision_is_never_required():
    assert "torchvision" not in names(RUNTIME, DEVELOPMENT, RAY, BENEATH)


def test_the_space_installs_no_test_or_lint_tool():
    assert not names(RUNTIME) & {"pytest", "hypothesis", "ruff", "playwright", "axe-playwright-python"}


def distributions_imported(paths) -> dict[str, set[str]]:
    """Distribution name -> files that import it, for imports that are neither ours nor Python's."""
    provided = packages_distributions()
    found: dict[str, set[str]] = {}
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                modules = [node.module]
            tops = {module.split(".")[0] for module in modules}
            for top in tops - OURS - OPTIONAL - sys.stdlib_module_names:
                for distribution in provided.get(top, [top]):
                    found.setdefault(normal(distribution), set()).add(str(path.relative_to(ROOT)))
    return found


def missing(paths, *requirement_files: str) -> dict[str, set[str]]:
    required = names(*requirement_files)
    return {name: files for name, files in distributions_imported(paths).items() if name not in required}


def test_what_the_product_imports_the_space_installs():
    paths = [ROOT / "app.py", ROOT / "settings.py"]
    for package in ("studio", "model", "db", "train"):
        paths += (ROOT / package).rglob("*.py")
    assert not missing(paths, RUNTIME, RAY)
    assert distributions_imported(paths)["ray"] == {"model/bulk/on_ray.py"}, "an extra, needed in one file"


def test_what_tests_and_benchmarks_import_is_required():
    paths = [path for package in ("tests", "benchmarks", "deploy") for path in (ROOT / package).rglob("*.py")]
    assert not missing(paths, RUNTIME, DEVELOPMENT, RAY)
