"""Metrics that compare a generator's output with real images."""

from keras_gan.features import Extractor, train_extractor
from keras_gan.metrics import detection, functional, series, shapes, tables, videos
from keras_gan.metrics.aliases import ALIASES, get
from keras_gan.metrics.class_frechet_distance import ClassFrechetDistance
from keras_gan.metrics.classification_accuracy_score import ClassificationAccuracyScore
from keras_gan.metrics.equivariance import RotationEquivariance, TranslationEquivariance
from keras_gan.metrics.evaluate import evaluate
from keras_gan.metrics.frechet_distance import FrechetDistance
from keras_gan.metrics.inception_score import InceptionScore
from keras_gan.metrics.kernel_distance import KernelDistance
from keras_gan.metrics.maximum_mean_discrepancy import MaximumMeanDiscrepancy
from keras_gan.metrics.memorization import Memorization
from keras_gan.metrics.metric import FeatureMetric, ImageMetric
from keras_gan.metrics.mode_coverage import ModeCoverage
from keras_gan.metrics.monge_distance import MongeDistance
from keras_gan.metrics.ms_ssim import MSSSIM
from keras_gan.metrics.perceptual_distance import PerceptualDistance, lpips
from keras_gan.metrics.perceptual_path_length import PerceptualPathLength
from keras_gan.metrics.precision_recall import PRDC, Coverage, Density, Precision, Recall
from keras_gan.metrics.psnr import PSNR, psnr
from keras_gan.metrics.shapes import ShapeMatching
from keras_gan.metrics.sliced_wasserstein import SlicedWasserstein
from keras_gan.metrics.ssim import SSIM, ssim

__all__ = [
    "ALIASES",
    "MSSSIM",
    "PRDC",
    "PSNR",
    "SSIM",
    "ClassFrechetDistance",
    "ClassificationAccuracyScore",
    "Coverage",
    "Density",
    "Extractor",
    "FeatureMetric",
    "FrechetDistance",
    "ImageMetric",
    "InceptionScore",
    "KernelDistance",
    "MaximumMeanDiscrepancy",
    "Memorization",
    "ModeCoverage",
    "MongeDistance",
    "PerceptualDistance",
    "PerceptualPathLength",
    "Precision",
    "Recall",
    "RotationEquivariance",
    "ShapeMatching",
    "SlicedWasserstein",
    "TranslationEquivariance",
    "detection",
    "evaluate",
    "functional",
    "get",
    "lpips",
    "psnr",
    "series",
    "shapes",
    "ssim",
    "tables",
    "train_extractor",
    "videos",
]
