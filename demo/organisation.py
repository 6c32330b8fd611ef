"""The invented company: its departments and forty-one people, as a table that reads aloud."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from demo.companies import REGIONS

CENTRE = "大客户中心 Key accounts"
EAST = "北美东区 North America East"
WEST = "北美西区 North America West"
EUROPE = "欧洲区 Europe"
ASIA = "亚太区 Asia-Pacific"
TEAMS = (EAST, WEST, EUROPE, ASIA)
DEPARTMENTS = {
    "总经理办公室 General office": None,
    "财务部 Finance": None,
    "数据部 Data": None,
    "市场部 Marketing": None,
    CENTRE: None,
    **dict.fromkeys(TEAMS, CENTRE),
}
"""Name → the department above."""

HOURS_A_MONTH = 160
ACCOUNTS_A_POST = 90

_INDUSTRIES = {
    "A": "Industrial goods and services|Automotive|Chemicals and materials|Energy and utilities|"
    "Transport and logistics",
    "B": "Finance|Real estate|Health care",
    "C": "Technology|Media and telecommunications|Retail and leisure|Consumer goods",
}
_PRODUCTS = {"A": "传感器 Sensors", "B": "服务合同 Service contracts", "C": "分析平台 Analytics"}

_OFFICE = """
DEMO-01 | 林致远           | general_manager        | 总经理办公室 General office
DEMO-02 | Margarethe Thorn | deputy_general_manager | 总经理办公室 General office
DEMO-03 | 周明轩           | director               | 大客户中心 Key accounts
DEMO-04 | 何静怡           | office_director        | 总经理办公室 General office
DEMO-05 | Edwin Marlowe    | auditor                | 总经理办公室 General office
DEMO-06 | 苏晚晴           | mediator               | 总经理办公室 General office
DEMO-41 | 沈知秋           | archivist              | 总经理办公室 General office
DEMO-07 | Clara Lindqvist  | data_steward           | 数据部 Data
DEMO-08 | 高志诚           | finance                | 财务部 Finance
DEMO-09 | Tom Ashby        | marketing              | 市场部 Marketing
DEMO-10 | 吴佳宁           | department_manager     | 北美东区 North America East
DEMO-11 | Ruth Calloway    | department_manager     | 北美西区 North America West
DEMO-12 | Henrik Solberg   | department_manager     | 欧洲区 Europe
DEMO-13 | 佐藤美咲         | department_manager     | 亚太区 Asia-Pacific
"""

_SELLERS = """
北美东区 North America East
DEMO-14 | 张伟             | 5 | 1   | A B C | US Northeast, US South, Canada and Latin America
DEMO-15 | Nora Whitfield   | 4 | 1   | A B   | US Northeast, US South
DEMO-16 | 李秀兰           | 4 | 0.8 | B C   | US Northeast, US South, Canada and Latin America
DEMO-17 | Daniel Okafor    | 3 | 1   | A C   | US South, Canada and Latin America
DEMO-18 | 陈浩宇           | 3 | 1   | A B   | US South
DEMO-19 | Grace Holloway   | 3 | 0.5 | B C   | US Northeast
DEMO-20 | 刘子涵           | 2 | 1   | A C   | US Northeast, Canada and Latin America
DEMO-21 | 黄雅婷           | 1 | 1   | A B C | US Northeast, US South
北美西区 North America West
DEMO-22 | 王芳             | 5 | 1   | A B C | US Midwest, US West
DEMO-23 | Samuel Reyes     | 4 | 1   | A C   | US Midwest, US West
DEMO-24 | Miguel Arroyo    | 3 | 1   | B C   | US South, US West
DEMO-25 | 赵天佑           | 3 | 1   | A B   | US Midwest, US West
DEMO-26 | Linnea Park      | 3 | 0.8 | B C   | US West
DEMO-27 | 徐思远           | 3 | 1   | A C   | US Midwest, US South
DEMO-28 | Owen Fairbanks   | 1 | 0.8 | A B C | US Midwest, US West
欧洲区 Europe
DEMO-29 | Katharina Vogt   | 5 | 1   | A B C | Germany, Switzerland and Austria, Benelux
DEMO-30 | 孙丽华           | 4 | 1   | A B   | Germany, Switzerland and Austria, France
DEMO-31 | Declan Byrne     | 4 | 1   | A B C | United Kingdom and Ireland, Nordics
DEMO-32 | Amélie Fournier  | 4 | 0.8 | A C   | France, Southern Europe, Benelux
DEMO-33 | 马俊杰           | 3 | 1   | B C   | United Kingdom and Ireland, Benelux, Germany
DEMO-34 | Giulia Ferrante  | 3 | 1   | A B C | Southern Europe, France, Switzerland and Austria
DEMO-35 | Aino Lehtonen    | 3 | 0.5 | A C   | Nordics, Germany
DEMO-36 | 郭晓彤           | 2 | 1   | A B   | United Kingdom and Ireland, Nordics
DEMO-37 | Pieter de Graaf  | 2 | 1   | A B C | Benelux, Germany, France, Southern Europe
亚太区 Asia-Pacific
DEMO-38 | 田中健一         | 5 | 1   | A B C | Japan, Asia and Pacific
DEMO-39 | 郑凯文           | 3 | 1   | A B   | Japan, Asia and Pacific
DEMO-40 | Hana Whitaker    | 2 | 0.8 | A B C | Japan, Asia and Pacific
"""

GENERAL_MANAGER, DEPUTY, DIRECTOR, AUDITOR, STEWARD, FINANCE = (f"DEMO-{number:02}" for number in (1, 2, 3, 5, 7, 8))
ARCHIVIST = "DEMO-41"
AWAY = "DEMO-25"
"""Who takes a vacation while the accounts are shared out."""


@dataclass(frozen=True)
class Person:
    """Somebody of the company, in the words of `POST /v1/staff`; who sells nothing covers nothing."""

    code: str
    name: str
    role: str
    department: str
    experience_level: int = 1
    fte: str = "1"
    regions: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    products: tuple[str, ...] = ()

    @property
    def sells(self) -> bool:
        """Whether accounts may be given to them."""
        return bool(self.regions)

    @property
    def caps(self) -> dict[str, int | str | None]:
        """How many accounts and hours a month they take at most."""
        if not self.sells:
            return {"max_accounts": None, "max_workload_hours": None}
        part = Decimal(self.fte)
        return {
            "max_accounts": int(ACCOUNTS_A_POST * part),
            "max_workload_hours": format(HOURS_A_MONTH * part, "f"),
        }


def people() -> list[Person]:
    """All forty-one: whoever leads, checks and supports, then who sells."""
    return [*_office(), *_sellers()]


def _office() -> Iterator[Person]:
    """Whoever leads, checks and supports."""
    for line in _OFFICE.strip().splitlines():
        code, name, role, department = _cells(line)
        yield Person(code, name, role, department)


def _sellers() -> Iterator[Person]:
    """Whoever is given accounts, team by team; the first of each team is its key-account manager."""
    team, is_first = "", True
    for line in _SELLERS.strip().splitlines():
        if "|" not in line:
            team, is_first = line, True
            continue
        code, name, level, fte, desks, regions = _cells(line)
        role = "key_account_manager" if is_first else "key_account_specialist" if int(level) > 2 else "sales_rep"
        industries = tuple(one for desk in desks.split() for one in _INDUSTRIES[desk].split("|"))
        products = tuple(_PRODUCTS[desk] for desk in desks.split())
        covered = tuple(regions.split(", "))
        assert set(covered) <= set(REGIONS), f"{code} covers a region that no company is in"
        yield Person(code, name, role, team, int(level), fte, covered, industries, products)
        is_first = False


def _cells(line: str) -> list[str]:
    """The cells of a line of a table."""
    return [cell.strip() for cell in line.split("|")]
