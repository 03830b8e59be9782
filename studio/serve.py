"""Starts the studio from its settings: database, pictures, model, people; and serves the page.

No file of the project is served but those in studio/static.
"""

import signal
from threading import current_thread, main_thread
from urllib.parse import urlsplit

from starlette.middleware import Middleware

from db.errors import DataError
from model.errors import EmolaError
from studio import following, health, hub, lent_gpu, logs, look, pictures, refresh, scrape, top_line
from studio.access import Access
from studio.annotate import endpoints
from studio.app import build
from studio.data import routes as data_routes
from studio.data.jobs import Jobs
from studio.people import hub_routes, hub_sign_in, invite, own_password, routes
from studio.people.identify import People
from studio.rounds import Rounds
from studio.serving import Choice, Serving
from studio.workplace import Workplace

YES = ("yes", "true", "1", "on")
LOOPBACK = ("127.0.0.1", "localhost", "::1")
MODEL = ("base", "adapter", "adapter_au", "adapter_emotion", "expert", "expert_model", "device", "dtype")


def launch(values: dict[str, str]) -> None:
    """Serve the page that the settings describe until stopped. SystemExit with a sentence where the
    database or the model cannot be used, or the port is taken.
    """
    _end_when_told()
    try:
        with logs.kept(values["log"]):
            _launch(values)
    except (DataError, EmolaError) as error:
        raise SystemExit(str(error)) from error


def _launch(values: dict[str, str]) -> None:
    hub.use_token(values["hub_token"])
    work = open_workplace(values)
    logs.gather()
    if values["metrics"]:
        scrape.serve(work, values["metrics"])
    refresh.follow(work)
    if work.rounds is not None:
        work.rounds.start()
    change = values["change_model"]
    alone = work.database.url.get_backend_name() == "sqlite"  # else others would answer with another model
    may_load = _yes(change) or change == "auto" and alone and values["host"] in LOOPBACK
    blocks = build(work, au_only=_yes(values["au_only"]), may_load=may_load)
    try:
        if work.sync is not None:
            work.sync.start()
        _serve(blocks, work, values)
    finally:
        blocks.close(verbose=False)  # before the last sending, so that nothing is taken after it
        work.following.stop()
        if work.rounds is not None:
            work.rounds.stop()
        if work.sync is not None:
            work.sync.stop()
        work.database.close()


def _serve(blocks, work: Workplace, values: dict[str, str]) -> None:
    """Answer until told to stop."""
    host, port = values["host"], int(values["port"])
    try:
        blocks.launch(server_name=host, server_port=port, prevent_thread_lock=True, **launch_options(work))
    except OSError as error:
        raise SystemExit(
            f"Port {port} of {host} cannot be used. Give another: EMOLA_PORT={port + 1}."
        ) from error
    logs.gather()  # once more: the server brought its own
    taking = work.sync is None or work.sync.state().refused is None
    if (
        taking
        and work.people.accounts
        and (link := invite.first_admin(work.database, invite.reached_at(values)))
    ):
        print(f"Nobody can manage this studio yet. To be its first admin, within a day: {link}")
    if work.forgets:
        print(top_line.FORGETS)
    print(f"EmoLA Studio answers at http://{host}:{port}; Ctrl-C ends it.", flush=True)
    blocks.block_thread()


def open_workplace(values: dict[str, str]) -> Workplace:
    """Open what the settings name. SystemExit with a sentence where a part cannot be had."""
    lend = lent_gpu.lender(_yes(values["zero_gpu"]))
    from model.predict import Predictor

    signs_in = hub_sign_in.configured(values, invite.reached_at(values))
    try:
        database, store, sync = hub.open_kept(values)
        models = hub.model_repository(values)
    except (DataError, OSError) as error:
        raise SystemExit(f"The database or the pictures cannot be opened. {error}") from error
    choice = Choice(**{name: values[name] for name in MODEL})

    def build_one(choice: Choice):
        return build_predictor(Predictor, choice, lend)

    try:
        first, seen = following.begin(database, build_one, choice)
    except EmolaError as error:
        raise SystemExit(f"The model cannot be loaded. {error}") from error
    accounts = _yes(values["accounts"]) or values["accounts"] == "auto" and values["host"] not in LOOPBACK
    reached = urlsplit(invite.reached_at(values)).hostname or ""
    people = People(database, accounts=accounts, hosts=(values["host"], reached), hub=signs_in)
    serving = Serving(build_one, choice, first)
    return Workplace(
        database,
        store,
        serving,
        people,
        float(values["max_upload_mb"]),
        jobs=Jobs(database),
        following=following.Following(database, serving, seen),
        sync=sync,
        rounds=Rounds(database, models) if models else None,
        forgets=hub.forgets(values, database, store),
    )


def launch_options(work: Workplace) -> dict:
    """What the page needs of Gradio's server: our look and routes, no other host, our error messages only."""
    beside = [
        look.route(),
        health.route(work),
        pictures.route(work),
        *routes.routes(work),
        *hub_routes.routes(work),
        *own_password.routes(work),
        *data_routes.routes(work),
        *endpoints.direct_routes(work),
    ]
    return {
        "theme": look.theme(),
        "head": look.head(work.max_upload_mb),
        "max_file_size": int(work.max_upload_mb * 1024 * 1024),
        "app_kwargs": {"routes": beside, "middleware": [Middleware(Access, beside)]},
        "footer_links": [],
        "show_error": False,
        "share": False,
        "ssr_mode": False,
        "allowed_paths": [],
        "run_history": False,
        "quiet": True,
        "_frontend": False,  # else a page that takes 3 s, on a busy machine, would end the studio
    }


def build_predictor(factory, choice: Choice, lend=None):
    """A predictor for a choice; what is empty is left to the predictor's default. lend: what lends GPUs."""
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
    given["dtype"] = choice.dtype or "float32"
    return lent_gpu.place(lambda device: factory(device=device, **given), choice.device or "cpu", lend)


def _end_when_told() -> None:
    """Let SIGTERM, which a Space and systemd send, end the studio as Ctrl-C does."""

    def end(*_signal) -> None:
        raise SystemExit(0)

    if current_thread() is main_thread():
        signal.signal(signal.SIGTERM, end)


def _yes(value: str) -> bool:
    return value.lower() in YES
