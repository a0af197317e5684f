"""Format times for people."""


def clock(seconds):
    """Format seconds as "m:ss", or as "h:mm:ss" from one hour on."""
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
