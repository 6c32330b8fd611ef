"""Every failure: a class and a sentence; the name gives the code, the base class the status."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple


class Sentence(NamedTuple):
    """One statement in both languages."""

    en: str
    zh: str

    def in_language(self, language: str) -> str:
        """The wording for a language tag; English unless it is Chinese."""
        return self.zh if language.startswith("zh") else self.en


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field: where (exactly one of three), a code, a sentence."""

    code: str
    detail: Sentence
    pointer: str | None = None
    parameter: str | None = None
    header: str | None = None


class FieldFlaw(ValueError):  # noqa: N818 - a flaw, not a failure of ours
    """What a schema's own validator found: a code and a sentence; pydantic adds the place."""

    def __init__(self, code: str, en: str, zh: str) -> None:
        super().__init__(en)
        self.code = code
        self.sentence = Sentence(en, zh)


class Problem(Exception):  # noqa: N818 - a problem in the sense of RFC 9457
    """The request could not be served."""

    status: ClassVar[int] = 500
    zh: ClassVar[str] = "请求未能完成。"

    def __init__(
        self,
        detail: Sentence | None = None,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail.en if detail else type(self).title().en)
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})

    @classmethod
    def code(cls) -> str:
        """The stable machine name, never renamed within v1."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()

    @classmethod
    def title(cls) -> Sentence:
        """The docstring's first line and its Chinese twin."""
        return Sentence((cls.__doc__ or "").strip().splitlines()[0], cls.zh)

    @classmethod
    def catalogue(cls) -> Iterator[type["Problem"]]:
        """Every problem that can reach a client, depth first."""
        for sub in cls.__subclasses__():
            if "zh" in sub.__dict__:
                yield sub
            yield from sub.catalogue()


# --- bases: one a status; they never reach a client themselves ---


class BadRequest(Problem):  # noqa: D101
    status = 400


class Unauthenticated(Problem):  # noqa: D101
    status = 401


class Denied(Problem):  # noqa: D101
    status = 403


class Missing(Problem):  # noqa: D101
    status = 404


class Conflict(Problem):  # noqa: D101
    status = 409


class Unprocessable(Problem):  # noqa: D101
    status = 422


class Unavailable(Problem):  # noqa: D101
    status = 503


# --- the request itself ---


class MalformedJson(BadRequest):
    """The body is not I-JSON (RFC 7493)."""

    zh = "请求体不是合法的 I-JSON（RFC 7493）。"


class MalformedForm(BadRequest):
    """The body is not a form with its file (RFC 7578)."""

    zh = "请求体不是包含文件的表单（RFC 7578）。"


class UnknownParameter(BadRequest):
    """A query parameter is not known here."""

    zh = "存在未知的查询参数。"


class NullCharacter(BadRequest):
    """Text cannot hold the character U+0000."""

    zh = "文本不能包含字符 U+0000。"


class InvalidCursor(BadRequest):
    """The cursor was not made for this list, these filters and this caller."""

    zh = "游标不属于此列表、此筛选条件或此调用者。"


class NotAuthenticated(Unauthenticated):
    """A valid access token is needed."""

    zh = "需要有效的访问令牌。"


class Forbidden(Denied):
    """You may see this, but not do that."""

    zh = "您可以查看，但无权执行此操作。"


class NotFound(Missing):
    """There is nothing here that you may know of."""

    zh = "此处没有您可以知晓的内容。"


class MethodNotAllowed(Problem):
    """The address does not answer that method."""

    status = 405
    zh = "该地址不支持此方法。"


class StateConflict(Conflict):
    """The current state does not allow this."""

    zh = "当前状态不允许此操作。"


class IllegalTransition(Conflict):
    """The present state does not lead there."""

    zh = "该状态不能转换到目标状态。"


class AlreadyExists(Conflict):
    """Something with this name or code exists already."""

    zh = "已存在同名或同编号的记录。"


class RowsRejected(Conflict):
    """Some rows of the file were rejected, so none was taken."""

    zh = "文件中有行被拒绝，因此全部未写入。"


class StillReferenced(Conflict):
    """Other records refer to this."""

    zh = "仍有其他记录引用此对象。"


class PreconditionFailed(Problem):
    """The record has changed since you read it."""

    status = 412
    zh = "自您读取以来记录已被修改。"


class BodyTooLarge(Problem):
    """The body is larger than this address accepts."""

    status = 413
    zh = "请求体超出此地址允许的大小。"


class UnsupportedMediaType(Problem):
    """The content type is not one that this address takes."""

    status = 415
    zh = "此地址不接受该内容类型。"


