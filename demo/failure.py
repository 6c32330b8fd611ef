"""What keeps the demo from going on, as a sentence for a reader."""


class DemoRefused(Exception):  # noqa: N818 - it says what happened
    """The demo does not begin, and has changed nothing."""


class DemoFailed(Exception):  # noqa: N818 - the same
    """The demo had begun and cannot go on; what it did stays, and the next run goes on from there."""
