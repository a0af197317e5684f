"""Path length regularisation of StyleGAN2."""

import keras
from keras import ops

from keras_gan import gradients, random, replicas
from keras_gan.arguments import check_fraction, check_int
from keras_gan.conditions.several import rows_of
from keras_gan.regularizers.regularizer import Penalty


@keras.saving.register_keras_serializable("keras_gan")
class PathLengthPenalty(Penalty):
    """Makes a step of fixed length in w change the image by a fixed amount, for every w and direction.

        weight E (|J^T y| - a)^2,   J = d image / d w,   y ~ N(0, 1 / (height width))

    |J^T y| is the root of the mean over layers of squared lengths; a is its moving average, kept in the model's
    saved state. For models with `style` and `mix` (StyleGAN and later).

    Args:
        weight: float. Default 2.
        interval: int. Computed at every `interval`-th step of the generator, times `interval`. Default 4.
        decay: float in [0, 1], of a. Default 0.99.
        shrink: int. Only batch / shrink images are used. Default 2.

    Example:
    >>> keras_gan.regularizers.PathLengthPenalty()
    PathLengthPenalty(weight=2.0, interval=4, decay=0.99, shrink=2)

    Reference: Karras et al., "Analyzing and Improving the Image Quality of StyleGAN", 2020,
    https://arxiv.org/abs/1912.04958
    """

    player = "generator"
    name = "path_length"
    measured = ("mean_length",)

    def __init__(self, weight=2.0, interval=4, decay=0.99, shrink=2):
        super().__init__(weight, interval)
        self.decay = check_fraction(decay, "decay")
        self.shrink = check_int(shrink, "shrink")

    def build(self, gan):
        if not hasattr(gan, "style"):
            raise ValueError(
                f"`path_length` needs a model whose latents are mapped to w, such as StyleGAN2. Received: "
                f"{type(gan).__name__}"
            )
        gan.state.add("path_length_mean", (), "float32")

    def penalty(self, gan, turn):
        count = ops.maximum(ops.shape(turn.fake)[0] // self.shrink, 1)
        condition = rows_of(gan.condition_to_make(turn.batch), slice(None, None, self.shrink))
        condition = rows_of(condition, slice(count))
        drawn = gan.draw(count, gan.seed_generator)
        ws = gan.style(drawn["latents"], condition, training=True, follow=False)
        ws = gan.mix(ws, drawn, condition)
        height, width, channels = gan.image_shape
        noise = random.normal((count, height, width, channels), gan.seed_generator) / (height * width) ** 0.5
        synthesis = gan.generator.get_layer("synthesis")
        moved = gradients.of_sum(lambda w: noise * ops.cast(synthesis(w, training=True), "float32"), ws)
        lengths = ops.sqrt(ops.mean(ops.sum(ops.square(moved), axis=2), axis=1) + 1e-12)
        seen = replicas.mean(ops.mean(ops.stop_gradient(lengths)))
        return ops.mean(ops.square(lengths - self._followed(gan, seen))), {"mean_length": seen}

    def _followed(self, gan, seen):
        mean = gan.state.path_length_mean.value
        return mean + (1.0 - self.decay) * (seen - mean)

    def after_step(self, gan, turn, figures):
        if turn.player == self.player:
            mean, followed = gan.state.path_length_mean, self._followed(gan, figures["mean_length"])
            mean.assign(ops.where(self.is_due(turn.step), followed, mean.value))
        return {}
