"""Jobs as JSON, their problems in the caller's language."""

from collections.abc import Mapping
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, literal_column, null
from sqlalchemy.ext.asyncio import AsyncConnection

from service.models import Job
from service.policy import Actor
from service.queries.json_view import json_value
from service.queries.listing import Listing, any_of, equals
from service.queries.single import single

PLAIN = (
    *("id", "kind", "subject_id", "state", "progress", "result", "created_by", "created_at", "started_at"),
    "ended_at",
)


def job_columns(language: str) -> Mapping[str, Any]:
    """The members of JobView."""
    words = Job.problem["zh" if language.startswith("zh") else "en"].astext
    problem = json_value({"code": Job.problem["code"].astext, "detail": words})
    return {name: getattr(Job, name) for name in PLAIN} | {
        "problem": case((func.jsonb_typeof(Job.problem) == literal_column("'object'"), problem), else_=null())
    }


@cache
def job_listing(language: str) -> Listing:
    """How jobs are listed."""
    return Listing(
        model=Job,
        columns=lambda _actor: job_columns(language),
        sorts={"created_at": Job.id},
        filters={"kind": any_of(Job.kind), "state": any_of(Job.state), "subject_id": equals(Job.subject_id)},
    )


async def job_json(connection: AsyncConnection, actor: Actor, job_id: UUID, language: str) -> str:
    """One job's JSON text."""
    row = await single(connection, actor, Job, job_columns(language), job_id)
    return str(row.json)
