"""Write the rows that a model of tables makes, and a plot of its columns."""

import numpy as np

from keras_gan import plots
from keras_gan.metrics import tables

# Maximum number of rows.
MOST = 10_000


def write_rows(folder, model, batches, title=None):
    """Write `rows.csv` and `columns.png`, a plot of each column beside the real one.

    Args:
        folder: pathlib.Path, created if it does not exist.
        model: a `CTGAN` or `TVAE`.
        batches: data set of `keras_gan.data.table`.
        title: str above the plot, or None.

    Returns:
        list of str, lines that report how similar the rows are to the real ones.
    """
    real = batches.schema.decode(np.concatenate(list(_vectors_of(batches))))
    rows = model.sample(min(MOST, len(real)), seed=0)
    folder.mkdir(exist_ok=True)
    rows.to_csv(folder / "rows.csv", index=False)
    plots.columns(real, rows, title).savefig(folder / "columns.png")
    lines = []
    for what, measure in (("columns", tables.column_shapes), ("pairs", tables.pair_trends)):
        found = measure(real, rows)
        if found:
            worst = min(found, key=found.get)
            mean = np.mean(list(found.values()))
            lines.append(f"Likeness of {what}: {mean:.3f} of 1, least {found[worst]:.3f} of {worst}")
    return lines


def _vectors_of(batches):
    """Yield the vectors of all rows of a table's data set, without conditions."""
    for batch in batches.stream.whole().as_numpy_iterator():
        yield (batch["image"] if isinstance(batch, dict) else batch)[:, : batches.schema.size]
