"""The real companies come in as a file: mapping shown and confirmed, what could not be read reported."""

from collections import Counter
from decimal import Decimal

from demo.callers import Json
from demo.companies import HEADINGS, as_csv, release, stocks
from demo.failure import DemoFailed
from demo.organisation import STEWARD
from demo.story import Story

FILE = "companies.csv"
YEN = "JPY"
"""What ¥ means in this file, as its sender says."""
IMPLAUSIBLE = 10**13
"""Yuan a year, twice what the largest company of the world sells."""
THOUSANDFOLD = 1000


def bring_in(story: Story) -> None:
    """All companies of the installed release, by the data steward."""
    import_ = done_before(story) or run(story, send(story))
    if import_["state"] != "completed":
        raise DemoFailed(f"The import of {import_['filename']} is {import_['state']}.")
    report(story, import_)
    correct_slips(story)
    rows, rejected = import_["counts"]["rows"], import_["counts"]["rejected"]
    story.telling.leaves(f"{rows - rejected:,} accounts from {rows:,} companies, {rejected} rows to be mended")


def done_before(story: Story) -> Json | None:
    """The steward's last import, followed to its end where it was interrupted."""
    found = story.by(STEWARD).first("/v1/imports", created_by=story.by(STEWARD).id)
    if found is None or found["state"] == "completed":
        return found
    return run(story, found) if found["state"] in {"awaiting_mapping", "running"} else None


def send(story: Story) -> Json:
    """The file, received; nothing is written before its mapping is confirmed."""
    companies = stocks()
    content = as_csv(companies, release())
    story.telling.say(f"{release()} knows {len(companies):,} companies: {FILE}, {len(content) // 1024} KB.")
    form = {"match_on": "external_ref", "currency": YEN}
    files = {"file": (FILE, content, "text/csv")}
    import_: Json = story.by(STEWARD).ask("POST", "/v1/imports", data=form, files=files).json()
    return import_


def run(story: Story, import_: Json) -> Json:
    """The mapping as the service suggests it is shown and confirmed, and the rows go in."""
    path = f"/v1/imports/{import_['id']}"
    if import_["state"] == "awaiting_mapping":
        rows = (
            (column["heading"], column["field"] or "kept as it is", (column["samples"] or [""])[0][:40])
            for column in import_["mapping"][: len(HEADINGS)]
        )
        story.telling.table(("heading", "suggested field", "first cell"), rows)
        import_ = story.by(STEWARD).post(f"{path}/confirm", {})
    story.telling.follow(story.by(STEWARD).job(import_["job_id"]), "Importing companies")
    return story.by(STEWARD).get(path)


def report(story: Story, import_: Json) -> None:
    """What went in, and why something did not."""
    counts, path = import_["counts"], f"/v1/imports/{import_['id']}"
    accounts = counts["rows"] - counts["rejected"]
    story.telling.say(
        f"{counts['rows']:,} rows: {accounts:,} accounts, {counts['rejected']} rows rejected, "
        f"{counts['with_warnings']} taken with a remark. Nothing was dropped:"
    )
    remarks: Counter[tuple[bool, str, str]] = Counter()
    for row in story.by(STEWARD).items(f"{path}/rows"):
        remarks.update((error["rejects"], error["heading"] or "", error["detail"]["en"]) for error in row["errors"])
    ranked = sorted(remarks.items(), key=lambda entry: (not entry[0][0], -entry[1]))
    rows = ((str(number), "rejected" if one[0] else "taken", *one[1:]) for one, number in ranked)
    story.telling.table(("rows", "", "column", "why"), rows, numbers=(0,))
    if counts["rejected"]:
        story.telling.say(f"The rejected rows wait to be mended as a file: GET {path}/rejected?format=csv")


def correct_slips(story: Story) -> None:
    """Who wrote trillion for billion is a thousandfold off; the steward mends it, and the history tells."""
    steward = story.by(STEWARD)
    for account in list(steward.items("/v1/accounts", potential_value_min=str(IMPLAUSIBLE))):
        value = account["potential_value"]
        amount = format(Decimal(value["amount"]) / THOUSANDFOLD, ".2f")
        body = {"potential_value": {"amount": amount, "currency": value["currency"]}}
        steward.patch(f"/v1/accounts/{account['id']}", body, account["version"])
        story.telling.say(
            f"{account['name']} with {Decimal(value['amount']):,.0f} {value['currency']} a year is a slip of the pen: "
            "corrected by a thousand."
        )
