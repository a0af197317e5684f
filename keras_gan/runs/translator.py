"""The network of an image-to-image model, from a run, a file or a SavedModel."""

import json
import pathlib

import numpy as np

from keras_gan.conditions import Attributes, Labels
from keras_gan.data.images import (
    fit_image,
    from_uint8,
    is_deep,
    label_map,
    open_image,
    to_8_bits,
    to_picture,
    to_uint8,
)
from keras_gan.grid import as_colour, opaque
from keras_gan.hub import hub_name
from keras_gan.runs.load import load_model
from keras_gan.runs.pictures import options_of, pictures_of, range_of
from keras_gan.tiles import FARTHEST, as_graph, default_overlap, filled_up, in_tiles


class Translator:
    """The network of an image-to-image model, from a run, a `.keras` file or a SavedModel.

    Args:
        path: path of the run, the file or the SavedModel.
        value_range: (low, high), the values of 16-bit or float images that become black and white. Default: the run's.

    Attributes:
        kind: "direction", or "class" for a StarGAN.
        directions: names of its functions: "translate", or "a2b" and "b2a", or for a StarGAN the names of its
            classes.
        source_shape: (height, width, channels) of its input; sizes may be None.

    Raises:
        ValueError: if there is no model, or if it generates images from latents.
    """

    def __init__(self, path, value_range=None):
        path, self.kind = pathlib.Path(path), "direction"
        if not path.exists() and hub_name(path) is None:
            raise ValueError(
                f"There is no {str(path)!r}. It must be a run folder, a `.keras` file or a SavedModel."
            )
        if (path / "saved_model.pb").exists():
            import tensorflow as tf

            # Kept in an attribute: its functions do not keep the variables alive.
            self._loaded = tf.saved_model.load(str(path))
            about = path / "metadata.json"
            about = json.loads(about.read_text()) if about.exists() else {}
            names = [name for name in ("translate", "a2b", "b2a") if hasattr(self._loaded, name)]
            self.directions = {name: getattr(self._loaded, name) for name in names}
            if names:
                function = self.directions[names[0]].concrete_functions[0]
                self.source_shape = tuple(function.inputs[0].shape[1:])
            if names and len(function.structured_input_signature[0]) == 2:
                size = function.inputs[1].shape[-1] if function.inputs[1].shape.rank == 2 else None
                condition = Attributes(size) if size else Labels(about.get("num_classes"))
                self._by_label(condition, about.get("class_names"), self._loaded.translate, path)
            self.overlap, self.classes = about.get("overlap", FARTHEST), about.get("classes_a")
            self.value_range = about.get("value_range")
        else:
            gan = load_model(path)
            if hasattr(gan, "scored"):
                raise ValueError(f"{path} finds anomalies and translates nothing: use `keras-gan detect`.")
            networks = gan.exported_networks() if gan.from_images else {}
            graphs = {name: as_graph(network) for name, network in networks.items()}
            self.directions = {
                name: lambda levels, graph=graph: to_uint8(graph(from_uint8(levels), training=False))
                for name, graph in graphs.items()
            }
            if gan.from_images and gan.exported_condition() is not None:
                graph = graphs["translate"]
                self._by_label(
                    gan.condition,
                    gan.class_names,
                    lambda levels, labels: to_uint8(graph([from_uint8(levels), labels], training=False)),
                    path,
                )
            self.source_shape = gan.source_shape if gan.from_images else None
            self.overlap = default_overlap(gan.ema_generator)
            found = options_of(path)
            self.classes, self.value_range = (
                found.get("classes_a"),
                getattr(gan, "value_range", None) or range_of(found),
            )
        self.value_range = value_range or self.value_range
        if not self.directions:
            raise ValueError(
                f"{path} does not make images of images: it is a generator of latents (`keras-gan generate`), or a "
                "discriminator."
            )

    def _by_label(self, condition, class_names, translate, path):
        self.kind = "attribute" if isinstance(condition, Attributes) else "class"
        if self.kind == "attribute" and class_names is None:
            raise ValueError(
                f"{path} translates by vectors of attributes without names, which are given in Python: `gan.translate(images, labels)`."
            )
        self.directions = _ByLabel(condition, class_names, translate)

    def translate(self, images, direction=None):
        """Translate uint8 images (n, height, width, channels) into uint8 images."""
        return filled_up(lambda x, training: self(x, direction), images, self.source_shape[:2])

    def __call__(self, images, direction=None):
        """Translate images in [-1, 1], of sizes that the network takes, into images in [-1, 1]."""
        direction = self._direction(direction)
        return from_uint8(self.directions[direction](to_uint8(images)))

    def _direction(self, direction):
        if direction is None and self.kind != "direction":
            raise ValueError(
                f"Say into which {self.kind}: `--label` one of {', '.join(self.directions)}"
                + (", several joined by commas, or none." if self.kind == "attribute" else ".")
            )
        if self.kind == "attribute":
            self.directions[direction]  # raises an error if there is no such attribute
        direction = next(iter(self.directions)) if direction is None else direction
        if direction not in self.directions:
            raise ValueError(
                f"There is no {self.kind} {direction!r}. There are: {', '.join(self.directions)}"
                + (
                    ", the one it was trained in: leave the direction out."
                    if len(self.directions) == 1
                    else "."
                )
            )
        return direction

    def read(self, path):
        """Read an image file in the form that the network takes, and its alpha channel.

        The alpha channel is None if the image is opaque, or if the network takes alpha. Images are resized if
        the network takes only one size.
        """
        *size, channels = self.source_shape
        size, image = None if None in size else tuple(size), open_image(path)
        if self.classes or channels not in (1, 3, 4):
            try:
                return label_map(image, size, channels), None
            except ValueError as error:
                raise ValueError(f"{path}: {error}") from error
        alpha = None if channels == 4 else alpha_of(image, self.value_range)
        if alpha is None:
            return fit_image(image, size, channels, value_range=self.value_range), None
        colours, alpha = colours_and_alpha(image, self.value_range)
        image, alpha = to_picture(colours), to_picture(alpha)
        return fit_image(image, size, channels), fit_image(alpha, size, 1)

    def translate_folder(self, pictures, out, direction=None, sheet=None, report=lambda line: None):
        """Translate all images of a folder and its subfolders into PNGs of the same names.

        An image that cannot be read or translated is left out. Transparency is kept.

        Args:
            pictures: folder of images.
            out: folder to write.
            direction: as in `translate`.
            sheet: image to write, with up to 24 of the images before and after, or None.
            report: function that takes a line of text now and then.

        Returns:
            (number of images written, list of sentences on those that were not).
        """
        from keras_gan.data import folder
        from keras_gan.grid import image_grid, interleave

        direction = self._direction(direction)
        files, names = pictures_of(pictures, out, report)
        paths = [pathlib.Path(out) / name for name in names]
        height, width, channels = self.source_shape
        written, problems, coloured, cut = [], [], 0, 0
        for i, (file, path) in enumerate(zip(files, paths, strict=True)):
            try:
                with open_image(file) as image:
                    coloured += channels == 1 and image.mode not in folder.GREY_MODES
                    cut += None not in (height, width) and image.height * width != image.width * height
                pixels, alpha = self.read(file)
                made = self.translate(pixels[None], direction)[0]
            except (ValueError, OSError) as error:
                problems.append(str(error))
                continue
            except tf_errors() as error:
                problems.append(
                    f"{file} of {image.size[::-1]} pixels is too small for the network ({error.message[:80]})"
                )
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            with_alpha(made, alpha).save(path)
            written.append((file, path))
            if (i + 1) % 100 == 0:
                report(f"{i + 1} of {len(files)}")
        if coloured:
            report(f"{coloured} of {len(files)} images are coloured: this network takes them in grey.")
        if cut:
            report(
                f"{cut} of {len(files)} images are not of the shape {height} x {width}: their middle is taken."
            )
        if sheet and written:
            chosen = np.linspace(0, len(written) - 1, min(24, len(written))).round().astype(int)
            sides = [[open_image(written[i][side]) for i in chosen] for side in (0, 1)]
            size = (sides[1][0].height, sides[1][0].width)
            after = np.stack([fit_image(picture, size, 3) for picture in sides[1]])
            if self.classes or self.source_shape[2] not in (1, 3, 4):
                maps = [label_map(picture, size, self.source_shape[2]) for picture in sides[0]]
                before = as_colour(np.stack(maps))
            else:
                before = np.stack([fit_image(picture, size, 3) for picture in sides[0]])
            image_grid(interleave([before, after]), min(8, 2 * len(chosen)), "before | after").save(sheet)
        return len(written), problems

    def upscale_file(self, picture, out=None, tile=128, overlap=None, report=lambda line: None):
        """Enlarge an image file in tiles, with its transparency; returns the path of the file written.

        `report` is called with lines about the progress.
        """
        from PIL import Image

        if None not in self.source_shape[:2]:
            raise ValueError(
                f"This network takes images of {self.source_shape[:2]} alone: use `keras-gan translate`."
            )
        if pathlib.Path(picture).is_dir():
            raise ValueError(f"{picture} is a folder: `keras-gan upscale` takes one image.")
        image, alpha = self.read(picture)
        probe = np.zeros((1, 16, 16, self.source_shape[2]), "uint8")
        scale = self.translate(probe).shape[1] // 16
        if scale == 1:
            raise ValueError("This network does not enlarge images: use `keras-gan translate`.")
        picture = pathlib.Path(picture)
        out = pathlib.Path(out or picture.with_name(f"{picture.stem}_x{scale}.png"))
        if out.resolve() == picture.resolve():
            raise ValueError(f"{out} is the image that is enlarged: give another --out.")
        if out.suffix.lower() not in Image.registered_extensions():
            raise ValueError(f"{out} has no ending that an image can be written with, such as .png or .jpg.")
        overlap = self.overlap if overlap is None else overlap
        height, width = image.shape[:2]
        report(f"Enlarging {width} x {height} pixels to {width * scale} x {height * scale}")
        tiles = lambda done, count: report(f"Tile {done}/{count}") if count > 1 else None
        made = in_tiles(lambda tiles, training: self(tiles), image, scale, tile, overlap, report=tiles)
        out.parent.mkdir(parents=True, exist_ok=True)
        drawn = with_alpha(made, alpha)
        # JPEG and similar formats have no transparency.
        (opaque(drawn) if out.suffix.lower() in (".jpg", ".jpeg", ".bmp") else drawn).save(out)
        return out


