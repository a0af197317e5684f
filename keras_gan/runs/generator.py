"""The generator of a run, a file or a SavedModel, with one interface for all three."""

import json
import pathlib

import keras
import numpy as np

from keras_gan import provenance
from keras_gan.arguments import check_int, check_truncation
from keras_gan.conditions import Texts
from keras_gan.conditions.labels import numbers_of_classes
from keras_gan.data.volumes import to_units
from keras_gan.hub import hub_name
from keras_gan.modalities import Images
from keras_gan.networks.outputs import first
from keras_gan.runs.load import load_model


class Generator:
    """The generator of a run, a `.keras` file or a SavedModel, with one interface for all three.

    Args:
        path: path of the run, the file or the SavedModel.

    Attributes:
        gan: the model, or None for a SavedModel.
        latent_dim: int.
        num_classes: int, or None.
        noise_dim: int, length of the noise in the latents, if they contain a category and codes too.
        modality: `keras_gan.modalities.Modality` of its output.
        value_range: (low, high), the units of its data, or None.
    """

    def __init__(self, path):
        path = pathlib.Path(path)
        if not path.exists() and hub_name(path) is None:
            raise ValueError(
                f"There is no {str(path)!r}. It must be a run folder, a `.keras` file or a SavedModel."
            )
        if (path / "saved_model.pb").exists():
            self._of_saved_model(path)
        else:
            gan = load_model(path)
            self.gan, self.class_names, self.num_classes, self._of_texts = gan, None, None, None
            if hasattr(gan, "text_encoder") and not hasattr(gan, "generator"):
                if not hasattr(gan, "generate"):
                    raise ValueError(f"{path} is a {type(gan).__name__}, which makes no images.")
                self._of_texts = lambda texts, seed, truncation: gan.generate(
                    texts, seed=seed, truncation=truncation
                )
                return
            if hasattr(gan, "scored") and not hasattr(gan, "generate"):
                raise ValueError(
                    f"{path} is a {type(gan).__name__}, which makes no images: of anomalies use `keras-gan detect`."
                )
            if hasattr(gan, "schema"):
                raise ValueError(f"{path} makes rows of a table: `keras-gan generate {path} --out rows.csv`.")
            if hasattr(gan, "vocode"):
                raise ValueError(f"{path} makes sound of sound's spectrograms: use `keras-gan vocode`.")
            if hasattr(gan, "continue_videos"):
                raise ValueError(f"{path} predicts frames of videos: use `keras-gan predict`.")
            if not hasattr(gan, "generator"):
                raise ValueError(f"{path} is a {type(gan).__name__}, which makes no images of latents.")
            if gan.from_images:
                raise ValueError(f"{path} makes images of images: use `keras-gan translate` or `upscale`.")
            self.num_classes = getattr(gan, "num_classes", None)
            self.class_names, self.modality, self.value_range = gan.class_names, gan.modality, gan.value_range
            self.latent_dim = first(gan.generator.input_shape)[-1]
            self.noise_dim = getattr(gan, "noise_dim", None)
            self._sample = lambda n, seed, truncation, **options: gan.generate(
                n, seed, truncation=truncation, **options
            )
            if isinstance(gan.condition, Texts):
                self._of_texts = lambda texts, seed, truncation: gan.generate(
                    len(texts), seed, truncation=truncation, labels=texts
                )
            self._images = lambda latents, condition: gan.images_of(latents, condition)

    def _of_saved_model(self, path):
        import tensorflow as tf

        loaded = tf.saved_model.load(str(path))
        if hasattr(loaded, "score"):
            raise ValueError(
                f"{path} is an anomaly detector: it scores images, `tf.saved_model.load(path).score(images)`, and makes none."
            )
        metadata = path / "metadata.json"
        about = json.loads(metadata.read_text()) if metadata.exists() else {}
        self._metadata = about
        self.gan, shape = None, tuple(about.get("image_shape") or ())
        self.modality = (
            keras.saving.deserialize_keras_object(about["modality"])
            if about.get("modality")
            else Images(shape)
        )
        self.num_classes, self.class_names = about.get("num_classes"), about.get("class_names")
        self.value_range = about.get("value_range") and tuple(about["value_range"])

        def of_texts(texts, seed, truncation):
            try:
                return loaded.sample_texts(texts, seed, truncation).numpy()
            except tf.errors.InvalidArgumentError as error:
                reason = str(error).split("assertion failed: [")[-1].split("]\n")[0]
                raise ValueError(f"{path}: {reason}") from None

        self._of_texts = of_texts if hasattr(loaded, "sample_texts") else None
        if not hasattr(loaded, "sample"):
            if self._of_texts:
                return
            raise ValueError(f"{path} is a SavedModel without `sample`: not one that keras_gan exported.")
        serve, self.noise_dim = loaded.signatures["serving_default"], about.get("noise_dim")
        specs = serve.structured_input_signature[1]
        self.latent_dim = specs["latents"].shape[-1]

        def images(latents, condition):
            inputs = {"latents": tf.constant(latents)}
            if condition is not None:
                inputs["labels"] = tf.cast(condition, specs["labels"].dtype)
            return np.asarray(self.modality.to_storage(serve(**inputs)["images"]))

        self._images = images
        self._sample = lambda *arguments, **labels: loaded.sample(*arguments, **labels).numpy()

    def about(self, **more):
        """Describe what makes the images, as `provenance.about`."""
        if self.gan is not None:
            # A TextToImage has no training state of its own: its decoder makes the images.
            trained = self.gan if hasattr(self.gan, "state") else self.gan.decoder
            return provenance.about(type(self.gan).__name__, step=int(trained.state.step.numpy()), **more)
        return provenance.about(
            self._metadata.get("class"), step=self._metadata.get("generator_steps"), **more
        )

    def sample(self, n, seed=0, truncation=1.0, label=None, units=False, **styles):
        """Draw n uint8 images, or with `units` float32 images in the units of the training data.

        `label` is an int, the name of a class, n of them, or None; a model without classes raises an error
        for a label. `styles` are `truncation_cutoff` and `noise` of a StyleGAN; other models raise an error
        for them.
        """
        if styles and not hasattr(self.gan, "style"):
            raise ValueError(
                f"{' and '.join(f'`{name}`' for name in styles)}: only of a StyleGAN's run or `.keras` file (an exported "
                "SavedModel has no styles)."
            )
        check_int(n, "n")
        check_truncation(truncation)
        if not hasattr(self, "_sample"):
            raise ValueError("This model draws images of texts alone: give some, --text.")
        labels = {} if label is None else {"labels": self._class(label)}
        if not units:
            return self._sample(n, seed, truncation, **labels, **styles)
        if self.value_range is None:
            raise ValueError(
                "The model has no units: it was trained on data without a value range (--value-range), such as images of 8 bits."
            )
        if self.gan is not None:
            return self._sample(n, seed, truncation, units=True, **labels, **styles)
        return to_units(self._sample(n, seed, truncation, **labels), self.value_range)

    def sample_texts(self, texts, seed=0, truncation=1.0):
        """Draw a uint8 image for each text in a list of str; a model without texts raises an error."""
        check_truncation(truncation)
        if self._of_texts is None:
            takes = "takes classes: give a label" if self.num_classes else "takes no texts"
            if self.gan is None and not self.num_classes:
                takes += "; one with vectors of texts, `sample(labels=)`, is used by its run or `.keras` file"
            raise ValueError(
                f"This model {takes}. Images of texts are made by models with `conditions.Texts`, such as those of `keras-gan train "
                "dfgan`."
            )
        return self._of_texts(list(texts), seed, truncation)

    @property
    def captions(self):
        """Texts that a run's or `.keras` file's model uses if it is given none, or None."""
        return getattr(getattr(self.gan, "condition", None), "captions", None)

    def images_of(self, latents, label=None):
        """Return uint8 images of latents (n, latent_dim); a conditional model draws class `label`, or 0."""
        condition = None
        if self.gan is not None and self.gan.condition is not None and self.gan.condition.keys != ("label",):
            raise ValueError(
                f"This model is conditioned on {self.gan.condition.keys}, of which classes alone can be chosen here. In "
                "Python: `gan.images_of(latents, condition)`."
            )
        if self.num_classes is not None or label is not None:
            condition = np.full(len(latents), self._class(label or 0), "int32")
        parts = range(0, len(latents), 64)
        cut = [(slice(i, i + 64), None if condition is None else condition[i : i + 64]) for i in parts]
        return np.concatenate([self._images(latents[part], labels) for part, labels in cut])

    def _class(self, label):
        if isinstance(label, (list, tuple)):
            return [self._class(each) for each in label]
        if isinstance(label, str):
            if self.num_classes is None:
                instead = ": it takes texts, --text" if self._of_texts else ""
                raise ValueError(f"This model has no classes{instead}. Received: label {label!r}")
            label = numbers_of_classes(label, self.class_names)
        if self.num_classes is None or not 0 <= label < self.num_classes:
            has = f"labels 0 to {self.num_classes - 1}" if self.num_classes else "no classes"
            raise ValueError(f"This model has {has}. Received: label {label}")
        return label
