"""Names of losses and augmentations, which a command checks before it imports anything heavy."""

import difflib

LOSSES = (
    *("f_divergence", "hinge", "least_squares", "minimax", "non_saturating", "relativistic"),
    *("relativistic_average", "wasserstein", "total_variation", "kl", "reverse_kl", "pearson"),
    *("squared_hellinger", "jensen_shannon"),
)
AUGMENTATIONS = ("ada", "apa", "blur", "diffaugment", "instance_noise")


def check_name(name, names, option):
    """Raise a ValueError for a name that is not among `names`; `option` is the option with that name."""
    if name in names:
        return
    near = difflib.get_close_matches(name.lower().replace("-", "_"), names, n=1)
    raise ValueError(
        f"There is no {option} {name!r}. It must be one of {', '.join(sorted(names))}."
        + (f" Did you mean {near[0]!r}?" if near else "")
    )
