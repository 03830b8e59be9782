"""studio.look: styles, script and theme stay on this machine."""

import re

from studio import look


def test_styles_and_script_name_no_other_host():
    files = [path for path in look.STATIC.rglob("*") if path.suffix in (".css", ".js")]
    texts = [look.head(20), *(path.read_text(encoding="utf-8") for path in files)]
    hosts = [host for text in texts for host in re.findall(r"https?://[^\s\"')]+", text)]
    assert set(hosts) <= {"http://www.w3.org/2000/svg"}, "that one is the name of a language, not an address"


def test_every_file_that_the_head_names_is_there():
    named = re.findall(rf"{re.escape(look.address())}([^\"]+)", look.head(20))
    assert len(named) == len(look.STYLES) + len(look.SCRIPTS)
    assert [name for name in named if not (look.STATIC / name).is_file()] == []


def test_the_theme_asks_for_no_web_font():
    assert look.theme()._stylesheets == []
    assert re.findall(r"url\((?![\"']?data:)[^)]*", look.theme()._get_theme_css()) == []


def test_the_upload_limit_reaches_the_script():
    assert 'name="emola-max-mb" content="7"' in look.head(7)
