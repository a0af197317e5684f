"""Names of metrics, which a command checks before anything heavy is imported."""

# Of images and their targets.
OF_PAIRS = ("psnr", "ssim")
# Of a model, which makes its own images for them.
OF_MODELS = ("ppl", "ppl_w", "eq_t", "eq_r")
METRICS = ("fid", "kid", "prdc", "inception_score", "swd", "ms_ssim", *OF_PAIRS, *OF_MODELS)


def check_metrics(metrics):
    """The names, each of them known.

    Raises:
        ValueError: for an unknown name, and for none.
    """
    unknown = sorted(set(metrics) - set(METRICS))
    if unknown or not metrics:
        raise ValueError(
            f"`metrics` must be names among {', '.join(METRICS)}. Received: {unknown or metrics}"
        )
    return list(dict.fromkeys(metrics))