class InvalidInput(Unprocessable):
    """Some fields are not acceptable."""

    zh = "部分字段无效。"


class PreconditionRequired(Problem):
    """If-Match with the record's current ETag is needed."""

    status = 428
    zh = "需要携带记录当前 ETag 的 If-Match 请求头。"


class TooManyRequests(Problem):
    """Too many requests or attempts; wait before the next."""

    status = 429
    zh = "请求或尝试次数过多，请稍后再试。"


class InternalError(Problem):
    """Something went wrong on our side; the request id helps us find it."""

    status = 500
    zh = "服务内部出错；请提供请求标识以便查找原因。"


class Overloaded(Unavailable):
    """The service is busy; try again shortly."""

    zh = "服务繁忙，请稍后重试。"


class LedgerNotKept(Unavailable):
    """The ledger of so large a scope is being opened in the background; try again shortly."""

    zh = "该范围较大，其台账正在后台建立，请稍后重试。"


class IdentityProviderUnavailable(Unavailable):
    """The identity provider does not answer, so nobody can say whose token this is."""

    zh = "身份提供方暂无响应，无法确认令牌属于谁。"


class DatabaseUnavailable(Unavailable):
    """The database does not answer; nothing was changed that you were told of."""

    zh = "数据库暂无响应；未确认的修改不会生效。"


# --- idempotency ---


class IdempotencyKeyReused(Unprocessable):
    """The idempotency key was used with another request."""

    zh = "该幂等键已用于不同的请求。"


class IdempotencyInProgress(Conflict):
    """The first request with this idempotency key is still running."""

    zh = "使用该幂等键的首个请求仍在处理中。"


class SecretAlreadyShown(Conflict):
    """The answer held a secret that is shown only once."""

    zh = "该响应包含只显示一次的机密信息，不再重放。"


# --- people and access ---


class OwnHandover(Denied):
    """Nobody plans the handover of their own accounts."""

    zh = "任何人不得规划本人客户的交接。"


class OwnRoleRefused(Denied):
    """Nobody changes their own roles."""

    zh = "任何人不得更改自己的角色。"


class SecondPersonNeeded(Denied):
    """A second person must do this; you made the first step."""

    zh = "此操作须由另一人完成；第一步由您发起。"


class InvalidLink(Unprocessable):
    """The link was used, has expired, or was never given."""

    zh = "该链接已使用、已过期或从未发出。"


class WrongPassword(Unprocessable):
    """The current password is not right."""

    zh = "当前密码不正确。"


class InvalidGrant(BadRequest):
    """User name and password do not belong together, or the refresh token is no longer good."""

    oauth_error = "invalid_grant"
    zh = "用户名与密码不匹配，或刷新令牌已失效。"


class InvalidClient(Unauthenticated):
    """Client id and client secret do not belong together."""

    oauth_error = "invalid_client"
    zh = "客户端标识与密钥不匹配。"


class UnsupportedGrantType(BadRequest):
    """Tokens are not given for this kind of grant."""

    oauth_error = "unsupported_grant_type"
    zh = "此处不支持该授权类型。"


class NoIdentityProvider(Conflict):
    """No identity provider is set up here, so there is nobody to link to."""

    zh = "此处未配置身份提供方，无法关联身份。"


class NotAssignable(Conflict):
    """Only people who are active become responsible for accounts."""

    zh = "只有在职且处于激活状态的人员才能负责客户。"


class AbsenceOverlaps(Conflict):
    """The person is away on some of these days already."""

    zh = "该人员在其中某些日期已登记缺勤。"


class GeneralManagerExists(Conflict):
    """There is a general manager already; roles are granted through the API."""

    zh = "已有总经理；角色须通过接口授予。"


# --- accounts and distribution ---


class VerificationByOwner(Denied):
    """The owner alone does not verify what decides distribution."""

    zh = "影响分配的数据不能仅由负责人自己核实。"


class AuthorIsApprover(Denied):
    """The author of a rulebook or plan does not approve it."""

    zh = "规则手册或分配方案的起草人不得自行批准。"


class CandidateIsApprover(Denied):
    """A candidate in the plan does not approve it."""

    zh = "方案中的候选人不得批准该方案。"


class PlanStale(Conflict):
    """The data has changed since the plan was computed."""

    zh = "方案计算之后数据已发生变化。"


class WhatIfPlan(Conflict):
    """The plan is a question about other data; it can be neither approved nor applied."""

    zh = "该方案仅为假设推演，不能批准或执行。"


