"""Starts the studio from its settings: database, pictures, model, people; and serves the page.

No file of the project is served but those in studio/static.
"""

from db.errors import DataError
from db.migrate import migrate
from db.session import open_database
from db.store import PictureStore
from model.errors import EmolaError
from studio import look, pictures
from studio.app import build
from studio.people.identify import People
from studio.serving import Choice, Serving
from studio.workplace import Workplace

YES = ("yes", "true", "1", "on")
LOOPBACK = ("127.0.0.1", "localhost", "::1")
MODEL = ("base", "adapter", "adapter_au", "adapter_emotion", "expert", "expert_model", "device", "dtype")


def launch(values: dict[str, str]) -> None:
    """Serve the page that the settings describe until stopped. SystemExit with a sentence where the
    database or the model cannot be used, or the port is taken.
    """
    host, port = values["host"], int(values["port"])
    work = open_workplace(values)
    blocks = build(
        work,
        au_only=_yes(values["au_only"]),
        may_load=_yes(values["change_model"]) or values["change_model"] == "auto" and host in LOOPBACK,
    )
    try:
        blocks.launch(server_name=host, server_port=port, prevent_thread_lock=True, **launch_options(work))
    except OSError as error:
        raise SystemExit(
            f"Port {port} of {host} cannot be used. Give another: EMOLA_PORT={port + 1}."
        ) from error
    print(f"EmoLA Studio answers at http://{host}:{port}; Ctrl-C ends it.", flush=True)
    try:
        blocks.block_thread()
    finally:
        work.database.close()


def open_workplace(values: dict[str, str]) -> Workplace:
    """Open what the settings name. SystemExit with a sentence where a part cannot be had."""
    from model.predict import Predictor

    try:
        database = open_database(values["database"])
        migrate(database)
        store = PictureStore(values["pictures"])
    except (DataError, OSError) as error:
        raise SystemExit(f"The database or the pictures cannot be opened. {error}") from error
    choice = Choice(**{name: values[name] for name in MODEL})
    try:
        serving = Serving(lambda choice: build_predictor(Predictor, choice), choice)
    except EmolaError as error:
        raise SystemExit(f"The model cannot be loaded. {error}") from error
    accounts = _yes(values["accounts"]) or values["accounts"] == "auto" and values["host"] not in LOOPBACK
    people = People(database, accounts=accounts)
    return Workplace(database, store, serving, people, float(values["max_upload_mb"]))


def launch_options(work: Workplace) -> dict:
    """What the page needs of Gradio's server: our look and routes, no other host, our error messages only."""
    return {
        "theme": look.theme(),
        "head": look.head(work.max_upload_mb),
        "max_file_size": int(work.max_upload_mb * 1024 * 1024),
        "app_kwargs": {"routes": [look.route(), pictures.route(work)]},
        "footer_links": [],
        "show_error": False,
        "share": False,
        "ssr_mode": False,
        "allowed_paths": [],
        "run_history": False,
        "quiet": True,
    }


def build_predictor(factory, choice: Choice):
    """A predictor for a choice; what is empty is left to the predictor's own default."""
    named = {
        "base": choice.base,
        "adapter": choice.adapter,
        "adapter_au": choice.adapter_au,
        "adapter_emotion": choice.adapter_emotion,
        "expert": choice.expert,
    }
    given = {name: value for name, value in named.items() if value}
    # The path belongs to one expert; mini, which takes none, is what an empty choice ends up with.
    if choice.expert_model and (choice.expert == "insightface_106" or not choice.expert and given):
        given["expert_options"] = {"model_path": choice.expert_model}
    return factory(device=choice.device or "cpu", dtype=choice.dtype or "float32", **given)


def _yes(value: str) -> bool:
    return value.lower() in YES
