# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Time series and texts
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/OWNER/REPOSITORY/blob/main/tutorials/28_series_and_texts.ipynb)
#
# TimeGAN learns a series whose autocorrelation is known, and SequenceGAN learns sentences whose grammar is
# known: both can therefore be checked against the truth.

# %%
import os

try:
    import keras_gan
except ImportError:  # on Colab
    # %pip install -q "keras-gan @ git+https://github.com/OWNER/REPOSITORY"  # of this notebook
    import keras_gan

import keras
import matplotlib.pyplot as plt
import numpy as np

STEPS = int(os.environ.get("TUTORIAL_STEPS", 1500))
WINDOW = 16

# %% [markdown]
# ## A series
# Two columns: `x_t = 0.8 x_(t-1) + noise`, whose autocorrelation at lag k is `0.8 ** k`, and a second column
# that follows the first one, one time later. Files are loaded in the same way:
# `keras_gan.data.series("weather.csv")`.
#
# A window begins at every time. The last fifth is held out, in the scale of the training data.

# %%
random = np.random.default_rng(0)
x = np.zeros(6001)
for t in range(1, len(x)):
    x[t] = 0.8 * x[t - 1] + random.normal()
values = np.stack([x[1:], x[:-1] + 0.3 * random.normal(size=6000)], axis=-1)

data = keras_gan.data.series(values, window=WINDOW, span=(0, 0.8))
held_out = keras_gan.data.series(values, window=WINDOW, span=(0.8, 1), scale=data.scale)
modality = keras_gan.modalities.Series(data.columns, data.scale, (WINDOW, 2))
real = np.concatenate([modality.to_storage(batch) for batch in held_out])
keras_gan.grid.image_grid(modality.to_pictures(real[::64][:8]), 4, "real, held out")

# %% [markdown]
# ## TimeGAN
# The training has three stages of equal length: autoencoder, supervisor, and all networks together. It takes
# some seven minutes of a CPU; the paper trains fifty times as long.

# %%
keras.utils.set_random_seed(0)
networks = keras_gan.networks.timegan(WINDOW, 2, hidden=24, depth=2, noise_dim=8)
model = keras_gan.TimeGAN(*networks, steps=2 * STEPS, columns=data.columns, scale=data.scale, seed=0)
model.compile()
_ = model.fit(data, epochs=10_000, verbose=0, callbacks=[keras_gan.callbacks.StopAtStep(2 * STEPS)])
made = model.generate(len(real), seed=1)
keras_gan.grid.image_grid(modality.to_pictures(made[:8]), 4, "generated")

# %% [markdown]
# ## Does it have the right memory?
# The autocorrelation within the windows, and how strongly the second column follows the first one at each
# delay. The truth peaks at a delay of one. Generated series remember about as long, and the second column
# follows, but they are smoother than real ones: their noise is too small.


# %%
def delays(windows):
    """Correlation of the first column with the second one, 0 to 7 times later."""
    first, second = windows[..., 0], windows[..., 1]
    return [np.corrcoef(first[:, : WINDOW - k].ravel(), second[:, k:].ravel())[0, 1] for k in range(8)]


figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3))
scores = keras_gan.metrics.series
for name, windows in {"real": real, "generated": made}.items():
    left.plot(range(1, 9), scores.autocorrelations(windows, 8)[:, 0], "o-", label=name)
    right.plot(delays(windows), "o-", label=name)
left.plot(range(1, 9), 0.8 ** np.arange(1, 9), "k:", label="0.8 ** lag, of an endless series")
left.set(title="autocorrelation of column 0", xlabel="lag")
right.set(title="correlation of column 1 with column 0 before", xlabel="delay")
left.legend()
plt.show()

# %% [markdown]
# ## Scores and their floors
# The discriminative score is what a classifier of real and generated windows gets above one half, the
# predictive score the error of a forecaster trained on generated windows. Each is compared with its floor:
# the score of training windows in the place of generated ones. The classifier sees the missing noise at once;
# the forecaster hardly minds it.

# %%
train = np.concatenate([modality.to_storage(batch) for batch in data])
floor = random.permutation(train)[: len(real)]
for name, windows in {"generated": made, "floor": floor}.items():
    found = scores.discriminative_score(real, windows), scores.predictive_score(real, windows)
    print(f"{name:10} discriminative {found[0]:.3f}  predictive {found[1]:.3f}")

# %% [markdown]
# ## Sentences
# Their grammar is: colour, thing, relation, colour, thing. The colours of a sentence differ: that is the one
# rule which joins words that stand far apart. Files are loaded in the same way, a text a line:
# `keras_gan.data.sequences("captions.txt")`.

# %%
COLOURS, THINGS = ["red", "blue", "green", "white"], ["circle", "square", "star"]
RELATIONS = ["above", "below", "beside"]


def sentence():
    one, other = random.permutation(COLOURS)[:2]
    relation = random.choice(RELATIONS)
    return f"{one} {random.choice(THINGS)} {relation} {other} {random.choice(THINGS)}"


texts = [sentence() for _ in range(2000)]
sentences = keras_gan.data.sequences(texts, batch_size=64)
texts[:4]

# %% [markdown]
# ## SequenceGAN
# Half of the steps are maximum likelihood, the others the game, through straight-through Gumbel-softmax.
# Transformer language models are better at texts; a GAN is of use where only its discriminator knows what is
# good, as the policy gradient (`estimator="reinforce"`) allows.

# %%
keras.utils.set_random_seed(0)
networks = keras_gan.networks.sequence_gan(
    5, len(sentences.words), embedding=32, units=32, widths=(1, 2, 3, 4, 5)
)
gan = keras_gan.SequenceGAN(*networks, words=sentences.words, pretraining_steps=STEPS // 2, seed=0)
gan.compile()


def grammatical(text):
    words = text.split()
    order = (COLOURS, THINGS, RELATIONS, COLOURS, THINGS)
    fits = len(words) == 5 and all(word in known for word, known in zip(words, order))
    return fits and words[0] != words[3]


class Grammar(keras.callbacks.Callback):
    """The share of 500 generated sentences that the grammar allows, a few times during the training."""

    shares = {}

    def on_train_batch_end(self, batch, logs=None):
        step = int(self.model.state.step)
        if step % max(1, STEPS // 15) == 0:
            self.shares[step] = np.mean([grammatical(text) for text in self.model.texts(500, seed=0)])


grammar = Grammar()
callbacks = [grammar, keras_gan.callbacks.StopAtStep(STEPS)]
_ = gan.fit(sentences, epochs=10_000, verbose=0, callbacks=callbacks)
written = gan.texts(500, seed=1)
print(*written[:6], sep="\n")
print(f"grammatical: {np.mean([grammatical(text) for text in written]):.3f}")
print(f"different: {len(set(written))} of 500; among 500 real ones {len(set(texts[:500]))}")

# %% [markdown]
# The shares during the training, and how often each word is used: a collapsed generator would repeat a few.

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3))
left.plot(list(grammar.shares), list(grammar.shares.values()), "o-")
left.axvline(STEPS // 2, color="k", linestyle=":", label="the game begins")
left.set(title="grammatical sentences", xlabel="step", ylim=(0, 1.02))
left.legend()
words = sorted({word for text in texts for word in text.split()})
for shift, (name, lines) in zip((-0.2, 0.2), {"real": texts, "generated": written}.items()):
    all_words = " ".join(lines).split()
    right.bar(
        np.arange(len(words)) + shift, [all_words.count(w) / len(all_words) for w in words], 0.4, label=name
    )
right.set(title="share of each word")
right.set_xticks(range(len(words)), words, rotation=60)
right.legend()
plt.show()
