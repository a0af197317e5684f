"""Searches for the latents of images: by gradient descent, and then by least squares."""

import math

import numpy as np
import tensorflow as tf
from keras import ops


class Search:
    """Gradient descent on latents towards images: Adam, whose rate falls to zero along half a cosine.

    Args:
        synthesize: function from latents, and a condition, to images in [-1, 1].
        steps, learning_rate: as in `invert`.
        distance: function from targets and images to a distance for each row. Default: mean squared
            difference.
    """

    def __init__(self, synthesize, steps, learning_rate, distance=None):
        self.synthesize, self.steps, self.rate = synthesize, steps, learning_rate
        self.distance = distance or mean_square
        self.descend = tf.function(self._descend, reduce_retracing=True)

    def __call__(self, targets, latents, condition=None, steps=None):
        """Latents and their distances, arrays, after `steps` steps from `latents`."""
        steps = self.steps if steps is None else steps
        latents, distances = self.descend(targets, tf.constant(latents), condition, tf.constant(steps))
        if not np.isfinite(distances).all():
            raise ValueError("The distance is not finite: lower `learning_rate`.")
        return latents.numpy(), distances.numpy()

    def _descend(self, targets, latents, condition, steps):
        first = second = tf.zeros_like(latents)
        for step in tf.range(steps):
            with tf.GradientTape() as tape:
                tape.watch(latents)
                # Each row is optimised independently: it gets no gradients from other rows.
                total = ops.sum(self.distance(targets, self.synthesize(latents, condition)))
            gradient = tape.gradient(total, latents)
            first, second = 0.9 * first + 0.1 * gradient, 0.999 * second + 0.001 * tf.square(gradient)
            taken = tf.cast(step, "float32")
            rate = 0.5 * self.rate * (1.0 + tf.cos(math.pi * taken / tf.cast(steps, "float32")))
            corrected = second / (1.0 - 0.999 ** (taken + 1.0))
            latents -= rate / (1.0 - 0.9 ** (taken + 1.0)) * first / (tf.sqrt(corrected) + 1e-7)
        return latents, self.distance(targets, self.synthesize(latents, condition))

    def from_best(self, targets, starts, condition=None):
        """The same from the best of starts (n, restarts, size), after a tenth of the steps from each."""
        count, restarts, size = starts.shape
        if restarts == 1:
            return self(targets, starts[:, 0], condition)
        latents, distances = self(
            tf.repeat(targets, restarts, axis=0),
            starts.reshape(-1, size),
            repeated(condition, restarts),
            -(-self.steps // 10),
        )
        best = distances.reshape(count, restarts).argmin(axis=1)
        return self(targets, latents.reshape(count, restarts, size)[np.arange(count), best], condition)


class LeastSquares:
    """The Levenberg-Marquardt method on the difference of images, for latents that are already near.

        z' = z + (J'J + lambda I)^-1 J' (x - G(z)),   J: columns of (G(z + h e_k) - G(z)) / h

    A step that does not reduce the difference is rejected, and lambda of that image grows. Where gradient
    descent needs thousands of steps through a narrow valley, this method needs some tens, each with
    latent_dim + 2 images, and no gradient. Rows end at a difference of 1e-9, far below what 8 bits show.

    Args:
        synthesize: as in `Search`.
        steps: int; with 0 the latents stay as they are.
        images_at_once: int, maximum number of images in a pass, but at least those of one latent.
    """

    span, enough = 1e-3, 1e-9

    def __init__(self, synthesize, steps, images_at_once=2048):
        self.synthesize, self.steps, self.images_at_once = synthesize, steps, images_at_once
        self.step = tf.function(self._step, reduce_retracing=True)

    def __call__(self, targets, latents, condition=None):
        """Latents and their mean squared differences, arrays, after the steps from `latents`."""
        if not self.steps:
            return latents, mean_square(targets, self.synthesize(tf.constant(latents), condition)).numpy()
        found, count = np.array(latents), len(latents)
        damping, distances = np.full(count, 0.01, "float32"), np.full(count, np.inf, "float32")
        at_once = max(1, self.images_at_once // (found.shape[1] + 1))
        for start in range(0, count, at_once):
            rows = np.arange(start, min(start + at_once, count))
            for _ in range(self.steps):
                rows = rows[distances[rows] > self.enough]
                if not len(rows):
                    break
                target, beside = _rows_of(targets, rows), _rows_of(condition, rows)
                stepped = self.step(target, tf.constant(found[rows]), beside, tf.constant(damping[rows]))
                found[rows], damping[rows], distances[rows] = (x.numpy() for x in stepped)
        return found, distances

    def _step(self, targets, latents, condition, damping):
        count, size = len(latents), latents.shape[1]
        # Rows for one latent: the latent itself, and moved along each of its axes.
        moves = self.span * tf.concat([tf.zeros((1, size)), tf.eye(size)], axis=0)
        around = tf.reshape(latents[:, None] + moves, (-1, size))
        images = ops.cast(self.synthesize(around, repeated(condition, size + 1)), "float32")
        images = tf.reshape(images, (count, size + 1, -1))
        error = tf.reshape(ops.cast(targets, "float32"), (count, -1)) - images[:, 0]
        slopes = (images[:, 1:] - images[:, :1]) / self.span
        normal = tf.cast(tf.matmul(slopes, slopes, transpose_b=True), "float64")
        right = tf.cast(tf.linalg.matvec(slopes, error), "float64")
        scale = tf.cast(damping, "float64") * tf.reduce_mean(tf.linalg.diag_part(normal), axis=1) + 1e-12
        step = tf.linalg.solve(
            normal + scale[:, None, None] * tf.eye(size, dtype="float64"), right[..., None]
        )
        moved = latents + tf.cast(step[..., 0], "float32")
        before = tf.reduce_mean(tf.square(error), axis=1)
        after = mean_square(targets, self.synthesize(moved, condition))
        better = after < before
        return (
            tf.where(better[:, None], moved, latents),
            tf.where(better, damping / 3.0, damping * 3.0),
            tf.where(better, after, before),
        )


def _rows_of(tensors, rows):
    """The selected rows of tensors; None stays None."""
    return tf.nest.map_structure(lambda x: None if x is None else tf.gather(x, rows), tensors)


def repeated(condition, times):
    """Repeat each row of a condition `times` times; None stays None."""
    if condition is None:
        return None
    return tf.nest.map_structure(lambda x: tf.repeat(x, times, axis=0), condition)


def mean_square(targets, images):
    """Mean squared difference of each row."""
    difference = ops.square(ops.cast(targets, "float32") - ops.cast(images, "float32"))
    return ops.mean(difference, axis=tuple(range(1, len(targets.shape))))
