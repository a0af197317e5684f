"""A page on which a generator runs in the browser."""

from keras_gan.demo.write import write_demo

__all__ = ["write_demo"]
