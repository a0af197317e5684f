"""The official networks for super-resolution: their state dicts, and our networks for them.

Each family is a function from a state dict to (network, names of the official modules in the order of its
layers), or None where the state dict is of another family.
"""

import math
import re

from keras_gan import networks
from keras_gan.convert.translation import outputs_of

# Names in older ESRGAN files, and the names in newer files (BasicSR, Real-ESRGAN).
ESRGAN_NAMES = [
    (r"^RRDB_trunk\.(\d+)\.RDB(\d)", r"body.\1.rdb\2"),
    (r"^trunk_conv\.", "conv_body."),
    (r"^upconv(\d)\.", r"conv_up\1."),
    (r"^HRconv\.", "conv_hr."),
]


def rrdbnet(state):
    """xinntao's RRDBNet (ESRGAN, BasicSR, Real-ESRGAN)."""
    if not any(re.match(r"RRDB_trunk\.0\.RDB1|body\.0\.rdb1", name) for name in state):
        return None
    for name in list(state):
        new = name
        for pattern, replacement in ESRGAN_NAMES:
            new = re.sub(pattern, replacement, new)
        state[new] = state.pop(name)
    blocks = sum(bool(re.fullmatch(r"body\.\d+\.rdb1\.conv1\.weight", name)) for name in state)
    first, channels = state["conv_first.weight"], outputs_of(state, "conv_last")
    # If the network first turns pixels into channels, its scale is smaller.
    squared = first.shape[1] // channels
    network = networks.rrdbnet(
        {1: 4, 4: 2, 16: 1}.get(squared, 4),
        first.shape[1] // (squared if squared in (1, 4, 16) else 1),
        out_channels=channels,
        filters=len(first),
        blocks=blocks,
        growth=outputs_of(state, "body.0.rdb1.conv1"),
    )
    dense = [f"body.{b}.rdb{i}.conv{j}" for b in range(blocks) for i in (1, 2, 3) for j in range(1, 6)]
    return network, ["conv_first", *dense, "conv_body", "conv_up1", "conv_up2", "conv_hr", "conv_last"]


def esrgan_oldest(state):
    """xinntao's RRDBNet under the names of its first code (`model.1.sub.0.RDB1.conv1.0`)."""
    dense = r"model\.1\.sub\.(\d+)\.RDB(\d)\.conv(\d)\.0\.weight"
    found = [match for name in state if (match := re.fullmatch(dense, name))]
    if not found:
        return None
    blocks = 1 + max(int(match[1]) for match in found)
    # An enlargement, its convolution and its activation are three modules; then follow two convolutions.
    last = max(int(match[1]) for name in state if (match := re.fullmatch(r"model\.(\d+)\.weight", name)))
    doublings = (last - 4) // 3
    first = state["model.0.weight"]
    network = networks.rrdbnet(
        2**doublings,
        first.shape[1],
        out_channels=outputs_of(state, f"model.{last}"),
        filters=len(first),
        blocks=blocks,
        growth=outputs_of(state, "model.1.sub.0.RDB1.conv1.0"),
        unshuffle=False,
    )
    dense = [
        f"model.1.sub.{b}.RDB{i}.conv{j}.0" for b in range(blocks) for i in (1, 2, 3) for j in range(1, 6)
    ]
    ups = [f"model.{3 * (i + 1)}" for i in range(doublings)]
    return network, ["model.0", *dense, f"model.1.sub.{blocks}", *ups, f"model.{last - 2}", f"model.{last}"]


def srvggnet(state):
    """xinntao's SRVGGNetCompact (Real-ESRGAN's small networks)."""
    places = [int(match[1]) for name in state if (match := re.fullmatch(r"body\.(\d+)\.weight", name))]
    # Convolutions and, between them, PReLU with a slope for each channel.
    if (
        not places
        or state["body.0.weight"].ndim != 4
        or state.get("body.1.weight", state["body.0.weight"]).ndim != 1
    ):
        return None
    first, last = state["body.0.weight"], max(places)
    filters, channels = first.shape[:2]
    scale = math.isqrt(outputs_of(state, f"body.{last}") // channels)
    network = networks.srvggnet(scale, channels, filters=filters, convolutions=last // 2 - 1)
    return network, [f"body.{i}" for i in range(last + 1)]


def msrresnet(state):
    """BasicSR's MSRResNet."""
    if "conv_first.weight" not in state or "body.0.conv1.weight" not in state:
        return None
    blocks = sum(bool(re.fullmatch(r"body\.\d+\.conv1\.weight", name)) for name in state)
    filters, channels = state["conv_first.weight"].shape[:2]
    ups = [name for name in ("upconv1", "upconv2") if f"{name}.weight" in state]
    scale = 4 if len(ups) == 2 else round((outputs_of(state, "upconv1") / filters) ** 0.5)
    network = networks.msrresnet(scale, channels, filters=filters, blocks=blocks)
    body = [f"body.{b}.conv{i}" for b in range(blocks) for i in (1, 2)]
    return network, ["conv_first", *body, *ups, "conv_hr", "conv_last"]


FAMILIES = (rrdbnet, esrgan_oldest, srvggnet, msrresnet)
