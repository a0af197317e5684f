"""Scores generated digits with a classifier trained on real MNIST.

    python benchmarks/digits.py saved_models/mnist_dcgan
    python benchmarks/digits.py runs/dcgan/saved_model --data-dir ../shared/data/tfds --results digits.jsonl

Prints the classifier's accuracy on MNIST's test set, the mean probability of the class that it
finds in each sample, the share of each class, and the Fréchet distance between the classifier's
features of samples and of test digits.
"""

import argparse
import pathlib

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from machine import add_row


def train_classifier(train_images, train_labels, epochs=3):
    """A small convolutional classifier of ten classes of images in [-1, 1]; its last but one layer has 64 features."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            layers.Input(train_images.shape[1:]),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.3),
            layers.Dense(64, activation="relu", name="features"),
            layers.Dense(10),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=["accuracy"])
    model.fit(train_images, train_labels, batch_size=128, epochs=epochs, verbose=0)
    return model


def load_classifier(path, train_images, train_labels, epochs=3):
    """The classifier in a .keras file, or one trained now and kept there; `path` may be None."""
    if path and path.exists():
        return keras.saving.load_model(path)
    classifier = train_classifier(train_images, train_labels, epochs)
    if path:
        classifier.save(path)
    return classifier


def score(classifier, samples, real):
    """Figures of uint8 samples against real test digits in [-1, 1]."""
    features = keras.Model(classifier.inputs, classifier.get_layer("features").output)
    images = samples.astype("float32") / 127.5 - 1.0
    probabilities = keras.ops.softmax(classifier.predict(images, verbose=0)).numpy()
    return {
        "mean_top_probability": float(probabilities.max(1).mean()),
        "class_shares": (np.bincount(probabilities.argmax(1), minlength=10) / len(images)).round(3).tolist(),
        "frechet": frechet(features.predict(images, verbose=0), features.predict(real, verbose=0)),
    }


def frechet(a, b):
    a, b = a.astype("float64"), b.astype("float64")
    cov_a, cov_b = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    # tr sqrt(A B) from the eigenvalues of A B, which are those of a positive matrix.
    cross = np.sqrt(np.linalg.eigvals(cov_a @ cov_b).real.clip(0)).sum()
    return float(((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(cov_a) + np.trace(cov_b) - 2 * cross)


def mnist(data_dir, name="mnist"):
    """MNIST's (or Fashion-MNIST's) training and test images in [-1, 1], with labels."""
    import tensorflow_datasets as tfds

    arrays = []
    for split in ("train", "test"):
        data = tfds.as_numpy(tfds.load(name, split=split, batch_size=-1, data_dir=data_dir, download=False))
        arrays += [data["image"].astype("float32") / 127.5 - 1.0, data["label"]]
    return arrays


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("saved_model", type=pathlib.Path)
    parser.add_argument("--data-dir", default="../shared/data/tfds", help="where TFDS has MNIST")
    parser.add_argument("-n", type=int, default=2000, help="number of samples")
    parser.add_argument("--classifier", type=pathlib.Path, help="keep the classifier in this .keras file")
    parser.add_argument("--results", type=pathlib.Path, help="file to which lines of JSON are added")
    options = parser.parse_args()
    train_images, train_labels, test_images, test_labels = mnist(options.data_dir)
    classifier = load_classifier(options.classifier, train_images, train_labels)
    accuracy = classifier.evaluate(test_images, test_labels, verbose=0)[1]
    sampler = tf.saved_model.load(str(options.saved_model))
    samples = sampler.sample(options.n, 0).numpy()
    figures = score(classifier, samples, test_images)
    real = score(classifier, np.rint((test_images[: options.n] + 1) * 127.5).astype("uint8"), test_images)
    print(f"classifier accuracy on MNIST test: {accuracy:.4f}")
    print(f"real digits: mean top-class probability {real['mean_top_probability']:.4f}")
    print(f"samples:     mean top-class probability {figures['mean_top_probability']:.4f}")
    print("class shares:", " ".join(f"{i}:{share:.3f}" for i, share in enumerate(figures["class_shares"])))
    print(
        f"Fréchet distance of the classifier's features, {options.n} samples, {len(test_images)} real: "
        f"{figures['frechet']:.2f}"
    )
    row = {"model": options.saved_model.name, "n": options.n, "classifier": accuracy, **figures}
    add_row(options.results, {**row, "real_mean_top_probability": real["mean_top_probability"]})


if __name__ == "__main__":
    main()
