"""One operation: what it is called, what it takes, everything that it may answer, and who may ask."""

import re
from typing import Any

from service.http.openapi.enum_words import described
from service.http.openapi.examples import example_of
from service.http.openapi.field_words import PATH_EXAMPLES, PATH_WORDS
from service.http.openapi.schemas import form_field, plain_schema
from service.http.openapi.scopes import SCOPES_OF
from service.http.openapi.shared import SHARED, header_refs, problem_answer
from service.http.responses import told

Json = dict[str, Any]
TOKEN, PASSWORD = "/v1/auth/token", "/v1/auth/password"
EVERY_ANSWER = ("X-Request-Id", "RateLimit", "RateLimit-Policy")
NOT_MODIFIED = 304
WITHOUT_BODY = frozenset({204, NOT_MODIFIED})
# What is worked out anew for each reader has no version to compare.
UNTAGGED = frozenset({
    "get_me", "get_fairness", "get_fairness_report", "get_appeal_effect", "get_rulebook_diff", "list_settings",
    "list_tier_templates", "list_rulebook_tests", "export_distribution_plan", "get_precedent",
    "get_appeal_statistics",
})  # fmt: skip
CLAUSE_END = re.compile("[，；：。（]")
TOLD = {told(kinds): name for name, kinds in SHARED.items()}


def rewrite_operation(path: str, method: str, operation: Json, schemas: Json) -> None:
    """Everything about one operation, in the order in which it is read."""
    words: str = operation.get("description") or operation["summary"]
    operation["summary"], operation["description"] = title(words), words
    operation["security"] = security(path, operation["operationId"])
    operation["parameters"] = [parameter(one, schemas) for one in operation.get("parameters", [])]
    if "requestBody" in operation:
        rewrite_body(method, operation["requestBody"], schemas)
    add_shared(path, method, operation)
    rewrite_answers(path, method, operation["responses"])
    if not operation["parameters"]:
        del operation["parameters"]


def title(words: str) -> str:
    """What stands on the folded line: the English sentence without its stop, and how the Chinese one begins."""
    english, chinese = words.split("\n", maxsplit=1)[0], words.rsplit("\n\n", maxsplit=1)[-1]
    return f"{english.rstrip('.')} {CLAUSE_END.split(chinese, maxsplit=1)[0]}"


def security(path: str, name: str) -> list[Json]:
    """Who may ask: people, integrations with one of the scopes, or anybody."""
    if path == TOKEN or not path.startswith("/v1/"):
        return []
    scopes = SCOPES_OF.get(name, ())
    known: list[Json] = [{"login": []}, {"bearer": []}, *({"integration": [str(scope)]} for scope in scopes)]
    return [{}, *known] if path == PASSWORD else known


def parameter(told_by_framework: Json, schemas: Json) -> Json:
    """A parameter with its words once, and a schema that needs no null: what is absent is left out."""
    found = dict(told_by_framework)
    schema = plain_schema(found.pop("schema"), nullable=False)
    if found["in"] == "header":
        found["name"] = found["name"].title()
        found["required"] = True
        found["example"] = '"1-full"'
    if found["in"] == "query" and found.get("required"):
        found["example"] = example_of(schema, schemas)
    if found["in"] == "path":
        found.setdefault("description", PATH_WORDS.get(found["name"], ""))
        found["example"] = PATH_EXAMPLES.get(found["name"]) or example_of(schema, schemas)
    words = found.get("description") or schema.get("description", "")
    found["description"] = described(words, schema, schemas)
    schema.pop("description", None)
    return found | {"schema": schema}


