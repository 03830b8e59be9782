"""The page's look: Gradio's theme in our colours, and our styles and script for the document's head.

The colours themselves stand in static/studio.css, once for light and once for dark. No web font, no other
host.
"""

from functools import cache
from hashlib import sha256
from pathlib import Path

import gradio as gr
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

STATIC = Path(__file__).parent / "static"
STYLES = ("studio", "top", "people", "demo", "annotate", "review", "runs", "data")
SCRIPTS = ("studio", "top", "people", "demo", "annotate/main", "review", "runs", "data", "hub")
FONTS = ("-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Arial", "system-ui", "sans-serif")


def theme() -> gr.Theme:
    """Gradio's own widgets in the page's colours, which demo.css names once for light and once for dark."""
    colours = {
        "body_background_fill": "var(--paper)",
        "body_text_color": "var(--ink)",
        "body_text_color_subdued": "var(--quiet)",
        "block_background_fill": "var(--card)",
        "block_border_color": "var(--line)",
        "block_label_text_color": "var(--ink)",
        "block_title_text_color": "var(--ink)",
        "block_info_text_color": "var(--quiet)",
        "border_color_primary": "var(--line)",
        "background_fill_primary": "var(--card)",
        "background_fill_secondary": "var(--paper)",
        "input_background_fill": "var(--card)",
        "input_background_fill_focus": "var(--card)",
        "input_border_color": "var(--edge)",
        "input_border_color_focus": "var(--teal)",
        "input_placeholder_color": "var(--quiet)",
        "color_accent": "var(--teal)",
        "color_accent_soft": "var(--teal-soft)",
        "link_text_color": "var(--teal)",
        "link_text_color_active": "var(--teal)",
        "link_text_color_hover": "var(--teal)",
        "link_text_color_visited": "var(--teal)",
        "button_primary_background_fill": "var(--teal)",
        "button_primary_background_fill_hover": "var(--teal-deep)",
        "button_primary_text_color": "var(--on-teal)",
        "button_secondary_background_fill": "var(--card)",
        "button_secondary_background_fill_hover": "var(--paper)",
        "button_secondary_text_color": "var(--ink)",
        "checkbox_background_color": "var(--card)",
        "checkbox_background_color_selected": "var(--check)",
        "checkbox_border_color": "var(--edge)",
        "checkbox_border_color_selected": "var(--check)",
        "checkbox_label_background_fill": "var(--card)",
        "checkbox_label_text_color": "var(--ink)",
    }
    plain = gr.themes.Base(font=FONTS, font_mono=("ui-monospace", "Menlo", "Consolas", "monospace"))
    known = {name for name in vars(plain) if not name.startswith("_")}
    both = {name: value for name, value in colours.items()}
    both |= {f"{name}_dark": value for name, value in colours.items() if f"{name}_dark" in known}
    return plain.set(**both)


def head(max_upload_mb: float) -> str:
    """What the document's head asks for: our styles and scripts, from this server."""
    return (
        f'<meta name="emola-max-mb" content="{max_upload_mb:g}">'
        + "".join(f'<link rel="stylesheet" href="{address()}{name}.css">' for name in STYLES)
        + "".join(f'<script type="module" src="{address()}{name}.js"></script>' for name in SCRIPTS)
    )


def address() -> str:
    """Return where our files are for a page, with their content's hash: a browser may keep them for ever."""
    return f"./look/{_digest()}/"


def route() -> Mount:
    """Return the route of styles, scripts and sample pictures; nothing else is in that folder."""
    return Mount("/look", _Unchanging(directory=STATIC))


class _Unchanging(StaticFiles):
    """Files at DIGEST/name, whatever the digest is: it only tells one version from the next."""

    def get_path(self, scope) -> str:
        return super().get_path(scope).partition("/")[2]

    def file_response(self, *args, **kwargs):
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


@cache
def _digest() -> str:
    digest = sha256()
    for path in sorted(path for path in STATIC.rglob("*") if path.is_file()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
