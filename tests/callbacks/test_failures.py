"""Each failure by figures that show it, and none by healthy ones."""

import pytest

from keras_gan.callbacks.failures import FAILURES, all_is_well, find

NAN = float("nan")
HEALTHY = {
    "d_auc": 0.75,
    "logit_gap": 0.5,
    "d_explained": 0.2,
    "g_signal": 0.6,
    "g_gradient": 0.5,
    "d_gradient": 0.8,
    "overfitting": 0.05,
    "overfitting_z": 0.5,
    "pixel_diversity": 0.95,
    "feature_diversity": 0.9,
    "duplicates": 1.2,
    "distance": 0.2,
    "ema_distance": 0.15,
    "movement": 0.4,
    "saturated": 0.01,
    "dimensions": 784,
    "coverage": 0.8,
    "rarest_class": 0.6,
    "class_ratios": {"shirts": 1.2, "trousers": 0.6},
    "class_diversity": 0.9,
    "noise": 0.01,
}
BROKEN = {
    "NaN in training": ({"g_gradient": NAN}, 1),
    "Exploding gradients": ({"d_gradient": 900.0}, 2),
    "Saturated images": ({"saturated": 0.6}, 3),
    "Discriminator too strong": ({"d_explained": 0.99, "d_auc": 1.0}, 3),
    "Discriminator too weak": ({"d_auc": 0.5, "distance": 0.5}, 3),
    "Vanishing generator gradient": ({"g_signal": 0.001, "d_auc": 0.99}, 3),
    "Mode collapse": ({"pixel_diversity": 0.05}, 3),
    "Modes missing": ({"coverage": 0.1}, 3),
    "Class missing": ({"class_ratios": {"shirts": 1.5, "trousers": 0.0}}, 5),
    "Discriminator over-fitting": ({"overfitting": 0.9, "overfitting_z": 8.0}, 3),
    "EMA far from the generator": ({"ema_distance": 0.9}, 3),
    "Oscillation": ({"movement": 1.2, "distance": 0.4}, 6),
}


def looks(count, first=1000, **change):
    return [{**HEALTHY, **change, "step": first + 50 * i} for i in range(count)]


def test_healthy_figures_raise_nothing():
    assert find(looks(20, first=1)) == []
    unknown = dict.fromkeys(
        ("overfitting", "rarest_class", "class_diversity", "saturated", "d_explained"), NAN
    )
    assert find(looks(20, first=1, **unknown)) == []


def test_every_failure_is_tried_here():
    assert {failure.name for failure in FAILURES} == set(BROKEN)


@pytest.mark.parametrize("name", BROKEN)
def test_each_is_named_when_seen_often_enough(name):
    change, count = BROKEN[name]
    before = looks(12)
    after = looks(count + 2, first=1600, **change)
    for seen in range(1, len(after) + 1):
        found = {finding.name: finding for finding in find(before + after[:seen])}
        assert set(found) <= {name}
        if seen < min(count, 4) and name != "Oscillation":
            assert not found
    finding = found[name]
    assert finding.began >= 1600 and finding.found == after[-1]["step"] and finding.cure
    assert str(finding).startswith(f"{name}, since step {finding.began}: ")
    if name == "Class missing":
        assert "trousers" in finding.evidence


def test_a_discriminator_that_falters_at_one_look_of_three_is_too_strong():
    change = [{"d_explained": 0.995, "d_auc": 1.0}] * 2 + [{"d_explained": 0.886, "d_auc": 1.0}]
    found = find([*looks(5), *(looks(1, 1600 + 50 * i, **c)[0] for i, c in enumerate(change))])
    assert [(f.name, f.began) for f in found] == [("Discriminator too strong", 1600)]


def test_a_look_that_shows_a_failure_is_not_well():
    """Also where it takes more looks to name it: a rollback must not go there."""
    assert all_is_well(looks(6))
    assert not all_is_well([*looks(5), *looks(1, 1600, d_explained=0.99, d_auc=1.0)])
    assert not all_is_well([*looks(5), *looks(1, 1600, class_ratios={"shirts": 1.5, "trousers": 0.0})])
    assert all_is_well([*looks(5, class_ratios={"shirts": 1.5, "trousers": 0.0}), *looks(1, 1600)])


def test_one_bad_look_is_not_enough_and_beginnings_are_rough():
    assert find([*looks(5), *looks(1, 1300, pixel_diversity=0.05)]) == []
    assert find(looks(3, first=50, pixel_diversity=0.05)) == []
    assert find(looks(3, first=50, coverage=0.0, dimensions=2)) == []
    assert [f.name for f in find(looks(3, first=1000, coverage=0.0, dimensions=2))] == ["Modes missing"]


def test_a_class_is_missing_where_it_stays_the_same_one():
    classes = ("shirts", "trousers")
    rare = [
        looks(1, 1600 + 50 * i, class_ratios={name: float(i % 2 == j) for j, name in enumerate(classes)})[0]
        for i in range(6)
    ]
    assert find([*looks(5), *rare]) == []
    # Where several are rare it is young; after a while they are missing.
    several = {"class_ratios": {"shirts": 2.4, "coats": 0.5, "trousers": 0.08, "boots": 0.05}}
    assert find([*looks(5), *looks(6, 1600, **several)]) == []
    (finding,) = find([*looks(5), *looks(5, 2000, **several)])
    assert finding.name == "Class missing" and "trousers is 8%, class boots is 5% as" in finding.evidence
    # So it is where one is made far too often.
    assert find([*looks(5), *looks(6, 1600, class_ratios={"shirts": 2.9, "coats": 0.9, "boots": 0.0})]) == []
    # And where the next is hardly there.
    two = {"class_ratios": {"shirts": 1.8, "coats": 0.3, "boots": 0.05}}
    assert find([*looks(5), *looks(6, 1600, **two)]) == []
    assert [f.name for f in find([*looks(5), *looks(5, 2000, **two)])] == ["Class missing"]
    # Of other classes, those of another `fit`, nothing is said until they fill the window.
    other = {"class_ratios": {"cats": 1.0, "dogs": 0.0}}
    assert find([*looks(5), *looks(4, 1600, **other)]) == []
    assert [f.name for f in find([*looks(5), *looks(5, 1600, **other)])] == ["Class missing"]
    # Images of no class yet say nothing.
    assert find([*looks(5), *looks(6, 1600, class_ratios={})]) == []
