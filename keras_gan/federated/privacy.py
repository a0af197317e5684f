"""Differential privacy of noise in the updates, by Google's accountant."""

from keras_gan.arguments import check_int


def epsilon(noise, rounds, share=1.0, delta=1e-5):
    """Epsilon of (epsilon, delta)-differential privacy of a sum with Gaussian noise, published each round.

    It is computed by Renyi accounting of Poisson-sampled Gaussian sums, for the addition or removal of one
    client (or, if the sum is over examples, of one example).

    Args:
        noise: float, standard deviation of the noise divided by the norm at which updates are clipped.
        rounds: int, how many times the sum is published.
        share: float in (0, 1], probability that a client takes part in a round.
        delta: float.

    Returns:
        float.

    Raises:
        ImportError: without `pip install 'keras-gan[federated]'`.

    Reference: Abadi et al., "Deep Learning with Differential Privacy", 2016, https://arxiv.org/abs/1607.00133; Mironov et al., "Renyi
    Differential Privacy of the Sampled Gaussian Mechanism", 2019
    """
    if not noise > 0:
        return float("inf")
    check_int(rounds, "rounds")
    if not 0 < share <= 1:
        raise ValueError(f"`share` must be in (0, 1]. Received: {share!r}")
    try:
        import dp_accounting
        from dp_accounting import rdp
    except ImportError:
        raise ImportError(
            "Accounting for privacy needs the package dp-accounting. Install it: pip install 'keras-gan[federated]'"
        ) from None
    event = dp_accounting.GaussianDpEvent(noise)
    if share < 1:
        event = dp_accounting.PoissonSampledDpEvent(share, event)
    orders = [1 + x / 10.0 for x in range(1, 100)] + list(range(11, 64)) + [128, 256, 512]
    accountant = rdp.RdpAccountant(orders)
    accountant.compose(event, int(rounds))
    return float(accountant.get_epsilon(delta))
