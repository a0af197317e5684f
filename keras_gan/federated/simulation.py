"""Federated training in one process."""

import dataclasses

import numpy as np

from keras_gan.arguments import check_int, check_weight
from keras_gan.federated.averaging import average as mean_of
from keras_gan.federated.averaging import clipped, noise_of, traffic
from keras_gan.federated.local import Local
from keras_gan.federated.privacy import epsilon


@dataclasses.dataclass
class Federation:
    """Result of `simulate`.

    Attributes:
        gan: the server's GAN, with the averaged weights.
        clients: dict from names to each client's GAN.
        history: list of dicts, one per round: "round", "clients", "bytes", and means of the metrics; with
            noise "epsilon" instead of the means.
    """

    gan: object
    clients: dict
    history: list


def simulate(
    make,
    clients,
    rounds,
    *,
    local_steps=None,
    average="both",
    weights="size",
    generator_steps=None,
    participation=None,
    clip=None,
    noise=0.0,
    delta=1e-5,
    batch_size=32,
    seed=None,
    on_round=None,
):
    """Train a GAN on clients' data without pooling the data.

    In each round every client takes the server's weights, trains on its own data, and sends its weights back;
    the server takes the mean of the changes, weighted by how much data each client has.

    Args:
        make: function without arguments that returns a compiled GAN, with the same networks at each call.
        clients: dict from names to data, as `fit` takes it: data sets of batches, or arrays.
        rounds: int.
        local_steps: int, steps of a client in a round. Default: one pass over its data.
        average: "both" players (FedGAN); "discriminator": clients train it against the server's generator,
            and the server trains the generator with the mean discriminator, so that the generator gets no
            other information about the data.
        weights: "size", or "equal", or a dict from names to numbers.
        generator_steps: int, with "discriminator": steps of the server's generator in a round. Default: as many as a client makes.
        participation: function of a round to the names that take part. Default: all. A client that was absent
            continues with its previous optimiser state.
        clip: float, largest L2 norm of a client's update; `noise`: float, standard deviation of the noise in
            the sum of updates, divided by `clip`; `delta`: of the epsilon in the history. All clients then
            have the same weight.
        batch_size: int, of arrays and of the server's generator.
        seed: int, of the noise, for tests: with the seed the noise can be removed. Default: different noise
            at each call.
        on_round: function of the round's dict and the server's GAN.

    Returns:
        `Federation`.

    Raises:
        ValueError: for clients with other networks, noise without `clip`, and noise with batch normalisation,
        whose variances it would make negative.

    Example:
    >>> def make():
    ...     gan = keras_gan.GAN(*keras_gan.networks.mlp(2), seed=0)
    ...     gan.compile()
    ...     return gan
    >>> data = {name: np.random.default_rng(i).normal(size=(64, 2)).astype("float32") for i, name in enumerate("abc")}
    >>> found = keras_gan.federated.simulate(make, data, rounds=2, local_steps=1)
    >>> [row["clients"] for row in found.history]
    [3, 3]

    Reference: McMahan et al., "Communication-Efficient Learning of Deep Networks from Decentralized Data", 2017,
    https://arxiv.org/abs/1602.05629; Rasouli et al., "FedGAN", 2020, https://arxiv.org/abs/2006.07228; the discriminator alone and its
    privacy: Augenstein et al., "Generative Models for Effective ML on Private, Decentralized Datasets", 2020,
    https://arxiv.org/abs/1911.06679
    """
    check_int(rounds, "rounds")
    check_int(local_steps, "local_steps", optional=True)
    check_int(generator_steps, "generator_steps", optional=True)
    check_weight(noise, "noise")
    if clip is not None:
        clipped([np.zeros(1)], clip)
    if not isinstance(clients, dict):
        raise ValueError(f"`clients` must be a dict from names to data. Received: {type(clients).__name__}")
    if participation is not None and not callable(participation):
        raise ValueError(
            f"`participation` must be a function of a round to names of clients. Received: {participation!r}"
        )
    if not clients:
        raise ValueError("`clients` must have at least one client.")
    if noise and clip is None:
        raise ValueError("`noise` is relative to `clip`: give that, too.")
    if noise:
        epsilon(noise, rounds, delta=delta)  # fail early if the accountant is missing
    server = Local(make(), average=average, batch_size=batch_size)
    if noise and _has_statistics(server):
        raise ValueError(
            "Noise would make variances of batch normalisation negative: with `noise` build networks without it, such as "
            '`discriminator_normalization="none"`.'
        )
    locals_ = {
        name: Local(make(), data, average=average, batch_size=batch_size) for name, data in clients.items()
    }
    for client in locals_.values():
        client.check_steps(local_steps)
    counts = _counts(weights, locals_, clip)
    history = []
    for i in range(rounds):
        taking = list(clients) if participation is None else list(participation(i))
        unknown = [name for name in taking if name not in locals_]
        if unknown or not taking:
            raise ValueError(f"`participation` must give names of clients, at least one. Received: {taking}")
        sent, before = server.read(server.sent), server.read()
        updates, figures = [], []
        for name in taking:
            client = locals_[name]
            client.write(sent, client.sent)
            figures.append(client.train(i, local_steps))
            after = client.read()
            if clip is None:
                updates.append(after)
                continue
            update, norm = clipped([a - b for a, b in zip(after, before, strict=True)], clip)
            updates.append(update)
            figures[-1]["update_norm"] = norm
        mean = mean_of(updates, [counts[name] for name in taking])
        if clip is not None:
            # The noise is for the sum, to hide one client; for the mean it is divided.
            spread = noise * clip / len(taking)
            entropy = None if seed is None else [seed, i]
            random = noise_of([x.shape for x in mean], spread, entropy) if noise else [0.0] * len(mean)
            mean = [(b + m + n).astype(b.dtype) for b, m, n in zip(before, mean, random, strict=True)]
        server.write(mean)
        server.count(max(locals_[name].steps if average == "both" else server.steps for name in taking))
        row = {
            "round": i,
            "clients": len(taking),
            "bytes": traffic(sent, len(taking)) // 2 + traffic(before, len(taking)) // 2,
        }
        if not noise:
            # The noise does not protect the clients' metrics.
            row |= {name: float(np.mean([each[name] for each in figures])) for name in figures[0]}
        if average == "discriminator":
            steps = generator_steps or local_steps or max(1, locals_[taking[0]].size // batch_size)
            row |= server.train_generator(steps)
        if noise:
            row["epsilon"] = epsilon(noise, i + 1, delta=delta)
        history.append(row)
        if on_round is not None:
            on_round(row, server.gan)
    return Federation(server.gan, {name: client.gan for name, client in locals_.items()}, history)


def _counts(weights, clients, clip):
    """Weight of each client in the mean."""
    if clip is not None and isinstance(weights, dict):
        raise ValueError("With `clip` all clients have the same weight: leave out `weights`.")
    if clip is not None or weights == "equal":
        return dict.fromkeys(clients, 1.0)
    if weights == "size":
        return {name: client.size for name, client in clients.items()}
    if not isinstance(weights, dict) or set(weights) != set(clients):
        raise ValueError(
            f'`weights` must be "size", "equal", or a dict with {sorted(clients)}. Received: {weights!r}'
        )
    for value in weights.values():
        check_weight(value, "weights")
    return dict(weights)


def _has_statistics(server):
    networks = [server.gan.discriminator, *([server.gan.generator] if server.average == "both" else [])]
    return any("moving_" in v.path for network in networks for v in network.non_trainable_weights)
