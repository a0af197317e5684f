import csv

from keras_gan.callbacks import CSVLogger
from tests.helpers import tiny_gan


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_what_is_not_computed_has_no_column(images, tmp_path):
    path = tmp_path / "history.csv"
    history = tiny_gan().fit(images, batch_size=16, epochs=2, verbose=0, callbacks=[CSVLogger(path)]).history
    rows = rows_of(path)
    assert set(rows[0]) == {"epoch", *history}
    assert [float(row["d_loss"]) for row in rows] == history["d_loss"]


def test_a_rare_validation_adds_its_columns_when_it_comes(images, tmp_path):
    path = tmp_path / "history.csv"
    tiny_gan().fit(
        images,
        batch_size=16,
        epochs=3,
        verbose=0,
        callbacks=[CSVLogger(path)],
        validation_data=images,
        validation_freq=2,
    )
    rows = rows_of(path)
    assert [bool(row["val_real_score"]) for row in rows] == [False, True, False]
    assert not {name for name in rows[0] if name.startswith("val_")} - {
        *("val_real_score", "val_fake_score", "val_d_adversarial", "val_g_adversarial")
    }
