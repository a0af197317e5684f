"""Trainings that an earlier release began: what wrote the files of `tests/data/compatibility`, and goes on with them.

`python -m tests.compatibility FOLDER` makes, for each case, a checkpoint in the middle of an epoch and the weights at the
end, with the code at hand. `python -m tests.compatibility FOLDER --compare` goes on from those checkpoints with the code
at hand, and says how far the weights are from those of the code that wrote them (0 on the same machine).
"""

import collections
import pathlib
import shutil
import sys
import tempfile
from unittest import mock

import keras
import numpy as np
from keras.src.backend.common import global_state

import keras_gan
from keras_gan import networks
from keras_gan.callbacks import Checkpoint, StopAtStep
from keras_gan.data import stream

SIZE = {"latent_dim": 4, "filters": 4, "kernel_size": 3}


def _dcgan(**options):
    return networks.dcgan((8, 8, 1), **SIZE, **options)


def _stylegan2():
    size = {"latent_dim": 4, "mapping_layers": 1, "channel_base": 32, "channel_max": 4}
    return keras_gan.StyleGAN2(*networks.stylegan2((8, 8, 1), **size), seed=0)


def _cyclegan():
    generators = [networks.resnet((8, 8, 1), 1, blocks=1, filters=2) for _ in range(2)]
    judges = [networks.patchgan((8, 8, 1), receptive_field=16, filters=2) for _ in range(2)]
    return keras_gan.CycleGAN(*generators, *judges, pool_size=6, seed=0)


def _srgan():
    pair = (
        networks.srresnet(2, 1, filters=4, blocks=1),
        networks.patchgan((8, 8, 1), receptive_field=16, filters=2),
    )
    return keras_gan.SRGAN(*pair, pretraining_steps=4, pixel_weight=1.0, seed=0)


def _progan():
    pair = networks.progan((8, 8, 1), latent_dim=4, filters=[4, 4])
    return keras_gan.ProGAN(*pair, fade_images=32, stable_images=16, seed=0)


# Model, what is compiled, and what accompanies the images.
CASES = {
    "gan_r1": (lambda: keras_gan.GAN(*_dcgan(), seed=0), {"regularizers": ["r1"]}, ()),
    "wgan_gp": (
        lambda: keras_gan.WGANGP(*_dcgan(discriminator_normalization="none"), seed=0),
        {"discriminator_steps": 2},
        (),
    ),
    "conditional": (
        lambda: keras_gan.ConditionalGAN(*_dcgan(num_classes=3), num_classes=3, seed=0),
        {"regularizers": ["lecam", "instance_noise"], "loss": "hinge"},
        ("label",),
    ),
    "acgan": (
        lambda: keras_gan.ACGAN(*_dcgan(num_classes=3, conditioning="auxiliary"), num_classes=3, seed=0),
        {},
        ("label",),
    ),
    "infogan": (
        lambda: keras_gan.InfoGAN(
            *networks.dcgan((8, 8, 1), latent_dim=8, filters=4, kernel_size=3, recognition=4),
            categories=3,
            codes=1,
            seed=0,
        ),
        {},
        (),
    ),
    "stylegan2_ada": (_stylegan2, {"augmentation": "ada"}, ()),
    "progan_fade": (_progan, {}, ()),
    "cyclegan_pool": (_cyclegan, {}, ("condition",)),
    "srgan_between": (_srgan, {"regularizers": []}, ("condition",)),
}
STOP, EPOCHS = 5, 3  # of 4 steps


def model_of(name):
    # As in a fresh process: TensorFlow may order by name what it adds up.
    global_state.set_global_attribute("object_name_uids", collections.defaultdict(int))
    keras.utils.set_random_seed(0)
    build, parts, _ = CASES[name]
    gan = build()
    gan.compile(**parts)
    return gan


def data_of(name):
    rng = np.random.default_rng(0)
    k = CASES[name][1].get("discriminator_steps", 1)
    images = rng.uniform(-1, 1, (16 * k, 8, 8, 1)).astype("float32")
    side = 4 if name.startswith("srgan") else 8
    other = {
        "label": np.arange(len(images)) % 3,
        "condition": rng.uniform(-1, 1, (len(images), side, side, 1)).astype("float32"),
    }
    return {"image": images} | {key: other[key] for key in CASES[name][2]}


def fit(gan, name, *callbacks):
    gan.fit(data_of(name), batch_size=4, epochs=EPOCHS, verbose=0, callbacks=list(callbacks))


def weights(gan):
    """All weights, and all state: what the end of a training is compared by."""
    arrays = [variable.numpy() for variable in gan.weights]
    return arrays + [np.asarray(variable.numpy()) for variable in gan.state.by_name().values()]


def write(folder, name):
    """Write `NAME/checkpoints` in the middle of an epoch, and `NAME/end.npz`."""
    path = pathlib.Path(folder) / name
    shutil.rmtree(path, ignore_errors=True)
    fit(model_of(name), name, StopAtStep(STOP), Checkpoint(path / "checkpoints", keep=1))
    with tempfile.TemporaryDirectory() as copy:
        shutil.copytree(path / "checkpoints", pathlib.Path(copy) / "c")
        gan = model_of(name)
        fit(gan, name, Checkpoint(pathlib.Path(copy) / "c"))
    np.savez_compressed(path / "end.npz", *weights(gan))


def go_on(folder, name, kind):
    """Weights at the end, begun anew from the checkpoint or from the `.keras` file in it."""
    path = pathlib.Path(folder) / name / "checkpoints"
    # The order of before: then the seed 0 hardly shuffled.
    with tempfile.TemporaryDirectory() as copy, mock.patch.object(stream, "OF_ZERO", 0):
        copy = pathlib.Path(copy) / "c"
        shutil.copytree(path, copy)
        if kind == "checkpoint":
            gan = model_of(name)
            fit(gan, name, Checkpoint(copy))
        else:
            gan = keras.saving.load_model(next(copy.glob("step-*")) / "model.keras")
            data = data_of(name)
            # The rest of its second epoch, and the third.
            gan.fit(data, batch_size=4, epochs=EPOCHS - 1, verbose=0)
    return weights(gan)


def differences(folder, name, kind):
    """The largest difference of each weight from those of the code that wrote the files."""
    with np.load(pathlib.Path(folder) / name / "end.npz") as end:
        expected = [end[f"arr_{i}"] for i in range(len(end.files))]
    found = go_on(folder, name, kind)
    assert [x.shape for x in found] == [x.shape for x in expected]
    return [
        float(np.abs(np.asarray(a, "float64") - np.asarray(b, "float64")).max(initial=0))
        for a, b in zip(found, expected, strict=True)
    ]


if __name__ == "__main__":
    for case in [name for name in CASES if name in sys.argv[2:]] or CASES:
        if "--compare" in sys.argv:
            print(case, *(max(differences(sys.argv[1], case, kind)) for kind in ("checkpoint", "keras")))
        else:
            write(sys.argv[1], case)
