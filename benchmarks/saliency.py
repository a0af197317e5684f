"""Saliency of 1,000 images against captum on the same network in PyTorch: CPU time of one pinned core, in turns.

    taskset -c 0 python benchmarks/saliency.py --results saliency.jsonl

Needs torch and captum beside keras_gan. The network is DCGAN's discriminator of 28 x 28 digits with the same weights, in evaluation; both
give the same maps, which is checked. Figures are medians over repeats, of runs after the first; that of the first run, which
traces the graph, stands beside them.
"""

import argparse
import json
import os
import pathlib
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# As `keras-gan` has it.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

import keras
import numpy as np
import tensorflow as tf
import torch
from captum.attr import IntegratedGradients, LayerAttribution, LayerGradCam, Occlusion, Saliency
from machine import machine

import keras_gan

tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)
torch.set_num_threads(1)


def twin(filters):
    """The discriminator in Keras and in PyTorch."""
    images = keras.Input((28, 28, 1))
    x = images
    for times in (1, 2):
        x = keras.layers.ZeroPadding2D(1)(x)
        x = keras.layers.Conv2D(times * filters, 4, strides=2)(x)
        x = keras.layers.LeakyReLU(0.2)(x)
    network = keras.Model(images, keras.layers.Dense(1)(keras.layers.Flatten()(x)))
    kernels = [w for w in network.get_weights() if w.ndim == 4]
    layers = []
    for i, kernel in enumerate(kernels):
        conv = torch.nn.Conv2d(kernel.shape[2], kernel.shape[3], 4, stride=2, padding=1)
        conv.weight.data = torch.tensor(kernel.transpose(3, 2, 0, 1).copy())
        conv.bias.data = torch.tensor(network.get_weights()[2 * i + 1])
        layers += [conv, torch.nn.LeakyReLU(0.2)]
    kernel, bias = network.get_weights()[-2:]
    dense = torch.nn.Linear(len(kernel), 1)
    kernel = kernel.reshape(7, 7, 2 * filters, 1).transpose(3, 2, 0, 1).reshape(1, -1)
    dense.weight.data, dense.bias.data = torch.tensor(kernel.copy()), torch.tensor(bias)
    return network, torch.nn.Sequential(*layers, torch.nn.Flatten(), dense)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=pathlib.Path, required=True, help="file of results (JSON lines)")
    parser.add_argument("--images", type=int, default=1000)
    parser.add_argument("--filters", type=int, default=32)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    keras.utils.set_random_seed(0)
    network, torch_network = twin(options.filters)
    images = np.random.default_rng(0).uniform(-1, 1, (options.images, 28, 28, 1)).astype("float32")
    given = torch.tensor(images.transpose(0, 3, 1, 2).copy())
    back = lambda maps: maps.detach().numpy().transpose(0, 2, 3, 1)
    explained = {
        "gradient": lambda x: Saliency(torch_network).attribute(x.requires_grad_(), abs=False),
        "integrated": lambda x: IntegratedGradients(torch_network).attribute(x, n_steps=50),
        "occlusion": lambda x: Occlusion(torch_network).attribute(x, (1, 4, 4), (1, 2, 2)),
        "grad_cam": lambda x: LayerAttribution.interpolate(
            LayerGradCam(torch_network, torch_network[3]).attribute(x, relu_attributions=True),
            (28, 28),
            "bilinear",
        ),
    }
    ours = {name: {"method": name} for name in explained} | {
        "occlusion": {"method": "occlusion", "window": 4, "stride": 2}
    }
    for name, peer in explained.items():

        def by_captum(peer=peer):
            # In batches, as ours: of all images at once the points of the way would fill the memory.
            return np.concatenate([back(peer(given[i : i + 64].clone())) for i in range(0, len(given), 64)])

        def by_us(name=name):
            return keras_gan.explain.saliency(network, images, target=0, **ours[name])

        clocks, found = {"ours": [], "captum": []}, {}
        for _ in range(options.repeats + 1):
            for who, function in (("ours", by_us), ("captum", by_captum)):
                clock = time.process_time()
                found[who] = function()
                clocks[who].append(time.process_time() - clock)
        gap = np.abs(found["ours"] - found["captum"]).max() / np.abs(found["captum"]).max()
        assert gap < 1e-3, (name, gap)
        seconds = {who: float(np.median(each[1:])) for who, each in clocks.items()}
        seconds["first"] = clocks["ours"][0]
        row = {
            "method": name,
            "images": options.images,
            **seconds,
            "ratio": seconds["ours"] / seconds["captum"],
        }
        with options.results.open("a") as file:
            file.write(json.dumps(row | machine("torch")) + "\n")
        print(
            f"{name:<12} ours {seconds['ours']:.2f} s, captum {seconds['captum']:.2f} s: {row['ratio']:.2f} (first {seconds['first']:.2f} s)",
            flush=True,
        )


if __name__ == "__main__":
    main()
