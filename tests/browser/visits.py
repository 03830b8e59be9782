"""Pages of a test, each in a browser context of its own, that keep what they asked for and what failed."""

from playwright.sync_api import Browser, Page

DESK = {"viewport": {"width": 1440, "height": 900}}


class Visits:
    """Opens pages, and closes all of them in the end."""

    def __init__(self, browser: Browser):
        self._browser, self._contexts = browser, []

    def page(self, *, first: str = "", **options) -> Page:
        """A page that shows nothing yet. first: JavaScript to run before any of the page's own; options: the
        context's, on a desk's screen unless they say otherwise.

        page.asked holds the addresses of its requests, page.failed its errors, the console's too.
        """
        context = self._browser.new_context(**{**DESK, **options})
        self._contexts.append(context)
        if first:
            context.add_init_script(first)
        page = context.new_page()
        page.asked, page.failed = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("console", lambda said: page.failed.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: page.failed.append(str(error)))
        return page

    def close(self) -> None:
        while self._contexts:
            self._contexts.pop().close()
