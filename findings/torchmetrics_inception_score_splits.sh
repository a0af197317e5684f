#!/usr/bin/env bash
# torchmetrics_inception_score_splits
# Packages: torchmetrics==1.9.0 torch==2.13.0 numpy==2.4.6
#
# Expected: InceptionScore(splits=10) averages over 10 splits, as numpy.array_split and
# the first code of Salimans et al. do, for any number of images above 10.
# Seen: the class uses torch.chunk, which may return fewer parts. 12 images give 6
# splits, 21 give 7, 25 give 9. The score and its deviation are those of 6, 7 or 9
# larger splits. The score is bigger: 1.73 in place of 1.14 for 12 images. No warning.
# Why it matters to a GAN user: the score of a short run (a smoke test, a few samples per
# class) cannot be compared with another library. A regression test that pins the value
# pins the wrong split count.
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install -qq --disable-pip-version-check \
    torchmetrics==1.9.0 \
    torch==2.13.0 \
    numpy==2.4.6

cat > check.py <<'PY'
import numpy as np, torch, torchmetrics
from torchmetrics.image.inception import InceptionScore
print("torchmetrics", torchmetrics.__version__, "torch", torch.__version__, "numpy", np.__version__)

class Logits(torch.nn.Module):               # the images of this test are logits already
    def forward(self, x):
        return x.reshape(len(x), -1).float()

def by_hand(logits, parts):
    p = np.exp(logits - logits.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    return np.mean([np.exp((q * np.log(q / q.mean(0))).sum(1).mean()) for q in np.array_split(p, parts)])

rng = np.random.default_rng(0)
for n, seen in [(1000, 10), (25, 9), (21, 7), (12, 6)]:
    logits = rng.normal(size=(n, 10)) * 3
    got, ten, few = [], [], []
    for seed in range(200):
        torch.manual_seed(seed)              # the class shuffles the images
        m = InceptionScore(feature=Logits(), normalize=False, splits=10)
        m.update(torch.tensor(logits, dtype=torch.float32))
        got.append(float(m.compute()[0]))
        order = np.random.default_rng(seed).permutation(n)
        ten.append(by_hand(logits[order], 10))
        few.append(by_hand(logits[order], seen))
    g, t, f = np.mean(got), np.mean(ten), np.mean(few)
    print(f"{n:5d} images: torchmetrics {g:.3f}, by hand with 10 splits {t:.3f}, with {seen} splits {f:.3f}")
    assert abs(g - f) < 0.03
    if seen != 10:
        assert len(torch.zeros(n).chunk(10)) == seen and g - t > 0.08
PY

export TF_CPP_MIN_LOG_LEVEL=3 TF_ENABLE_ONEDNN_OPTS=0 CUDA_VISIBLE_DEVICES=
venv/bin/python check.py 2> err.txt || { tail -n 20 err.txt >&2; exit 1; }
