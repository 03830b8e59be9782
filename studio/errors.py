"""How our errors reach the page and the API: their own sentence, and no other program's.

The title tells a program what kind of error it is: static/calls.js goes by it.
"""

import functools
import html
import inspect
from collections.abc import Callable

import gradio as gr

from db.errors import DataError
from model.errors import EmolaError
from studio import metrics

TITLES = {
    "SignInNeeded": "Sign in",
    "NotAllowed": "Not allowed",
    "NotFound": "Not there",
    "NotYours": "Not yours",
    "SaveConflict": "Conflict",
    "ReadOnly": "Only reading",
}


def _shown(error: EmolaError | DataError) -> gr.Error:
    # Gradio renders an error's message as HTML, and ours quote file names.
    title = TITLES.get(type(error).__name__, "Error")
    return gr.Error(html.escape(str(error), quote=False), print_exception=False, title=title)


def for_the_page(handler: Callable) -> Callable:
    """A handler (function or generator) whose own errors become gr.Error; everything else stays a logged
    failure.
    """
    if inspect.isgeneratorfunction(handler):

        @functools.wraps(handler)
        def stream(*args, **kwargs):
            try:
                yield from handler(*args, **kwargs)
            except (EmolaError, DataError) as error:
                metrics.failed(handler.__name__, error)
                raise _shown(error) from error
            except Exception as error:
                metrics.failed(handler.__name__, error)
                raise

        return stream

    @functools.wraps(handler)
    def call(*args, **kwargs):
        try:
            return handler(*args, **kwargs)
        except (EmolaError, DataError) as error:
            metrics.failed(handler.__name__, error)
            raise _shown(error) from error
        except Exception as error:
            metrics.failed(handler.__name__, error)
            raise

    return call
