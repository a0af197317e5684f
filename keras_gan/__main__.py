"""`python -m keras_gan`: the command line."""

from keras_gan.cli import main

main()
