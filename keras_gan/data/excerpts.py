"""Excerpts of examples of different lengths, such as sounds and videos, in the form that `Stream` takes."""

import numpy as np
import tensorflow as tf


def excerpts(clips, labels, length, part, shuffle, decode):
    """Return what a `Stream` needs to yield excerpts of a number of samples or frames.

    Args:
        clips: list of arrays of one dtype, of shapes (lengths, ...); shorter ones are padded with zeros.
        labels: int array, or None.
        length: int.
        part: "start", the first `length` of each, or "random", a new random part each time; long clips yield
            more parts.
        shuffle: bool; if False, the parts follow one another.
        decode: function from a tensor of parts to floats.

    Returns:
        fetch, size and then: arguments of `Stream`.
    """
    counts = [max(1, round(len(clip) / length)) if part == "random" else 1 for clip in clips]
    lengths = np.array([len(clip) for clip in clips])
    # Zeros after each clip, so that no part reaches into the next clip.
    padded = [np.pad(clip, ((0, max(0, length - len(clip))), *((0, 0),) * (clip.ndim - 1))) for clip in clips]
    starts = np.cumsum([0, *np.maximum(lengths, length)[:-1]])
    with tf.device("CPU:0"), tf.init_scope():
        of_place = tf.constant(np.repeat(np.arange(len(clips)), counts))
        part_of_place = tf.constant(np.concatenate([np.arange(count) for count in counts]))
        classes = None if labels is None else tf.constant(labels)
        samples = tf.constant(np.concatenate(padded))
        starts, free = tf.constant(starts), tf.constant(np.maximum(0, lengths - length))

    def fetch(indices):
        rows = tf.gather(of_place, indices)
        batch = {"row": rows, "part": tf.gather(part_of_place, indices)}
        return batch if classes is None else {**batch, "label": tf.gather(classes, rows)}

    def then(batch, seed):
        rows, places = batch.pop("row"), batch.pop("part")
        begin = tf.gather(starts, rows)
        if part == "random":
            room = tf.gather(free, rows)
            fixed = tf.minimum(places * length, room)
            if shuffle:
                drawn = tf.random.stateless_uniform(tf.shape(rows), seed + 6, dtype=tf.float64)
                moved = tf.cast(drawn * tf.cast(room + 1, tf.float64), tf.int64)
                # Sample images and validation get the same parts each time: their seed is 0.
                fixed = tf.where(tf.reduce_all(tf.equal(seed, 0)), fixed, moved)
            begin += fixed
        found = tf.gather(samples, begin[:, None] + tf.range(length, dtype=tf.int64))
        return {"image": decode(found), **batch}

    return fetch, sum(counts), then
