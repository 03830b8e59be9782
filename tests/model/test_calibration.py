"""Temperatures: fitted on what happened, applied without changing the order, kept next to the weights."""

import json

import numpy as np
import pytest

from model import manifest
from model.calibration import (
    expected_calibration_error,
    fit_any_of,
    fit_one_of,
    read_temperatures,
    scale_any_of,
    scale_one_of,
    write_calibration,
)
from model.errors import CheckpointError


def test_a_model_that_is_too_sure_is_cooled_down():
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, 20_000)
    happened = rng.random(20_000) < 1 / (1 + np.exp(-logits))
    found = fit_any_of(1 / (1 + np.exp(-3 * logits)), happened)
    assert found["temperature"] == pytest.approx(3, rel=0.05)
    assert found["ece_after"] < 0.01 < found["ece_before"]


def test_the_same_for_labels_that_exclude_each_other():
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 1.5, (20_000, 7))
    odds = np.exp(logits)
    odds /= odds.sum(axis=1, keepdims=True)
    truth = (odds.cumsum(axis=1) > rng.random((20_000, 1))).argmax(axis=1)
    sure = odds**2 / (odds**2).sum(axis=1, keepdims=True)
    found = fit_one_of(sure, truth)
    assert found["temperature"] == pytest.approx(2, rel=0.05)
    assert found["ece_after"] < 0.02 < found["ece_before"]


def test_scaling_keeps_the_order_and_temperature_1_changes_nothing():
    odds = {"happiness": 0.7, "fear": 0.2, "anger": 0.1}
    assert scale_one_of(odds, 1.0) == pytest.approx(odds)
    scaled = scale_one_of(odds, 3.0)
    assert sorted(scaled, key=scaled.get) == sorted(odds, key=odds.get)
    assert sum(scaled.values()) == pytest.approx(1)
    assert scale_any_of({"AU1": 0.9, "AU2": 0.5}, 2.0) == pytest.approx({"AU1": 0.75, "AU2": 0.5})


def test_calibration_error_is_the_gap_between_chance_and_frequency():
    assert expected_calibration_error(np.full(100, 0.8), np.arange(100) < 60) == pytest.approx(0.2)
    assert expected_calibration_error(np.array([0.0, 1.0]), np.array([0, 1])) == 0
    with pytest.raises(ValueError, match="held-out"):
        expected_calibration_error(np.array([]), np.array([]))


def test_what_is_written_is_read_and_the_manifest_still_holds(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    before = manifest.write(tmp_path, "base", landmark_expert="mini", landmark_width=136)
    write_calibration(
        tmp_path, {"au": {"temperature": 1.25, "ece_before": 0.1}, "emotion": {"temperature": 0.9}}
    )
    assert read_temperatures(tmp_path) == {"au": 1.25, "emotion": 0.9}
    after = manifest.verify(tmp_path, "base")
    assert after["identity"] == before["identity"] and after["landmark_width"] == 136


def test_without_a_calibration_there_are_no_temperatures(tmp_path):
    assert read_temperatures(tmp_path) == {}


@pytest.mark.parametrize("text", ["{", "[]", '{"au": 1}', '{"au": {}}', '{"au": {"temperature": "x"}}'])
def test_a_damaged_calibration_is_refused(tmp_path, text):
    (tmp_path / "calibration.json").write_text(text)
    with pytest.raises(CheckpointError, match="calibration"):
        read_temperatures(tmp_path)


@pytest.mark.parametrize("temperature", [0, -1, float("inf")])
def test_a_temperature_that_cannot_be_is_refused(tmp_path, temperature):
    (tmp_path / "calibration.json").write_text(json.dumps({"au": {"temperature": temperature}}))
    with pytest.raises(CheckpointError, match="greater than 0"):
        read_temperatures(tmp_path)
