"""HiFi-GAN as a model: training, resume, long sounds, exports."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_gan
from keras_gan import export_sound, layers, networks
from tests.helpers import all_state, assert_same_state

slow = pytest.mark.slow
SMALL = {"periods": (2, 3), "scales": 2, "widths": (4, 8), "scale_widths": (4, 8), "groups": (1, 2)}


def front_end():
    return layers.MelSpectrogram(8000, bands=20, fft=64, hop=16)


def tiny(seed=0, optimizer=None, **options):
    keras.utils.set_random_seed(seed)
    generator = networks.hifigan("v3", bands=20, channels=8, rates=(4, 4))
    gan = keras_gan.HiFiGAN(
        generator, networks.hifigan_discriminator(256, **SMALL), front_end(), seed=seed, **options
    )
    optimizers = {f"{player}_optimizer": optimizer() for player in gan.players} if optimizer else {}
    gan.compile(**optimizers)
    return gan


def tones(n=24, length=512, seed=0):
    rng = np.random.default_rng(seed)
    time = np.arange(length)
    return np.stack([np.sin(time * rng.uniform(0.1, 1.5)) * 0.7 for _ in range(n)])[..., None].astype(
        "float32"
    )


def data(batch_size=8, seed=0):
    return keras_gan.data.sounds(
        tones(), rate=8000, length=256, part="random", batch_size=batch_size, seed=seed
    )


def test_losses_are_the_papers_of_arrays():
    gan = tiny()
    x = tones(4, 256)
    mel = np.asarray(gan.mel(x))
    turn_batch = gan.arrange({"image": tf.constant(x)})
    np.testing.assert_allclose(turn_batch["mel"], mel)
    made = gan.forward(turn_batch)
    _, figures = gan.generator_objective(gan.turn_of("generator", turn_batch, made))
    outputs = [[np.asarray(o) for o in gan.discriminator(side)] for side in (x, made)]
    adversarial = sum(((1 - logits) ** 2).mean() for logits in outputs[1][:4])
    # All activations, the logits among them.
    feature = sum(np.abs(a - b).mean() for a, b in zip(*outputs, strict=True))
    # Least squares have a factor of 1/2 here.
    assert gan.adversarial_weight == 2
    np.testing.assert_allclose(2 * figures["g_adversarial"], adversarial, rtol=1e-4)
    np.testing.assert_allclose(figures["g_feature"], 2 * feature, rtol=1e-4)
    np.testing.assert_allclose(figures["g_mel"], 45 * np.abs(mel - gan.mel(made)).mean(), rtol=1e-4)


@slow
def test_it_learns_and_is_told_apart_by_validation():
    gan = tiny(optimizer=lambda: keras.optimizers.Adam(3e-3, 0.8, 0.99), pretraining_steps=40)
    before = gan.evaluate(data(), return_dict=True, verbose=0)["mel_distance"]
    history = gan.fit(data(), epochs=20, verbose=0, validation_data=data(seed=1)).history
    assert history["val_mel_distance"][-1] < 0.7 * before
    # The discriminator rests for 40 steps of 6 an epoch.
    assert history["d_loss"][0] == 0 and history["d_loss"][-1] > 0


@pytest.mark.slow
def test_saved_and_resumed_to_the_bit(tmp_path):
    whole, parts = tiny(pretraining_steps=3), tiny(pretraining_steps=3)
    whole.fit(data(), epochs=3, verbose=0)
    parts.fit(data(), epochs=3, verbose=0, callbacks=[keras_gan.callbacks.StopAtStep(4)])
    parts.save(tmp_path / "vocoder.keras")
    again = keras.saving.load_model(tmp_path / "vocoder.keras")
    again.fit(data(), epochs=3, verbose=0)
    assert_same_state(whole, again)
    assert again.mel.get_config()["bands"] == 20


@pytest.mark.slow
def test_the_generators_objective_is_pure():
    gan = tiny()
    gan.fit(data(), epochs=1, verbose=0)
    batch = gan.arrange({"image": tf.constant(tones(4, 256))})
    before, made = all_state(gan), gan.forward(batch)
    turn = gan.turn_of("generator", batch, made)
    assert float(gan._objective(turn)[0]) == float(gan._objective(turn)[0])
    assert all((value == before[key]).all() for key, value in all_state(gan).items())


@pytest.mark.parametrize("network", ["v1", "v3", "melgan"])
@pytest.mark.slow
def test_chunks_are_the_whole(network):
    keras.utils.set_random_seed(1)
    if network == "melgan":
        generator = networks.melgan(bands=20, filters=2, rates=(4, 4))
    else:
        generator = networks.hifigan(network, bands=20, channels=8, rates=(4, 4))
    mel = np.random.default_rng(0).normal(size=(2, 150, 20)).astype("float32")
    whole = np.asarray(generator(mel))
    assert export_sound.reach(generator) < 60
    for frames in (1, 40, 64, 1000):
        if frames == 1 and network == "v1":
            continue  # a frame at a time takes a while
        made = export_sound.in_chunks(generator, generator, 16, frames)(mel)
        np.testing.assert_allclose(made, whole, atol=1e-5)


@pytest.mark.slow
def test_exported(tmp_path):
    gan = tiny()
    mel = np.asarray(gan.mel(tones(2, 400)))
    expected = gan.vocode(mel)
    served = tf.saved_model.load(gan.export(tmp_path / "exported"))
    np.testing.assert_allclose(served.vocode(mel), expected, atol=1e-5)
    np.testing.assert_allclose(served.signatures["serving_default"](mel=mel)["sound"], expected, atol=1e-5)
    np.testing.assert_allclose(served.mel(tones(2, 400)), mel, atol=1e-5)
    assert '"rate": 8000' in (tmp_path / "exported" / "metadata.json").read_text()


@slow
def test_litert_and_onnx(tmp_path):
    gan = tiny()
    mel = np.asarray(gan.mel(tones(1, 512)))
    gan.export(tmp_path / "vocoder.tflite", format="litert", shape=(32,))
    interpreter = tf.lite.Interpreter(str(tmp_path / "vocoder.tflite"))
    made = interpreter.get_signature_runner()(mel=mel)["sound"]
    np.testing.assert_allclose(made, gan.vocode(mel), atol=1e-4)
    onnxruntime = pytest.importorskip("onnxruntime")
    gan.export(tmp_path / "vocoder.onnx", format="onnx")
    session = onnxruntime.InferenceSession(str(tmp_path / "vocoder.onnx"))
    for frames in (32, 7):
        made = session.run(["sound"], {"mel": mel[:, :frames]})[0]
        np.testing.assert_allclose(made, gan.vocode(mel[:, :frames]), atol=1e-4)


@pytest.mark.slow
def test_sample_grid_and_sounds(tmp_path):
    gan = tiny()
    grid = keras_gan.callbacks.SampleGrid(tmp_path, rows=2, columns=4)
    gan.fit(data(), epochs=1, verbose=0, callbacks=[grid])
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "epoch-0000.png",
        "epoch-0000.wav",
        "epoch-0001.png",
        "epoch-0001.wav",
        "samples.gif",
    ]
    sound, rate = keras_gan.data.read_sound(tmp_path / "epoch-0001.wav")
    assert rate == 8000 and len(sound) == 8 * (256 + 2000)


@slow
def test_two_replicas_equal_one_device(mirrored):
    keras.config.set_dtype_policy("float64")
    results = []
    for strategy in (tf.distribute.get_strategy(), mirrored):
        with strategy.scope():
            gan = tiny(optimizer=lambda: keras.optimizers.SGD(1e-3))
            start = [np.array(weight) for weight in gan.weights]
            gan.fit(data(), epochs=2, verbose=0)
        results.append(gan)
    for a, b, before in zip(*(gan.weights for gan in results), start, strict=True):
        moved, apart = np.linalg.norm(np.array(a) - before), np.linalg.norm(np.array(a) - np.array(b))
        assert apart <= 1e-3 * moved + 1e-6, a.path


@slow
@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision(policy):
    keras.config.set_dtype_policy(policy)
    gan = tiny()
    history = gan.fit(data(), epochs=2, verbose=0).history
    assert all(np.isfinite(values).all() for values in history.values())
    assert gan.reconstruct(tones(2)).dtype == np.float32


def test_held_wrong():
    generator = networks.hifigan("v3", bands=20, channels=8, rates=(4, 4))
    discriminator = networks.hifigan_discriminator(256, **SMALL)
    with pytest.raises(ValueError, match="takes 20 bands"):
        keras_gan.HiFiGAN(generator, discriminator, layers.MelSpectrogram(8000, bands=40, fft=64, hop=16))
    with pytest.raises(ValueError, match="must make 32 samples per frame"):
        keras_gan.HiFiGAN(generator, discriminator, layers.MelSpectrogram(8000, bands=20, fft=64, hop=32))
    with pytest.raises(ValueError, match="logit maps"):
        plain = keras.Sequential([keras.Input((256, 1)), keras.layers.Conv1D(1, 3)])
        keras_gan.HiFiGAN(generator, plain, front_end())
    gan = tiny()
    with pytest.raises(ValueError, match="16000 samples a second"):
        gan.fit(keras_gan.data.sounds(tones(), rate=16_000, length=256, batch_size=8), verbose=0)
    with pytest.raises(ValueError, match="in \\[-1, 1\\]"):
        gan.fit(3 * tones(8, 256), batch_size=4, verbose=0)
    with pytest.raises(ValueError, match="frames, 20"):
        gan.vocode(np.zeros((1, 5, 30)))
    for wrong in (tones(2)[..., 0], tones(2, 40)):
        with pytest.raises(ValueError, match="64 samples at least"):
            gan.reconstruct(wrong)
    mirrors = keras_gan.HiFiGAN(
        networks.melgan(bands=20, filters=2, rates=(4, 4)), discriminator, front_end()
    )
    with pytest.raises(ValueError, match="4 frames at least"):
        mirrors.vocode(np.zeros((1, 2, 20)))
    with pytest.raises(TypeError, match="vocode"):
        gan.generate(3)
