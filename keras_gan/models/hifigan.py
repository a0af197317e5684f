"""HiFi-GAN, a vocoder."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from keras_gan import export_sound
from keras_gan.arguments import check_int, check_weight
from keras_gan.layers import MelSpectrogram
from keras_gan.modalities import Audio
from keras_gan.models.gan import GAN
from keras_gan.models.pretraining import Pretraining
from keras_gan.networks.outputs import first
from keras_gan.optimizers import Adam


@keras.saving.register_keras_serializable("keras_gan")
class HiFiGAN(Pretraining, GAN):
    """A vocoder: generates sound from mel spectrograms.

    It trains on sound alone and computes the spectrograms itself. The generator minimises three terms, the
    least-squares loss of all discriminators, `feature_weight` x the mean absolute difference of the
    activations of their layers, summed over layers, and `mel_weight` x the mean absolute difference of the
    mel spectrograms. Adam(2e-4, 0.8, 0.99). For the first `pretraining_steps` generator steps it minimises
    the mel term alone, without the discriminator, which improves the results of short trainings.

    Args:
        generator: keras.Model from (batch, frames, bands) to (batch, frames x hop, 1), such as `networks.hifigan` or `networks.melgan`.
        discriminator: keras.Model from (batch, samples, 1) to logit maps, whose outputs are called `logits...`, and activations, such as
            `networks.hifigan_discriminator`.
        mel: `layers.MelSpectrogram`, which computes the generator's input.
        feature_weight: float. Default 2. mel_weight: float. Default 45.
        pretraining_steps: int. Default 0, as in the paper.
        ema_decay: default None: no moving average, as in the paper. seed: as in `GAN`.

    Raises:
        ValueError: if `mel` and the generator differ in the number of bands or in the samples per frame.

    Example:
    >>> mel = keras_gan.layers.MelSpectrogram(8000, bands=20, fft=64, hop=16)
    >>> generator = keras_gan.networks.hifigan("v3", bands=20, channels=8, rates=(4, 4))
    >>> small = dict(periods=(2, 3), scales=1, widths=(4, 8), scale_widths=(4, 8), groups=(1, 2))
    >>> gan = keras_gan.HiFiGAN(generator, keras_gan.networks.hifigan_discriminator(512, **small), mel)
    >>> gan.compile()
    >>> sound = np.random.uniform(-1, 1, (8, 512, 1)).astype("float32")
    >>> history = gan.fit(sound, batch_size=4, verbose=0)
    >>> gan.vocode(mel(sound[:1])).shape
    (1, 512, 1)

    Reference: Kong et al., "HiFi-GAN: Generative Adversarial Networks for Efficient and High Fidelity Speech Synthesis", 2020,
    https://arxiv.org/abs/2010.05646
    """

    term_names = {"discriminator": (), "generator": ("g_feature", "g_mel")}
    pretraining_stage, pretraining_figures = "mel loss", ("g_mel",)
    validation_names = (*GAN.validation_names, "mel_distance")
    # Sounds are generated from spectrograms, and each has a target.
    from_images = paired = True
    # The least-squares loss has a factor of 1/2 here, which the paper's sum does not have.
    adversarial_weight = 2.0

    def __init__(
        self,
        generator,
        discriminator,
        mel,
        *,
        feature_weight=2.0,
        mel_weight=45.0,
        pretraining_steps=0,
        ema_decay=None,
        **kwargs,
    ):
        mel = keras.saving.deserialize_keras_object(mel) if isinstance(mel, dict) else mel
        if not isinstance(mel, MelSpectrogram):
            raise ValueError(f"`mel` must be a `layers.MelSpectrogram`. Received: {mel!r}")
        check_fit(generator, mel)
        names = getattr(discriminator, "output_names", [])
        maps = [name for name in names if name.startswith("logits")]
        if not maps or list(names[: len(maps)]) != maps:
            raise ValueError(
                "The discriminator's outputs must be logit maps, called `logits...`, before the activations that are matched. "
                f"Received: {names}"
            )
        # Bypasses Keras' attribute tracking: the model is not initialised yet.
        vars(self)["heads"] = tuple(names[len(maps) :])
        length = first(discriminator.input_shape)[1]
        kwargs.setdefault("modality", Audio(mel.rate, (length, 1)))
        super().__init__(generator, discriminator, ema_decay=ema_decay, **kwargs)
        if length is None or length % mel.hop:
            raise ValueError(
                f"The discriminator must take whole frames of {mel.hop} samples. Received: length={length}"
            )
        self.mel = mel
        self.feature_weight = check_weight(feature_weight, "feature_weight")
        self.mel_weight = check_weight(mel_weight, "mel_weight")
        self.pretraining_steps = check_int(pretraining_steps, "pretraining_steps", least=0)

    def get_config(self):
        return {
            **super().get_config(),
            "mel": keras.saving.serialize_keras_object(self.mel),
            "feature_weight": self.feature_weight,
            "mel_weight": self.mel_weight,
            "pretraining_steps": self.pretraining_steps,
        }

    def check_networks(self, generator, discriminator):
        """Do nothing: the generator takes spectrograms of any length, and `check_fit` has checked it."""

    def defaults(self):
        return {
            **super().defaults(),
            "loss": "least_squares",
            "generator_optimizer": Adam(2e-4, beta_1=0.8, beta_2=0.99),
            "discriminator_optimizer": Adam(2e-4, beta_1=0.8, beta_2=0.99),
        }

    # === Objective ===

    def draw(self, count, seed):
        return {}

    def arrange(self, batch, training=True):
        return {**batch, "mel": self.mel(batch["image"])}

    def forward(self, batch, training=True):
        return self.synthesize(batch["mel"], training=training)

    def generator_terms(self, turn):
        said = self.with_outputs(turn, self.discriminator_outputs(turn.real), None)
        real, fake = ({**said.real_heads}, {**turn.fake_heads})
        for side, logits in ((real, said.real_logits), (fake, turn.fake_logits)):
            side |= {f"logits_{i}": x for i, x in enumerate(logits if isinstance(logits, list) else [logits])}
        feature = sum(_distance(ops.stop_gradient(real[name]), fake[name]) for name in real)
        return {"g_feature": self.feature_weight * feature, "g_mel": self._mel_term(turn)}

    def _mel_term(self, turn):
        return self.mel_weight * _distance(turn.batch["mel"], self.mel(turn.fake))

    def pretraining_objective(self, turn):
        loss = self._mel_term(turn)
        return loss, {"g_mel": loss}

    def validate(self, batch):
        figures, real, fake = super().validate(batch)
        return {**figures, "mel_distance": _distance(self.mel(real), self.mel(fake))}, real, fake

    # === Use ===

    @property
    def source_shape(self):
        """(frames, bands) of the generator's input; frames are None."""
        return tuple(self.generator.input_shape[1:])

    def exported_condition(self):
        """None: an export takes spectrograms alone."""

    def vocode(self, mel, frames=None, batch_size=4):
        """Generate sound from mel spectrograms of any length.

        Args:
            mel: array of shape (n, frames, bands), as the layer `mel` returns it.
            frames: int, frames of a long spectrogram to process at once, so that memory does not grow with
                its length; None for all. The result is the same: each chunk includes the neighbouring frames
                of the generator's receptive field.
            batch_size: int, spectrograms at once.

        Returns:
            float32 array of shape (n, frames x hop, 1) in [-1, 1].
        """
        mel = np.asarray(mel, "float32")
        if mel.ndim != 3 or mel.shape[2] != self.mel.bands or not mel.size:
            raise ValueError(
                f"`mel` must have shape (n, frames, {self.mel.bands}). Received: shape={mel.shape}"
            )
        if mel.shape[1] < export_sound.fewest(self.ema_generator):
            raise ValueError(
                f"The generator needs {export_sound.fewest(self.ema_generator)} frames at least. Received: {mel.shape[1]}"
            )
        if not np.isfinite(mel).all():
            raise ValueError("The spectrograms contain NaN or infinite values.")
        if "_vocoding" not in vars(self):
            # Bypasses Keras' attribute tracking; one graph serves all calls and lengths.
            spec = tf.TensorSpec([None, None, self.mel.bands])
            vars(self)["_vocoding"] = tf.function(lambda mel: self.ema_generator(mel), input_signature=[spec])
        run = export_sound.in_chunks(self._vocoding, self.ema_generator, self.mel.hop, frames)
        return np.concatenate([run(mel[i : i + batch_size]) for i in range(0, len(mel), batch_size)])

    def reconstruct(self, sound, frames=None):
        """Generate sound again from the mel spectrogram of a sound: arrays of shape (n, samples, 1).

        Samples beyond the last whole frame are cut off.
        """
        sound = np.asarray(sound)
        if sound.ndim != 3 or sound.shape[2] != 1 or sound.shape[1] < self.mel.fft:
            raise ValueError(
                f"`sound` must have shape (n, samples, 1), with {self.mel.fft} samples at least. Received: shape={sound.shape}"
            )
        self.modality.check_array(sound, "Sounds")
        whole = sound.shape[1] // self.mel.hop * self.mel.hop
        return self.vocode(self.mel(sound[:, :whole]), frames)

    def generate(self, *args, **kwargs):
        """Raise a TypeError: a vocoder has `vocode` instead."""
        raise TypeError(f"{type(self).__name__} makes sound from mel spectrograms: use `vocode(mel)`.")

    def sample_latents(self, *args, **kwargs):
        """Raise a TypeError: a vocoder has no latents."""
        raise TypeError(f"{type(self).__name__} has no latents: its generator takes mel spectrograms.")

    # === Sample grids ===

    grid_caption = "given | made"

    def grid_inputs(self, rows, columns, seed, truncation=1.0):
        """Sounds for a sample grid."""
        return self.examples(rows * max(1, columns // 2))["image"]

    def grid_images(self, inputs, columns):
        """Each sound beside the sound generated from its spectrogram."""
        made = np.stack([inputs, self.reconstruct(inputs)], axis=1).reshape(-1, *inputs.shape[1:])
        return made, 2 * max(1, columns // 2)

    def export(self, filepath, format="saved_model", metadata=None, **options):
        """Write the generator for use without keras_gan: see `keras_gan.export_sound.export_vocoder`."""
        return export_sound.export_vocoder(self, filepath, format=format, metadata=metadata, **options)


def check_fit(generator, mel):
    """Raise a ValueError if a generator takes other spectrograms than `mel` computes."""
    if generator.input_shape[-1] != mel.bands:
        raise ValueError(
            f"The generator takes {generator.input_shape[-1]} bands, and `mel` makes {mel.bands}."
        )
    made = generator(np.zeros((1, 8, mel.bands), "float32")).shape
    if tuple(made) != (1, 8 * mel.hop, 1):
        raise ValueError(
            f"The generator must make {mel.hop} samples per frame, the hop of `mel`. From 8 frames it makes "
            f"{tuple(made[1:])}."
        )


def _distance(a, b):
    """Mean absolute difference, in float32."""
    return ops.mean(ops.abs(ops.cast(a, "float32") - ops.cast(b, "float32")))
