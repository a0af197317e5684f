"""Train a run's generator to put a message into every image; embed messages in images and read them."""

import csv
import pathlib

import keras
import numpy as np

from keras_gan import provenance
from keras_gan.arguments import check_int, check_weight
from keras_gan.callbacks import StopAtStep
from keras_gan.conditions import Labels
from keras_gan.data.images import is_deep, open_image, to_8_bits
from keras_gan.grid import as_colour, image_grid
from keras_gan.models.watermark import Watermark, WatermarkedGenerator
from keras_gan.networks import watermark
from keras_gan.noise import Normal
from keras_gan.runs.explanation import real_images
from keras_gan.runs.forensics import images_of
from keras_gan.runs.load import load_model
from keras_gan.runs.pictures import options_of, pictures_of, range_of
from keras_gan.runs.translator import with_alpha
from keras_gan.schedules import LinearRise
from keras_gan.trust import PERTURBATIONS, RivaGAN
from keras_gan.trust.messages import p_value


def watermark_run(
    path,
    out,
    message,
    *,
    images=None,
    steps=2000,
    distortion=30.0,
    generator_steps=2500,
    batch_size=32,
    data_dir=None,
    seed=0,
    report=print,
):
    """Train a watermark on a run's data, then fine-tune the generator until all its images carry a message.

    Args:
        path: run folder or `.keras` file of a model that makes images from latents, or from latents and
            classes, which are drawn at random.
        out: folder to write: `watermark.keras`, which reads messages; `model.keras` and `saved_model`, the
            generator; `sheet.png`.
        message: str of 0 and 1.
        images: folder of real images. Default: the run's data.
        distortion: float, the weight of changes in the watermark's loss, and twice that in the generator's
            loss. A higher weight makes the message fainter, and easier to lose.
        steps: int, steps of the watermark; generator_steps: int, steps of the generator.
        batch_size: int.
        data_dir: folder of TFDS with the run's data, if it has moved since the run.
        seed: int.
        report: function that takes lines of text.

    Returns:
        dict from names of `PERTURBATIONS` to the share of bits that are read correctly from generated images.

    Raises:
        ValueError: for a message longer than such images can carry, and for models that make no images.
    """
    path, out = pathlib.Path(path), pathlib.Path(out)
    check_weight(distortion, "distortion")
    for name, value in (("steps", steps), ("generator_steps", generator_steps), ("batch_size", batch_size)):
        check_int(value, name)
    if not message or not set(message) <= {"0", "1"}:
        raise ValueError(f"`message` must be of 0 and 1, such as 10110010. Received: {message!r}")
    for taken in ("watermark.keras", "config.json", "checkpoints", "saved_model"):
        if (out / taken).exists():
            raise ValueError(f"{out} has a {taken} already, which would be lost: give another folder.")
    if (path / "saved_model.pb").exists():
        raise ValueError(
            f"{path} is a SavedModel, which cannot learn: give the run folder or the `.keras` file."
        )
    gan = load_model(path)
    if not hasattr(gan, "sample_latents") or len(gan.image_shape) != 3:
        raise ValueError(
            f"{path} is a {type(gan).__name__}: watermarks go into models that make images of latents."
        )
    if not isinstance(gan.condition, (Labels, type(None))):
        raise ValueError(
            f"{path} is conditioned on {gan.condition}: use `keras_gan.WatermarkedGenerator` in Python, with its data."
        )
    keras.utils.set_random_seed(seed)
    coder = Watermark(*watermark(gan.image_shape, len(message)), seed=seed)
    real, unknown = real_images(gan, path, images, 20_000, data_dir, seed, out)
    if real is None:
        raise ValueError(f"The watermark learns from images like the generated ones: {unknown}")
    if len(real) < batch_size:
        raise ValueError(f"A batch has {batch_size} images, and there are {len(real)}.")
    rise = LinearRise(distortion, steps=min(1600, -(-steps // 2)), begin=min(400, steps // 5))
    coder.compile(distortion=rise)
    _trained(coder, real, steps, batch_size, "watermark", report)
    # Saved at once: if training the generator fails, the reader is not lost.
    out.mkdir(parents=True, exist_ok=True)
    coder.save(out / "watermark.keras")
    card = {name: getattr(gan, name) for name in ("class_names", "dataset_name", "value_range")}
    noise = None if type(gan.noise) is Normal else gan.noise
    model = WatermarkedGenerator(
        gan.ema_generator,
        coder.encoder,
        coder.decoder,
        message,
        noise=noise,
        condition=gan.condition,
        seed=seed,
        **card,
    )
    model.compile(distortion=LinearRise(2.0 * distortion, steps=min(1000, -(-generator_steps // 2))))
    _trained(
        model, real, generator_steps, batch_size, "generator", report, gan.labels_of(None, len(real), seed)
    )
    model.save(out / "model.keras")
    model.export(out / "saved_model")
    before, after = gan.generate(8, seed), model.generate(8, seed)
    change = 4 * (after.astype("int16") - before)
    sheet = np.concatenate([before, after, np.clip(128 + change, 0, 255).astype("uint8")])
    image_grid(as_colour(sheet), 8, row_names=["before", "after", "4 x change"]).save(out / "sheet.png")
    made, bits = model.generate(256, seed + 1), coder.bits_of(message)
    read = {
        name: float((coder.decode(change(made)) == bits).mean()) for name, change in PERTURBATIONS.items()
    }
    report("Share of bits read correctly from 256 generated images, by perturbation:")
    for name, share in read.items():
        report(f"  {name:<10} {share:.3f}")
    if read["none"] < 0.9:
        report(
            "The message did not take: give more --steps and --generator-steps, or a smaller --distortion."
        )
    return read


def _trained(model, images, steps, batch_size, what, report, labels=None):
    """Train a game on images, and classes, for a number of steps; the metrics are reported after each epoch."""
    images, each = images.astype("float32") / 127.5 - 1.0, len(images) // batch_size
    epochs = -(-steps // each)

    class Report(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            figures = "  ".join(f"{name} {value:.4f}" for name, value in logs.items())
            report(f"{what}, step {int(model.state.step.numpy())}/{steps}: {figures}")

    callbacks = [StopAtStep(steps), Report()]
    model.fit(images, labels, batch_size=batch_size, epochs=epochs, verbose=0, callbacks=callbacks)


def read_folder(pictures, mark, message, out, *, report=print):
    """Read the message in the images of a folder; write agreement and p-values as CSV, likeliest first.

    Args:
        pictures: folder of images, or one image; they are resized to the watermark's size.
        mark: path of a `.keras` file of a `Watermark`; or "rivagan", which reads each image in its own size.
        message: str of 0 and 1, the message to find.
        out: CSV file to write.
        report: function that takes lines of text.

    Returns:
        (number of images read, number that carry the message at a p-value of 1e-4 with Bonferroni correction,
        list of sentences on the images that could not be read).
    """
    pictures, out = pathlib.Path(pictures).expanduser(), pathlib.Path(out)
    if out.suffix.lower() != ".csv":
        raise ValueError(f"`out` must end in .csv. Received: {out}")
    coder = RivaGAN() if str(mark) == "rivagan" else load_model(mark)
    if not isinstance(coder, Watermark | RivaGAN):
        raise ValueError(f"{mark} is a {type(coder).__name__}, not a watermark.")
    wanted = coder.bits_of(message).astype("int64")
    files = (
        [str(pictures)]
        if pictures.is_file()
        else pictures_of(pictures, out.parent / f".{out.name}", report)[0]
    )
    if isinstance(coder, RivaGAN):
        found, kept, problems = each_in_its_size(lambda colours, *_: coder.decode(colours[None])[0], files)
    else:
        images, kept, problems = images_of(files, coder.image_shape, range_of(options_of(mark)), report)
        found = coder.decode(images) if len(images) else []
    if not len(found):
        raise ValueError(f"{pictures} has no image that can be read. {' '.join(problems[:3])}")
    found = np.asarray(found)
    agree = (found == wanted).sum(axis=1)
    chance = p_value(agree, coder.bits)
    limit = 1e-4 / len(found)
    if p_value(coder.bits, coder.bits) >= limit:
        report(
            f"{coder.bits} bits are too few to decide on single images among {len(found)}: even if all bits "
            f"agree, the p-value is {p_value(coder.bits, coder.bits):.2g}, and it must be below {limit:.2g}."
        )
    if isinstance(coder, Watermark):
        # RivaGAN was not trained on such images: unmarked ones that are alike may have the same bits.
        together = p_value(agree.sum(), found.size)
        report(f"All images together: {agree.sum()} of {found.size} bits agree, p-value {together:.2g}")
    base = pictures.parent if pictures.is_file() else pictures
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["file", "bits", "agree", "p_value"])
        for i in np.argsort(chance, kind="stable"):
            name = pathlib.Path(files[kept[i]]).relative_to(base).as_posix()
            rows.writerow([name, "".join(map(str, found[i])), agree[i], f"{chance[i]:.3g}"])
    return len(found), int((chance < limit).sum()), problems


def embed_folder(pictures, message, out, *, report=print):
    """Embed a message of 32 bits in images by `trust.RivaGAN`, each in its own size; writes PNG files of their names.

    Transparency stays, and so does what the package wrote of what made an image; a signature would not hold.

    Args:
        pictures: folder of images, or one image.
        message: str of 32 digits 0 and 1.
        out: folder to write.
        report: function that takes lines of text.

    Returns:
        (number of images written, list of sentences on the images that were not).
    """
    pictures, out = pathlib.Path(pictures).expanduser(), pathlib.Path(out)
    coder = RivaGAN()
    coder.bits_of(message)
    if pictures.is_file():
        files, names = [str(pictures)], [pathlib.Path(pictures.stem + ".png")]
        if (out / names[0]).resolve() == pictures.resolve():
            raise ValueError(f"{out} holds the image that is read: give another folder to write.")
    else:
        files, names = pictures_of(pictures, out, report)
    names = dict(zip(files, names, strict=True))

    def write(colours, alpha, file):
        marked = coder.embed(colours[None], message)[0]
        (out / names[file]).parent.mkdir(parents=True, exist_ok=True)
        image = with_alpha(marked, None if (alpha == 255).all() else alpha[..., 0])
        provenance.save(image, out / names[file], provenance.read(file) or None)

    written, _, problems = each_in_its_size(write, files)
    if not written:
        raise ValueError(f"{pictures} has no image that can be marked. {' '.join(problems[:3])}")
    return len(written), problems


def each_in_its_size(function, files):
    """`function(colours, alpha, file)` of each image file; returns its results, indices of these files, and sentences on the others."""
    found, kept, problems = [], [], []
    for i, file in enumerate(files):
        try:
            with open_image(file) as opened:
                # As stored: the bits are also in transparent pixels.
                pixels = np.asarray((to_8_bits(opened) if is_deep(opened) else opened).convert("RGBA"))
            found.append(function(pixels[..., :3], pixels[..., 3:], file))
            kept.append(i)
        except ValueError as error:
            problems.append(f"{file}: {error}")
    return found, kept, problems
