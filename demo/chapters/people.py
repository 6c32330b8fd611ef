"""Departments, forty-one people, their roles by two people's word, their passwords, one absence."""

from datetime import date, timedelta

from demo.callers import Json
from demo.organisation import AWAY, DEPARTMENTS, DEPUTY, GENERAL_MANAGER, TEAMS, Person, people
from demo.stage import ADMIN
from demo.story import Story

LEAVE_IN, LEAVE_FOR = timedelta(days=7), timedelta(days=13)


def hire(story: Story) -> None:
    """A company that can act: `admin` enters, the general manager confirms what needs a second person."""
    departments = open_departments(story)
    known = {person["code"]: person for person in story.by(GENERAL_MANAGER).items("/v1/staff")}
    grants = {
        (grant["staff_id"], grant["role"]): grant
        for grant in story.by(GENERAL_MANAGER).items("/v1/role-grants", state=["proposed", "effective"])
    }
    for person in story.telling.each(people(), "Entering people, granting roles, setting passwords"):
        entered = known.get(person.code) or enter(story, person, departments)
        grant = grant_role(story, entered["id"], person.role, grants)
        place(story, entered, departments[person.department]["id"])
        let_in(story, entered, GENERAL_MANAGER if grant["approved_by"] else ADMIN)
    name_heads(story, departments)
    plan_absence(story)
    powerful = sum(grant["approved_by"] is not None for grant in story.by(GENERAL_MANAGER).items("/v1/role-grants"))
    sellers = [person for person in people() if person.sells]
    story.telling.say(
        f"{len(people())} people in {len(departments)} departments; {len(sellers)} of them sell, "
        f"{sum(person.fte != '1' for person in sellers)} part-time, one will be on leave."
    )
    story.telling.say(
        f"{powerful} roles with power over plans and appeals were proposed by admin and approved by a second person."
    )
    story.telling.leaves(f"{len(departments)} departments, {len(people())} people with roles and passwords")


def open_departments(story: Story) -> dict[str, Json]:
    """Every department by its name."""
    found = {one["name"]: one for one in story.by(GENERAL_MANAGER).items("/v1/departments")}
    for name, above in DEPARTMENTS.items():
        if name not in found:
            body = {"name": name, "parent_id": found[above]["id"] if above else None}
            found[name] = story.by(ADMIN).post("/v1/departments", body)
    return {name: found[name] for name in DEPARTMENTS}


def enter(story: Story, person: Person, departments: dict[str, Json]) -> Json:
    """A person with what distribution will know of them."""
    body = {
        "code": person.code,
        "name": person.name,
        "department_id": departments[person.department]["id"],
        "regions": person.regions,
        "industries": person.industries,
        "products": person.products,
        "experience_level": person.experience_level,
        "fte": person.fte,
        **person.caps,
    }
    return story.by(ADMIN).post("/v1/staff", body)


def grant_role(story: Story, staff_id: str, role: str, grants: dict[tuple[str, str], Json]) -> Json:
    """The person's role: granted by `admin`, and approved by the general manager where it is a powerful one."""
    grant = grants.get((staff_id, role))
    if grant is None:
        grant = story.by(ADMIN).post("/v1/role-grants", {"staff_id": staff_id, "role": role})
    if grant["state"] == "proposed":
        path = f"/v1/role-grants/{grant['id']}/approve"
        grant = story.by(GENERAL_MANAGER).post(path, {"reason": "按任命书 As appointed"})
    return grant


def place(story: Story, entered: Json, department_id: str) -> None:
    """The general manager, whom the command line made, gets a department too."""
    if entered["department_id"] is None:
        path = f"/v1/staff/{entered['id']}"
        story.by(ADMIN).patch(path, {"department_id": department_id}, story.by(ADMIN).get(path)["version"])


def let_in(story: Story, entered: Json, host: str) -> None:
    """A password by a one-time invitation, for whoever has none yet; only a leader invites to a powerful role."""
    if entered["status"] == "invited":
        link = story.by(host).post(f"/v1/staff/{entered['id']}/invitation", {})
        password = story.stage.passwords.of(entered["code"])
        story.client.post(
            "/v1/auth/password", json={"token": link["token"], "new_password": password}
        ).raise_for_status()


def name_heads(story: Story, departments: dict[str, Json]) -> None:
    """Each team gets its manager, and the deputy general manager in charge of it."""
    ids = {code: staff_id for staff_id, code in story.codes.items()}
    for team in TEAMS:
        if departments[team]["manager_id"] is None:
            head = next(
                person for person in people() if (person.role, person.department) == ("department_manager", team)
            )
            body = {"manager_id": ids[head.code], "deputy_in_charge_id": ids[DEPUTY]}
            story.by(ADMIN).patch(f"/v1/departments/{departments[team]['id']}", body, departments[team]["version"])


def plan_absence(story: Story) -> None:
    """One vacation of two weeks."""
    ids = {code: staff_id for staff_id, code in story.codes.items()}
    path = f"/v1/staff/{ids[AWAY]}/absences"
    if story.by(GENERAL_MANAGER).first(path) is None:
        begin = date.today() + LEAVE_IN
        body = {"starts_on": str(begin), "ends_on": str(begin + LEAVE_FOR), "kind": "vacation", "note": "年假"}
        story.by(GENERAL_MANAGER).post(path, body)
