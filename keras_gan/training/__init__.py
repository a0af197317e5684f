"""The training loop: the base class of all models, for any players."""
