"""Exports of every network: whether LiteRT and ONNX run them, how large the files are, how far off, and how fast.

    python benchmarks/exports.py --results FILE

Files run in `ai-edge-litert` and onnxruntime, the runtimes that users deploy, on one thread; times are CPU milliseconds of an
image (batch 1), the least of several runs.
"""

import argparse
import json
import pathlib
import tempfile
import time

import numpy as np
import onnxruntime
from ai_edge_litert.interpreter import Interpreter
from machine import machine

import keras_gan
from keras_gan import networks

NETWORKS = {
    "dcgan": lambda: keras_gan.GAN(*networks.dcgan((32, 32, 3), latent_dim=64, filters=16)),
    "dcgan, classes": lambda: keras_gan.ConditionalGAN(
        *networks.dcgan((32, 32, 3), latent_dim=64, filters=16, num_classes=10), num_classes=10
    ),
    "sngan": lambda: keras_gan.GAN(*networks.sngan((32, 32, 3), filters=16)),
    "sagan, classes": lambda: keras_gan.ConditionalGAN(
        *networks.sagan((32, 32, 3), filters=16, num_classes=10), num_classes=10
    ),
    "gan_stability": lambda: keras_gan.GAN(*networks.gan_stability((32, 32, 3), filters=8)),
    "infogan": lambda: keras_gan.InfoGAN(*networks.infogan((28, 28, 1))),
    "r3gan": lambda: keras_gan.GAN(
        *networks.r3gan((32, 32, 3), widths=(64, 48, 32, 16), cardinalities=(8, 6, 4, 2), blocks=(1, 1, 1, 1))
    ),
    "mlp": lambda: keras_gan.GAN(*networks.mlp(2)),
    "progan": lambda: keras_gan.ProGAN(*networks.progan((32, 32, 3), 64, filters=[64, 64, 32, 16])),
    "stylegan": lambda: keras_gan.StyleGAN(
        *networks.stylegan((32, 32, 3), 64, channel_base=512, channel_max=64)
    ),
    "stylegan2": lambda: keras_gan.StyleGAN2(
        *networks.stylegan2((32, 32, 3), 64, channel_base=512, channel_max=64)
    ),
    "stylegan2, classes": lambda: keras_gan.StyleGAN2(
        *networks.stylegan2((32, 32, 3), 64, channel_base=512, channel_max=64, num_classes=10), num_classes=10
    ),
    "stylegan3 t": lambda: keras_gan.StyleGAN3(
        *networks.stylegan3((32, 32, 3), 64, channel_base=1024, channel_max=32, synthesis_layers=8)
    ),
    "stylegan3 r": lambda: keras_gan.StyleGAN3(
        *networks.stylegan3(
            (32, 32, 3), 64, configuration="r", channel_base=1024, channel_max=32, synthesis_layers=8
        )
    ),
    "unet": lambda: keras_gan.Pix2Pix(
        networks.unet((64, 64, 3), filters=16),
        networks.patchgan((64, 64, 3), 3, filters=8, receptive_field=34),
    ),
    "resnet": lambda: keras_gan.Pix2Pix(
        networks.resnet((None, None, 3), blocks=2, filters=16),
        networks.patchgan((32, 32, 3), 3, filters=8, receptive_field=16),
    ),
    "srresnet x2": lambda: _srgan(networks.srresnet(2, filters=16, blocks=2), 2),
    "msrresnet x2": lambda: _srgan(networks.msrresnet(2, filters=16, blocks=2), 2),
    "rrdbnet x4": lambda: _srgan(networks.rrdbnet(4, filters=16, blocks=1, growth=8), 4),
    "rrdbnet x2": lambda: _srgan(networks.rrdbnet(2, filters=16, blocks=1, growth=8), 2),
    "srvggnet x2": lambda: _srgan(networks.srvggnet(2, filters=16, convolutions=4), 2),
}


def _srgan(generator, factor):
    judge = networks.srgan_discriminator((16 * factor, 16 * factor, 3), filters=4, units=8)
    return keras_gan.SRGAN(generator, judge)


def inputs_of(gan, n, seed=0):
    rng = np.random.default_rng(seed)
    if gan.from_images:
        return {"source": rng.uniform(-1, 1, (n, *gan.trained_source_shape)).astype("float32")}
    given = {"latents": gan.sample_latents(n, seed=seed)}
    if gan.condition is not None:
        given["labels"] = rng.integers(0, gan.num_classes, n).astype("int32")
    return given


def expected_of(gan, given):
    values = list(given.values())
    made = gan.synthesize(values[0], *values[1:]) if not gan.from_images else gan.synthesize(values[0])
    made = np.asarray(made)
    return np.clip(made, -1, 1) if made.ndim == 4 else made


class LiteRT:
    def __init__(self, path):
        self.run = Interpreter(str(path), num_threads=1).get_signature_runner()

    def __call__(self, given):
        return self.run(**given)["images"]


class ONNX:
    def __init__(self, path):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def __call__(self, given):
        return self.session.run(["images"], given)[0]


FORMS = (
    ("LiteRT", LiteRT, {"format": "litert"}),
    ("LiteRT float16", LiteRT, {"format": "litert", "quantize": "float16"}),
    ("LiteRT int8", LiteRT, {"format": "litert", "quantize": "int8"}),
    ("ONNX", ONNX, {"format": "onnx"}),
)


def measure(gan, form, folder, repeats):
    """(bytes, largest and mean difference from the model, CPU milliseconds of an image)."""
    name, runtime, options = form
    if options.get("quantize") == "int8":
        options = {**options, "representative": list(inputs_of(gan, 32, seed=9).values())}
    path = folder / f"model{'.onnx' if name == 'ONNX' else '.tflite'}"
    gan.export(path, **options)
    run, differences, times = runtime(path), [], []
    for seed in range(repeats):
        given = inputs_of(gan, 1, seed)
        began = time.process_time()
        made = run(given)
        times.append(time.process_time() - began)
        differences.append(np.abs(made - expected_of(gan, given)))
    differences = np.concatenate([d.ravel() for d in differences])
    return path.stat().st_size, differences.max(), differences.mean(), 1000 * min(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=pathlib.Path, required=True)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--only", help="names with commas between")
    arguments = parser.parse_args()
    about = machine("ai-edge-litert", "onnxruntime", "tf2onnx")
    print(about)
    print(f"{'network':20}{'form':16}{'kB':>8}{'max diff':>11}{'mean diff':>11}{'ms':>9}", flush=True)
    rows = []
    for network, build in NETWORKS.items():
        if arguments.only and network not in arguments.only.split(","):
            continue
        gan = build()
        for form in FORMS:
            with tempfile.TemporaryDirectory() as folder:
                try:
                    size, most, mean, ms = measure(gan, form, pathlib.Path(folder), arguments.repeats)
                    row = {"bytes": size, "max": float(most), "mean": float(mean), "ms": round(ms, 3)}
                    print(
                        f"{network:20}{form[0]:16}{size / 1000:8.0f}{most:11.2g}{mean:11.2g}{ms:9.2f}",
                        flush=True,
                    )
                except ValueError as error:
                    row = {"error": str(error)[:300]}
                    print(f"{network:20}{form[0]:16} {row['error']}", flush=True)
            rows.append({"network": network, "form": form[0], **row})
    arguments.results.write_text("".join(json.dumps(row | about) + "\n" for row in rows))


if __name__ == "__main__":
    main()
