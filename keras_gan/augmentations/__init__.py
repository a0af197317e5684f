"""Differentiable augmentations of everything that the discriminator sees."""
