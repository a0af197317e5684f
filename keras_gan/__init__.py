"""keras_gan: generative adversarial networks for Keras 3, trained with `model.fit`.

In Python, `import keras_gan` registers its classes, so that `keras.saving.load_model` can load its files. On
the command line, names are imported at first use (PEP 562): a command that computes nothing does not start
TensorFlow.
"""

import importlib
import os
import pathlib
import sys

__version__ = "1.0.0"

# Public classes, and the module that defines each.
_CLASSES = {
    "ACGAN": "models.acgan",
    "AnoGAN": "models.anogan",
    "CLIP": "models.clip",
    "ESRGAN": "models.srgan",
    "FAnoGAN": "models.fanogan",
    "GAIL": "models.gail",
    "GAN": "models.gan",
    "GANomaly": "models.ganomaly",
    "Game": "training.game",
    "LSGAN": "models.lsgan",
    "MoCoGAN": "models.mocogan",
    "NextFrame": "models.next_frame",
    "SRGAN": "models.srgan",
    "SequenceGAN": "models.sequence_gan",
    "SemiSupervisedGAN": "models.semi_supervised_gan",
    "TVAE": "models.tvae",
    "TimeGAN": "models.timegan",
    "VAE": "models.vae",
    "VAEGAN": "models.vae_gan",
    "WaveGAN": "models.wavegan",
    "SpecGAN": "models.specgan",
    "WGAN": "models.wgan",
    "WGANGP": "models.wgan_gp",
    "BAGAN": "models.bagan",
    "BiGAN": "models.bigan",
    "BigGAN": "models.biggan",
    "DFGAN": "models.dfgan",
    "CTGAN": "models.ctgan",
    "GAN3D": "models.gan3d",
    "HiFiGAN": "models.hifigan",
    "ConditionalGAN": "models.conditional_gan",
    "CycleGAN": "models.cyclegan",
    "InfoGAN": "models.info_gan",
    "PiGAN": "models.pigan",
    "Pix2Pix": "models.pix2pix",
    "ProGAN": "models.progan",
    "ProjectedGAN": "models.projected_gan",
    "StackGAN": "models.stackgan",
    "StackGAN2": "models.stackgan2",
    "StarGAN": "models.stargan",
    "StyleGAN": "models.stylegan",
    "StyleGAN2": "models.stylegan2",
    "StyleGAN3": "models.stylegan3",
    "Watermark": "models.watermark",
    "WatermarkedGenerator": "models.watermark",
    "TextToImage": "models.text_to_image",
}
# Public functions; importing them registers no class.
_FUNCTIONS = {"from_preset": "presets", "save_to_preset": "presets"}
_MODULES = (
    *(
        "augmentations",
        "callbacks",
        "conditions",
        "convert",
        "data",
        "demo",
        "environments",
        "explain",
        "features",
        "federated",
        "grid",
        "latent",
        "layers",
        "losses",
        "metrics",
        "modalities",
    ),
    *(
        "networks",
        "noise",
        "optimizers",
        "plots",
        "post_hoc_ema",
        "presets",
        "provenance",
        "recipes",
        "regularizers",
        "runs",
        "schedules",
        "torch_file",
        "trust",
    ),
)

__all__ = sorted([*_CLASSES, *_FUNCTIONS, *_MODULES])


def __getattr__(name):
    if name in _CLASSES or name in _FUNCTIONS:
        _check_backend()
        value = getattr(importlib.import_module(f"keras_gan.{(_CLASSES | _FUNCTIONS)[name]}"), name)
    elif name in _MODULES or name == "report":
        _check_backend()
        value = importlib.import_module(f"keras_gan.{name}")
    else:
        raise AttributeError(f"module 'keras_gan' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__():
    return [*globals(), *__all__]


def _check_backend():
    import keras

    if keras.backend.backend() != "tensorflow":
        raise ImportError(
            "keras_gan runs on Keras' TensorFlow backend. Received: "
            f"KERAS_BACKEND={keras.backend.backend()!r}. Set it before Python imports Keras: "
            'os.environ["KERAS_BACKEND"] = "tensorflow", or `export KERAS_BACKEND=tensorflow`.'
        )


def register():
    """Import all classes, so that Keras can load files that use them; commands call it before loading."""
    _check_backend()
    for name in (
        *_CLASSES,
        "augmentations",
        "conditions",
        "features",
        "layers",
        "losses",
        "metrics",
        "modalities",
        "networks",
        "noise",
        "regularizers",
        "schedules",
    ):
        __getattr__(name)


def _is_command():
    """Whether this process is `keras-gan` or `python -m keras_gan`."""
    given = sys.orig_argv[1:]
    module = given[given.index("-m") + 1 :][:1] if "-m" in given else []
    return module == ["keras_gan"] or pathlib.Path(sys.argv[0] if sys.argv else "").stem == "keras-gan"


if _is_command():
    # On the command line, TensorFlow's messages about its build and missing GPUs look like failures.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # TensorFlow disables oneDNN on CPUs without AVX-512; gradients of 3-D convolutions then take 100 times as
    # long (TensorFlow 2.21).
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
else:
    register()
