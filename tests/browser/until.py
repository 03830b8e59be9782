"""Waiting for what an endpoint of the studio says, asked from the page that is open."""

from playwright.sync_api import Page

ASK_UNTIL = """async ([endpoint, data, holds, patience]) => {
  const test = new Function('said', `return ${holds}`);
  for (const end = Date.now() + patience; ; ) {
    const answer = await fetch(`./gradio_api/run/${endpoint}`, { method: 'POST',
      headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ data }) });
    const said = answer.ok ? (await answer.json()).data[0] : await answer.text();
    if (answer.ok && test(said)) return said;
    if (Date.now() > end) throw new Error(`${endpoint}: never ${holds}, last ${JSON.stringify(said)}`);
    await new Promise((again) => setTimeout(again, 200));
  }
}"""


def until(page: Page, endpoint: str, data: list, holds: str, patience: int = 60_000) -> dict:
    """Ask an endpoint again and again until a condition in JavaScript on `said` holds; return what it said.

    patience: ms. wait_for_function does not do here: it takes an async function's promise for a yes.
    """
    return page.evaluate(ASK_UNTIL, [endpoint, data, holds, patience])
