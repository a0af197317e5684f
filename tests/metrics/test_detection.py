"""AUROC, AUPRC and per-region overlap."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score, roc_curve

from keras_gan.metrics.detection import auprc, auroc, limit_of, membership_auroc, per_region_overlap


@pytest.mark.parametrize("ties", [False, True])
def test_those_of_scikit_learn(ties):
    rng = np.random.default_rng(0)
    for share in (0.02, 0.5, 0.9):
        anomalous = rng.random(500) < share
        scores = rng.normal(size=500) + anomalous
        scores = np.round(scores) if ties else scores
        assert auroc(anomalous, scores) == pytest.approx(roc_auc_score(anomalous, scores), abs=1e-12)
        assert auprc(anomalous, scores) == pytest.approx(
            average_precision_score(anomalous, scores), abs=1e-12
        )
    # Of pixels.
    masks, maps = rng.random((3, 8, 8)) < 0.3, rng.random((3, 8, 8))
    assert auroc(masks, maps) == pytest.approx(roc_auc_score(masks.reshape(-1), maps.reshape(-1)), abs=1e-12)


def test_overlap_of_regions_by_hand():
    """At each threshold the mean share of each region, integrated over the false-positive rate."""
    rng = np.random.default_rng(1)
    masks = np.zeros((2, 12, 12), bool)
    masks[0, 1:3, 1:3] = masks[0, 6:11, 5:11] = masks[1, 0, 0] = True
    masks[0, 3, 3] = True  # touches the first by a corner
    regions = []
    for n, box in ((0, np.s_[1:4, 1:4]), (0, np.s_[6:11, 5:11]), (1, np.s_[:1, :1])):
        region = np.zeros_like(masks)
        region[n][box] = masks[n][box]
        regions.append(region)
    assert sum(region.sum() for region in regions) == masks.sum()
    for maps in (rng.random(masks.shape) + 0.3 * masks, np.round(4 * rng.random(masks.shape))):
        curve = [(0.0, 0.0)]
        for threshold in np.unique(maps)[::-1]:
            above = maps >= threshold
            overlap = np.mean([above[region].mean() for region in regions])
            curve.append((above[~masks].mean(), overlap))
        x, y = np.array(curve).T
        grid = np.unique(np.append(np.linspace(0, 0.3, 20_001), x[x <= 0.3]))
        expected = np.trapezoid(np.interp(grid, x, y), grid) / 0.3
        assert per_region_overlap(masks, maps) == pytest.approx(expected, abs=1e-4)
        # Of one region the curve is the receiver operating characteristic.
        false, true, _ = roc_curve(regions[1].reshape(-1), maps.reshape(-1), drop_intermediate=False)
        assert per_region_overlap(regions[1], maps, 1.0) == pytest.approx(
            np.trapezoid(true, false), abs=1e-12
        )
    assert per_region_overlap(masks, masks * 1.0) == pytest.approx(1.0)


def test_what_is_refused():
    for figure in (auroc, auprc):
        for arguments, message in (
            (([0, 1], [1.0]), "one score"),
            (([0, 2], [1.0, 2.0]), "booleans"),
            (([0, 0], [1.0, 2.0]), "0 anomalous of 2"),
            (([1, 1], [1.0, 2.0]), "Both kinds"),
            (([0, 1], [np.nan, 2.0]), "NaN"),
        ):
            with pytest.raises(ValueError, match=message):
                figure(*arguments)
    with pytest.raises(ValueError, match="NaN"):
        limit_of([1.0, np.nan], 0.5)
    with pytest.raises(ValueError, match="height, width"):
        per_region_overlap([0, 1], [0.0, 1.0])
    with pytest.raises(ValueError, match="max_false"):
        per_region_overlap(np.eye(2)[None], np.eye(2)[None], 0.0)


def test_membership_is_seen_where_training_images_are_copied():
    train, held_out, others = np.random.default_rng(0).normal(size=(3, 300, 5))
    assert membership_auroc(train, train, held_out) == 1.0
    assert abs(membership_auroc(others, train, held_out) - 0.5) < 0.06
    # By hand: distances 1 and 3 of members, 2 and 4 of the others: 3 of 4 pairs are told apart.
    line = np.array([[0.0], [100.0]])
    assert membership_auroc(line, [[1.0], [103.0]], [[2.0], [104.0]]) == 0.75
