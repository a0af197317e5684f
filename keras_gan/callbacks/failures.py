"""Failures in the training of a GAN or a VAE: the measurements that detect them, and suggested fixes."""

import dataclasses
import math

# A failure is reported when this many checks in a row show it.
IN_A_ROW = 3
# Numbers of checks whose mean is used for the discriminator's strength and for the classes.
STRENGTH_LOOKS, CLASS_LOOKS = 3, 5


@dataclasses.dataclass(frozen=True)
class Failure:
    """A type of failure.

    Attributes:
        name: shown to the user.
        sign: function from the checks so far (dicts of measurements, oldest first) to the evidence as
            text, or None if the last check does not show the failure; its docstring says what the failure
            means.
        cure: suggested fixes, with the names of keras_gan's losses, regularizers and arguments.
        warmup: generator steps before which the failure is not reported.
        in_a_row: number of consecutive checks that must show it.
        over: number of checks over which the sign averages.
    """

    name: str
    sign: object
    cure: str
    warmup: int = 0
    in_a_row: int = IN_A_ROW
    over: int = 1


@dataclasses.dataclass(frozen=True)
class Finding:
    """A detected failure: its name, the steps at which it began and was found, evidence, cure."""

    name: str
    began: int
    found: int
    evidence: str
    cure: str

    def __str__(self):
        return f"{self.name}, since step {self.began}: {self.evidence} Try: {self.cure}"


def find(looks, failures=None):
    """Findings of `failures` (default: those of GANs) that the latest checks show."""
    findings = []
    for failure in failures or FAILURES:
        evidence = began = None
        seen = [look for look in looks if look["step"] >= failure.warmup]
        for back in range(failure.in_a_row):
            upto = looks[: len(looks) - back]
            said = failure.sign(upto) if len(seen) >= back + failure.over else None
            if said is None:
                break
            evidence, began = evidence or said, upto[-failure.over]["step"]
        else:
            findings.append(Finding(failure.name, began, looks[-1]["step"], evidence, failure.cure))
    return findings


def all_is_well(looks, failures=None):
    """Whether the last check shows no sign of any failure; signs that average use the last check alone."""
    step = looks[-1]["step"]
    due = [failure for failure in failures or FAILURES if step >= failure.warmup]
    return not any(failure.sign(looks[-1:] if failure.over > 1 else looks) for failure in due)


# === Signs ===


def _not_finite(looks):
    """A gradient or a logit of the fixed batch is NaN or infinite: the weights are lost, and further training does not repair them."""
    bad = [
        n for n in ("logit_gap", "g_gradient", "d_gradient", "distance") if not math.isfinite(looks[-1][n])
    ]
    return f"{', '.join(bad)} of the fixed batch became NaN or infinite." if bad else None


