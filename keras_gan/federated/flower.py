"""Client and server of federated training over Flower, as processes on many machines."""

import json
import pathlib
import tempfile

import keras
import numpy as np

from keras_gan.arguments import check_int
from keras_gan.federated.averaging import traffic
from keras_gan.federated.local import Local
from keras_gan.grid import image_grid

ARRAYS, CONFIG, STATE = "arrays", "config", "keras_gan"


def client_app(make, data, *, average="both", local_steps=None, batch_size=32):
    """A Flower `ClientApp` that trains a GAN on this client's data, which stays on the client.

    Between rounds Flower's context on the client stores its optimisers, counters and seeds. A client that
    died and lost it restarts with new ones, and with the server's weights.

    Args:
        make: function without arguments that returns a compiled GAN, with the same networks everywhere.
        data: function from Flower's node config, a dict such as {"partition-id": 0, "num-partitions": 3}, to
            the data, as `fit` takes it.
        average, local_steps, batch_size: as in `simulate`; `average` must be the server's.

    Returns:
        flwr.clientapp.ClientApp.

    Raises:
        ImportError: without `pip install 'keras-gan[federated]'`.

    Reference: https://flower.ai/docs
    """
    flwr = _flower()
    app = flwr.clientapp.ClientApp()

    @app.train()
    def train(message, context):
        kept = context.state.array_records.get(STATE)
        gan = make() if kept is None else _of_bytes(kept["gan"].numpy())
        local = Local(gan, data(dict(context.node_config)), average=average, batch_size=batch_size)
        config = message.content.config_records[CONFIG]
        if config.get("average", average) != average:
            raise ValueError(f"The server averages {config['average']!r}, and this client {average!r}.")
        local.write(message.content.array_records[ARRAYS].to_numpy_ndarrays(), local.sent)
        figures = local.train(int(config["server-round"]) - 1, local_steps)
        array = flwr.app.Array(_as_bytes(gan))
        context.state.array_records[STATE] = flwr.app.ArrayRecord({"gan": array})
        content = flwr.app.RecordDict(
            {
                ARRAYS: flwr.app.ArrayRecord(local.read()),
                "metrics": flwr.app.MetricRecord(
                    {**figures, "steps": local.steps, "num-examples": local.size}
                ),
            }
        )
        return flwr.app.Message(content=content, reply_to=message)

    return app


def server_app(
    make,
    rounds,
    *,
    average="both",
    generator_steps=None,
    min_clients=2,
    batch_size=32,
    out=None,
    seed=0,
    timeout=3600.0,
):
    """A Flower `ServerApp` that averages what clients send.

    Args:
        make: as in `client_app`.
        rounds, average, generator_steps, batch_size: as in `simulate`; the default of `generator_steps` is 100.
        min_clients: int, how many clients must be connected before a round begins. All connected clients take
            part; a client that does not answer is left out of that round.
        out: folder to write: `gan.keras`, `history.json` and a grid after each round; or None.
        seed: int, of the grids.
        timeout: float, seconds that a round waits for answers.

    Returns:
        flwr.serverapp.ServerApp.
    """
    flwr = _flower()
    check_int(rounds, "rounds")
    check_int(generator_steps, "generator_steps", optional=True)
    app = flwr.serverapp.ServerApp()

    class Averaging(flwr.serverapp.strategy.FedAvg):
        """FedAvg that also writes the mean to the server's model."""

        def __init__(self, server):
            super().__init__(
                fraction_evaluate=0.0,
                min_train_nodes=min_clients,
                min_evaluate_nodes=0,
                min_available_nodes=min_clients,
            )
            self.server, self.history = server, []

        def aggregate_train(self, server_round, replies):
            replies = list(replies)
            arrays, metrics = super().aggregate_train(server_round, replies)
            if arrays is None:
                return arrays, metrics
            self.server.write(arrays.to_numpy_ndarrays())
            if average == "both":
                self.server.count(round(metrics["steps"]))
            answered = sum(reply.has_content() for reply in replies)
            sent, shared = self.server.read(self.server.sent), self.server.read()
            row = {"round": server_round - 1, "clients": answered}
            row["bytes"] = traffic(sent, answered) // 2 + traffic(shared, answered) // 2
            row |= {name: float(value) for name, value in (metrics or {}).items()}
            if average == "discriminator":
                row |= self.server.train_generator(generator_steps or 100)
            self.history.append(row)
            _write(out, self.server.gan, self.history, seed)
            return flwr.app.ArrayRecord(self.server.read(self.server.sent)), metrics

    @app.main()
    def main(grid, context):
        server = Local(make(), average=average, batch_size=batch_size)
        Averaging(server).start(
            grid=grid,
            initial_arrays=flwr.app.ArrayRecord(server.read(server.sent)),
            num_rounds=rounds,
            timeout=timeout,
            train_config=flwr.app.ConfigRecord({"average": average}),
        )

    return app


def _write(out, gan, history, seed):
    if out is None:
        return
    folder = pathlib.Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    gan.save(folder / "gan.keras")
    (folder / "history.json").write_text(json.dumps(history, indent=2) + "\n")
    if gan.modality.drawable and len(gan.image_shape) == 3:
        images, columns = gan.grid_images(gan.grid_inputs(4, 8, seed), 8)
        image_grid(images, columns).save(folder / f"round-{len(history):04d}.png")


def _as_bytes(gan):
    """A model with its optimisers and counters, as an array of bytes."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "gan.keras"
        gan.save(path)
        return np.frombuffer(path.read_bytes(), "uint8")


def _of_bytes(array):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "gan.keras"
        path.write_bytes(array.tobytes())
        return keras.saving.load_model(path)


def _flower():
    try:
        import flwr
        import flwr.app
        import flwr.clientapp
        import flwr.serverapp
        import flwr.serverapp.strategy
    except ImportError:
        raise ImportError(
            "Federated training needs Flower. Install it: pip install 'keras-gan[federated]'"
        ) from None
    return flwr
