"""The controller that ADA and APA share."""

import keras
from keras import ops

from keras_gan import replicas
from keras_gan.arguments import check_int
from keras_gan.augmentations.augmentation import Augmentation
from keras_gan.schedules import number_or_schedule, value_at


class AdaptiveAugmentation(Augmentation):
    """An augmentation with a probability p that adapts to how much the discriminator over-fits.

        r_t = E[sign D(x)]   over the real images since the last update of p
        p  <-  p + sign(r_t - target) * (real images since then) / images,   within [0, 1]

    Args:
        p: None (default) to adapt p; a float or a schedule over generator steps sets p itself.
        target: float, target value of r_t. Default 0.6.
        images: number of real images in which p can change from 0 to 1. Default 500,000.
        interval: int, generator steps between two updates of p. Default 4.
    """

    figure_names = ("augment_p", "real_sign")

    def __init__(self, p=None, target=0.6, images=500_000, interval=4):
        if p is not None:
            p = number_or_schedule(p, "p")
            if isinstance(p, float) and p > 1:
                raise ValueError(f"`p` must be in [0, 1]. Received: p={p}")
        if not -1 < target < 1:
            raise ValueError(f"`target` must be in (-1, 1), a mean of signs. Received: target={target}")
        if not images > 0:
            raise ValueError(f"`images` must be positive. Received: images={images}")
        check_int(interval, "interval")
        self.p, self.target, self.images, self.interval = p, float(target), float(images), interval

    def get_config(self):
        config = super().get_config()
        if not isinstance(self.p, (float, type(None))):
            config["p"] = keras.saving.serialize_keras_object(self.p)
        return config

    def build(self, gan):
        super().build(gan)
        gan.state.add("augment_p", (), "float32")
        gan.state.add("augment_signs", (2,), "float32")

    def strength(self, gan):
        if self.p is None:
            return gan.state.augment_p.value
        return ops.cast(value_at(self.p, gan.state.generator_step.value), "float32")

    def after_step(self, gan, turn, figures):
        if self.p is not None:
            return {"augment_p": self.strength(gan)} if turn.player == "generator" else {}
        signs, p = gan.state.augment_signs, gan.state.augment_p
        if turn.player == "discriminator":
            sign = ops.cast(replicas.mean(figures["real_sign"]), "float32")
            count = ops.cast(ops.shape(turn.real)[0] * replicas.count_and_index()[0], "float32")
            signs.assign(signs.value + ops.stack([sign * count, count]))
            return {}
        moved = ops.sign(signs.value[0] / signs.value[1] - self.target) * signs.value[1] / self.images
        due = ops.logical_and(ops.equal((turn.step + 1) % self.interval, 0), signs.value[1] > 0)
        p.assign(ops.where(due, ops.clip(p.value + moved, 0.0, 1.0), p.value))
        signs.assign(ops.where(due, ops.zeros_like(signs.value), signs.value))
        return {"augment_p": p.value}
