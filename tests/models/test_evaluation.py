import keras
import numpy as np

from keras_gan.models.evaluation import Evaluation


def test_means_weigh_batches_by_their_size():
    metric = keras.metrics.MeanAbsoluteError(name="gap")
    evaluation = Evaluation([metric])
    rng = np.random.default_rng(0)
    for _ in range(2):
        evaluation.reset()
        rows = rng.normal(size=(10, 4)).astype("float32")
        for part in (rows[:7], rows[7:]):
            means = evaluation.update(part.mean(0), len(part), np.ones((2, 1)), np.zeros((2, 1)))
        np.testing.assert_allclose(means, rows.mean(0), atol=1e-6)
    assert evaluation.results() == {"gap": 1.0}
