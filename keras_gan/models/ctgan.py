"""CTGAN, a GAN of tables."""

import keras
import tensorflow as tf
from keras import ops

from keras_gan.conditions import Choices
from keras_gan.models.gan import GAN
from keras_gan.models.generative import inputs_of
from keras_gan.models.tabular import Tabular
from keras_gan.networks.outputs import first
from keras_gan.noise import NormalAndGumbel
from keras_gan.optimizers import Adam
from keras_gan.regularizers import GradientPenalty


@keras.saving.register_keras_serializable("keras_gan")
class CTGAN(Tabular, GAN):
    """Generates rows of a table, on the condition of a category of one column.

    Numbers are modelled as a mixture of modes, categories by Gumbel-softmax. Wasserstein loss with gradient
    penalty 10 over packs of ten rows, Adam(2e-4, 0.5, 0.9). The generator also minimises the cross-entropy of
    the category in its condition.

    Args:
        generator, discriminator: both networks of `networks.ctgan(schema)`.
        schema: `keras_gan.data.Schema` of the table, `dataset.schema`.
        others: as in `GAN`.

    Example:
    >>> import pandas
    >>> frame = pandas.DataFrame({"age": np.linspace(20, 60, 200).round(), "smokes": [True, False] * 100})
    >>> data = keras_gan.data.table(frame, batch_size=50)
    >>> gan = keras_gan.CTGAN(*keras_gan.networks.ctgan(data.schema, widths=(16, 16)), data.schema)
    >>> gan.compile()
    >>> history = gan.fit(data, epochs=2, verbose=0)
    >>> gan.sample(5, where={"smokes": True}).smokes.tolist()
    [True, True, True, True, True]

    Reference: Xu et al., "Modeling Tabular Data using Conditional GAN", 2019, https://arxiv.org/abs/1907.00503
    """

    term_names = {"discriminator": (), "generator": ("g_condition",)}

    def __init__(self, generator, discriminator, schema, **kwargs):
        self._take_schema(schema, kwargs, conditioned=True)
        counts = [column.counts for column in self.schema.categories]
        kwargs["noise"] = NormalAndGumbel(first(generator.input_shape)[-1], sum(self.schema.blocks))
        super().__init__(generator, discriminator, condition=Choices(counts) if counts else None, **kwargs)
        names = [layer.name for layer in generator.layers]
        if not {"logits", "rows"} <= set(names):
            raise ValueError(
                "The generator must have the layers `logits`, whose output is a row before the last "
                "activation, and `rows`, a `layers.RowActivation`, as `networks.ctgan` has. Received: "
                f"{names}"
            )
        # Bypasses Keras' attribute tracking: the layers belong to the generator.
        outputs = [generator.get_layer("logits").output, generator.output]
        vars(self)["_with_logits"] = keras.Model(generator.inputs, outputs)
        vars(self)["_activation"] = generator.get_layer("rows")
        if not counts:
            self.term_names = {"discriminator": (), "generator": ()}

    def get_config(self):
        config = {**super().get_config(), "schema": self.schema.get_config()}
        return {
            name: value for name, value in config.items() if name not in ("condition", "noise", "modality")
        }

    def defaults(self):
        return {
            **super().defaults(),
            "loss": "wasserstein",
            "regularizers": [GradientPenalty(10.0)],
            **{
                f"{player}_optimizer": Adam(2e-4, beta_1=0.5, beta_2=0.9)
                for player in ("generator", "discriminator")
            },
        }

    # === Objective ===

    def forward(self, batch, training=True):
        if not training:
            return super().forward(batch, training)
        inputs = inputs_of(self.generator, batch["latents"], self.condition_to_make(batch))
        # `generator_terms` uses the logits in the generator's turn on the same batch.
        batch["logits"], rows = self._with_logits(inputs, training=True)
        return rows

    def generator_terms(self, turn):
        if self.condition is None:
            return {}
        # Only the column in the condition counts: the condition is zero at the places of other columns.
        choices = self._activation.log_softmax(turn.batch["logits"][:, len(self.schema.numbers) :])
        asked = choices[:, -self.schema.condition_size :]
        return {
            "g_condition": -ops.mean(ops.sum(turn.condition * ops.cast(asked, turn.condition.dtype), axis=1))
        }

    # === Use ===

    def rows_asked(self, n, place, seed, batch_size):
        """Vectors of n rows.

        `place` is the index of a category in the condition; None draws conditions by their frequency.
        """
        condition = self.labels_of(None, n, seed)
        if place is not None:
            condition = tf.one_hot([place] * n, self.schema.condition_size).numpy()
        return self.images_of(self.sample_latents(n, seed), condition, batch_size)
