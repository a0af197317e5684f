import itertools
import subprocess
import sys

import numpy as np
import pandas
import pytest

import keras_gan
from keras_gan import recipes
from tests.helpers import tiny_gan

EXPECTED = {
    "dcgan": keras_gan.GAN,
    "residual-dcgan": keras_gan.GAN,
    "sprites": keras_gan.GAN,
    "lsgan": keras_gan.LSGAN,
    "wgan": keras_gan.WGAN,
    "wgan-gp": keras_gan.WGANGP,
    "sngan": keras_gan.GAN,
    "sagan": keras_gan.GAN,
    "dragan": keras_gan.GAN,
    "r1": keras_gan.GAN,
    "r3gan": keras_gan.GAN,
    "cgan": keras_gan.ConditionalGAN,
    "acgan": keras_gan.ACGAN,
    "projection": keras_gan.ConditionalGAN,
    "infogan": keras_gan.InfoGAN,
    "progan": keras_gan.ProGAN,
    "stylegan": keras_gan.StyleGAN,
    **{f"stylegan2{kind}": keras_gan.StyleGAN2 for kind in ("", "-auto", "-256", "-cifar")},
    **{f"stylegan3-{kind}": keras_gan.StyleGAN3 for kind in "tr"},
    "pix2pix": keras_gan.Pix2Pix,
    "cyclegan": keras_gan.CycleGAN,
    "srgan": keras_gan.SRGAN,
    "esrgan": keras_gan.ESRGAN,
    "vae": keras_gan.VAE,
    "vae-gan": keras_gan.VAEGAN,
    "biggan": keras_gan.BigGAN,
    "stargan": keras_gan.StarGAN,
    "clip": keras_gan.CLIP,
    "dfgan": keras_gan.DFGAN,
    "stackgan2": keras_gan.StackGAN2,
    "decoder": keras_gan.DFGAN,
    "prior": keras_gan.ConditionalGAN,
    "ganomaly": keras_gan.GANomaly,
    "bigan": keras_gan.BiGAN,
    "bagan": keras_gan.BAGAN,
    "semi-supervised": keras_gan.SemiSupervisedGAN,
}
ENCODER = keras_gan.networks.text_encoder(["a handwritten zero"], dim=16, units=4, word_dim=4)


@pytest.mark.parametrize("name", EXPECTED)
def test_small(name):
    recipe = recipes.get(name)
    side = recipe.image_size or 28
    low = side // (recipe.factor or 1)
    source_shape = (low, low, 1) if recipe.data in ("low_high", "pairs", "unpaired") else None
    source_shape = (12,) if recipe.data == "image_vectors" else source_shape
    text_encoder = ENCODER if recipe.data in ("captions", "texts", "text_vectors") else None
    shape = (12,) if recipe.data == "text_vectors" else (side, side, 1)
    gan = recipes.build(name, shape, num_classes=10, source_shape=source_shape, text_encoder=text_encoder)
    assert type(gan) is EXPECTED[name]
    if text_encoder is not None:
        with pytest.raises(ValueError, match="trains on captions"):
            recipes.build(name, shape)
    if source_shape is not None:
        with pytest.raises(ValueError, match="to image: give the `source_shape`"):
            recipes.build(name, shape)
    if name in ("clip", "ganomaly"):
        return
    # A U-Net of seven halvings is wide at its bottom.
    assert gan.generator.count_params() < (8e6 if name == "pix2pix" else 2e6)