class RulebookTestsFailed(Conflict):
    """The rulebook fails tests that are stored beside it."""

    zh = "规则手册未通过其附带的测试。"


class HardRuleBroken(Conflict):
    """A hard rule of the rulebook forbids this assignment."""

    zh = "规则手册中的硬性规则不允许此分配。"


class NoPublishedRulebook(Conflict):
    """There is no published rulebook to decide by."""

    zh = "尚无已发布的规则手册。"


class WrongMethod(Conflict):
    """The scheme does not grade in this way."""

    zh = "该分级方案不以此方式评级。"


class EvaluationStale(Conflict):
    """Grades have changed since the evaluation was computed."""

    zh = "评定计算之后客户级别已发生变化。"


class AlreadyOwned(Conflict):
    """The account has an owner for this team role already."""

    zh = "该客户在此团队角色上已有负责人。"


# --- appeals ---


class NotYoursToAppeal(Denied):
    """Only the person concerned, an eligible person who was passed over, or their manager may appeal."""

    zh = "只有当事人、符合条件而未获分配者或其经理可以申诉。"


class FilingWindowClosed(Conflict):
    """The filing window of this assignment has closed."""

    zh = "该分配的申诉期限已过。"


class AppealAlreadyOpen(Conflict):
    """You have an open appeal against this assignment already."""

    zh = "您对该分配已有一项未结申诉。"


class AssignmentEnded(Conflict):
    """The assignment has ended; an appeal may be filed against the present one."""

    zh = "该分配已经结束；可对现行分配提出申诉。"


class AlreadyHeard(Conflict):
    """Somebody independent hears this appeal already."""

    zh = "此申诉已有独立评审人。"


class ReviewAlreadyOpen(Conflict):
    """A review of this team under this scheme is open already."""

    zh = "该团队在此方案下的审核正在进行中。"


class ReviewWithoutDecisions(Conflict):
    """A review is closed with at least one decision."""

    zh = "审核须至少作出一项决定方可结束。"


class NoIndependentReviewer(Conflict):
    """Nobody independent is left; the general manager appoints an outside mediator."""

    zh = "没有独立的评审人可用；由总经理指定外部调解人。"


class ReviewerNotIndependent(Denied):
    """Whoever hears an appeal is independent of it."""

    zh = "申诉的评审人必须独立于该申诉。"


class ReviewerIsParty(ReviewerNotIndependent):
    """A party to the appeal does not hear it."""

    zh = "申诉当事人不得评审该申诉。"


class ReviewerInLineOfParty(ReviewerNotIndependent):
    """Whoever leads a party's department, or one above it, does not hear the appeal."""

    zh = "当事人所在部门及其上级部门的管理者不得评审该申诉。"


class ReviewerApprovedPlan(ReviewerNotIndependent):
    """Whoever approved the plan, or assigned by hand, does not hear the appeal."""

    zh = "批准该方案或人工分配该客户者不得评审该申诉。"


class ReviewerDecidedFirstInstance(ReviewerNotIndependent):
    """Whoever heard the first instance does not hear the second."""

    zh = "首次评审人不得再次评审该申诉。"


class ReviewerMediated(ReviewerNotIndependent):
    """Whoever mediated between the parties does not hear the appeal."""

    zh = "已在当事人之间调解者不得评审该申诉。"


class ReviewerRecused(ReviewerNotIndependent):
    """Whoever stepped back from the appeal does not hear it again."""

    zh = "已回避者不得再次评审该申诉。"


class NoFurtherInstance(Conflict):
    """The appeal has gone through every instance."""

    zh = "该申诉已历经全部审级。"


class EscalationWindowClosed(Conflict):
    """The time for taking this verdict to the second instance has passed."""

    zh = "将此裁决提交二审的期限已过。"


class AccountUnderAppeal(Conflict):
    """The account is under appeal; redistribution leaves it alone."""

    zh = "该客户正在申诉中，自动分配不予变动。"


class ReviewerWithoutRole(ReviewerNotIndependent):
    """Appeals are heard by leaders, key-account managers and mediators."""

    zh = "申诉须由领导、大客户经理或第三方协调者评审。"


class ReviewerInactive(ReviewerNotIndependent):
    """Only people who are active hear appeals."""

    zh = "只有在职且处于激活状态的人员才能评审申诉。"


class EditWindowClosed(Conflict):
    """An interaction is edited within 24 hours, and amended afterwards."""

    zh = "互动记录仅可在 24 小时内编辑，之后只能补充。"


class EntryNotSealed(Conflict):
    """The checkpoint does not cover the entry; a later one will."""

    zh = "该检查点尚未涵盖此记录，请使用之后的检查点。"


