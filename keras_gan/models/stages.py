"""Models whose update is another one from some step on."""


class Stages:
    """Compiles the update anew where a stage of the training begins; a base beside `GAN`.

    A model defines `stage_at(step)`, what `stage` is at a generator step, and asks for `stage` in its
    update. `fit` calls `enter_stage` before each step.
    """

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        entered = next(base for base in cls.__mro__ if "enter_stage" in vars(base))
        if not issubclass(entered, Stages):
            raise TypeError(
                f"{cls.__name__} would never enter a stage: `Stages` stands before the model among its bases, `class "
                f"{cls.__name__}(Stages, {cls.__bases__[0].__name__})`."
            )

    def stage_at(self, step):
        raise NotImplementedError(f"{type(self).__name__} must define `stage_at`.")

    def enter_stage(self):
        step, together = int(self.state.generator_step.numpy()), self.steps_per_execution
        stage = self.stage_at(step)
        if together > 1 and self.stage_at(step + together - 1) != stage:
            raise ValueError(
                f"The stage {stage!r} ends between the steps {step} and {step + together}, which `steps_per_execution="
                f"{together}` makes as one. Compile with another number, or let the stage end at a multiple of it."
            )
        if stage != self.stage:
            self.stage = stage
            self.make_train_function(force=True)
