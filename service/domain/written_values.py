"""What else people write into cells: nothing, shares, lists, states and levels."""

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType

from service.domain.amounts import read_number
from service.domain.unreadable import Unreadable

_NOTHING = frozenset(
    {
        *("-", "--", "---", "–", "—", "——", "/", "//", "\\", ".", "...", "?"),
        *("无", "無", "暂无", "暫無", "没有", "空", "未知", "不详", "不詳", "待定", "待补充", "未填", "未填写"),
        *("n/a", "na", "n.a.", "nil", "none", "null", "tbd", "tba", "unknown"),
    }
)

TASK_STATES = MappingProxyType(
    {
        word: state
        for state, words in {
            "done": "done|completed|complete|finished|closed|已完成|完成|已办结|办结|已结束|完毕",
            "in_progress": "in progress|in_progress|ongoing|doing|started|wip|进行中|处理中|执行中|跟进中|办理中",
            "not_started": "not started|not_started|to do|todo|pending|planned|open|未开始|待开始|未启动|待处理|待办",
            "cancelled": "cancelled|canceled|dropped|已取消|取消|已终止|终止|作废",
        }.items()
        for word in words.split("|")
    }
)
ORDER_STATES = MappingProxyType(
    {
        word: state
        for state, words in {
            "placed": "placed|ordered|已下单|下单|已订货",
            "in_production": "in production|in_production|生产中|生产|制造中",
            "shipped": "shipped|dispatched|sent|发货|已发货|运输中|配送中",
            "delivered": "delivered|received|交付|已交付|已签收|签收|已收货",
            "cancelled": "cancelled|canceled|已取消|取消",
        }.items()
        for word in words.split("|")
    }
)
LEVELS = MappingProxyType(
    {
        word: level
        for level, words in {
            "high": "high|strong|hot|高|较高|很高|强|强烈|较强",
            "medium": "medium|mid|moderate|warm|中|中等|一般|普通",
            "low": "low|weak|cold|低|较低|很低|弱|较弱",
        }.items()
        for word in words.split("|")
    }
)
LIFECYCLES = MappingProxyType(
    {
        word: stage
        for stage, words in {
            "prospect": "prospect|lead|potential|潜在|潜在客户|意向客户|目标客户|新客户",
            "active": "active|current|existing|customer|活跃|正常|合作中|现有|现有客户|在册|老客户",
            "former": "former|lost|inactive|churned|past|流失|已流失|流失客户|历史客户|停止合作",
        }.items()
        for word in words.split("|")
    }
)

STAFF_STATUSES = MappingProxyType(
    {
        word: status
        for status, words in {
            "invited": "invited|expected|not started|待入职|未入职|已邀请",
            "active": "active|employed|working|in service|在职|在岗|正式|试用|试用期",
            "on_leave": "on leave|on_leave|absent|休假|请假|休假中|停职",
            "left": "left|resigned|retired|dismissed|former|离职|已离职|辞职|退休",
        }.items()
        for word in words.split("|")
    }
)


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """A word as it is compared: NFKC, case and surrounding space aside, traditional characters kept."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


def is_nothing(text: str) -> bool:
    """Whether a cell says that there is nothing: blank, "-", 无, n/a."""
    return not text or (len(text) <= 12 and folded(text) in _NOTHING) or text.isspace()


def read_share(text: str, decimal_mark: str | None = None) -> Decimal:
    """A percentage as a ratio: 12.5% is 0.125; without the sign it may be either (`percent_sign_missing`)."""
    word = folded(text)
    sign = re.fullmatch(r"(?:百分之\s*(?P<after>.+)|(?P<before>.+?)\s*[%٪])", word)
    try:
        number = read_number((sign["after"] or sign["before"]) if sign else word, decimal_mark)
    except Unreadable:
        raise Unreadable("not_a_percentage") from None
    if sign is None:
        raise Unreadable("percent_sign_missing")
    return number / 100


_BETWEEN = re.compile(r"[、，,;；|\n\r]+|(?<=[^\x00-\x7f])/|/(?=[^\x00-\x7f])|\s/\s")


def read_list(text: str) -> tuple[str, ...]:
    """The entries of a list, each once, in order; a slash parts Chinese words but not A/B or 24/7."""
    entries = (entry.strip() for entry in _BETWEEN.split(text))
    return tuple(dict.fromkeys(entry for entry in entries if not is_nothing(entry)))


def read_word(text: str, words: MappingProxyType[str, str], code: str) -> str:
    """The code of a state or level word; an unknown one raises `Unreadable(code)`."""
    found = words.get(folded(text))
    if found is None:
        raise Unreadable(code)
    return found
