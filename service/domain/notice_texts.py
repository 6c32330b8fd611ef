"""The words of notices: a template for each kind, filled with an event's facts; no title of the archive is one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.errors import Sentence


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody reads: a line, and what there is to say, each in both languages."""

    title: Sentence
    text: Sentence


def words(title_en: str, title_zh: str, text_en: str, text_zh: str) -> Words:
    """A template; `{name}` stands for a fact."""
    return Words(Sentence(title_en, title_zh), Sentence(text_en, text_zh))


TEAM_ROLES = {
    "owner": Sentence("owner", "负责人"),
    "co_owner": Sentence("co-owner", "共同负责人"),
}
ORIGINS = {
    "routed": Sentence("the published rulebook decided it", "按已发布的规则手册决定"),
    "plan": Sentence("an approved plan decided it", "按已批准的方案决定"),
    "appeal": Sentence("an appeal was decided this way", "依申诉裁决"),
    "handover": Sentence("its owner hands everything over", "负责人工作交接"),
}
REASON = Sentence(" Reason: {reason}", "原因：{reason}")
TEMPLATES: Mapping[str, Words] = {
    # --- accounts and daily work ---
    "account_given": words(
        "Account {account} is yours", "客户 {account} 由您负责",
        "You are the {role} of account {account} from now on. The assignment explains why it came to you.",
        "自即日起，您为客户 {account} 的{role}。可在该分配的说明中查看缘由。",
    ),
    "account_taken": words(
        "Account {account} is no longer yours", "客户 {account} 不再由您负责",
        "You are no longer the {role} of account {account}. You may ask for the explanation, and appeal.",
        "您不再是客户 {account} 的{role}。您可以查看说明，也可以提出申诉。",
    ),
    "team_joined": words(
        "You are on the team of account {account}", "您已加入客户 {account} 的团队",
        "You were put on the team of account {account} as {role}.", "您已以{role}身份加入客户 {account} 的团队。",
    ),
    "team_left": words(
        "You left an account's team", "您已退出某客户的团队",
        "Your part as {role} in an account's team has ended.", "您在某客户团队中的{role}职责已结束。",
    ),
    "task_given": words(
        "A task for account {account}", "客户 {account} 的任务",
        "You are responsible for: {subject}. Planned for: {due}.", "由您负责：{subject}。预计完成日期：{due}。",
    ),
    "import_finished": words(
        "Your import has ended", "您的导入已结束",
        "The import shows what came of each row.", "可在导入记录中查看每一行的结果。",
    ),
    "import_gave": words(
        "A list names you as owner", "导入的客户表将您列为负责人",
        "The imported list “{name}” made you the owner of accounts: {gained}. GET {link} lists what is yours.",
        "导入的客户表“{name}”将 {gained} 个客户登记为由您负责。GET {link} 列出您的客户。",
    ),
    # --- distribution ---
    "plan_computed": words(
        "Your plan is computed", "您的分配方案已计算完成",
        "The plan “{name}” waits for approval by somebody else.", "方案“{name}”等待他人批准。",
    ),
    "what_if_computed": words(
        "Your what-if plan is computed", "您的假设推演已计算完成",
        "The plan “{name}” tells what would be. Look at it; it can be neither approved nor applied.",
        "方案“{name}”仅为假设推演，可供查看，不能批准或执行。",
    ),
    "plan_to_approve": words(
        "A plan waits for approval", "有分配方案待批准",
        "The plan “{name}” was computed. Look at its moves and its fairness before you approve it.",
        "方案“{name}”已计算完成。批准之前请查看其变更与公平性。",
    ),
    "plan_failed": words(
        "Your plan could not be computed", "您的分配方案计算失败",
        "The plan “{name}” could not be computed; it tells why.", "方案“{name}”计算失败，原因见方案。",
    ),
    "plan_superseded": words(
        "A plan no longer fits the data", "分配方案与数据不再相符",
        "The data behind the plan “{name}” have changed. Compute it anew.",
        "方案“{name}”所依据的数据已变更，请重新计算。",
    ),
    "plan_approved": words(
        "Your plan was approved", "您的分配方案已获批准",
        "The plan “{name}” was approved and may be applied.", "方案“{name}”已获批准，可以执行。",
    ),
    "plan_rejected": words(
        "Your plan was turned down", "您的分配方案被否决",
        "The plan “{name}” was turned down.", "方案“{name}”被否决。",
    ),
    "plan_cancelled": words(
        "A plan was called off", "分配方案已取消",
        "The plan “{name}” was called off.", "方案“{name}”已取消。",
    ),
    "plan_applied": words(
        "A plan was applied", "分配方案已执行",
        "The assignments of the plan “{name}” count from now on.", "方案“{name}”的分配自即日起生效。",
    ),
    "plan_moved": words(
        "A distribution changed your accounts", "一次分配变更了您的客户",
        "Accounts that an approved plan gave you by the published rulebook: {gained}; that it took from you: {lost}. "
        "GET {link} tells why, account by account; what you disagree with may be appealed.",
        "经批准的方案按已发布的规则手册为您新增 {gained} 个客户，移出 {lost} 个。"
        "GET {link} 逐户说明理由；如有异议可以申诉。",
    ),
    "evaluation_computed": words(
        "Your evaluation is computed", "您的分级评定已完成",
        "Every account was judged; see who moves, and why.", "所有客户均已评定，可查看级别变动及理由。",
    ),
    "evaluation_approved": words(
        "Your evaluation was approved", "您的分级评定已获批准",
        "It may be applied.", "可以执行。",
    ),
    "rulebook_published": words(
        "Your rulebook is in force", "您起草的规则手册已生效",
        "Version {number} of “{name}” was published.", "“{name}”第 {number} 版已发布。",
    ),
    "rulebook_to_read": words(
        "New rules of distribution", "新的分配规则",
        "Version {number} of the rulebook “{name}” is in force. Read it, and confirm that you have.",
        "规则手册“{name}”第 {number} 版已生效。请阅读并确认。",
    ),
    "rulebook_reminder": words(
        "Rules that you have not confirmed", "您尚未确认的规则",
        "Version {number} of the rulebook “{name}” waits for your confirmation that you have read it.",
        "规则手册“{name}”第 {number} 版待您确认已阅读。",
    ),
    "rule_overturned": words(
        "A rule is often overturned", "某条规则常被申诉推翻",
        "Of {verdicts} verdicts on the rule {rule}, {overturned} found for the appellant. Amend the rulebook?",
        "涉及规则 {rule} 的 {verdicts} 件裁决中有 {overturned} 件申诉成立，规则手册或需修订。",
    ),
    "fairness_drifted": words(
        "Loads drift apart", "负荷差距扩大",
        "Since the last plan loads have drifted further apart than the company tolerates. See GET /v1/fairness.",
        "自上次方案以来，负荷差距已超出公司容许范围。见 GET /v1/fairness。",
    ),
    "review_to_comment": words(
        "The distribution of your team is reviewed", "您所在团队的客户分配正在审核",
        "Say what you think of how accounts are shared, until {due}.", "请于 {due} 前就客户分配提出意见。",
    ),
    "review_to_decide": words(
        "A review waits for decisions", "有定期审核待作出决定",
        "The distribution of your department is reviewed. Read what was found, and decide by {due}.",
        "您部门的客户分配正在审核。请阅读审核结果，并于 {due} 前作出决定。",
    ),
    "review_closed": words(
        "The review is closed", "定期审核已结束",
        "The review tells what was decided.", "可在审核记录中查看所作决定。",
    ),
    # --- appeals ---
    "appeal_to_review": words(
        "An appeal for you to hear", "有申诉待您评审",
        "You are to hear an appeal about account {account}. Decide by {due}.",
        "请评审一件涉及客户 {account} 的申诉，须于 {due} 前作出决定。",
    ),
    "appeal_without_reviewer": words(
        "An appeal without a reviewer", "有申诉无人可评审",
        "Nobody independent is left to hear an appeal about account {account}. Appoint an outside mediator.",
        "涉及客户 {account} 的申诉已无独立评审人，请指定外部调解人。",
    ),
    "appeal_filed_for_you": words(
        "An appeal was filed for you", "已为您提出申诉",
        "Your manager appealed for you about account {account}. It is decided by {due}.",
        "您的上级已就客户 {account} 为您提出申诉，将于 {due} 前作出决定。",
    ),
    "appeal_against_yours": words(
        "An appeal concerns an account of yours", "有申诉涉及您的客户",
        "Somebody appealed against the assignment of account {account} to you. It is decided by {due}.",
        "有人对客户 {account} 分配给您提出申诉，将于 {due} 前作出决定。",
    ),
    "appeal_taken_on": words(
        "The appeal is being heard", "申诉评审中",
        "The appeal about account {account} is being heard by somebody independent, until {due}.",
        "涉及客户 {account} 的申诉正由独立评审人评审，期限为 {due}。",
    ),
    "appeal_recused": words(
        "The appeal gets another reviewer", "申诉更换评审人",
        "The reviewer of the appeal about account {account} stepped back. It is decided by {due}.",
        "涉及客户 {account} 的申诉的评审人已回避，将于 {due} 前作出决定。",
    ),
    "appeal_escalated": words(
        "The appeal is in its second instance", "申诉进入二审",
        "The appeal about account {account} is heard by another person now, until {due}.",
        "涉及客户 {account} 的申诉改由他人评审，期限为 {due}。",
    ),
    "appeal_decision_due": words(
        "An appeal is due", "申诉即将到期",
        "The appeal about account {account} waits for your decision until {due}; then it goes to somebody else.",
        "涉及客户 {account} 的申诉待您于 {due} 前作出决定，逾期移交他人。",
    ),
    "appeal_answer_due": words(
        "A mediator waits for your answer", "调解方案待您答复",
        "You have not answered the proposal about account {account}. Silence is no acceptance; answer by {answer_by}.",
        "您尚未答复涉及客户 {account} 的调解方案。沉默不视为接受，请于 {answer_by} 前答复。",
    ),
    "appeal_to_mediate": words(
        "An appeal for you to mediate", "有申诉待您调解",
        "You are to mediate in the appeal about account {account}, until {answer_by}.",
        "请于 {answer_by} 前调解涉及客户 {account} 的申诉。",
    ),
    "appeal_mediated": words(
        "A third party mediates", "第三方介入调解",
        "A third party mediates in the appeal about account {account}, until {answer_by}; the deadline stands still.",
        "第三方正就客户 {account} 的申诉进行调解，至 {answer_by} 止，评审期限中止计算。",
    ),
    "appeal_proposed": words(
        "The mediator made a proposal", "调解人已提出方案",
        "Read the proposal about account {account}, and accept or refuse it by {answer_by}.",
        "请阅读涉及客户 {account} 的调解方案，并于 {answer_by} 前接受或拒绝。",
    ),
    "appeal_answered": words(
        "A side answered the mediator", "一方已答复调解方案",
        "One side answered the proposal about account {account}.", "涉及客户 {account} 的调解方案已有一方答复。",
    ),
    "appeal_resumed": words(
        "The mediation has ended", "调解已结束",
        "The review of the appeal about account {account} goes on, until {due}.",
        "涉及客户 {account} 的申诉恢复评审，期限为 {due}。",
    ),
    "appeal_upheld": words(
        "The appeal was upheld", "申诉成立",
        "The appeal about account {account} was upheld, and the account reassigned.",
        "涉及客户 {account} 的申诉成立，客户已重新分配。",
    ),
    "appeal_settled": words(
        "The appeal was upheld in part", "申诉部分成立",
        "The appeal about account {account} was upheld in part.", "涉及客户 {account} 的申诉部分成立。",
    ),
    "appeal_rejected": words(
        "The appeal was rejected", "申诉不成立",
        "The appeal about account {account} was found wrong. The verdict may go to the second instance for a while.",
        "涉及客户 {account} 的申诉不成立。在期限内可提交二审。",
    ),
    "appeal_withdrawn": words(
        "The appeal was withdrawn", "申诉已撤回",
        "The appeal about account {account} was withdrawn.", "涉及客户 {account} 的申诉已撤回。",
    ),
    "appeal_redeemed": words(
        "A verdict's promise was kept", "裁决承诺已兑现",
        "What was promised about account {account} was carried out.", "就客户 {account} 作出的承诺已兑现。",
    ),
    "appeal_lapsed": words(
        "A verdict's promise lapsed", "裁决承诺已失效",
        "What was promised about account {account} cannot be carried out any more.",
        "就客户 {account} 作出的承诺已无法兑现。",
    ),
    # --- people ---
    "grant_to_confirm": words(
        "A role waits for a second person", "有角色授予待第二人确认",
        "The role {role} for a colleague counts once somebody of the leaders confirms it.",
        "授予同事的角色 {role} 须经领导确认后生效。",
    ),
    "grant_activated": words("You hold a role", "您已获授角色", "You hold the role {role}.", "您已获授角色 {role}。"),
    "grant_refused": words(
        "A role was refused", "角色授予未获批准",
        "The role {role} for you was refused.", "授予您的角色 {role} 未获批准。",
    ),
    "grant_ended": words(
        "A role has ended", "角色已终止", "You no longer hold the role {role}.", "您不再拥有角色 {role}。"
    ),
    # --- archives: never which item, as a mail may be read by others ---
    "delegation_granted": words(
        "You approve on delegation", "您受托审批",
        "The general manager lets you approve in their stead; the letter tells what, and how long.",
        "总经理委托您代为审批，范围与期限见委托书。",
    ),
    "delegation_revoked": words(
        "Your delegation was revoked", "委托已撤销", "You no longer approve in somebody's stead.", "您不再代为审批。"
    ),
    "loan_asked_for_you": words(
        "A loan was asked for you", "已为您申请借阅",
        "Your manager asked to borrow an archive item for you.", "您的上级已为您申请借阅档案。",
    ),
    "loan_to_decide": words(
        "A loan waits for your decision", "有借阅申请待您审批",
        "Somebody asks to borrow an archive item.", "有人申请借阅档案。",
    ),
    "loan_approved": words(
        "The loan was approved", "借阅已获批准",
        "Acknowledge the duties to begin; it lapses if it does not begin in time.",
        "请确认借阅义务后开始，逾期失效。",
    ),
    "loan_refused": words(
        "The loan was refused", "借阅未获批准", "The loan tells why.", "原因见借阅记录。"
    ),
    "loan_lapsed": words(
        "An approved loan lapsed", "已批准的借阅失效", "It did not begin in time.", "未在期限内开始。"
    ),
    "loan_expired": words(
        "A loan came to its end", "借阅已到期", "Bring back the paper if you hold any.", "如持有纸质原件，请归还。"
    ),
    "loan_revoked": words(
        "A loan was ended", "借阅已被终止", "Bring back the paper if you hold any.", "如持有纸质原件，请归还。"
    ),
    "reading_to_decide": words(
        "A reading session waits for your decision", "有阅览申请待您审批",
        "Somebody asks to read in the reading room.", "有人申请在阅览室阅读。",
    ),
    "reading_to_grant": words(
        "A reading session is approved", "阅览已获批准",
        "Grant it at a place when its reader comes.", "请在阅览人到场时安排阅览。",
    ),
    "reading_approved": words(
        "Your reading session was approved", "您的阅览已获批准",
        "The archivist grants it at a place.", "由档案管理员安排阅览。",
    ),
    "reading_refused": words(
        "Your reading session was refused", "您的阅览未获批准", "The session tells why.", "原因见阅览记录。"
    ),
    "reading_lapsed": words(
        "An approved reading session lapsed", "已批准的阅览失效", "It did not begin in time.", "未在期限内开始。"
    ),
    "reading_granted": words(
        "You may read now", "您现在可以阅览", "The session is open until its end.", "阅览开放至结束时间。"
    ),
    "reading_expired": words(
        "A reading session came to its end", "阅览已到期", "It is closed.", "阅览已关闭。"
    ),
    "reading_revoked": words(
        "A reading session was ended", "阅览已被终止", "It was closed before its time.", "阅览已提前关闭。"
    ),
    "deposit_to_accept": words(
        "A deposit waits to be accepted", "有交存档案待接收",
        "Somebody deposited an archive item, or a further file of one. Accept it, or turn it down.",
        "有人交存了档案或其新文件，请接收或退回。",
    ),
    "paper_to_return": words(
        "Bring back paper of the archive", "请归还档案原件",
        "You have had the paper of an archive item for longer than was agreed. Please return it to the archivist.",
        "您持有的档案原件已逾期，请交还档案管理员。",
    ),
    "paper_overdue": words(
        "Paper of the archive is overdue", "档案原件逾期未还",
        "The paper of an archive item was not brought back in time.", "有档案原件未按时归还。",
    ),
    "incident_opened": words(
        "Something of the archive was lost", "档案遗失",
        "A loss was reported; an incident was opened.", "已报告遗失并立案。",
    ),
}  # fmt: skip


def told(kind: str, facts: Mapping[str, Any]) -> Words:
    """The words of a notice: its template filled with the facts; a fact that has words of both languages speaks each.

    KeyError for a kind that has no template.
    """
    template = TEMPLATES[kind]
    text = template.text
    if facts.get("reason"):
        text = Sentence(text.en + REASON.en, text.zh + REASON.zh)
    return Words(filled(template.title, facts), filled(text, facts))


def filled(template: Sentence, facts: Mapping[str, Any]) -> Sentence:
    """A sentence with its facts, a dash for what is not known; facts are never taken for templates."""
    return Sentence(template.en.format_map(Spoken(facts, "en")), template.zh.format_map(Spoken(facts, "zh")))


class Spoken(dict[str, str]):
    """Facts as one language says them."""

    def __init__(self, facts: Mapping[str, Any], language: str) -> None:
        said = {
            name: value[language] if isinstance(value, Mapping) else str(value)
            for name, value in facts.items()
            if value is not None
        }
        super().__init__(said)

    def __missing__(self, name: str) -> str:
        """What is not known."""
        return "–"
