"""What the README and docs/scale.md name is there: files, modules, options, commands, settings, headings."""

import re
from pathlib import Path

import pytest

import settings

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TEXT = README + (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
FILE_ENDINGS = (".py", ".md", ".txt", ".toml", ".sh", ".png", ".yaml", ".yml", ".json", ".service", ".timer")
PACKAGES = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")}


def named_paths() -> set[str]:
    """Files and folders of ours: link targets, `code` that looks like one, and the tree's first words."""
    found = {target for target in re.findall(r"\]\(([^)#\s]+)", TEXT) if "://" not in target}
    for code in re.findall(r"`([^`\n]+)`", TEXT):
        if re.fullmatch(r"[\w./-]+", code) and (
            code.split("/")[0] in PACKAGES and "/" in code or code.endswith(FILE_ENDINGS)
        ):
            found.add(code)
    tree = re.search(r"^```text\n(app\.py.*?)^```", README, re.MULTILINE | re.DOTALL)
    found.update(line.split()[0] for line in tree.group(1).splitlines() if line.strip())
    return found


def anchor(heading: str) -> str:
    """A heading's anchor, as GitHub and the hub make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def commands() -> list[tuple[str, list[str]]]:
    """Each `python -m module` of ours in these texts, with the options that follow it on its line."""
    found = []
    for module, rest in re.findall(r"python -m ([\w.]+)((?:\\\n|[^`\n])*)", TEXT):
        if module.split(".")[0] in PACKAGES:
            found.append((module, re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*", rest)))
    return found


def module_file(module: str) -> Path:
    path = ROOT / module.replace(".", "/")
    return path / "__main__.py" if path.is_dir() else path.with_suffix(".py")


def command_source(module: str) -> str:
    """The text of the module, and of those that its main function and its options come from."""
    text = module_file(module).read_text(encoding="utf-8")
    if main := re.search(r"from ([\w.]+) import main\b", text):
        text += module_file(main.group(1)).read_text(encoding="utf-8")
    if options := re.search(r"from (\w+) import (\w+_options)\b", text):
        text += module_file(".".join(options.groups())).read_text(encoding="utf-8")
    return text


@pytest.mark.parametrize("path", sorted(named_paths()))
def test_path_named_in_the_readme_exists(path):
    assert (ROOT / path).exists()


def test_links_within_the_readme_lead_to_a_heading():
    headings = {anchor(heading) for heading in re.findall(r"^#+ (.+)$", README, re.MULTILINE)}
    assert set(re.findall(r"\]\(#([\w-]+)\)", README)) <= headings
    assert "load-emola-weights" in headings, "the page's notice about mini links there"


@pytest.mark.parametrize("setting", settings.SETTINGS, ids=lambda setting: setting.name)
def test_setting_is_in_the_readme(setting):
    row = re.search(rf"^\| `{setting.name}` \|.*$", README, re.MULTILINE)
    assert row, f"the README's settings table has no row for {setting.name}"
    assert setting.help in row.group(0)


def test_settings_in_the_readme_exist():
    assert set(re.findall(r"\bEMOLA_[A-Z_]+\b", README)) <= {setting.name for setting in settings.SETTINGS}


def test_make_targets_named_anywhere_exist():
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    texts = [README, (ROOT / ".ci" / "run").read_text(encoding="utf-8")]
    named = {
        target for text in texts for target in re.findall(r"(?:^|[`$] ?)make ([a-z-]+)", text, re.MULTILINE)
    }
    assert {"run", "test", "check"} <= named <= targets


@pytest.mark.parametrize("module", sorted({module for module, _ in commands()}))
def test_module_that_the_readme_runs_exists(module):
    assert module_file(module).exists()


@pytest.mark.parametrize(
    "module, option", sorted({(module, option) for module, options in commands() for option in options})
)
def test_option_that_the_readme_gives_exists(module, option):
    assert f'"{option}"' in command_source(module)
