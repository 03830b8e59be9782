"""The studio's log: JSON lines in which no face, name or address can be found, or plain text at a terminal.

    {"time": "2026-11-20T14:02:03.127Z", "level": "info", "from": "studio.access", "says": "request",
     "method": "POST", "route": "/gradio_api/run/save_annotation", "status": 200, "ms": 2.6}

Whatever logs, ours or a library, a line holds only what cannot tell of a person: words that stand as such in
the program's source, numbers, and the fields of FIELDS. All else in a message is shown as "…". Of an error
its kind, its code and the places that it came through are kept, not its own words, since these quote files,
names and SQL. What is printed to stderr past the log is dropped, but an error's traceback becomes such a
line. Plain text keeps everything: it is for the person at the terminal.

Sentences for whoever starts the studio (its address, the first admin's link) are printed to stdout and are
no log lines. Not covered: what a library written in C writes to the file descriptor.
"""

import io
import logging
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from traceback import walk_tb
from types import TracebackType
from typing import Any, TextIO

import orjson

from db.errors import DataError
from db.writable import code_of
from model.errors import EmolaError

HOW = ("auto", "json", "text")
FIELDS = ("method", "route", "status", "ms", "endpoint", "kind", "revision", "state")
"""Facts that a record may bring along by `extra`; who adds one sees to it that it names nobody."""
OURS = ("studio", "db", "model")
ROOT = Path(__file__).resolve().parents[1]
DEEPEST = 12
"""Places of a traceback that are kept, the innermost."""
WITHHELD = "…"

_own = logging.getLogger(__name__)


class NoSuchLog(EmolaError):
    """EMOLA_LOG is none of auto, json and text."""


@contextmanager
def kept(how: str) -> Iterator[None]:
    """Keep the log while inside. how: json, text, or auto: json unless a person sits at a terminal.

    Raises NoSuchLog. An error that nothing inside has caught is logged, and ends the program with status 1.
    """
    if how not in HOW:
        raise NoSuchLog(f"EMOLA_LOG is {how!r}; give one of {', '.join(HOW)}.")
    if how == "text" or how == "auto" and sys.stderr.isatty():
        logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
        yield
        return
    root, before, shown = logging.getLogger(), sys.stderr, warnings.showwarning
    handlers, level = root.handlers[:], root.level
    handler = logging.StreamHandler(before)
    handler.setFormatter(JsonLines())
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.INFO)
    sys.stderr, warnings.showwarning = Strays(before), _warned
    try:
        yield
    except (EmolaError, DataError):
        raise  # a sentence for whoever starts the studio
    except Exception as error:
        _own.critical("The studio ended. With EMOLA_LOG=text it says why in full.", exc_info=error)
        raise SystemExit(1) from None
    finally:
        sys.stderr, warnings.showwarning = before, shown
        root.handlers[:] = handlers
        root.setLevel(level)


def gather() -> None:
    """Let libraries that brought handlers of their own, as uvicorn does, write where all others do."""
    if not any(isinstance(each.formatter, JsonLines) for each in logging.getLogger().handlers):
        return
    for logger in list(logging.Logger.manager.loggerDict.values()):
        if isinstance(logger, logging.Logger):
            logger.handlers.clear()
            logger.propagate = True


class JsonLines(logging.Formatter):
    """A record as a line of JSON that names nobody."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without its end."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {
            "time": at.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "from": record.name,
            "says": _says(record),
        }
        line |= {name: value for name in FIELDS if (value := getattr(record, name, None)) is not None}
        if record.levelno >= logging.WARNING:
            line["at"] = _place(record.pathname, record.lineno)
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = described(record.exc_info[1])
        return orjson.dumps(line, default=lambda value: WITHHELD).decode()


class Strays(io.TextIOBase):
    """Takes the place of stderr: an error that is printed there is logged, all else is dropped."""

    def __init__(self, real: TextIO):
        self._real = real

    def write(self, text: str) -> int:
        """Log the error that is being handled, once, however many writes its traceback takes."""
        error = sys.exc_info()[1]
        if error is not None and not getattr(error, "_is_logged", False):
            error._is_logged = True
            _own.error("An error was printed.", exc_info=error)
        return len(text)

    def writable(self) -> bool:
        """Return True."""
        return True

    def fileno(self) -> int:
        """Return the real one's, for programs that are started."""
        return self._real.fileno()


def described(error: BaseException) -> dict[str, Any]:
    """Return what may be known of an error: {"kind", "code", "at": places, "because": the one before it}."""
    told: dict[str, Any] = {"kind": type(error).__name__}
    if code := code_of(error):
        told["code"] = code
    told["at"] = _places(error.__traceback__)
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and before is not error:
        told["because"] = {"kind": type(before).__name__, "at": _places(before.__traceback__)}
    return told


def _says(record: logging.LogRecord) -> str:
    """Return a record's message as far as the program itself wrote it."""
    if not isinstance(record.msg, str) or not _in_the_source(record.msg):
        return WITHHELD
    if not record.args:
        return record.msg
    args = record.args
    try:
        if isinstance(args, Mapping):
            named = {name: _number(value) for name, value in args.items()}
            return record.msg % (named if "%(" in record.msg else WITHHELD)
        return record.msg % tuple(_number(value) for value in args)
    except (TypeError, ValueError, KeyError):  # a format for numbers, say, that was given something else
        return record.msg


def _in_the_source(text: str) -> bool:
    """Return whether a text stands, whole, in the code that is running: then it was not made of anything."""
    frame = sys._getframe(1)
    while frame is not None:
        if text in frame.f_code.co_consts:
            return True
        frame = frame.f_back
    return False


def _number(value: Any) -> Any:
    return value if isinstance(value, (int, float)) else WITHHELD


def _places(trace: TracebackType | None) -> list[str]:
    found = [
        f"{_place(frame.f_code.co_filename, line)} {frame.f_code.co_name}" for frame, line in walk_tb(trace)
    ]
    return found[-DEEPEST:]


def _place(path: str, line: int) -> str:
    """Return file and line, without the folders above ours or the library's: these name people."""
    _, library, below = path.rpartition("site-packages/")
    if not library:
        whole = Path(path)
        below = str(whole.relative_to(ROOT)) if whole.is_relative_to(ROOT) else whole.name
    return f"{below}:{line}"


def _warned(message, category, filename, lineno, file=None, line=None) -> None:
    """Log one of Python's warnings."""
    place = _place(filename, lineno)
    _own.warning(str(message), extra={"kind": f"{category.__name__} at {place}"})
