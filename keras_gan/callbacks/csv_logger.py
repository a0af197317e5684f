"""The training history as a CSV file."""

import csv

import keras


class CSVLogger(keras.callbacks.CSVLogger):
    """Keras' `CSVLogger`, with columns only for the metrics that were computed.

    Keras' own class writes a `val_` column for every metric if the first epoch has no validation.

    Args:
        filename: path of the file, which is overwritten unless `append` is True.
        separator: str, between the columns.
        append: bool, whether to append to an existing file.

    Example:
    >>> gan = keras_gan.GAN(*keras_gan.networks.mlp(data_dim=2))
    >>> gan.compile()
    >>> logger = keras_gan.callbacks.CSVLogger("/tmp/keras_gan_history.csv")
    >>> _ = gan.fit(np.zeros((64, 2), "float32"), verbose=0, callbacks=[logger])
    >>> open("/tmp/keras_gan_history.csv").readline()[:13]
    'epoch,d_adver'
    """

    def on_train_begin(self, logs=None):
        # Readable too: a later epoch may add a column.
        self.csv_file = open(self.filename, "a+" if self.append else "w+", newline="")  # noqa: SIM115

    def on_epoch_end(self, epoch, logs=None):
        row = {"epoch": epoch, **{name: str(value) for name, value in (logs or {}).items()}}
        self.csv_file.seek(0)
        reader = csv.DictReader(self.csv_file, delimiter=self.sep)
        rows, names = list(reader), list(reader.fieldnames or [])
        new = [name for name in row if name not in names]
        writer = csv.DictWriter(self.csv_file, names + new, delimiter=self.sep, lineterminator="\n")
        if new:
            self.csv_file.seek(0)
            self.csv_file.truncate()
            writer.writeheader()
            writer.writerows(rows)
        writer.writerow(row)
        self.csv_file.flush()
