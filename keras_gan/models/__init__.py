"""Trainable models. Most are a `GAN`; a variant sets the defaults of its paper."""