@pytest.mark.parametrize("scale", recipes.SCALES)
@pytest.mark.parametrize(("name", "model"), [("ctgan", keras_gan.CTGAN), ("tvae", keras_gan.TVAE)])
def test_of_tables(name, model, scale):
    schema = keras_gan.data.Schema.of(pandas.DataFrame({"age": [20.5, 31.0, 60.25], "city": list("aab")}))
    built = recipes.build(name, (schema.size,), scale, schema=schema)
    assert type(built) is model and built.schema is schema
    if name == "ctgan" and scale == "paper":
        # As published: 256 and 256 units, residual, and packs of ten rows.
        widths, choices = (128 + 2, 256 + 130, 512 + 130), schema.size
        expected = (widths[0] + 1) * 256 + (widths[1] + 1) * 256 + (widths[2] + 1) * choices + 2 * 2 * 256
        assert sum(np.prod(w.shape) for w in built.generator.trainable_weights) == expected
        rows = 10 * (schema.size + 2)
        assert built.discriminator.count_params() == (rows + 1) * 256 + 257 * 256 + 257
    with pytest.raises(ValueError, match="give the `schema`"):
        recipes.build(name, (schema.size,), scale)


def test_projected(monkeypatch):
    """With networks without weights in place of the published ones; offline, the error says what to do."""
    import keras

    from keras_gan.recipes import projected
    from tests.networks.test_projected import mobilenet

    network = mobilenet()

    def refuse(**kwargs):
        raise OSError("URL fetch failure")

    monkeypatch.setattr(keras.applications, "MobileNet", refuse)
    with pytest.raises(ValueError, match="cannot be downloaded: URL fetch failure"):
        recipes.build("projected", (32, 32, 3))
    monkeypatch.setattr(projected, "pretrained", lambda name: network)
    assert recipes.build("projected", (16, 16, 1)).generator.output_shape[1:] == (16, 16, 1)
    gan = recipes.build("projected", (32, 32, 3))
    assert type(gan) is keras_gan.ProjectedGAN and gan.generator.count_params() < 2e6


@pytest.mark.parametrize("name", ["gan3d", "conditional-gan3d"])
def test_of_shapes(name):
    classes = {"num_classes": 3} if name.startswith("conditional") else {}
    small = recipes.build(name, (32, 32, 32, 1), **classes)
    assert type(small) is keras_gan.GAN3D and small.modality.shape == (32, 32, 32, 1)
    if not classes:
        paper = recipes.build(name, (64, 64, 64, 1), "paper")
        assert round(paper.generator.count_params() / 1e6, 1) == 17.6


@pytest.mark.parametrize("name", ["mocogan", "conditional-mocogan"])
def test_of_videos(name):
    clips = np.zeros((4, 16, 64, 64, 3), "uint8")
    source = keras_gan.data.videos(clips, fps=12, batch_size=2)
    classes = {"num_classes": 4} if name.startswith("conditional") else {}
    small = recipes.build(name, (16, 32, 32, 1), source=source, **classes)
    assert type(small) is keras_gan.MoCoGAN and small.fps == 12
    paper = recipes.build(name, (16, 64, 64, 3), "paper", source=source, **classes)
    # Kernels of 4 x 4 by hand: a code of 60 and the classes, 512 to 64 channels; GRU of 10 with two biases.
    pairs = itertools.pairwise((60 + classes.get("num_classes", 0), 512, 256, 128, 64, 3))
    expected = sum(16 * a * b for a, b in pairs) + 2 * (512 + 256 + 128 + 64) + 3 * (200 + 20)
    assert sum(np.prod(w.shape) for w in paper.generator.trainable_weights) == expected
    with pytest.raises(ValueError, match="give the `source`"):
        recipes.build(name, (16, 32, 32, 1), **classes)


def test_of_views():
    small = recipes.build("pigan", (32, 32, 3))
    assert type(small) is keras_gan.PiGAN and small.z_dim == 32
    paper = recipes.build("pigan", (64, 64, 3), "paper")
    # Eight sine layers of 256, density and colour; the mapping of three layers, and its 2 x 8 x 256 outputs.
    field = 4 * 256 + 7 * 257 * 256 + 257 * 4
    assert paper.generator.count_params() == field + 3 * 257 * 256 + 257 * 4096


