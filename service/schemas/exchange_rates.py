"""Dated exchange rates as JSON."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from service.schemas.fields import Body, CurrencyCode, Day, DecimalText, Instant, Text200, View
from service.schemas.page import PageFilter


class ExchangeRateCreate(Body):
    """What one unit of a currency is worth in the base currency from a day on. 自某日起一单位该货币折合的本位币。"""

    currency: CurrencyCode = Field(description="ISO 4217 code. ISO 4217 货币代码。", examples=["USD"])
    valid_from: Day = Field(
        description="The first day on which the rate holds; the next dated rate ends it. "
        "汇率生效首日；至下一条汇率生效时止。"
    )
    rate: DecimalText = Field(
        gt=0,
        max_digits=20,
        decimal_places=10,
        description="Base currency for one unit. 一单位该货币折合的本位币。",
        examples=["7.1234"],
    )
    source: Text200 | None = Field(
        default=None, description="Where the rate comes from. 汇率来源。", examples=["中国外汇交易中心"]
    )


class ExchangeRateView(View):
    """A dated exchange rate. 有生效日的汇率。"""

    id: UUID
    currency: str
    valid_from: Day
    rate: DecimalText = Field(description="Base currency for one unit. 一单位该货币折合的本位币。")
    source: str | None
    version: int
    created_at: Instant
    updated_at: Instant


class ExchangeRatePage(View):
    """Some rates, and where the next ones begin. 一页汇率及下一页的起点。"""

    items: list[ExchangeRateView]
    next_cursor: str | None


class ExchangeRateSort(StrEnum):
    """What rates are sorted by; a leading minus turns the order round. 汇率的排序依据；前加减号为倒序。"""

    CREATED = "created_at"
    CREATED_DESC = "-created_at"
    VALID_FROM = "valid_from"
    VALID_FROM_DESC = "-valid_from"


class ExchangeRateFilter(PageFilter):
    """Typed filters, one per field."""

    currency: Annotated[list[CurrencyCode], Field(max_length=200)] | None = Field(
        default=None, description="ISO 4217 codes. 货币代码。"
    )
    valid_from_min: Day | None = Field(default=None, description="Valid from this day or later. 生效日不早于此日。")
    valid_from_max: Day | None = Field(default=None, description="Valid from this day or earlier. 生效日不晚于此日。")
    sort: ExchangeRateSort = Field(default=ExchangeRateSort.CREATED, description="The order. 排序。")
