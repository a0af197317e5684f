"""Trainable models. Each is a `GAN`; a variant holds its paper's choice of parts."""
