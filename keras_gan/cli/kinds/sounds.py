"""Sounds, and images of their spectrograms."""

import functools

from keras_gan.cli.kinds.files import Files


class Sounds(Files):
    """Sound files, of which the beginning or a random part is used, as sound or as images of spectrograms."""

    options = ("--dataset", "--rate", "--length", "--hold-out", "--skip-bad")
    prefix, what, example = "sounds:", "sound", "FOLDER, of WAV, FLAC, OGG, AIFF or MP3 files"
    refused = ("flip", "image_size", "metrics", "channels")

    def __init__(self, part="start", as_images=False):
        self.part, self.as_images = part, as_images

    def load(self, recipe, config, on_error):
        import numpy as np

        from keras_gan import data

        # WaveGAN's networks need sixteen times a power of four, a vocoder a whole number of frames.
        of_paper = 8192 if self.part == "random" else 16_384
        length = config["length"] or (of_paper if config["scale"] == "paper" else 4096)
        load = functools.partial(
            data.sounds,
            self.path(config["dataset"]),
            rate=config["rate"],
            length=length,
            part=self.part,
            on_error=on_error,
            **self.order(config),
        )
        labels = recipe.labels or None
        held_out = load(labels, split=config["hold_out"]) if config["hold_out"] else None
        batches = load(labels)
        if not self.as_images:
            return batches, held_out
        sounds = [np.asarray(sounds) for sounds in batches.stream.whole()]
        fft = 256 if length >= 16_384 else 128
        front_end = data.Spectrograms(batches.rate, fft, fft // 2).fit(np.concatenate(sounds))
        order = {**self.order(config), "name": batches.stream.name}
        images = data.from_arrays(front_end.to_images(np.concatenate(sounds)), **order)
        images.front_end, images.class_names = front_end, None
        if held_out is not None:
            held = np.concatenate([np.asarray(sounds) for sounds in held_out.stream.whole()])
            held_out = data.from_arrays(front_end.to_images(held), **order)
        return images, held_out
