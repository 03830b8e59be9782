"""studio.look: styles, script and theme stay on this machine."""

import re

from studio import look


def test_styles_and_script_name_no_other_host():
    assert re.findall(r"https?://[^\s\"')]+", look.head(20)) == []


def test_the_theme_asks_for_no_web_font():
    assert look.theme()._stylesheets == []
    assert re.findall(r"url\((?![\"']?data:)[^)]*", look.theme()._get_theme_css()) == []


def test_the_upload_limit_reaches_the_script():
    assert "const MAX_MB = 7;" in look.head(7)