# --- archives: lending ---


class ForbiddenLoan(Denied):
    """An item of this class is not given out in this way."""

    zh = "该密级的档案不得以此方式借阅。"


class ApplicationByManager(Denied):
    """Your department manager files the application."""

    zh = "须由部门经理提出借阅申请。"


class BorrowsForThemselves(Denied):
    """Whoever borrows this asks for it themselves."""

    zh = "此类借阅须由借阅人本人提出。"


class NotAnApprover(Denied):
    """Somebody else approves this."""

    zh = "此项须由有权审批者批准。"


class ApproverIsParty(Denied):
    """Whoever has a part in the case does not approve it."""

    zh = "借阅的当事人不得审批。"


class LoanTooLong(Unprocessable):
    """The time asked for is longer than the class allows."""

    zh = "申请的时长超出该密级的允许范围。"


class DailyLimitReached(Conflict):
    """The 4 hours of this borrower and item in a working day are used up."""

    zh = "该借阅人对此档案在本工作日内的 4 小时已用完。"


class DutiesNotAcknowledged(Unprocessable):
    """Every duty of a borrower is acknowledged first."""

    zh = "须先确认借阅人的全部义务。"


class LoanAlreadyOpen(Conflict):
    """The borrower has an open loan or request for this item already."""

    zh = "该借阅人对此档案已有未结的借阅。"


# --- archives: the reading room ---


class PagesNotShown(Unprocessable):
    """Files of this kind are not shown page by page: PDF, pictures and plain text are."""

    zh = "此类文件不能逐页显示；可显示 PDF、图片与纯文本。"


class DamagedPages(Unprocessable):
    """The page cannot be drawn: the file is damaged, locked, or asks for too much."""

    zh = "无法显示该页：文件已损坏、已加密或过大。"


class TooManyPages(Unprocessable):
    """The file has more pages than can be shown."""

    zh = "文件页数超出可显示的范围。"


class NoSuchPage(Unprocessable):
    """The file has no page of this number."""

    zh = "文件没有该页。"


class NotAtThisPlace(Denied):
    """The reading session is for another place."""

    zh = "该阅览只能在指定地点进行。"


# --- the archive ---


class DepositorAccepts(Denied):
    """Whoever deposited something classified does not accept it."""

    zh = "涉密档案不得由交存人本人接收。"


class WrongPair(Denied):
    """These two people may not do this together."""

    zh = "这两人无权共同执行此操作。"


class OriginalNeeded(Conflict):
    """From confidential upwards the original is handed over."""

    zh = "机密及以上档案须移交原件。"


class NothingDeposited(Conflict):
    """There is neither a file nor an original to accept."""

    zh = "没有可接收的文件或原件。"


class ClassNotHigher(Conflict):
    """Raising takes a higher class; the item has this one, or one above it."""

    zh = "只能提升密级；当前密级不低于所选密级。"


class ClassNotLower(Conflict):
    """Lowering takes a lower class; the item has this one, or one below it."""

    zh = "只能降低密级；当前密级不高于所选密级。"


class ClassChangedMeanwhile(Conflict):
    """The item's class was changed while the file came in: send it again."""

    zh = "上传期间档案密级已变更，请重新上传。"


class ClassChangedSince(Conflict):
    """The item's class has changed since this was proposed: it is proposed anew."""

    zh = "提议之后档案密级已变更，请重新提议。"


class UnderLegalHold(Conflict):
    """The item is under legal hold: nobody destroys it, whoever they are."""

    zh = "该档案处于法律保全状态，任何人不得销毁。"


class NotUnderHold(Conflict):
    """The item is not under legal hold."""

    zh = "该档案未处于法律保全状态。"


class StillRetained(Conflict):
    """The item is kept for longer, or for ever."""

    zh = "该档案保管期限未满或为永久保管。"


class RetentionShortened(Conflict):
    """How long an accepted item is kept is only ever lengthened."""

    zh = "已接收档案的保管期限只能延长。"


class PaperStays(Conflict):
    """Classified paper stays in the archive, but that a secret item's borrower takes it for the time of the loan."""

    zh = "涉密档案原件不得带出档案室；秘密档案仅限借阅人在借阅期内领取。"


class ContentGone(Conflict):
    """There is no such file to open, or its content was destroyed."""

    zh = "没有可打开的文件，或其内容已销毁。"


class StoredContentDamaged(Problem):
    """What is stored is not what was deposited; nothing of it is shown."""

    status = 500
    zh = "存储内容与交存时不一致，不予显示。"
