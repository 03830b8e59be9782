"""What axe finds wrong for people who use a keyboard or a screen reader."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def serious(page: Page, within: str | None = None) -> list[str]:
    """Return axe's serious and critical findings in a page, or within what a selector names, in words."""
    return [
        f"{found['id']}: {node['html'][:200]} {node['failureSummary'][:300]}"
        for found in Axe().run(page, context=within).response["violations"]
        if found["impact"] in ("serious", "critical")
        for node in found["nodes"]
    ]
