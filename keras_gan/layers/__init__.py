"""Layers that GANs use in addition to Keras' own."""

from keras_gan.layers.active_dropout import ActiveDropout
from keras_gan.layers.adaptive_instance_normalization import AdaptiveInstanceNormalization
from keras_gan.layers.batch_normalization import BatchNormalization
from keras_gan.layers.biased_activation import BiasedActivation
from keras_gan.layers.bilinear_upsampling import BilinearUpsampling
from keras_gan.layers.branches import Branches
from keras_gan.layers.conditional_batch_normalization import ConditionalBatchNormalization
from keras_gan.layers.conditioning_augmentation import ConditioningAugmentation
from keras_gan.layers.corner_upsampling import CornerUpsampling
from keras_gan.layers.equalized import EqualizedConv2D, EqualizedDense
from keras_gan.layers.filtered_leaky_relu import FilteredLeakyReLU
from keras_gan.layers.fir_resampling import FIRDownsampling, FIRUpsampling
from keras_gan.layers.fourier_features import FourierFeatures
from keras_gan.layers.frames import EachFrame, OverBackground, SampleFrames
from keras_gan.layers.grouped_convolution import GroupedConv1D, GroupedConv2D
from keras_gan.layers.image_pyramid import ImagePyramid, PyramidLevels
from keras_gan.layers.jpeg import JPEG
from keras_gan.layers.label_embedding import LabelEmbedding
from keras_gan.layers.latent_average import LatentAverage
from keras_gan.layers.leaky_relu import LeakyReLU
from keras_gan.layers.learned_constant import LearnedConstant
from keras_gan.layers.likelihood import BernoulliLikelihood, GaussianLikelihood, Likelihood, RowLikelihood
from keras_gan.layers.magnitude_normalization import MagnitudeNormalization
from keras_gan.layers.mel_spectrogram import MelSpectrogram
from keras_gan.layers.minibatch_discrimination import MinibatchDiscrimination
from keras_gan.layers.minibatch_stddev import MinibatchStdDev
from keras_gan.layers.modulated_convolution import ModulatedConv2D
from keras_gan.layers.noise_injection import NoiseInjection
from keras_gan.layers.packing import Packing
from keras_gan.layers.phase_shuffle import PhaseShuffle
from keras_gan.layers.pixel_normalization import PixelNormalization
from keras_gan.layers.pixel_shuffle import PixelShuffle
from keras_gan.layers.prelu import PReLU
from keras_gan.layers.projected_batch_normalization import ProjectedBatchNormalization
from keras_gan.layers.reflection_padding import ReflectionPadding2D
from keras_gan.layers.residual_gain import ResidualGain
from keras_gan.layers.row_activation import RowActivation
from keras_gan.layers.san_dense import SANDense
from keras_gan.layers.self_attention import SelfAttention
from keras_gan.layers.spectral_normalization import SpectralNormalization
from keras_gan.layers.token_sampler import TokenSampler
from keras_gan.layers.volume_rendering import CameraRays, FiLMSine, VolumeRendering
from keras_gan.layers.weight_normalization import WeightNormalization

__all__ = [
    "JPEG",
    "ActiveDropout",
    "AdaptiveInstanceNormalization",
    "BatchNormalization",
    "BernoulliLikelihood",
    "BiasedActivation",
    "BilinearUpsampling",
    "Branches",
    "CameraRays",
    "ConditionalBatchNormalization",
    "ConditioningAugmentation",
    "CornerUpsampling",
    "EachFrame",
    "EqualizedConv2D",
    "EqualizedDense",
    "FIRDownsampling",
    "FIRUpsampling",
    "FiLMSine",
    "FilteredLeakyReLU",
    "FourierFeatures",
    "GaussianLikelihood",
    "GroupedConv1D",
    "GroupedConv2D",
    "ImagePyramid",
    "LabelEmbedding",
    "LatentAverage",
    "LeakyReLU",
    "LearnedConstant",
    "Likelihood",
    "MagnitudeNormalization",
    "MelSpectrogram",
    "MinibatchDiscrimination",
    "MinibatchStdDev",
    "ModulatedConv2D",
    "NoiseInjection",
    "OverBackground",
    "PReLU",
    "Packing",
    "PhaseShuffle",
    "PixelNormalization",
    "PixelShuffle",
    "ProjectedBatchNormalization",
    "PyramidLevels",
    "ReflectionPadding2D",
    "ResidualGain",
    "RowActivation",
    "RowLikelihood",
    "SANDense",
    "SampleFrames",
    "SelfAttention",
    "SpectralNormalization",
    "TokenSampler",
    "VolumeRendering",
    "WeightNormalization",
]