class _ByLabel(dict):
    """Functions of uint8 images by class or attributes, made from one function of images and labels."""

    def __init__(self, condition, class_names, translate):
        self._condition, self._class_names, self._translate = condition, class_names, translate
        names = class_names or [str(label) for label in range(getattr(condition, "num_classes", None) or 0)]
        super().__init__((name, self._into(name if class_names else int(name))) for name in names)

    def _into(self, label):
        return lambda levels: self._translate(
            levels, self._condition.as_array(label, len(levels), self._class_names)
        )

    def __missing__(self, label):
        """Make the function for several attributes; raise a ValueError for an unknown one."""
        self._condition.as_array(label, 1, self._class_names)
        return self.setdefault(label, self._into(label))


def alpha_of(image, value_range=None):
    """Return the alpha channel of a PIL image as a uint8 array, or None if the image is opaque."""
    if image.mode not in ("RGBA", "LA", "PA", "La", "RGBa") and "transparency" not in image.info:
        return None
    if is_deep(image):
        image = to_8_bits(image, value_range)
    alpha = np.asarray(image.convert("RGBA"))[..., 3]
    return None if (alpha == 255).all() else alpha


def colours_and_alpha(image, value_range=None):
    """Return uint8 colours (height, width, 3) and alpha (height, width, 1) of a PIL image.

    A fully transparent pixel gets the colour of the nearest pixel that is not, so that no hidden colour
    bleeds into edges.
    """
    from scipy import ndimage

    pixels = np.asarray((to_8_bits(image, value_range) if is_deep(image) else image).convert("RGBA"))
    colours, alpha = pixels[..., :3], pixels[..., 3:]
    hidden = alpha[..., 0] == 0
    if hidden.any() and not hidden.all():
        rows, columns = ndimage.distance_transform_edt(hidden, return_distances=False, return_indices=True)
        colours = colours[rows, columns]
    return colours, alpha


def with_alpha(pixels, alpha):
    """Return a PIL image of uint8 pixels and an alpha channel (or None), which is resized to their size."""
    if alpha is None:
        return to_picture(pixels)
    size = pixels.shape[:2]
    alpha = fit_image(to_picture(alpha), size, 1)
    return to_picture(np.concatenate([as_colour(pixels[None])[0], alpha], axis=-1))


def tf_errors():
    """Return the class of TensorFlow's error for images that a network cannot take."""
    import tensorflow as tf

    return tf.errors.InvalidArgumentError
