"""Tables: rows, time series, and texts of a file."""

from keras_gan.cli.kinds.files import Files


class Rows(Files):
    """Rows of a table, sampled by category, or each once per epoch."""

    options = ("--dataset", "--exclude", "--kinds")
    prefix, what, example = "table:", "a table", "rows.csv (or .tsv, .parquet, also .gz)"
    refused = ("flip", "image_size")
    of_folder = False

    def __init__(self, by_category):
        self.by_category = by_category

    def needs(self, name, options):
        super().needs(name, options)
        kinds_of(options["kinds"])

    def load(self, recipe, config, on_error):
        from keras_gan import data

        exclude = [name.strip() for name in (config["exclude"] or "").split(",") if name.strip()]
        batches = data.table(
            self.path(config["dataset"]),
            kinds=kinds_of(config["kinds"]),
            exclude=exclude,
            by_category=self.by_category,
            **self.order(config),
        )
        return batches, None


def kinds_of(text):
    """Parse --kinds as a dict; raise a ValueError for another form."""
    pairs = [part.split("=") for part in (text or "").split(",") if part]
    if any(len(pair) != 2 or not all(pair) for pair in pairs):
        raise ValueError(f'--kinds must be such as "rooms=number,code=category". Received: {text!r}')
    return {name.strip(): kind.strip() for name, kind in pairs}


class Series(Files):
    """Windows of a table in which each row is a time."""

    options = ("--dataset", "--length", "--exclude", "--hold-out")
    prefix, what, example = "series:", "time series", "rows.csv (or .parquet), a row a time"
    refused = ("flip", "image_size", "metrics", "channels")
    of_folder = False

    def needs(self, name, options):
        super().needs(name, options)
        _share(options["hold_out"])

    def load(self, recipe, config, on_error):
        from keras_gan import data

        frame = data.read_table(self.path(config["dataset"]))
        for name in filter(None, (name.strip() for name in (config["exclude"] or "").split(","))):
            if name not in frame.columns:
                raise ValueError(f"--exclude: there is no column {name!r}. There are: {list(frame.columns)}")
            frame = frame.drop(columns=name)
        kept = 1.0 - _share(config["hold_out"])
        options = {"window": config["length"] or 24, **self.order(config)}
        batches = data.series(frame, span=(0.0, kept), name=config["dataset"], **options)
        if kept == 1.0:
            return batches, None
        return batches, data.series(
            frame, span=(kept, 1.0), scale=batches.scale, columns=batches.columns, **options
        )


def _share(text):
    """Parse --hold-out of series as a float, 0 for None; raise a ValueError if it is not a share."""
    if text is None:
        return 0.0
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0.0 < share < 1.0:
        raise ValueError(
            f"--hold-out of series is the share of times at their end, such as 0.2. Received: {text}"
        )
    return share


class Sequences(Files):
    """Texts of a file, one per line."""

    options = ("--dataset", "--length")
    prefix, what, example = "sequences:", "texts", "texts.txt, a text a line"
    refused = ("flip", "image_size", "metrics", "channels")
    of_folder = False

    def load(self, recipe, config, on_error):
        from keras_gan import data

        return data.sequences(
            self.path(config["dataset"]), length=config["length"], **self.order(config)
        ), None
