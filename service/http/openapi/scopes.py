"""Which operations integrations reach by which scope; a test holds this table to the policy."""

from service.domain.api_keys import Scope

OPERATIONS = {
    Scope.ACCOUNTS_READ: (
        "list_accounts get_account list_contacts get_contact list_entitlements list_history get_account_summary "
        "list_team get_member list_account_tiers list_timeline list_assignments get_assignment list_interactions "
        "get_interaction list_tasks get_task get_division"
    ),
    Scope.ACCOUNTS_WRITE: (
        "create_account update_account create_contact update_contact delete_contact create_import create_task "
        "update_task delete_task cancel_task finish_task reopen_task start_task"
    ),
    Scope.CONTACTS_SENSITIVE: "list_alliance_observations get_alliance_observation",
    Scope.DIRECTORY_READ: (
        "list_departments get_department list_exchange_rates get_exchange_rate list_holidays get_holiday list_staff "
        "get_staff"
    ),
}
SCOPES_OF = {name: (scope,) for scope, names in OPERATIONS.items() for name in names.split()}
