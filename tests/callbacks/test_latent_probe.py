"""Figures of a posterior by hand, and a model left as it was."""

import numpy as np

import keras_gan
from keras_gan.callbacks.failures import all_is_well, find
from keras_gan.callbacks.latent_probe import LatentProbe
from tests.helpers import all_state
from tests.models.test_vae import tiny


def test_figures_by_hand(images):
    vae = tiny()
    before = all_state(vae)
    figures, kept = LatentProbe(vae, {"image": images[:16]}, batch_size=8)()
    mean, deviation = vae.encode(images[:16])
    kl = ((mean**2 + deviation**2 - 1.0) / 2.0 - np.log(deviation)).mean(0)
    np.testing.assert_allclose(figures["kl"], kl.sum(), rtol=1e-3, atol=1e-5)
    assert figures["units"] == 3 and kept == []
    assert figures["idle_units"] == np.flatnonzero(kl < 0.01).tolist()
    assert figures["active_units"] == 3 - len(figures["idle_units"])
    for name, value in all_state(vae).items():
        np.testing.assert_array_equal(value, before[name])


def test_its_failures_are_named_when_seen_often_enough():
    failures = LatentProbe.failures
    well = {"kl": 3.0, "active_units": 3, "idle_units": [], "units": 3}
    bad = {**well, "active_units": 1, "idle_units": [0, 2]}
    looks = [{**bad, "step": step} for step in (200, 400, 600)]
    assert not find(looks, failures)
    (finding,) = find([*looks, {**bad, "step": 800}], failures)
    assert finding.name == "Latent units collapsed" and "2 of 3 units" in finding.evidence
    assert all_is_well([{**well, "step": 800}], failures)
    (finding,) = find([{**well, "kl": float("nan"), "step": 5}], failures)
    assert finding.name == "NaN in training"
    assert keras_gan.callbacks.probe.Probe.failures is not failures
