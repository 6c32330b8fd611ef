"""What the members of enums mean, in English and Chinese: the same everywhere, or what stands by the schema."""

from collections.abc import Iterator, Mapping
from typing import Any

from service.domain.alliance import RUNGS
from service.domain.archives import KIND_NAMES
from service.domain.division import RULES as STAGE_RULES
from service.domain.lending import DUTIES
from service.domain.people import ROLE_NAMES
from service.domain.tier_sheets import REASONS
from service.errors import Sentence

Json = dict[str, Any]
# By the member, whatever schema it is in.
MEMBER_WORDS = {
    # --- states ---
    "applied": "carried out 已执行",
    "approved": "approved 已批准",
    "awaiting_mapping": "waits until its columns are confirmed 待确认列映射",
    "cancelled": "cancelled 已取消",
    "completed": "completed 已完成",
    "computing": "being computed 计算中",
    "done": "done 已完成",
    "draft": "draft 草稿",
    "effective": "in force 已生效",
    "ended": "closed before its end 已提前结束",
    "expired": "came to its end 已到期",
    "failed": "failed 失败",
    "in_progress": "in progress 进行中",
    "invited": "invited, not here yet 已邀请",
    "lapsed": "did not begin in time 逾期失效",
    "left": "has left 已离职",
    "mediation": "in mediation 调解中",
    "not_started": "not started 未开始",
    "on_leave": "on leave 休假中",
    "partially_upheld": "partly upheld 部分成立",
    "preview": "preview 预览",
    "proposed": "proposed 待批准",
    "published": "published, in force 已发布",
    "queued": "waits for a worker 排队中",
    "received": "received 已接收",
    "refused": "refused 已拒绝",
    "rejected": "rejected 已驳回",
    "requested": "waits for approval 待审批",
    "retired": "no longer in force 已停用",
    "returned": "given back 已归还",
    "revoked": "revoked 已撤销",
    "running": "running 运行中",
    "submitted": "submitted 已提交",
    "succeeded": "succeeded 成功",
    "superseded": "replaced by a newer one 已被取代",
    "under_review": "under review 评审中",
    "upheld": "upheld 成立",
    "validated": "checked without writing 已校验（未写入）",
    "withdrawn": "withdrawn 已撤回",
    # --- reviews ---
    "amend_rulebook": "the rulebook is amended 修订规则手册",
    "check_data": "data are checked 核查数据",
    "follow_up": "somebody sees to it 跟进落实",
    "keep": "things stay as they are 维持现状",
    "open": "open 进行中",
    "closed": "closed 已结束",
    # --- people ---
    "en": "English 英文",
    "zh-CN": "Chinese 中文",
    # --- accounts and contacts ---
    "high": "high 高",
    "low": "low 低",
    "medium": "medium 中",
    "active": "active 有效",
    "former": "former customer 已流失",
    "prospect": "not yet a customer 潜在客户",
    "growing": "fast growing 成长快",
    "lost": "lost 丢失",
    # --- people ---
    "after_sales": "after-sales service 售后服务",
    "customer_service": "customer service 客服",
    "finance": "finance 财务",
    "leader": "leader 领导",
    "marketing": "marketing 市场",
    "operations": "operations 运营",
    "sales": "sales 销售",
    "tech_support": "technical support 技术支持",
    "business_trip": "business trip 出差",
    "other": "other 其他",
    "parental_leave": "parental leave 育儿假",
    "sick_leave": "sick leave 病假",
    "training": "training 培训",
    "vacation": "vacation 休假",
    "holiday": "day off 放假",
    "make_up": "worked instead 调休上班",
    "accounts:read": "reads accounts 读取客户",
    "accounts:write": "enters and changes accounts 录入与修改客户",
    "contacts:sensitive": "sees sensitive fields of contacts 查看联系人敏感字段",
    "directory:read": "reads departments and people 读取部门与人员",
    # --- imports ---
    "accounts": "accounts 客户",
    "contacts": "contacts 联系人",
    "staff": "people, without roles 员工（不含角色）",
    "tasks": "tasks 任务",
    "atomic": "all rows or none 全部写入或全部不写",
    "partial": "the good rows go in 写入合格行",
    "created": "newly entered 新增",
    "unchanged": "nothing new 无变化",
    "updated": "changed 更新",
    "code": "by account code 按客户编号",
    "external_ref": "by another system's id 按外部系统编号",
    "name_region": "by name and region 按名称与区域",
    "csv": "CSV with BOM 带 BOM 的 CSV",
    "xlsx": "Excel workbook 电子表格",
    ".": "a point 点",
    ",": "a comma 逗号",
    # --- grades ---
    "manual": "by hand 手工",
    "pareto": "by share of the total, the largest first 按累计占比（帕累托）",
    "score": "by weighted criteria 加权评分",
    "share": "by share of the total 按占比",
    "cumulative_group": "of all accounts down to the cut 累计占比",
    "individual_share": "of the one account 单个占比",
    "basic": "basic support 基本支持方案",
    "personalised": "plan of its own 个性化方案",
    "standard": "standard plan 标准方案",
    "abc": "A, B and C by share 按占比分 ABC 三类",
    "five_tiers": "five tiers 五级客户体系",
    "importance": "by importance 按重要程度",
    "down": "down 降级",
    "enters": "graded for the first time 首次评级",
    "leaves": "no longer graded 退出评级",
    "up": "up 升级",
    # --- distribution ---
    "arrivals": "accounts that arrived 新增客户",
    "initial": "first distribution 首次分配",
    "leaver": "somebody leaves 人员离职",
    "newcomer": "somebody joins 新人加入",
    "rebalance": "evens out loads 再平衡",
    "territory_change": "regions changed 区域调整",
    "appeal": "by an appeal 申诉裁决",
    "handover": "handed over 交接",
    "plan": "by a plan 分配方案",
    "routed": "by the rules on arrival 到达时按规则分配",
    "allowed": "allowed 允许",
    "attainable": "attainable value by person 每人可达价值",
    "loads": "load by person 每人负荷",
    "lorenz": "Lorenz curve 洛伦兹曲线",
    # --- appeals, daily work and evidence ---
    "conflict_of_interest": "conflict of interest 利益冲突",
    "existing_relationship": "existing relationship 已有客户关系",
    "overload": "overload 负荷过重",
    "rule_misapplied": "a rule was misapplied 规则适用错误",
    "territory": "territory 区域归属",
    # --- appeals: the contested rule, remedies, answers, what verdicts are counted by ---
    "availability": "availability 在岗情况",
    "balance": "balance of loads 负荷均衡",
    "blocked_pair": "blocked pair 回避关系",
    "by_hand": "assigned by hand 人工分配",
    "continuity": "continuity 延续性",
    "count_cap": "cap on accounts 客户数量上限",
    "experience": "experience 经验",
    "fit": "match of account and person 匹配度",
    "industry": "industry 行业",
    "priority": "priority 优先级",
    "product": "product 产品",
    "region": "region 地域",
    "workload_cap": "cap on hours 工时上限",
    "compensate": "the next account like it 以后续同等客户补偿",
    "later": "at a date 延后移交",
    "swap": "for another account 互换",
    "accept": "accepts 接受",
    "refuse": "refuses 拒绝",
    "reviewer": "by reviewer 按评审人",
    "rule": "by rule 按规则",
    "tier": "by tier 按级别",
    "wrong_data": "wrong data 数据错误",
    "interaction": "interaction 互动记录",
    "call": "telephone call 电话",
    "email": "e-mail 邮件",
    "meeting": "meeting 会议",
    "presentation": "presentation 产品演示",
    "return_visit": "return visit 回访",
    "survey": "survey 调研",
    "visit": "visit 拜访",
    "customer": "the customer's side 客户方",
    "own": "our side 我方",
    "consistency": "a later log contains the earlier one 后续日志包含先前日志",
    "inclusion": "an entry is in the log 记录在日志中",
}


