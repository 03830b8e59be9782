"""The one way from a function to an event of the page: it checks the role, whoever calls.

Gradio publishes each event as an endpoint, so what a page hides is not protected. A function takes the
workplace, the person and its own arguments; what Gradio calls takes the request instead of the first two.
Every event of the page is made here (a test looks at all of them), also those that are open to visitors:
to these the person may be None.
"""

import functools
import inspect
from collections.abc import Callable
from typing import get_type_hints

import gradio as gr

from studio.errors import for_the_page
from studio.people.person import VISITOR, require
from studio.workplace import Workplace


def guarded(work: Workplace, role: str, function: Callable) -> Callable:
    """Return a handler, (request, ...) to what `function(work, person, ...)` gives, for people of a role
    ("visitor": everybody).

    Generators stay generators. Raises gr.Error with our sentence where the role does not allow it.
    """

    def person_of(request: gr.Request):
        person = work.people.who(request)
        if person is None and role != VISITOR:
            work.people.require_ours(request)
        return require(person, role)

    if inspect.isgeneratorfunction(function):

        @functools.wraps(function)
        def handler(request: gr.Request, *args, **kwargs):
            yield from function(work, person_of(request), *args, **kwargs)

    else:

        @functools.wraps(function)
        def handler(request: gr.Request, *args, **kwargs):
            return function(work, person_of(request), *args, **kwargs)

    shown = for_the_page(handler)
    _, _, *own = inspect.signature(function).parameters.values()
    asks = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=gr.Request)
    hints = get_type_hints(function)
    returns = hints.get("return", inspect.Signature.empty)
    # What Gradio reads, to know what to send and what comes back.
    shown.__signature__ = inspect.Signature([asks, *own], return_annotation=returns)
    shown.__annotations__ = {name: hints[name] for name in hints if name not in ("work", "person")}
    shown.__annotations__["request"] = gr.Request
    del shown.__wrapped__  # else the hints are looked up in the function inside
    shown.role = role
    return shown


def publish(
    work: Workplace,
    role: str,
    function: Callable,
    *,
    api_name: str | None = None,
    queue: bool = False,
    visible: bool = True,
    **options,
) -> None:
    """Add a typed function to the current Blocks as an endpoint for people of a role.

    Un-queued by default: a queued job dies with its connection. visible: in the API's documentation.
    """
    gr.api(
        guarded(work, role, function),
        api_name=api_name or function.__name__,
        queue=queue,
        api_visibility="public" if visible else "undocumented",
        **options,
    )
