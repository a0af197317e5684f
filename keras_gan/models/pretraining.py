"""A first training stage in which the generator learns from its targets alone."""


class Pretraining:
    """A mixin for `GAN`: for the first `pretraining_steps` generator steps the discriminator is not trained.

    A subclass sets `pretraining_steps`, and defines `pretraining_objective`, which takes and returns the same
    as `generator_objective`.
    """

    # Name of the stage, and the metrics that it logs in addition to the generator's loss.
    pretraining_stage, pretraining_figures = "pretraining", ()

    def stage_at(self, step):
        return self.pretraining_stage if step < self.pretraining_steps else "adversarial"

    @property
    def discriminator_rests(self):
        return self.stage == self.pretraining_stage

    @property
    def idle_figures(self):
        if not self.discriminator_rests:
            return []
        return [name for name in self.figure_names if name not in (*self.pretraining_figures, "g_loss")]

    def generator_objective(self, turn):
        return (
            self.pretraining_objective(turn)
            if self.discriminator_rests
            else super().generator_objective(turn)
        )
