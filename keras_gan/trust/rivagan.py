"""RivaGAN's published networks, which put a message of 32 bits into images and read it."""

import importlib.util
import pathlib

import numpy as np

from keras_gan.data.images import to_uint8
from keras_gan.trust.messages import bits_of, p_value

SMALLEST = 128


class RivaGAN:
    """A watermark of 32 bits that needs no training, for colour images of any size.

    Its networks come with the package invisible-watermark and run in onnxruntime. Use it for images that
    exist already; `keras_gan.Watermark` is trained on your images, also on small or grey ones, and
    `keras_gan.WatermarkedGenerator` puts the message into the generator itself. Below 256 pixels some bits are
    read wrongly, and images below 128 are refused. Reading needs the image in the size in which it was marked;
    on four photographs of 256 pixels all bits were read, and 96% of them after JPEG of quality 75.

    Raises:
        ImportError: without `pip install onnxruntime && pip install --no-deps invisible-watermark`.

    Example (needs both packages):

        mark = keras_gan.trust.RivaGAN()
        marked = mark.embed(images, "10110010" * 4)      # uint8 (n, 256, 256, 3)
        mark.p_values(marked, "10110010" * 4)

    Reference: Zhang et al., "Robust Invisible Video Watermarking with Attention", 2019, https://arxiv.org/abs/1909.01285
    """

    bits = 32

    def __init__(self):
        package, runtime = (importlib.util.find_spec(name) for name in ("imwatermark", "onnxruntime"))
        if package is None or runtime is None:
            raise ImportError(
                "RivaGAN needs onnxruntime and the networks of invisible-watermark. Install them: "
                "pip install onnxruntime && pip install --no-deps invisible-watermark"
            )
        import onnxruntime

        # Its own module would import PyTorch and OpenCV.
        folder = pathlib.Path(package.submodule_search_locations[0])
        self._encoder, self._decoder = (
            onnxruntime.InferenceSession(folder / f"rivagan_{name}.onnx", providers=["CPUExecutionProvider"])
            for name in ("encoder", "decoder")
        )

    def embed(self, images, message, batch_size=16):
        """Embed a message in images.

        Args:
            images: (n, height, width, 3): uint8, or floats in [-1, 1]; sides of at least 128 pixels.
            message: 32 bits: a str of 0 and 1, or ints.
            batch_size: int, images at once.

        Returns:
            uint8 array of the images' shape.

        Raises:
            ValueError: for a message of another length, and for other images.
        """
        bits = bits_of(message, self.bits)

        def marked(x):
            data = np.repeat(bits[None], len(x), axis=0)
            return self._encoder.run(None, {"frame": x, "data": data})[0][:, :, 0].transpose(0, 2, 3, 1)

        return to_uint8(self._by_batch(marked, images, batch_size)).numpy()

    def decode(self, images, batch_size=16):
        """Decode bits from images, with or without a message: int array of 0 and 1, (n, 32).

        Arguments as in `embed`.
        """
        logits = self._by_batch(lambda x: self._decoder.run(None, {"frame": x})[0], images, batch_size)
        return (logits > 0).astype("int64")

    def p_values(self, images, message, batch_size=16):
        """Probability that an image without the message agrees with it in as many bits, array of shape (n,)."""
        wanted = bits_of(message, self.bits).astype("int64")
        return p_value((self.decode(images, batch_size) == wanted).sum(axis=1), self.bits)

    def bits_of(self, message):
        """A message as a float32 array of 0 and 1; raises a ValueError for anything else."""
        return bits_of(message, self.bits)

    def _by_batch(self, function, images, batch_size):
        images = np.asarray(images)
        if images.ndim != 4 or not len(images) or images.shape[-1] != 3 or min(images.shape[1:3]) < SMALLEST:
            raise ValueError(
                f"`images` must have the shape (n, height, width, 3) with sides of at least {SMALLEST} pixels. "
                f"Received: {images.shape}"
            )
        if images.dtype == "uint8":
            images = images.astype("float32") / 127.5 - 1.0
        elif not np.isfinite(images).all() or np.abs(images).max() > 1.001:
            raise ValueError("`images` must be uint8, or floats in [-1, 1].")
        # Channels first, and one frame.
        images = images.astype("float32").transpose(0, 3, 1, 2)[:, :, None]
        parts = (images[i : i + batch_size] for i in range(0, len(images), batch_size))
        try:
            return np.concatenate([function(part) for part in parts])
        except Exception as error:  # onnxruntime's errors have no base of their own
            raise ValueError(
                f"RivaGAN's networks failed on images of shape {images.shape}: {error}"
            ) from error
