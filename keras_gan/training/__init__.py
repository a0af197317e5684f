"""One training step after another: the base of all models, whatever their players are."""
