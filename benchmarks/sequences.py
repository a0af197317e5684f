"""The oracle protocol at reduced size: sequences of a random LSTM, learnt by maximum likelihood, and then by both adversarial estimators.

    taskset -c 0 python benchmarks/sequences.py --results sequences.jsonl --estimator reinforce
    taskset -c 0 python benchmarks/sequences.py --results sequences.jsonl --estimator gumbel
    taskset -c 0 python benchmarks/sequences.py --results sequences.jsonl --captions ../shared/data/movies16/clips.npz

The oracle has a vocabulary of 50, sequences of 10 tokens and weights of N(0, 1). "oracle nll": its negative log likelihood of generated sequences, nats a token; of
its own, its entropy, no generator's is lower unless it leaves some out. "test nll": the generator's of the oracle's held-out sequences, which rises where it does.
The step at which maximum likelihood ends is chosen on a part of the training's sequences. "captions": words of labels, as texts to read.
"""

import argparse
import json
import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from machine import machine

VOCABULARY, LENGTH, TRAIN = 50, 10, 5000


def oracle_of(seed):
    """A sampler of N(0, 1) weights, and a function that draws from it."""
    import keras

    from keras_gan.layers import TokenSampler
    from keras_gan.noise import Gumbel

    sampler = TokenSampler(VOCABULARY, 32, 32)
    sampler.build((None, LENGTH, VOCABULARY))
    rng = np.random.default_rng(seed)
    sampler.set_weights([rng.normal(size=w.shape) for w in sampler.get_weights()])

    def draw(count, seed):
        noise = Gumbel((LENGTH, VOCABULARY)).draw(count, keras.random.SeedGenerator(seed))
        return np.asarray(sampler(noise)).argmax(-1)

    return sampler, draw


def nll(sampler, tokens):
    """Nats a token, and the mean's standard error."""
    import tensorflow as tf

    parts = [tf.one_hot(tokens[i : i + 1000], VOCABULARY) for i in range(0, len(tokens), 1000)]
    found = -np.concatenate([np.asarray(sampler.log_probabilities(x)).mean(1) for x in parts])
    return float(found.mean()), float(found.std() / np.sqrt(len(found)))


def run(options):
    import keras

    import keras_gan

    oracle, draw = oracle_of(7)
    train, held_out, test = draw(TRAIN, 1), draw(2000, 2), draw(20_000, 3)
    entropy = nll(oracle, test)
    uniform = np.random.default_rng(0).integers(0, VOCABULARY, (2000, LENGTH))
    print("entropy", entropy, "uniform", nll(oracle, uniform), flush=True)
    keras.utils.set_random_seed(options.seed)
    pair = keras_gan.networks.sequence_gan(LENGTH, VOCABULARY, widths=(1, 2, 3, 4, 5), filters=32)
    Adam = keras_gan.optimizers.Adam

    def of_generator(gan):
        made = gan.generate(4000, seed=5, batch_size=1000)
        sampler = gan.ema_generator.get_layer("sampler")
        return {
            "oracle_nll": nll(oracle, made)[0],
            "test_nll": nll(sampler, test[:4000])[0],
            "different": len(np.unique(made, axis=0)) / len(made),
        }

    # === Maximum likelihood, ended where held-out sequences are likeliest ===
    data = keras_gan.data.sequences(
        train, words=[str(i) for i in range(VOCABULARY)], batch_size=64, seed=options.seed
    )
    first = keras_gan.SequenceGAN(*pair, pretraining_steps=10**9, seed=options.seed)
    first.compile(Adam(3e-3, 0.9), Adam(1e-3, 0.9))
    best, began = None, time.process_time()
    for epoch in range(60):
        first.fit(data, epochs=1, verbose=0)
        value = nll(first.generator.get_layer("sampler"), held_out)[0]
        if best is None or value < best[0]:
            best = value, epoch, first.generator.get_weights()
    first.generator.set_weights(best[2])
    likelihood = {"epoch": best[1] + 1, "minutes": (time.process_time() - began) / 60, **of_generator(first)}
    print("maximum likelihood", likelihood, flush=True)

    # === Adversarial ===
    gan = keras_gan.SequenceGAN(*pair, estimator=options.estimator, rollouts=4, seed=options.seed)
    gan.generator.set_weights(best[2])
    gan.compile(Adam(options.rate, 0.9), Adam(1e-3, 0.5), discriminator_steps=options.discriminator_steps)
    curve, began = [], time.process_time()
    while time.process_time() - began < 60 * options.minutes:
        gan.fit(data, epochs=options.every, verbose=0)
        minutes = round((time.process_time() - began) / 60, 1)
        curve.append({"minutes": minutes, "steps": int(gan.state.step.numpy()), **of_generator(gan)})
        print({k: round(v, 4) for k, v in curve[-1].items()}, flush=True)
    return {
        "what": options.estimator,
        "entropy": entropy[0],
        "entropy_error": entropy[1],
        "uniform": nll(oracle, uniform)[0],
        "maximum_likelihood": likelihood,
        **curve[-1],
        "curve": curve,
    }


def captions(options):
    import keras

    import keras_gan

    texts = [str(text) for text in np.load(options.captions)["train_label"]]
    data = keras_gan.data.sequences(texts, batch_size=32, length=8)
    keras.utils.set_random_seed(options.seed)
    pair = keras_gan.networks.sequence_gan(8, len(data.words), widths=(1, 2, 3))
    steps = 2500
    gan = keras_gan.SequenceGAN(
        *pair, words=data.words, pretraining_steps=1500, estimator=options.estimator, seed=options.seed
    )
    gan.compile(keras_gan.optimizers.Adam(1e-3, 0.9))
    gan.fit(data, epochs=10_000, verbose=0, callbacks=[keras_gan.callbacks.StopAtStep(steps)])
    made = gan.texts(200, seed=1)
    known = set(
        keras_gan.modalities.Sequences(pair[0].output_shape[1:], data.words).texts(
            np.concatenate([np.asarray(x).argmax(-1) for x in data.stream.whole()])
        )
    )
    found = {
        "what": "captions",
        "texts": len(texts),
        "words": len(data.words) - 1,
        "copied": float(np.mean([text in known for text in made])),
        "different": len(set(made)) / len(made),
        "examples": [text for text in dict.fromkeys(made) if text not in known][:12],
    }
    print(found, flush=True)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--results", required=True)
    parser.add_argument("--estimator", choices=("gumbel", "reinforce"), default="reinforce")
    parser.add_argument("--captions", help="an .npz file with `train_label`, in place of the oracle")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--every", type=int, default=10, help="passes over the data between rows")
    parser.add_argument("--rate", type=float, default=3e-4, help="of the generator's Adam")
    parser.add_argument("--discriminator-steps", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    row = {**(captions if options.captions else run)(options), "seed": options.seed, **machine()}
    with open(options.results, "a") as file:
        file.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
