"""Who works here: the roles, and the groups of roles that the access tables name."""

from enum import StrEnum

from service.errors import Sentence


class Role(StrEnum):
    """What somebody is in the company; a person may hold several.

    人员在公司的角色；一人可有多个。
    """

    GENERAL_MANAGER = "general_manager"
    DEPUTY_GENERAL_MANAGER = "deputy_general_manager"
    DIRECTOR = "director"
    OFFICE_DIRECTOR = "office_director"
    ARCHIVIST = "archivist"
    DEPARTMENT_MANAGER = "department_manager"
    KEY_ACCOUNT_MANAGER = "key_account_manager"
    KEY_ACCOUNT_SUPERVISOR = "key_account_supervisor"
    KEY_ACCOUNT_SPECIALIST = "key_account_specialist"
    SALES_REP = "sales_rep"
    OFFICE_ASSISTANT = "office_assistant"
    TECH_SUPPORT = "tech_support"
    MARKETING = "marketing"
    MARKETING_DIRECTOR = "marketing_director"
    FINANCE = "finance"
    OPERATIONS = "operations"
    AFTER_SALES = "after_sales"
    CREDIT_INVESTIGATOR = "credit_investigator"
    CUSTOMER_SERVICE = "customer_service"
    DATA_STEWARD = "data_steward"
    MEDIATOR = "mediator"
    AUDITOR = "auditor"
    ADMIN = "admin"
    INTEGRATION = "integration"


LEADERS = frozenset({Role.GENERAL_MANAGER, Role.DEPUTY_GENERAL_MANAGER, Role.DIRECTOR, Role.OFFICE_DIRECTOR})

# Those who stand above a person when they hold the role in that person's department or one of its parents.
LINE_ROLES = frozenset({Role.DEPARTMENT_MANAGER, Role.KEY_ACCOUNT_MANAGER, Role.KEY_ACCOUNT_SUPERVISOR})

# Those of the line who merge, delete, pin and assign by hand.
LINE_DECIDERS = frozenset({Role.DEPARTMENT_MANAGER, Role.KEY_ACCOUNT_MANAGER})

# Team members who see a contact's sensitive fields.
SALES_ROLES = frozenset(
    {Role.KEY_ACCOUNT_MANAGER, Role.KEY_ACCOUNT_SUPERVISOR, Role.KEY_ACCOUNT_SPECIALIST, Role.SALES_REP}
)

# Staff who read the basics and orders of every account.
BASICS_READERS = frozenset({Role.MARKETING, Role.MARKETING_DIRECTOR, Role.FINANCE})

ACCOUNT_CREATORS = LEADERS | {Role.KEY_ACCOUNT_MANAGER, Role.DEPARTMENT_MANAGER, Role.DATA_STEWARD}

PLAN_AUTHORS = frozenset({Role.KEY_ACCOUNT_MANAGER, Role.DEPARTMENT_MANAGER, Role.DIRECTOR})

REVIEWER_ROLES = LEADERS | {Role.KEY_ACCOUNT_MANAGER, Role.MEDIATOR}

# Who reads of the archive at all: whoever runs the service sees nothing of it; the auditor changes nothing.
ARCHIVE_STAFF = frozenset(Role) - {Role.ADMIN, Role.INTEGRATION}
ARCHIVE_WORKERS = ARCHIVE_STAFF - {Role.AUDITOR}

# Archive, approval or plan power: granted by two people.
TWO_PERSON_ROLES = LEADERS | {Role.ARCHIVIST, Role.AUDITOR, Role.MEDIATOR}

ROLE_NAMES = {
    Role.GENERAL_MANAGER: Sentence("General manager", "总经理"),
    Role.DEPUTY_GENERAL_MANAGER: Sentence("Deputy general manager", "副总经理"),
    Role.DIRECTOR: Sentence("Director", "总监"),
    Role.OFFICE_DIRECTOR: Sentence("General manager's office director", "总经理办公室主任"),
    Role.ARCHIVIST: Sentence("Archivist", "档案管理员"),
    Role.DEPARTMENT_MANAGER: Sentence("Department manager", "部门经理"),
    Role.KEY_ACCOUNT_MANAGER: Sentence("Key-account manager", "大客户经理"),
    Role.KEY_ACCOUNT_SUPERVISOR: Sentence("Key-account supervisor", "大客户主管"),
    Role.KEY_ACCOUNT_SPECIALIST: Sentence("Key-account specialist", "大客户专员"),
    Role.SALES_REP: Sentence("Sales representative", "业务员"),
    Role.OFFICE_ASSISTANT: Sentence("Office assistant", "内勤"),
    Role.TECH_SUPPORT: Sentence("Technical support", "技术支持"),
    Role.MARKETING: Sentence("Marketing", "市场人员"),
    Role.MARKETING_DIRECTOR: Sentence("Marketing director", "营销总监"),
    Role.FINANCE: Sentence("Finance", "财务人员"),
    Role.OPERATIONS: Sentence("Operations", "运营人员"),
    Role.AFTER_SALES: Sentence("After-sales service", "售后服务"),
    Role.CREDIT_INVESTIGATOR: Sentence("Credit investigator", "资信调查人员"),
    Role.CUSTOMER_SERVICE: Sentence("Customer service", "客户服务"),
    Role.DATA_STEWARD: Sentence("Data steward", "数据审核专人"),
    Role.MEDIATOR: Sentence("Mediator", "第三方协调者"),
    Role.AUDITOR: Sentence("Auditor", "审计员"),
    Role.ADMIN: Sentence("Administrator", "系统管理员"),
    Role.INTEGRATION: Sentence("Integration", "系统集成"),
}


def grant_needs_second_person(role: Role) -> bool:
    """Whether one of the leaders must confirm the grant before it counts."""
    return role in TWO_PERSON_ROLES
