"""Dated exchange rates, by which amounts of many currencies become comparable."""

from demo.organisation import FINANCE
from demo.rates import BASE, rates
from demo.story import Story


def enter_rates(story: Story) -> None:
    """One rate for each currency and year, each with its source."""
    finance = story.by(FINANCE)
    known = {(rate["currency"], rate["valid_from"]) for rate in finance.items("/v1/exchange-rates")}
    wanted = list(rates())
    missing = [rate for rate in wanted if (rate.currency, str(rate.valid_from)) not in known]
    for rate in story.telling.each(missing, "Entering exchange rates"):
        finance.post("/v1/exchange-rates", rate._asdict() | {"valid_from": str(rate.valid_from)})
    currencies = sorted({rate.currency for rate in wanted})
    first, last = (limit(rate.valid_from.year for rate in wanted) for limit in (min, max))
    story.telling.say(
        f"{', '.join(currencies)} into {BASE} for each year from {first} to {last}, each with its source."
    )
    story.telling.leaves(f"{len(wanted)} dated rates of {len(currencies)} currencies")