def _exploding(looks):
    """A gradient norm is over 100 times its median of earlier checks: steps overshoot, and NaN may follow."""
    now, signs = looks[-1], []
    for player, name in (("generator", "g_gradient"), ("discriminator", "d_gradient")):
        earlier = sorted(look[name] for look in looks[:-1] if math.isfinite(look[name]))
        if len(earlier) >= 3:
            usual = earlier[len(earlier) // 2]
            if now[name] > max(100.0 * usual, 100.0):
                signs.append(f"the {player}'s gradient norm is {now[name]:.3g}, usually {usual:.3g}")
    return "; ".join(signs).capitalize() + "." if signs else None


def _mean(looks, name):
    return sum(look[name] for look in looks) / len(looks)


def _too_strong(looks):
    """It ranks over 99% of real images above generated ones, and its loss is under 10% of a constant output's: the generator learns little from it."""
    recent = looks[-STRENGTH_LOOKS:]
    explained, auc = _mean(recent, "d_explained"), _mean(recent, "d_auc")
    if explained > 0.9 and auc > 0.99:
        return (
            f"it ranks real above generated in {auc:.1%} of pairs, and its loss is {1 - explained:.1%} of "
            f"a constant output's; logits are {_mean(recent, 'logit_gap'):.3g} apart."
        )
    return None


def _far(look):
    """Whether generated images are clearly far from the real ones."""
    return look["distance"] > max(4.0 * look["noise"], 0.05)


def _too_weak(looks):
    """It ranks real above generated images in under 55% of pairs, though they differ clearly: the generator is not shown how."""
    now = looks[-1]
    if now["d_auc"] < 0.55 and _far(now):
        return (
            f"it ranks real above generated in {now['d_auc']:.0%} of pairs (chance: 50%), though they "
            f"differ: energy distance {now['distance']:.2g}, between real halves {now['noise']:.2g}."
        )
    return None


def _vanishing(looks):
    """The loss passes on under 3% of a change of the logits, or the gradient is a thousandth of its maximum: the generator stands still, far from the data."""
    now = looks[-1]
    most = max((look["g_gradient"] for look in looks if math.isfinite(look["g_gradient"])), default=0.0)
    if not _far(now):
        return None
    if now["g_signal"] < 0.03 and now["d_auc"] > 0.95:
        return f"the loss passes on {now['g_signal']:.2%} of a change of the generated images' logits."
    if now["g_gradient"] < 1e-3 * most:
        return f"the generator's gradient norm is {now['g_gradient']:.2g}, and was {most:.2g}."
    return None


def _collapse(looks):
    """Generated images differ under a quarter as much as real ones (features: 15%), or repeat each other: many latents give one image."""
    now, signs = looks[-1], []
    if now.get("pixel_diversity", 1.0) < 0.25:
        signs.append(f"generated images differ {now['pixel_diversity']:.0%} as much as real ones")
    if now.get("feature_diversity", 1.0) < 0.15:
        signs.append(f"their features differ {now['feature_diversity']:.0%} as much")
    if now.get("duplicates", 1.0) > 8.0 and now["pixel_diversity"] < 0.5:
        signs.append(f"near duplicates are {now['duplicates']:.0f} times as frequent as among real ones")
    if now.get("class_diversity", 1.0) < 0.15:
        signs.append(f"within one class they differ {now['class_diversity']:.0%} as much")
    return "; ".join(signs).capitalize() + "." if signs else None


def _missing_modes(looks):
    """Generated data lie near fewer than half as many real ones as before: parts of the data have been forgotten."""
    now, best = looks[-1], max(look.get("coverage", 0.0) for look in looks)
    if best > 0.5 and now.get("coverage", 1.0) < 0.5 * best:
        return f"generated data lie near {now['coverage']:.0%} of the real ones; it was {best:.0%}."
    # In few dimensions generated data can cover all real data, and do after some steps.
    few = now.get("dimensions", 1000) <= 16 and now["step"] >= 1000
    if few and now.get("coverage", 1.0) < 0.2 and now["d_auc"] > 0.7:
        return f"generated data lie near {now['coverage']:.0%} of the real ones."
    return None


def _missing_class(looks):
    """A class is under a tenth as frequent among generated images as among real ones, over several checks."""
    # Among a few hundred images any class may be rare by chance: one must be rare over several checks.
    ratios = [look.get("class_ratios") for look in looks[-CLASS_LOOKS:]]
    if not all(ratios) or any(look.keys() != ratios[-1].keys() for look in ratios):
        return None
    means = {name: sum(look[name] for look in ratios) / len(ratios) for name in ratios[-1]}
    missing = [name for name in means if means[name] < 0.1]
    there = [means[name] for name in means if name not in missing]
    if not missing or not there:
        return None
    # Early in training a generator learns class after class, and some classes are far too frequent.
    even = len(missing) == 1 and min(there) > 0.35 and max(there) < 2.0
    if not even and looks[-1]["step"] < 2000:
        return None
    found = ", ".join(f"class {name} is {means[name]:.0%}" for name in missing)
    return f"{found} as frequent among generated images as among real ones."


def _overfitting(looks):
    """Logits of held-out images lie over 30% of the way from those of training images to those of generated ones: the discriminator knows its images by heart."""
    now = looks[-1]
    if now["overfitting"] > 0.3 and now["overfitting_z"] > 3.0:
        return (
            f"its logits of held-out images lie {now['overfitting']:.0%} of the way from those of training images "
            f"to those of generated ones ({now['overfitting_z']:.1f} standard errors)."
        )
    return None


def _saturated(looks):
    """Over 30% of the pixels that should lie inside the range are at -1 or 1: the output activation passes no gradient there."""
    now = looks[-1]
    if now.get("saturated", 0.0) > 0.3:
        return f"{now['saturated']:.0%} of the pixels that should lie inside the range are at -1 or 1."
    return None


def _ema_drift(looks):
    """Images of the averaged generator are over three times as far from the real ones as those of the raw generator: the average lags behind."""
    now = looks[-1]
    ema, raw = now.get("ema_distance", 0.0), now["distance"]
    if ema > max(3.0 * raw, 6.0 * now["noise"], 0.1):
        return f"its images' energy distance to real ones is {ema:.2g}, the raw generator's is {raw:.2g}."
    return None


def _oscillation(looks):
    """Between checks images of the same latents change nearly as much as real images differ, and come no nearer: the players chase each other."""
    recent, earlier = looks[-6:], looks[:-6]
    if len(earlier) < 4 or not all(_far(look) for look in recent):
        return None
    movement = min(look["movement"] for look in recent)
    if movement > 0.9 and min(x["distance"] for x in recent) > 0.9 * min(x["distance"] for x in earlier):
        return (
            f"between checks images of the same latents change by {movement:.0%} of the distance between "
            "real images, and come no nearer to these."
        )
    return None


def _collapsed_units(looks):
    """Units of the posterior equal the prior for every image (KL below .01 nats): the decoder ignores them."""
    now = looks[-1]
    if not now["idle_units"]:
        return None
    idle = ", ".join(map(str, now["idle_units"][:12])) + (" ..." if len(now["idle_units"]) > 12 else "")
    return (
        f"{len(now['idle_units'])} of {now['units']} units of the posterior equal the prior for every image "
        f"(KL below .01 nats), and carry no information about it: {idle}."
    )


def _nan_in_posterior(looks):
    """The KL of the fixed batch is NaN or infinite: the weights are lost, and further training does not repair them."""
    return None if math.isfinite(looks[-1]["kl"]) else "the KL of the fixed batch became NaN or infinite."


FAILURES = (
    Failure(
        "NaN in training",
        _not_finite,
        "lower learning rates; `global_clipnorm=1.0` in the optimisers; `regularizers=['r1']`; float32 or bfloat16.",
        in_a_row=1,
    ),
    Failure(
        "Exploding gradients",
        _exploding,
        "lower learning rates; `regularizers=['r1']`; `discriminator_normalization='spectral'`.",
        in_a_row=2,
    ),
    Failure(
        "Saturated images",
        _saturated,
        "a lower generator learning rate; check that the data fill [-1, 1].",
    ),
    Failure(
        "Discriminator too strong",
        _too_strong,
        "a lower discriminator learning rate; `regularizers=['r1']`; `augmentation=['instance_noise']`; `discriminator_steps=1`.",
        in_a_row=1,
        over=STRENGTH_LOOKS,
    ),
    Failure(
        "Discriminator too weak",
        _too_weak,
        "a higher discriminator learning rate; weaker penalties; a larger discriminator; fewer normalisations.",
        warmup=200,
    ),
    Failure(
        "Vanishing generator gradient",
        _vanishing,
        "`loss='non_saturating'` or 'least_squares'; `regularizers=['r1']`; a slower discriminator.",
    ),
    Failure(
        "Mode collapse",
        _collapse,
        "`loss='relativistic'` with R1 and R2; `packing=2`; `minibatch_stddev`; no batch normalisation in the "
        "discriminator; a lower generator learning rate.",
        warmup=200,
    ),
    Failure(
        "Modes missing",
        _missing_modes,
        "`loss='relativistic'` with R1 and R2 at every step; `packing=2`; no batch normalisation in the "
        "discriminator; an EMA of the generator.",
        warmup=200,
    ),
    Failure(
        "Class missing",
        _missing_class,
        "check that the training data contain it; a conditional model; `loss='relativistic'` with R1 and R2.",
        warmup=400,
        in_a_row=1,
        over=CLASS_LOOKS,
    ),
    Failure(
        "Discriminator over-fitting",
        _overfitting,
        "more data; `flip=True`; `regularizers=['lecam']` or 'balanced_consistency'; a smaller discriminator; fewer steps.",
        warmup=200,
    ),
    Failure(
        "EMA far from the generator",
        _ema_drift,
        "a smaller `ema_decay`; longer training; batch normalisation with more momentum.",
        warmup=500,
    ),
    Failure(
        "Oscillation",
        _oscillation,
        "`regularizers=['r1']`; lower learning rates or a decay of them; Adam's beta_1 of 0.",
        warmup=500,
    ),
)

# Failures of models with a posterior over latents.
OF_LATENTS = (
    Failure(
        "NaN in training",
        _nan_in_posterior,
        "a lower learning rate; `global_clipnorm=1.0` in the optimiser; float32 or bfloat16.",
        in_a_row=1,
    ),
    Failure(
        "Latent units collapsed",
        _collapsed_units,
        "a smaller `beta`, or one that rises, `beta=schedules.Cosine(0.0, 1.0, steps)`; if the images are "
        "good without these units, fewer latents.",
        warmup=400,
    ),
)