def spoken(sentences: Mapping[Any, Sentence]) -> dict[str, str]:
    """What the domain says of its members, both languages in one line."""
    return {str(member): f"{sentence.en} {sentence.zh}" for member, sentence in sentences.items()}


# By schema, for members that mean something else there, and for those that the domain itself has words for.
MEMBERS_OF_SCHEMAS: dict[str, dict[str, str]] = {
    "Alliance": spoken(RUNGS),
    "Complexity": {"simple": "simple 简单", "moderate": "moderate 中等", "complex": "complex 复杂"},
    "Scale": {"small": "small 小型", "medium": "medium 中型", "large": "large 大型"},
    "Stage": spoken({stage: rule.name for stage, rule in STAGE_RULES.items()}),
    "DelegatedAction": {"approve": "approve loans and reading sessions 审批借阅与阅览"},
    "DelegatedClass": {"secret": "secret 秘密", "confidential": "confidential, above secret 机密，高于秘密"},
    "Duty": spoken(DUTIES),
    "ArchiveState": {
        "accepted": "accepted by the archivist 已接收",
        "deposited": "waits for the archivist 待接收",
        "destroyed": "destroyed after its retention 已销毁",
        "withdrawn": "taken back or turned down 已撤回",
    },
    "Confidentiality": {
        "confidential": "rank 2, above secret 机密",
        "secret": "rank 1 秘密",
        "top_secret": "rank 3 绝密",
        "unclassified": "rank 0 非密",
    },
    "EvidenceKind": {"interaction": "interaction 互动", "archive_item": "item of the archive 档案"},
    "EvaluationState": {"applied": "in force 已生效"},
    "Expected": {"refused": "refused 禁止"},
    "FilingKind": spoken(KIND_NAMES),
    "Held": {
        "account": "an account 客户",
        "task": "an open task 未完成任务",
        "team": "a part on an account's team 客户团队成员",
        "appeal": "an open appeal 未结申诉",
        "loan": "a loan 借阅",
        "reading_session": "a reading session 阅览",
        "paper": "a paper original 纸质档案",
        "delegation": "a letter of delegation 委托书",
        "department": "a department that they head 主管的部门",
    },
    "LoanState": {
        "active": "under way 借阅中",
        "lost": "lost 遗失",
        "revoked": "ended by somebody else 已终止",
    },
    "PaperState": {
        "in_archive": "in the archive 在库",
        "lost": "lost 遗失",
        "out": "handed out 已借出",
        "overdue": "not back in time 逾期未还",
    },
    "LateChangeKind": {
        "profile": "a candidate's profile or absence 人员资料或缺勤",
        "value": "what decides an account 决定客户分配的数据",
        "verification": "a verification 核实",
    },
    "PlanState": {"proposed": "computed, waits for approval 待批准", "rejected": "rejected 已否决"},
    "Reason": spoken(REASONS),
    "ProposalState": {
        "confirmed": "confirmed by a second person 已确认",
        "proposed": "waits for a second person 待确认",
    },
    "ReadingState": {"active": "under way 阅览中", "revoked": "ended by somebody else 已终止"},
    "ReceiptKind": {
        "counted": "looked for and found in its place 清点在库",
        "found": "found again 寻回",
        "handed_out": "handed out 借出",
        "lost": "lost 遗失",
        "received": "handed over to the archive 移交入库",
        "returned": "received back 归还",
    },
    "Retention": {"permanent": "for ever 永久", "years_10": "ten years 10 年", "years_30": "thirty years 30 年"},
    "Role": spoken(ROLE_NAMES),
    "RemedyKind": {"share": "the account is shared 共享"},
    "RowOutcome": {"rejected": "rejected 被拒绝"},
    "StaffStatus": {"active": "here 在职"},
    "TwoPeople": {
        "destroy": "destroy after retention 期满销毁",
        "lift_hold": "lift a legal hold 解除保全",
        "lower": "lower the class 降密",
    },
    "VersionOfItemState": {
        "accepted": "accepted by the archivist 已接收",
        "deposited": "waits for the archivist 待接收",
        "refused": "turned down 已退回",
    },
    "VersionState": {"draft": "draft, may be changed 草稿，可修改"},
}
# Sort orders are told by what they compare; a leading minus turns the order round.
SORT_WORDS = {
    "as_of": "day 日期",
    "at": "time 时间",
    "code": "code 编号",
    "created_at": "time of entry 录入时间",
    "decide_by": "deadline 裁决期限",
    "decided_at": "time of the decision 决定时间",
    "due_on": "day due 到期日",
    "number": "number 序号",
    "name": "name, Chinese by pinyin 名称（按拼音）",
    "observed_on": "day of the observation 观察日期",
    "on_date": "day 日期",
    "planned_on": "planned day 计划日期",
    "position": "position 位次",
    "potential_value": "potential value 潜在价值",
    "started_at": "beginning 开始时间",
    "starts_at": "beginning 开始时间",
    "starts_on": "first day 首日",
    "valid_from": "first day of validity 生效日",
}