def rewrite_body(method: str, body: Json, schemas: Json) -> None:
    """A PATCH is a merge patch (RFC 7396); every body shows an example."""
    content = body["content"]
    if method == "patch":
        content["application/merge-patch+json"] = content.pop("application/json")
    for kind, media in content.items():
        if "form" in kind:
            form = schemas[media["schema"]["$ref"].rsplit("/", 1)[-1]]
            needed_first = sorted(form["properties"].items(), key=lambda one: one[0] not in form.get("required", ()))
            form["properties"] = {name: form_field(field) for name, field in needed_first}
        media["schema"] = plain_schema(media["schema"], nullable=False)
        media["example"] = example_of(media["schema"], schemas)


def add_shared(path: str, method: str, operation: Json) -> None:
    """The problems that follow from how an operation is asked, beside those that its route names."""
    if not path.startswith("/v1/"):
        for status in ("401", "403", "422", "429"):  # nobody is asked who they are
            operation["responses"].pop(status, None)
        merge(operation["responses"], "BodyTooLarge")
        return
    json = "application/json" in operation.get("requestBody", {}).get("content", {}) or method == "patch"
    listed = any(parameter["name"] == "cursor" for parameter in operation["parameters"])
    replayed = method == "post" and path not in {TOKEN, PASSWORD}
    names = ["BadListQuery" if listed else "BadRequest" if json else "BadQuery", "TooManyRequests"]
    names += ["InternalError", "Unavailable"]
    names += ["BodyTooLarge", "UnsupportedMediaType"] if json else []
    names += ["SameKey", "InvalidPost"] if replayed else []
    names += ["NotFound"] if "{" in path else []
    for name in names:
        merge(operation["responses"], name)
    answers = operation["responses"].get("200", {}).get("content", {}).get("application/json", {})
    if method == "get" and not listed and answers and operation["operationId"] not in UNTAGGED:
        operation["responses"]["304"] = {"description": "You have it already. 内容未变化。"}
        operation["parameters"].append({"$ref": "#/components/parameters/If-None-Match"})
    if replayed:
        operation["parameters"].append({"$ref": "#/components/parameters/Idempotency-Key"})


def merge(answers: Json, name: str) -> None:
    """Adds the words of a shared problem to what a status tells already."""
    kinds = SHARED[name]
    answer = answers.setdefault(str(kinds[0].status), {"description": ""})
    lines = [*filter(None, answer["description"].split("\n\n")), *told(kinds).split("\n\n")]
    answer["description"] = "\n\n".join(dict.fromkeys(lines))


def rewrite_answers(path: str, method: str, answers: Json) -> None:
    """Problems by reference where they are the shared ones; what succeeds names its headers."""
    for status, answer in sorted(answers.items()):
        del answers[status]
        if int(status) >= 400:
            shared = TOLD.get(answer["description"])
            answers[status] = (
                {"$ref": f"#/components/responses/{shared}"}
                if shared
                else problem_answer(int(status), answer["description"])
            )
        else:
            answers[status] = success(path, method, int(status), answer)


def success(path: str, method: str, status: int, answer: Json) -> Json:
    """An answer that is no problem, with the headers that it carries."""
    names = [*EVERY_ANSWER] if path.startswith("/v1/") else ["X-Request-Id"]
    names += ["Location"] if status in {201, 202} else []
    names += ["ETag"] if method == "patch" or status == NOT_MODIFIED else []
    names += ["Idempotent-Replayed"] if method == "post" and path not in {TOKEN, PASSWORD} else []
    description = WORDS.get(status, "") if answer["description"] == "Successful Response" else answer["description"]
    content = {kind: media | plain_media(media) for kind, media in answer.get("content", {}).items()}
    found = {"description": description, "headers": header_refs(names)}
    return found | ({"content": content} if content and status not in WITHOUT_BODY else {})


def plain_media(media: Json) -> Json:
    """The schema of an answer, tidied."""
    return {"schema": plain_schema(media["schema"], nullable=True)} if media.get("schema") else {}


WORDS = {
    200: "As asked. 请求成功。",
    201: "Made. 已创建。",
    202: "A job has begun. 已开始后台作业。",
    204: "Done; there is nothing to show. 已完成，无返回内容。",
}
