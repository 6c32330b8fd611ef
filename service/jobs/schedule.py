"""Which function does which kind of job."""

from service.jobs.worker import Work

KINDS: dict[str, Work] = {}
