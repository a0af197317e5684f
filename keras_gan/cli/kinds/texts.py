"""Images with captions, as vectors or words, and vectors of either."""

import functools
import hashlib

from keras_gan.cli.kinds.images import SIZES, Images, sizes_of
from keras_gan.cli.options import existing


class Captioned(Images):
    """Images with vectors of their captions."""

    options = ("--dataset", "--captions", "--text-encoder", "--hold-out", "--skip-bad", *SIZES)

    def needs(self, name, options):
        if options["text_encoder"] is None:
            raise ValueError(
                f"{name} takes texts as vectors. Train an encoder of these captions, `keras-gan train clip --out runs/clip`, and give "
                "it, --text-encoder runs/clip; or take all-MiniLM-L6-v2, --text-encoder minilm."
            )
        if options["text_encoder"] != "minilm":
            existing(options["text_encoder"], " --text-encoder is minilm, or a run or `.keras` file of clip.")

    def load(self, recipe, config, on_error):
        encoder = text_encoder(config["text_encoder"])
        load = self.loader(config, on_error)
        held_out = load(split=config["hold_out"], encoder=encoder) if config["hold_out"] else None
        batches = load(flip=config["flip"], encoder=encoder)
        batches.text_encoder = encoder
        config["texts"] = self.digest(encoder)
        return batches, held_out

    def digest(self, encoder):
        """Hash an encoder: a resumed run must use vectors of the same encoder."""
        from keras_gan.data.texts import words_of

        if hasattr(encoder, "sha256"):
            return encoder.sha256
        return _digest(words_of(encoder), encoder.get_weights())

    def loader(self, config, on_error):
        from keras_gan import data

        return functools.partial(
            data.captioned,
            config["dataset"],
            config["captions"],
            **sizes_of(config),
            channels=config["channels"],
            data_dir=config["data_dir"],
            on_error=on_error,
        )


class Words(Captioned):
    """Images with their captions as ints, for a text encoder built from the words of the captions."""

    options = ("--dataset", "--captions", "--hold-out", "--skip-bad", *SIZES)

    def needs(self, name, options):
        """Do nothing: no other option is required."""

    def load(self, recipe, config, on_error):
        import keras

        from keras_gan.data.texts import tokens_of, words_of
        from keras_gan.networks import text_encoder

        keras.utils.set_random_seed(config["seed"])
        load = self.loader(config, on_error)
        batches = load(flip=config["flip"])
        encoder = text_encoder(batches.captions)
        tokens = functools.partial(tokens_of, encoder)
        held_out = load(split=config["hold_out"], encoder=tokens) if config["hold_out"] else None
        batches = batches.encoded_by(tokens)
        batches.text_encoder = encoder
        config["texts"] = _digest(words_of(encoder), [])
        return batches, held_out


class ImageVectors(Captioned):
    """Images with whitened vectors of these images, plus noise: the data for a decoder of `TextToImage`."""

    options = ("--dataset", "--captions", "--text-encoder", "--skip-bad", *SIZES)

    def needs(self, name, options):
        super().needs(name, options)
        if options["flip"]:
            raise ValueError("--flip: the vector of a mirrored image is another one. Leave it out.")

    def load(self, recipe, config, on_error):
        from keras_gan.data import conditioned

        batches, images, vectors, encoder = self.embedded(config, on_error)
        return self.described(
            batches, conditioned(images, vectors, noise=0.3, **self.order(config)), encoder
        ), None

    def embedded(self, config, on_error):
        """Return the captioned data, all images, their vectors, and the encoder of texts."""
        import numpy as np

        from keras_gan.data import to_uint8
        from keras_gan.features import Extractor, Whitening
        from keras_gan.metrics.reference import features_of

        encoder = text_encoder(config["text_encoder"])
        config["texts"] = self.digest(encoder)
        batches = self.loader(config, on_error)()
        images = np.concatenate([to_uint8(batch["image"]).numpy() for batch in batches.stream.whole()])
        if config["text_encoder"] == "minilm":
            extractor = Extractor(config["extractor"], weights=config["weights"]).load()
            features = np.concatenate(list(features_of(images, extractor, np.arange(len(images)))))
            config["texts"] += extractor.sha256
        else:
            clip = of_clip(config["text_encoder"])
            if clip.image_shape != images.shape[1:]:
                raise ValueError(
                    f"The image encoder of {config['text_encoder']} takes images of {clip.image_shape}, and these are of "
                    f"{images.shape[1:]}: give --image-size and --channels of it."
                )
            features = clip.embed_images(images)
        return batches, images, Whitening(64, share=0.95).fit(features)(features), encoder

    def order(self, config):
        return {"batch_size": config["batch_size"], "seed": config["seed"], "name": config["dataset"]}

    def described(self, batches, dataset, encoder):
        dataset.text_encoder, dataset.captions = encoder, batches.captions
        return dataset


class TextVectors(ImageVectors):
    """Vectors of images and of their captions, some of which are dropped: the data for a prior."""

    def load(self, recipe, config, on_error):
        import numpy as np

        from keras_gan.conditions import Texts
        from keras_gan.data import conditioned

        batches, _, vectors, encoder = self.embedded(config, on_error)
        rows = np.repeat(np.arange(len(vectors)), [len(texts) for texts in batches.captions])
        of_texts = Texts(encoder).vectors([text for texts in batches.captions for text in texts])
        data = conditioned(vectors[rows], of_texts, drop=0.1, **self.order(config))
        return self.described(batches, data, encoder), None


def _digest(words, arrays):
    """Hash a list of words, or None, and arrays."""
    digest = hashlib.sha256(repr(words).encode())
    for array in arrays:
        digest.update(array.tobytes())
    return digest.hexdigest()


def text_encoder(name):
    """Load the encoder of texts that --text-encoder names: "minilm", or the path of a CLIP."""
    if name == "minilm":
        from keras_gan.features import MiniLM

        return MiniLM(scale=20)
    return of_clip(name).ema_text_encoder


def of_clip(name):
    """Load the CLIP whose path is --text-encoder."""
    from keras_gan.runs.load import load_model

    clip = load_model(name)
    if not hasattr(clip, "ema_text_encoder"):
        raise ValueError(
            f"--text-encoder is minilm, or a run or `.keras` file of clip. {name} is a {type(clip).__name__}."
        )
    return clip
