"""MoCoGAN."""

import keras

from keras_gan.arguments import check_weight
from keras_gan.modalities import Video
from keras_gan.models import checks
from keras_gan.models.acgan import cross_entropy
from keras_gan.models.gan import GAN
from keras_gan.networks.outputs import first
from keras_gan.optimizers import Adam


@keras.saving.register_keras_serializable("keras_gan")
class MoCoGAN(GAN):
    """Generates videos from a content code that is constant and a motion code that changes over time.

    Adam(2e-4, 0.5). The losses of a discriminator of videos and of a discriminator of single frames are added
    up. With classes, such as actions, the discriminator of videos also predicts the class. It learns the
    classes from real videos alone, as in the official code (`ACGAN` also uses fakes, from which it could
    learn marks that are no motion):

        discriminator adds  weight * CE(label, C(x))
        generator adds      weight * CE(label, C(G(z, label)))

    `generate` returns uint8 arrays of shape (n, time, height, width, channels). Sample grids are filmstrips,
    with GIFs beside them.

    Args:
        generator, discriminator: such as both networks of `networks.mocogan`.
        fps: frames per second. Default 10.
        num_classes: int, for networks that take labels.
        classification_weight: float. Default 1.
        others: as in `GAN`.

    Example:
    >>> gan = keras_gan.MoCoGAN(*keras_gan.networks.mocogan((8, 16, 16, 1), 8, 4, filters=4))
    >>> gan.compile()
    >>> clips = np.random.randint(0, 256, (8, 8, 16, 16, 1), "uint8")
    >>> history = gan.fit(keras_gan.data.videos(clips, frames=8, batch_size=4), verbose=0)
    >>> gan.generate(2, seed=0).shape
    (2, 8, 16, 16, 1)

    Reference: Tulyakov et al., "MoCoGAN: Decomposing Motion and Content for Video Generation", 2018, https://arxiv.org/abs/1707.04993
    """

    def __init__(
        self,
        generator,
        discriminator,
        fps=None,
        *,
        num_classes=None,
        classification_weight=1.0,
        **kwargs,
    ):
        condition = kwargs.pop("condition", None)
        if isinstance(getattr(generator, "input_shape", None), list) or num_classes or condition is not None:
            condition = checks.chosen_condition(condition, num_classes, generator, type(self).__name__)
            # Bypasses Keras' attribute tracking: the model is not initialised yet.
            vars(self)["heads"] = ("classes",)
            shapes = discriminator.output_shape
            if not (isinstance(shapes, list) and shapes[-1][-1] == condition.num_classes):
                raise ValueError(
                    f"The last output of the discriminator must be {condition.num_classes} class logits: build it with `num_classes=`. "
                    f"Received: discriminator.output_shape={shapes}"
                )
        modality = kwargs.get("modality")
        if modality is not None and fps is not None:
            raise ValueError("Give `fps`, or a `modality`, which has its own, not both.")
        if modality is None:
            kwargs["modality"] = Video(10 if fps is None else fps, first(discriminator.input_shape)[1:])
        super().__init__(generator, discriminator, condition=condition, **kwargs)
        self.classification_weight = check_weight(classification_weight, "classification_weight")

    def get_config(self):
        config = checks.with_num_classes(super().get_config(), self.condition)
        return {**config, "classification_weight": self.classification_weight}

    def defaults(self):
        return {
            **super().defaults(),
            "generator_optimizer": Adam(2e-4, beta_1=0.5, beta_2=0.999),
            "discriminator_optimizer": Adam(2e-4, beta_1=0.5, beta_2=0.999),
        }

    @property
    def fps(self):
        """Frames per second."""
        return self.modality.fps

    # === Classes ===

    @property
    def term_names(self):
        if not self.heads:
            return GAN.term_names
        return {"discriminator": ("d_classification",), "generator": ("g_classification",)}

    def discriminator_terms(self, turn):
        return self._classified(turn, turn.condition, turn.real_heads)

    def generator_terms(self, turn):
        return self._classified(turn, self.condition_to_make(turn.batch), turn.fake_heads)

    def _classified(self, turn, labels, heads):
        """The classification loss of a player's turn, by its name in `term_names`; empty without classes."""
        return {
            name: self.classification_weight * cross_entropy(labels, heads["classes"])
            for name in self.term_names[turn.player]
        }
