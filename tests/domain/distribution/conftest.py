"""Hypothesis in this folder: a busy machine draws slowly, which is no fault of a test."""

from hypothesis import HealthCheck, settings

settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")
