"""What is kept of a random secret: its SHA-256, which fits the secret but does not give it away."""

import hashlib


def digest(secret: str) -> bytes:
    """The 32 bytes that are stored instead of a token or key of 190 random bits or more."""
    return hashlib.sha256(secret.encode()).digest()
