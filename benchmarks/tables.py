"""CTGAN on UCI Adult: what a classifier that learns from generated rows is worth on held-out real ones, and the CPU time beside PyPI's ctgan.

    taskset -c 0 python benchmarks/tables.py --results tables.jsonl --data ../shared/data/adult.csv.gz
    taskset -c 0 python benchmarks/tables.py --results peer.jsonl --data adult.csv.gz --models ctgan-package --out rows
    python benchmarks/tables.py --results tables.jsonl --data adult.csv.gz --score rows/*.csv

The data's column `split` says which rows train and which are held out. As many rows as there are to train on are generated; gradient-boosted trees learn
from them and are scored on the held-out ones (F1 and AUROC of income above 50K). "real" learns from the real rows; "copula" is a Gaussian copula of ranks.
"ctgan-package" needs the package ctgan, in an environment of its own, and its rows are scored in ours: of it outputs and times alone are looked at.
"""

import argparse
import json
import os
import pathlib
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import pandas


def ours(train, options, seed):
    import keras

    import keras_gan

    keras.utils.set_random_seed(seed)
    data = keras_gan.data.table(train, batch_size=500, seed=seed)
    networks = keras_gan.networks.ctgan(data.schema, packing=options.packing)
    gan = keras_gan.CTGAN(*networks, data.schema, ema_decay=options.ema or None, seed=seed)
    gan.compile()
    gan.fit(data, epochs=options.epochs, verbose=0)
    return lambda n: gan.sample(n, seed=seed)


def vae(train, options, seed):
    import keras

    import keras_gan

    keras.utils.set_random_seed(seed)
    data = keras_gan.data.table(train, batch_size=500, by_category=False, seed=seed)
    model = keras_gan.TVAE(*keras_gan.networks.tvae(data.schema), data.schema, seed=seed)
    model.compile()
    model.fit(data, epochs=options.epochs, verbose=0)
    return lambda n: model.sample(n, seed=seed)


def package(train, options, seed):
    import ctgan
    import torch

    torch.manual_seed(seed)
    np.random.seed(seed)
    model = ctgan.CTGAN(epochs=options.epochs, batch_size=500, enable_gpu=False)
    texts = [name for name in train.columns if train[name].dtype.kind not in "iuf"]
    model.fit(train, texts)
    return model.sample


def copula(train, options, seed):
    """Each column's ranks as normal scores, one covariance, and back by the column's quantiles."""
    from scipy import stats

    random, codes, values = np.random.default_rng(seed), [], []
    for name in train.columns:
        series = train[name]
        order = np.sort(series.to_numpy()) if series.dtype.kind in "iuf" else np.sort(series.astype(str))
        ranks = pandas.Series(series if series.dtype.kind in "iuf" else series.astype(str)).rank(
            method="average"
        )
        codes.append(stats.norm.ppf((ranks - 0.5) / len(train)))
        values.append(order)
    covariance = np.corrcoef(np.stack(codes))

    def sample(n):
        u = stats.norm.cdf(random.multivariate_normal(np.zeros(len(values)), covariance, n))
        columns = [v[np.minimum((len(v) * u[:, i]).astype(int), len(v) - 1)] for i, v in enumerate(values)]
        return pandas.DataFrame(dict(zip(train.columns, columns, strict=True)))

    return sample


MODELS = {"ctgan": ours, "tvae": vae, "ctgan-package": package, "copula": copula, "real": None}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=pathlib.Path, required=True, help="file of results (JSON lines)")
    parser.add_argument("--data", type=pathlib.Path, required=True, help="Adult with the column `split`")
    parser.add_argument("--models", nargs="+", choices=MODELS, default=["real", "copula", "ctgan"])
    parser.add_argument("--epochs", type=int, default=300)
    parser.add_argument("--ema", type=float, default=0.99, help="0 for none")
    parser.add_argument("--packing", type=int, default=1, help="rows that our discriminator sees at once")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--out", type=pathlib.Path, help="folder for the rows, as CSV files")
    parser.add_argument("--score", nargs="+", type=pathlib.Path, help="score these CSV files alone")
    options = parser.parse_args()
    data = pandas.read_csv(options.data)
    train, test = (
        data[data.split == part].drop(columns="split").reset_index(drop=True) for part in ("train", "test")
    )
    for path in options.score or ():
        print(path.stem, scored(pandas.read_csv(path), test))
    for name in options.models if not options.score else ():
        for seed in options.seeds if name != "real" else [0]:
            clock, wall = time.process_time(), time.perf_counter()
            sample = MODELS[name](train, options, seed) if name != "real" else None
            row = {
                "model": name,
                "seed": seed,
                "epochs": options.epochs,
                "ema": options.ema,
                "packing": options.packing,
            }
            row |= {"cpu_seconds": time.process_time() - clock, "seconds": time.perf_counter() - wall}
            rows = sample(len(train)) if sample else train
            if options.out:
                options.out.mkdir(parents=True, exist_ok=True)
                rows.to_csv(options.out / f"{name}-{seed}.csv", index=False)
            row |= scored(rows, test)
            with options.results.open("a") as file:
                file.write(json.dumps(row) + "\n")
            print({key: round(v, 3) if isinstance(v, float) else v for key, v in row.items()}, flush=True)


def scored(rows, test):
    """F1 and AUROC of gradient-boosted trees, and the machine where keras_gan is there."""
    try:
        from machine import machine

        from keras_gan.metrics.tables import column_shapes, efficacy, pair_trends
    except ImportError:
        # The package has an environment of its own: its rows are scored from their files.
        return {}
    found = efficacy(rows, test, "income")
    found["columns"] = float(np.mean(list(column_shapes(test, rows[test.columns]).values())))
    found["pairs"] = float(np.mean(list(pair_trends(test, rows[test.columns]).values())))
    return found | machine("pandas", "scikit-learn")


if __name__ == "__main__":
    main()
