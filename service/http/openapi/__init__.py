"""The OpenAPI document: FastAPI's own, rewritten in one place to what we promise."""

from service.http.openapi.assembly import document

__all__ = ["document"]
