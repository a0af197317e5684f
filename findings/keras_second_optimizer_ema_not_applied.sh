#!/usr/bin/env bash
# keras_second_optimizer_ema_not_applied
# Packages: tensorflow==2.21.0 keras==3.15.1 numpy==2.4.6
#
# Expected: fit() puts the averaged weights of every optimizer with use_ema=True into
# the model at the end of training, for the generator and for the discriminator.
# Seen: fit() finalises only the optimizer that compile() stores as model.optimizer.
# A second optimizer that the model holds as an attribute keeps its average to itself.
# The first network ends with averaged weights, the second with raw weights.
# Why it matters to a GAN user: a GAN model has two optimizers. If the generator's one
# is not model.optimizer, samples and checkpoints made after fit() are not the EMA
# generator that the user asked for. If both are, half of the model is averaged.
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install -qq --disable-pip-version-check \
    tensorflow==2.21.0 \
    keras==3.15.1 \
    numpy==2.4.6

cat > check.py <<'PY'
import keras, numpy as np, tensorflow as tf
print("tensorflow", tf.__version__, "keras", keras.__version__)

class Gan(keras.Model):
    def __init__(self):
        super().__init__()
        dense = lambda: keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")
        self.discriminator, self.generator = dense(), dense()

    def compile(self, d_optimizer, g_optimizer):
        super().compile(optimizer=d_optimizer)
        self.g_optimizer = g_optimizer

    def call(self, x):
        return self.discriminator(self.generator(x))

    def train_step(self, x):
        for net, opt in [(self.discriminator, self.optimizer), (self.generator, self.g_optimizer)]:
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(net(x))
            opt.apply(tape.gradient(loss, net.trainable_weights), net.trainable_weights)
        return {"loss": loss}

model = Gan()
model(np.ones((1, 1), "float32"))
new = lambda: keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.9)
model.compile(new(), new())
model.fit(np.ones((10, 1), "float32"), batch_size=1, verbose=0)
got = {}
for name, net, opt in [("discriminator", model.discriminator, model.optimizer),
                       ("generator", model.generator, model.g_optimizer)]:
    got[name] = float(net.kernel[0, 0]), float(opt._model_variables_moving_average[0][0, 0])
    print(f"{name:14s} weight {got[name][0]:+.4f}   moving average {got[name][1]:+.4f}")
assert abs(got["discriminator"][0] - got["discriminator"][1]) < 1e-6
assert abs(got["generator"][0] - got["generator"][1]) > 0.5
PY

export TF_CPP_MIN_LOG_LEVEL=3 TF_ENABLE_ONEDNN_OPTS=0 CUDA_VISIBLE_DEVICES=
venv/bin/python check.py 2> err.txt || { tail -n 20 err.txt >&2; exit 1; }
