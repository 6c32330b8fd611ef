"""Six people to try things with: entered, given their roles by two people, invited, with a password of their own.

    python examples/company.py

EVENHAND_URL is the service, ADMIN_PASSWORD the administrator's, GM_PASSWORD what `evenhand appoint GM001 林致远`
printed; everybody else gets EVENHAND_PASSWORD. What is there already is left as it is.
"""

import os
from typing import Any

import httpx

SELLER = {"regions": ["华东", "华南"], "industries": ["制造", "金融"], "products": ["产品A"], "experience_level": 4}
PEOPLE: dict[str, tuple[str, str, dict[str, Any]]] = {
    "L001": ("何静怡", "deputy_general_manager", {}),
    "D001": ("周明轩", "director", {}),
    "DS01": ("高志诚", "data_steward", {}),
    "M001": ("苏晚晴", "mediator", {}),
    "S001": ("李秀兰", "sales_rep", SELLER),
    "S002": ("陈浩宇", "sales_rep", SELLER),
}


def log_in(url: str, code: str, password: str) -> httpx.Client:
    """A client that speaks for a person."""
    form = {"grant_type": "password", "username": code, "password": password}
    token = httpx.post(f"{url}/v1/auth/token", data=form).raise_for_status().json()["access_token"]
    return httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"})


def enter(admin: httpx.Client, leader: httpx.Client, code: str, password: str) -> None:
    """One person, from the first record to the first password; a powerful role takes a leader besides."""
    name, role, known = PEOPLE[code]
    person = admin.post("/v1/staff", json={"code": code, "name": name, **known}).raise_for_status().json()
    wanted = {"staff_id": person["id"], "role": role, "reason": "入职"}
    grant = admin.post("/v1/role-grants", json=wanted).raise_for_status().json()
    host = leader if grant["state"] == "proposed" else admin
    if host is leader:
        leader.post(f"/v1/role-grants/{grant['id']}/approve", json={"reason": "同意"}).raise_for_status()
    token = host.post(f"/v1/staff/{person['id']}/invitation", json={}).raise_for_status().json()["token"]
    first = {"token": token, "new_password": password}
    httpx.post(f"{admin.base_url}/v1/auth/password", json=first).raise_for_status()


def main() -> None:
    """Enters whoever is missing."""
    url, password = os.environ["EVENHAND_URL"], os.environ["EVENHAND_PASSWORD"]
    admin = log_in(url, "admin", os.environ["ADMIN_PASSWORD"])
    leader = log_in(url, "GM001", os.environ["GM_PASSWORD"])
    for code in PEOPLE:
        if not admin.get("/v1/staff", params={"code": code}).raise_for_status().json()["items"]:
            enter(admin, leader, code, password)


if __name__ == "__main__":
    main()
