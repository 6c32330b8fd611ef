"""What every request passes: middleware, problems, conditional requests, idempotency."""
