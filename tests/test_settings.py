"""settings: one table, read from the environment, named in the README by tests/test_docs.py."""

import settings


def test_defaults_stand_where_nothing_is_set():
    values = settings.read({})
    assert values["host"] == "127.0.0.1" and values["port"] == "7860" and values["base"] == ""


def test_the_environment_wins_and_empty_counts_as_not_set():
    values = settings.read({"EMOLA_PORT": "8000", "EMOLA_HOST": ""})
    assert values["port"] == "8000" and values["host"] == "127.0.0.1"


def test_a_space_is_served_where_it_says():
    assert settings.read({"GRADIO_SERVER_NAME": "0.0.0.0"})["host"] == "0.0.0.0"
    assert settings.read({"GRADIO_SERVER_NAME": "0.0.0.0", "EMOLA_HOST": "::1"})["host"] == "::1"


def test_names_are_unique_and_every_setting_says_what_it_does():
    names = [setting.name for setting in settings.SETTINGS]
    assert len(names) == len(set(names))
    assert all(
        setting.name.startswith("EMOLA_") and setting.help.endswith(".") for setting in settings.SETTINGS
    )