@pytest.mark.parametrize("scale", recipes.SCALES)
def test_of_series_and_texts(scale):
    source = keras_gan.data.series(np.random.default_rng(0).normal(size=(200, 6)), batch_size=16)
    built = recipes.build("timegan", (24, 6), scale, source=source)
    assert type(built) is keras_gan.TimeGAN and built.total_steps == recipes.get("timegan", scale).steps
    assert built.modality.columns == source.columns
    if scale == "paper":
        # By hand: three GRU layers of 24 with two biases, one less in the supervisor, and dense layers.
        def gru(size):
            return 3 * 24 * (size + 24 + 2)

        first, later = gru(6) + 2 * gru(24), 3 * gru(24)
        expected = {"embedder": first + 25 * 24, "recovery": later + 25 * 6, "generator": first + 25 * 24}
        expected |= {"supervisor": 2 * gru(24) + 25 * 24, "discriminator": later + 25}
        assert {name: getattr(built, name).count_params() for name in expected} == expected
    source = keras_gan.data.sequences(["a red heart", "a blue star"], batch_size=2)
    built = recipes.build("sequence-gan", (3, 6), scale, source=source)
    assert type(built) is keras_gan.SequenceGAN and built.modality.words == source.words
    assert (built.estimator, built.rollouts) == (("gumbel", 4) if scale == "small" else ("reinforce", 16))
    # A token's 32 numbers, four gates of an LSTM of 32, and a logit for each of six tokens.
    assert built.generator.count_params() == 7 * 32 + 4 * 32 * (32 + 32 + 1) + 33 * 6
    with pytest.raises(ValueError, match="give the `source`"):
        recipes.build("timegan", (24, 6), scale)


@pytest.mark.parametrize("scale", recipes.SCALES)
def test_of_the_next_frame(scale):
    size = 32 if scale == "small" else 64
    built = recipes.build("next-frame", (size, size, 1), scale, source_shape=(size, size, 4))
    assert type(built) is keras_gan.NextFrame and built.history_length == 4
    if scale == "paper":
        # The U-Net of six downs at 64 pixels, four frames in, one out: 4 x 4 kernels down and, of twice the width, up again.
        widths = (64, 128, 256, 512, 512, 512)
        down = sum(16 * a * b for a, b in itertools.pairwise((4, *widths)))
        assert built.generator.count_params() > 2 * down
    with pytest.raises(ValueError, match="give the `source_shape`"):
        recipes.build("next-frame", (size, size, 1), scale)


SOUND = {
    "wavegan": (keras_gan.WaveGAN, (4096, 1), (16_384, 1)),
    "conditional-wavegan": (keras_gan.WaveGAN, (4096, 1), (16_384, 1)),
    "specgan": (keras_gan.SpecGAN, (64, 64, 1), (128, 128, 1)),
    "hifigan": (keras_gan.HiFiGAN, (4096, 1), (8192, 1)),
}


