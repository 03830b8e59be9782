"""How our errors reach the page and the API: their own sentence, and no other program's."""

import functools
import html
import inspect
from collections.abc import Callable

import gradio as gr

from model.errors import EmolaError


def _shown(error: EmolaError) -> gr.Error:
    # Gradio renders an error's message as HTML, and ours quote file names.
    return gr.Error(html.escape(str(error), quote=False), print_exception=False)


def for_the_page(handler: Callable) -> Callable:
    """A handler (function or generator) whose EmolaError becomes gr.Error; everything else stays a logged
    failure.
    """
    if inspect.isgeneratorfunction(handler):

        @functools.wraps(handler)
        def stream(*args, **kwargs):
            try:
                yield from handler(*args, **kwargs)
            except EmolaError as error:
                raise _shown(error) from error

        return stream

    @functools.wraps(handler)
    def call(*args, **kwargs):
        try:
            return handler(*args, **kwargs)
        except EmolaError as error:
            raise _shown(error) from error

    return call
