"""The two sides over Flower, in an environment that has it: pip install 'keras-gan[federated]'."""

import json

import keras
import numpy as np
import pytest

from keras_gan.federated import Local, client_app, server_app, simulate
from tests.federated.test_federated import make

flwr = pytest.importorskip("flwr")
app_module = pytest.importorskip("flwr.app")


@pytest.fixture(autouse=True)
def _a_task_of_flowers():
    """Flower 1.42 makes a message only in a process that it runs a task in."""
    identity = pytest.importorskip("flwr.supercore.task_identity").TaskIdentity
    identity.task_id = identity.run_id = identity.node_id = 1


def asked(arrays, round, average="both"):
    content = app_module.RecordDict(
        {
            "arrays": app_module.ArrayRecord(arrays),
            "config": app_module.ConfigRecord({"server-round": round, "average": average}),
        }
    )
    return app_module.Message(content=content, dst_node_id=1, message_type="train")


def context(state=None):
    return app_module.Context(
        run_id=1,
        node_id=1,
        node_config={"partition-id": 0, "num-partitions": 1},
        state=state or app_module.RecordDict(),
        run_config={},
    )


@pytest.fixture
def images():
    return np.random.default_rng(0).uniform(-1, 1, (64, 8, 8, 1)).astype("float32")


@pytest.mark.parametrize("average", ["both", "discriminator"])
def test_a_client_does_what_it_does_in_one_process(images, average):
    options = {"average": average, "batch_size": 16, "local_steps": 3}
    found = simulate(make, {"only": images}, 2, generator_steps=2, **options)
    app, kept = client_app(make, lambda node: images, **options), context()
    server = Local(make(), average=average, batch_size=16)
    for round in (1, 2):
        reply = app(asked(server.read(server.sent), round, average), kept)
        server.write(reply.content.array_records["arrays"].to_numpy_ndarrays())
        if average == "discriminator":
            server.train_generator(2)
    for a, b in zip(server.read(), Local(found.gan, average=average).read(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert reply.content.metric_records["metrics"]["num-examples"] == 64


def test_a_client_without_its_context_comes_back_with_the_servers_weights(images):
    app = client_app(make, lambda node: images, batch_size=16, local_steps=2)
    server = Local(make())
    first = app(asked(server.read(), 1), context())
    arrays = first.content.array_records["arrays"].to_numpy_ndarrays()
    again = app(asked(arrays, 2), context())
    assert again.content.metric_records["metrics"]["num-examples"] == 64
    assert any(
        (a != b).any()
        for a, b in zip(arrays, again.content.array_records["arrays"].to_numpy_ndarrays(), strict=True)
    )


def test_other_networks_and_another_mode_are_refused(images):
    app = client_app(make, lambda node: images, batch_size=16)
    with pytest.raises(ValueError, match="All must make the same networks"):
        app(asked(Local(make(filters=8)).read(), 1), context())
    with pytest.raises(ValueError, match="The server averages 'discriminator', and this client 'both'"):
        app(asked(Local(make()).read(), 1, "discriminator"), context())


class Grid:
    """A grid of two clients in this process."""

    def __init__(self, apps):
        self.apps = dict(enumerate(apps, start=1))
        self.contexts = {node: context() for node in self.apps}
        self.run = None

    def set_run(self, run):
        self.run = run

    def get_node_ids(self):
        return list(self.apps)

    def send_and_receive(self, messages, *, timeout=None):
        return [self.apps[m.metadata.dst_node_id](m, self.contexts[m.metadata.dst_node_id]) for m in messages]


def test_the_server_averages_and_writes(images, tmp_path):
    parts = {"a": images[:32], "b": images[32:]}
    apps = [client_app(make, lambda node, d=d: d, batch_size=16, local_steps=2) for d in parts.values()]
    app = server_app(make, 2, out=tmp_path, batch_size=16)
    app(Grid(apps), context())
    history = json.loads((tmp_path / "history.json").read_text())
    assert [row["clients"] for row in history] == [2, 2] and history[0]["bytes"] > 0
    found = simulate(make, parts, 2, local_steps=2, batch_size=16)
    written = keras.saving.load_model(tmp_path / "gan.keras")
    for a, b in zip(Local(written).read(), Local(found.gan).read(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)
    assert (tmp_path / "round-0002.png").exists()
