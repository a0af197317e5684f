import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gan.layers import BiasedActivation, ModulatedConv2D, NoiseInjection

RNG = np.random.default_rng(0)
IMAGES, STYLES = RNG.normal(size=(3, 4, 4, 5)), RNG.normal(size=(3, 5))
OTHERS = RNG.normal(size=(3, 6))


def two_layers(carry, dtype, clamp, noise="const"):
    """Two styled convolutions and one to images of two channels, and all their weights, drawn anew."""
    layers = [
        (ModulatedConv2D(6, 3, carry=carry, dtype=dtype), NoiseInjection(seed=1, dtype=dtype)),
        (ModulatedConv2D(6, 3, up=2, carry=carry, dtype=dtype), NoiseInjection(seed=2, dtype=dtype)),
    ]
    acts = [BiasedActivation("leaky_relu", gain=0.7, clamp=clamp, dtype=dtype) for _ in layers]
    to_image = ModulatedConv2D(2, 1, demodulate=False, dtype=dtype)

    def run(images, *styles):
        x = [images]
        for (convolution, noise), act, style in zip(layers, acts, styles, strict=False):
            x = act(noise(convolution([x[0], style, *x[1:]])))
            x = x if carry else [x]
        return to_image([x[0], styles[-1], *x[1:]])

    inputs = [tf.constant(v) for v in (IMAGES, STYLES, OTHERS, OTHERS[::-1])]
    run(*inputs)
    weights = [
        w for pair, act in zip(layers, acts, strict=True) for layer in (*pair, act) for w in layer.weights
    ]
    weights = [w for w in weights + to_image.weights if "seed" not in w.path]
    rng = np.random.default_rng(1)
    for w in weights:
        w.assign(rng.normal(size=w.shape))
    return run, inputs, [w for w in weights if w.trainable]


def derivatives(run, inputs, weights):
    """Outputs, and of a nonlinear function of them the gradient, and the gradient of its squared length."""
    values = [w.value for w in weights]
    with tf.GradientTape() as outer:
        outer.watch([*inputs, *values])
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            y = tf.cast(run(*inputs), inputs[0].dtype)
            total = tf.reduce_sum(tf.tanh(y))
        first = tape.gradient(total, inputs)
        length = sum(tf.reduce_sum(tf.square(g)) for g in first)
    return [y, *first, *outer.gradient(length, [*inputs, *values])]


@pytest.mark.parametrize("clamp", [None, 0.5])
@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.slow
def test_a_carried_demodulation_is_one_that_was_applied(clamp, compiled):
    def of(carry):
        parts = two_layers(carry, "float64", clamp)
        function = tf.function(lambda: derivatives(*parts), jit_compile=compiled)
        return function() if compiled else derivatives(*parts)

    results = of(False), of(True)
    for applied, carried in zip(*results, strict=True):
        assert np.abs(applied).max() > 0
        np.testing.assert_allclose(carried, applied, rtol=1e-7, atol=1e-9 * np.abs(applied).max())


def test_in_half_precision():
    whole, inputs, weights = two_layers(False, "float32", 256.0)
    half, _, others = two_layers(True, "mixed_float16", 256.0)
    for w, other in zip(weights, others, strict=True):
        np.testing.assert_array_equal(w, other)
    inputs = [tf.cast(x, "float32") for x in inputs]
    # Styles of any size: what is carried stays in float32.
    for scale in (1e-3, 1.0, 3e4):
        scaled = [inputs[0], scale * inputs[1], scale * inputs[2], inputs[3]]
        expected = whole(*scaled).numpy()
        np.testing.assert_allclose(half(*scaled), expected, atol=0.01 * np.abs(expected).max())


def test_the_fixed_noise_has_a_gradient():
    """Projection moves it."""
    layer = NoiseInjection()
    factors = tf.constant(RNG.uniform(0.5, 2, (3, 5)), "float32")
    images = tf.constant(IMAGES, "float32")
    layer([images, factors])
    layer.strength.assign(0.5)
    with tf.GradientTape() as tape:
        tape.watch(layer.fixed.value)
        x, same = layer([images, factors])
        total = tf.reduce_sum(x * images)
    expected = np.sum(IMAGES * 0.5 / factors.numpy()[:, None, None, :], axis=(0, 3))
    np.testing.assert_allclose(tape.gradient(total, layer.fixed.value), expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(same, factors)


def test_refused():
    for options in ({"kernel_size": 1}, {"kernel_size": 3, "demodulate": False}):
        with pytest.raises(ValueError, match="carry"):
            ModulatedConv2D(4, carry=True, **options)


def test_a_model_of_them_is_saved(tmp_path):
    images, styles = keras.Input((4, 4, 5)), keras.Input((5,))
    x = ModulatedConv2D(6, 3, carry=True)([images, styles])
    x, factors = BiasedActivation("leaky_relu")(NoiseInjection()(x))
    y = ModulatedConv2D(2, 1, demodulate=False)([x, keras.layers.Dense(6)(styles), factors])
    model = keras.Model([images, styles], y)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    inputs = [IMAGES.astype("float32"), STYLES.astype("float32")]
    np.testing.assert_array_equal(again(inputs), model(inputs))
