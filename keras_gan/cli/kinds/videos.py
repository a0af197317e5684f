"""Videos, and some frames with the next one."""

from keras_gan.cli.kinds.files import Files


class Videos(Files):
    """Videos, or some frames of them with the next frame; moving digits by default."""

    options = ("--dataset", "--fps", "--frames", "--channels", "--hold-out", "--skip-bad")
    prefix, what = "videos:", "videos"
    example = "FOLDER, of .gif, .webp or .mp4 files or of folders of frames (default: moving_digits)"
    refused = ("metrics",)

    def __init__(self, next_frame=False):
        self.next_frame = next_frame

    def needs(self, name, options):
        if options["dataset"] not in (None, "moving_digits"):
            super().needs(name, options)
        elif options["fps"] or options["channels"]:
            raise ValueError(
                "--fps and --channels are of files: moving_digits are grey, of 10 frames a second."
            )
        if self.next_frame and options["flip"]:
            raise ValueError(f"--flip: {name} does not mirror videos. Leave it out.")

    def load(self, recipe, config, on_error):
        from keras_gan import data

        count, digits = (
            config["frames"] or (4 if self.next_frame else 16),
            config["dataset"] == "moving_digits",
        )
        options = self.order(config)
        if not digits:
            options |= {
                "size": config["image_size"],
                "fps": config["fps"],
                "channels": config["channels"] or 3,
            }
            options["on_error"] = on_error

        def load(split, flip=False):
            source, labels, names = self.path(config["dataset"]), True, None
            more = {"split": split}
            if digits:
                frames = max(16, count + 1) if self.next_frame else count
                source, labels, names = data.moving_digits(
                    2000 if split == "train" else 400,
                    split,
                    frames=frames,
                    size=config["image_size"],
                    bounce=self.next_frame,
                )
                more = {"name": "moving_digits" if split == "train" else f"moving_digits[{split}]"}
            if self.next_frame:
                return data.next_frames(source, count, **options, **more)
            if recipe.labels:
                more |= {"labels": labels, "class_names": names}
            return data.videos(source, frames=count, flip=flip, **options, **more)

        return load("train", bool(config["flip"])), load(config["hold_out"]) if config["hold_out"] else None