@pytest.mark.parametrize("scale", ["small", pytest.param("paper", marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", SOUND)
def test_of_sound(name, scale):
    model, small, paper = SOUND[name]
    shape = small if scale == "small" else paper
    sounds = np.random.default_rng(0).uniform(-1, 1, (4, shape[0], 1)).astype("float32")
    source = keras_gan.data.sounds(sounds, rate=22_050, batch_size=2)
    if name == "specgan":
        side = shape[0]
        source.front_end = keras_gan.data.Spectrograms(22_050, 2 * side, side)
        source.front_end.fit(np.resize(sounds, (4, side * side, 1)))
    classes = {"num_classes": 3} if name.startswith("conditional") else {}
    built = recipes.build(name, shape, scale, source=source, **classes)
    assert type(built) is model
    if scale == "paper" and name == "wavegan":
        # By hand: kernels of 25, 1,024 to 64 channels, and 16 samples of 1,024 between them and the dense layers.
        widths = (1024, 512, 256, 128, 64, 1)
        kernels = sum(25 * a * b for a, b in itertools.pairwise(widths))
        dense = 16 * 1024
        assert built.generator.count_params() == 101 * dense + kernels + sum(widths[1:])
        assert built.discriminator.count_params() == dense + 1 + kernels + sum(widths[:-1])
    if scale == "paper" and name == "hifigan":
        # 13.92 M published, and the lengths of weight norm.
        assert 13_926_017 < built.generator.count_params() < 13_960_000
        assert built.mel.get_config()["high"] == 8000
    with pytest.raises(ValueError, match="give the `source`"):
        recipes.build(name, shape, scale, **classes)


def test_all_are_tested_and_registered_once():
    assert set(recipes.RECIPES) == {
        *EXPECTED,
        "f-anogan",
        "projected",
        "text-to-image",
        "ctgan",
        "tvae",
        *SOUND,
        "gan3d",
        "conditional-gan3d",
        "mocogan",
        "conditional-mocogan",
        "next-frame",
        "pigan",
        "timegan",
        "sequence-gan",
    }
    for scale in recipes.SCALES:
        assert set(recipes.get("text-to-image", scale).stages.values()) <= set(EXPECTED)
    with pytest.raises(ValueError, match="'vae' already"):
        recipes.register("vae", **recipes.RECIPES["vae"])


def test_unknown_names_are_refused_with_a_hint():
    with pytest.raises(ValueError, match="Did you mean 'wgan-gp'"):
        recipes.get("WGAN_GP")
    with pytest.raises(ValueError, match="`scale` must be one of"):
        recipes.get("dcgan", "huge")


def test_listing_them_imports_nothing_heavy():
    """In a process of its own, as the command's."""
    code = (
        "import sys; sys.argv, sys.orig_argv = ['keras-gan'], ['python', '-m', 'keras_gan']; import keras_gan.recipes as r; "
        "r.get('stylegan3-r', 'paper'); assert not {'keras', 'tensorflow', 'numpy'} & set(sys.modules), sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_f_anogan_is_built_on_a_trained_gan(tmp_path):
    gan = tiny_gan()
    gan.save(tmp_path / "gan.keras")
    detector = recipes.build("f-anogan", (8, 8, 1), init_from=tmp_path / "gan.keras")
    assert type(detector) is keras_gan.FAnoGAN
    for mine, theirs in zip(detector.generator.weights, gan.ema_generator.weights, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    with pytest.raises(ValueError, match="built on a trained GAN: train one"):
        recipes.build("f-anogan", (8, 8, 1))
    with pytest.raises(ValueError, match=r"makes images of \(8, 8, 1\)"):
        recipes.build("f-anogan", (16, 16, 1), init_from=tmp_path / "gan.keras")
    with pytest.raises(ValueError, match="no adversarial loss: leave out loss"):
        recipes.build("vae", (8, 8, 1), loss="hinge")
    recipes.build("vae", (8, 8, 1)).save(tmp_path / "vae.keras")
    with pytest.raises(ValueError, match="is a VAE"):
        recipes.build("f-anogan", (8, 8, 1), init_from=tmp_path / "vae.keras")
    with pytest.raises(ValueError, match="is a VAE, whose networks are others"):
        recipes.build("dcgan", (8, 8, 1), init_from=tmp_path / "vae.keras")


@pytest.mark.parametrize("name", ["dcgan", "lsgan", "wgan", "wgan-gp", "dragan"])
def test_paper_scale_has_the_networks_of_dcgan(name):
    gan = recipes.build(name, (64, 64, 3), "paper")
    assert gan.generator.count_params() == 18_858_883
    # Layer normalisation instead of batch normalisation in WGAN-GP has no moving statistics, and
    # DRAGAN's discriminator has biases instead of any.
    without = {"wgan-gp": 2 * 896, "dragan": 3 * 896}
    assert gan.discriminator.count_params() == 4_317_441 - without.get(name, 0)
    rate = {"wgan": 5e-5, "wgan-gp": 1e-4, "dragan": 1e-4}.get(name, 2e-4)
    assert float(gan.generator_optimizer.learning_rate) == pytest.approx(rate)


# Weights of generator and discriminator; those of the networks themselves are derived in tests/networks.
PAPER = {
    "sngan": ((32, 32, 3), 4_280_323, 1_055_106),
    "r1": ((256, 256, 3), 52_137_667, 47_944_385),
    # Without classes 20,732,160 and 20,683,776.
    "r3gan": ((32, 32, 3), 20_732_160 + 10 * 64 + 64 * 768, 20_683_776 - 768 + 768 * 768 + 10 * 768),
    "infogan": ((28, 28, 1), 6_659_841, 6_693_453),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", PAPER)
def test_paper_scale(name):
    shape, generator, discriminator = PAPER[name]
    gan = recipes.build(name, shape, "paper", num_classes=10)
    assert gan.generator.count_params() == generator
    assert gan.discriminator.count_params() == discriminator


@pytest.mark.parametrize("name", ["sagan", "cgan", "acgan", "projection", "infogan"])
def test_paper_scale_by_class(name):
    """Built, with its labels and the paper's hyper-parameters."""
    size = recipes.get(name, "paper").image_size or 28
    gan = recipes.build(name, (size, size, 3), "paper", num_classes=10)
    assert type(gan) is (keras_gan.ConditionalGAN if name == "sagan" else EXPECTED[name])
    rates = [float(o.learning_rate) for o in (gan.generator_optimizer, gan.discriminator_optimizer)]
    expected = {"sagan": [1e-4, 4e-4], "infogan": [1e-3, 2e-4]}.get(name, [2e-4, 2e-4])
    assert rates == pytest.approx(expected)
    assert gan.discriminator_steps == (5 if name == "projection" else 1)


def test_r1_has_the_papers_optimizer():
    gan = recipes.build("r1", (32, 32, 3), "paper")
    for optimizer in (gan.generator_optimizer, gan.discriminator_optimizer):
        assert type(optimizer).__name__ == "RMSprop" and optimizer.rho == 0.99
        assert optimizer.epsilon == 1e-16
        assert float(optimizer.learning_rate) == pytest.approx(1e-4)
    assert float(gan.regularizers[0].weight_at(0)) == 10.0 / 2


def test_the_schedules_of_r3gan():
    gan = recipes.build("r3gan", (32, 32, 3), "paper", num_classes=10)
    step = 20_000_000 // 512
    assert float(gan.ema_decay(0)) == 0.0
    assert float(gan.ema_decay(step)) == pytest.approx(0.5 ** (512 / 5_000_000))
    for penalty in gan.regularizers:
        assert float(penalty.weight_at(0)) == pytest.approx(0.05 / 2)
        assert float(penalty.weight_at(step)) == pytest.approx(0.005 / 2)
    optimizer = gan.generator_optimizer
    assert float(optimizer.learning_rate) == pytest.approx(2e-4) and float(optimizer.beta_2) == pytest.approx(
        0.9
    )
    optimizer.iterations.assign(step)
    assert float(optimizer.learning_rate) == pytest.approx(5e-5) and float(optimizer.beta_2) == pytest.approx(
        0.99
    )


def test_recipes_with_classes_need_labels():
    with pytest.raises(ValueError, match="trains on classes"):
        recipes.build("cgan", (28, 28, 1))


def test_unknown_names_list_the_known():
    with pytest.raises(ValueError, match="dcgan, residual-dcgan, sprites, lsgan"):
        recipes.get("stylegan9")
    with pytest.raises(ValueError, match="scale"):
        recipes.get("dcgan", "huge")


def test_same_seed_same_weights_and_other_loss():
    a, b, c = (recipes.build("dcgan", (28, 28, 1), seed=s) for s in (1, 1, 2))
    weights = [gan.generator.get_weights()[0] for gan in (a, b, c)]
    assert (weights[0] == weights[1]).all() and (weights[0] != weights[2]).any()
    gan = recipes.build("dcgan", (28, 28, 1), loss="least_squares")
    assert type(gan.adversarial_loss).__name__ == "LeastSquaresLoss"


def test_init_from_and_frozen_blocks(tmp_path):
    first = recipes.build("dcgan", (28, 28, 1), seed=1)
    first.save(tmp_path / "first.keras")
    second = recipes.build("dcgan", (28, 28, 1), seed=2, init_from=tmp_path / "first.keras", frozen_blocks=1)
    for a, b in zip(first.weights, second.weights, strict=True):
        assert (a.numpy() == b.numpy()).all()
    assert not second.discriminator.get_layer("down_1").trainable
    tiny_gan().save(tmp_path / "tiny.keras")
    with pytest.raises(ValueError, match="does not fit"):
        recipes.build("dcgan", (28, 28, 1), init_from=tmp_path / "tiny.keras")


@pytest.mark.parametrize("side, batch", [(32, 16), (64, 16), (32, 8)])
def test_progan_reaches_its_size_whatever_size_and_batch(side, batch):
    gan = recipes.build("progan", (side, side, 1), steps=1400, batch_size=batch)
    assert 0.99 * 1400 * batch <= gan.images_to_full_size <= 1400 * batch


def test_progans_paper_steps_are_those_of_its_images():
    options = recipes.get("progan", "paper").options(recipes.Plan(0, 1024, 64))
    per_stage, batches = options["stable_images"], options["batch_sizes"]
    steps = sum((1 if size == 4 else 2) * per_stage / batch for size, batch in batches.items())
    assert recipes.get("progan", "paper").steps == steps


@pytest.mark.parametrize(
    "name, generator, beta_2, discriminator, gamma, blocks",
    [
        ("stylegan2", 0.002 * 0.8, 0.99**0.8, 0.002 * 16 / 17, 10.0, 8),
        ("stylegan2-256", 0.0025 * 0.8, 0.99**0.8, 0.0025 * 16 / 17, 1.0, 8),
        ("stylegan2-cifar", 0.0025 * 0.8, 0.99**0.8, 0.0025 * 16 / 17, 0.01, 2),
        ("stylegan3-t", 0.0025, 0.99, 0.002 * 16 / 17, 32.8, 2),
    ],
)
def test_official_configurations(name, generator, beta_2, discriminator, gamma, blocks):
    recipe = recipes.get(name, "paper")
    parts = recipe.parts(recipes.Plan(recipe.steps, recipe.image_size, recipe.batch_size))
    assert float(parts["generator_optimizer"].learning_rate) == pytest.approx(generator)
    assert parts["generator_optimizer"].beta_2 == pytest.approx(beta_2)
    assert float(parts["discriminator_optimizer"].learning_rate) == pytest.approx(discriminator)
    assert parts["regularizers"][0].gamma == gamma and parts["regularizers"][0].interval == 16
    small = {"channel_base": 512, "channel_max": 8, "num_classes": 2 if recipe.labels else None}
    mapping = recipe.networks((32, 32, 3), **small)[0].get_layer("mapping")
    assert sum(layer.name.startswith("fc") for layer in mapping.layers) == blocks


@pytest.mark.parametrize("batch_size", [16, 64])
def test_averages_and_penalties_count_images_at_any_batch_size(batch_size):
    """The half-life in images stays; StyleGAN2-ADA's automatic gamma is 0.0002 size^2 / batch, its half-life 10 of 32 thousand."""
    plan = recipes.Plan(1000, 256, batch_size)
    recipe = recipes.get("stylegan2", "paper")
    assert float(recipe.ema_decay(plan)(10**6)) == pytest.approx(0.5 ** (batch_size / 10_000))
    recipe = recipes.get("stylegan2-auto", "paper")
    assert float(recipe.ema_decay(plan)(10**6)) == pytest.approx(0.5 ** (32 / 10_000))
    r1, path_length = recipe.parts(plan)["regularizers"]
    assert r1.gamma == pytest.approx(0.0002 * 256**2 / batch_size) and path_length.weight > 0
    # StyleGAN3's follow the batch, and its blur lasts as many steps in any.
    recipe = recipes.get("stylegan3-r", "paper")
    assert float(recipe.ema_decay(plan)(10**6)) == pytest.approx(0.5 ** (32 / 10_000))
    assert float(recipe.parts(plan)["augmentation"][-1].sigma(3125)) == pytest.approx(5.0)
    ada = recipes.get("stylegan2", "small").parts(plan)["augmentation"]
    assert ada.images == 500 * batch_size


@pytest.mark.slow
def test_the_automatic_configuration_follows_the_size():
    parts = recipes.get("stylegan2-auto", "paper").parts
    rates = [
        float(parts(recipes.Plan(1, side, 4))["discriminator_optimizer"].learning_rate.numpy())
        for side in (512, 1024)
    ]
    np.testing.assert_allclose(rates, [2.5e-3 * 16 / 17, 2e-3 * 16 / 17], rtol=1e-6)
    widths = []
    for side in (256, 512):
        generator, _ = recipes.get("stylegan2-auto", "paper").networks((side, side, 3))
        widths.append(generator.get_layer("synthesis").get_layer(f"b{side}_conv1").filters)
    assert widths == [64, 64]


def test_super_resolution_rates_are_the_papers():
    """By the two papers' thousands of iterations; the discriminator counts from the adversarial phase's beginning."""
    for name, player, at, rates in (
        ("srgan", "generator", (0, 999, 1050, 1150), (1e-4, 1e-4, 1e-4, 1e-5)),
        ("srgan", "discriminator", (50, 150), (1e-4, 1e-5)),
        (
            *("esrgan", "generator", (100, 300, 500, 700, 900, 1020, 1070, 1150, 1250, 1350)),
            (2e-4, 1e-4, 5e-5, 2.5e-5, 1.25e-5, 1e-4, 5e-5, 2.5e-5, 1.25e-5, 6.25e-6),
        ),
        ("esrgan", "discriminator", (20, 70, 150, 250, 350), (1e-4, 5e-5, 2.5e-5, 1.25e-5, 6.25e-6)),
    ):
        recipe = recipes.get(name, "paper")
        parts = recipe.parts(recipes.Plan(recipe.steps, 128, 16))
        schedule = parts[f"{player}_optimizer"]._learning_rate
        np.testing.assert_allclose([float(schedule(1000 * step)) for step in at], rates, rtol=1e-6)
        assert recipe.options(recipes.Plan(recipe.steps, 128, 16))["pretraining_steps"] == 1_000_000


def test_init_from_takes_the_variance_of_a_likelihood(tmp_path):
    first = recipes.build("vae", (8, 8, 1), seed=1)
    first.likelihood.log_variance.assign(-3.0)
    first.save(tmp_path / "first.keras")
    second = recipes.build("vae", (8, 8, 1), seed=2, init_from=tmp_path / "first.keras")
    assert float(second.likelihood.log_variance) == -3.0


@pytest.mark.slow
def test_the_decoder_of_digits_does_not_turn_black():
    """With the same rate for both players all of its images were black after 50 steps, and stayed so."""
    digits = keras_gan.data.load("mnist_5k", image_size=32, labels=True, batch_size=500)
    images, labels, _ = keras_gan.data.arrays.arrays_of(digits)
    classes = np.eye(10, dtype="float32")
    gan = recipes.build("decoder", (32, 32, 1), source_shape=(10,))
    gan.fit(
        keras_gan.data.conditioned(images, classes[labels], batch_size=32), steps_per_epoch=200, verbose=0
    )
    made = gan.generate(40, seed=0, labels=classes[np.arange(40) % 10])
    # Real digits: 47.
    assert made.std(axis=0).mean() > 15