def described(words: str, schema: Json, schemas: Json, name: str = "") -> str:
    """A description, and below it every member that the field takes."""
    return "\n".join([words, *members_told(schema, schemas, name)])


def members_told(schema: Json, schemas: Json, name: str = "") -> Iterator[str]:
    """A line for each member of the enum that a schema is, refers to, or lists."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        schema = schemas[name] if "enum" in schemas[name] else {}
    members = schema.get("enum", ())
    if members:
        yield ""
    for member in members:
        yield f"- `{member}`: {member_words(name, member)}"
    for inner in (*schema.get("oneOf", ()), *filter(None, [schema.get("items")])):
        yield from members_told(inner, schemas)


def member_words(name: str, member: str) -> str:
    """What a member of a schema means, in both languages; LookupError where nobody has said it."""
    if name.endswith("Sort"):
        english, chinese = SORT_WORDS[member.removeprefix("-")].rsplit(" ", 1)
        turned = member.startswith("-")
        return f"{english}, {'falling' if turned else 'rising'} {chinese}，{'降序' if turned else '升序'}"
    found = MEMBERS_OF_SCHEMAS.get(name, {}).get(member) or MEMBER_WORDS.get(member)
    if found is None:
        raise LookupError(f"MEMBER_WORDS of {__name__} lacks {member!r} of {name}.")
    return found
