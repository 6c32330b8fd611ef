"""The alliance ladder (政治联盟状态): what a contact is seen to do tells how far they stand by us.

Fifteen rungs in three groups of the printed form (=, +, ?), above those who are against us or have not taken sides.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from service.errors import Sentence


class Alliance(StrEnum):
    """How far a contact stands by us, from opponent to champion.

    政治联盟状态：联系人对我方的立场，由反对到支持。
    """

    OPPONENT = "opponent"
    NEUTRAL = "neutral"
    ENGAGED_1 = "engaged_1"
    ENGAGED_2 = "engaged_2"
    ENGAGED_3 = "engaged_3"
    ENGAGED_4 = "engaged_4"
    ENGAGED_5 = "engaged_5"
    SUPPORTER_1 = "supporter_1"
    SUPPORTER_2 = "supporter_2"
    SUPPORTER_3 = "supporter_3"
    SUPPORTER_4 = "supporter_4"
    SUPPORTER_5 = "supporter_5"
    CHAMPION_1 = "champion_1"
    CHAMPION_2 = "champion_2"
    CHAMPION_3 = "champion_3"
    CHAMPION_4 = "champion_4"
    CHAMPION_5 = "champion_5"


RUNGS: Mapping[Alliance, Sentence] = MappingProxyType(
    {
        Alliance.OPPONENT: Sentence("Works against us.", "反对我方。"),
        Alliance.NEUTRAL: Sentence("Takes no side.", "中立。"),
        Alliance.ENGAGED_1: Sentence(
            "Sees a need and agrees that something must change.", "认识到需求，同意需要改变。"
        ),
        Alliance.ENGAGED_2: Sentence("Tells us about their products and business.", "提供主要产品和业务信息。"),
        Alliance.ENGAGED_3: Sentence("Understands and explains what drives it.", "了解并解释关键事件。"),
        Alliance.ENGAGED_4: Sentence("Agrees that we may be the answer.", "同意我方是可能的解决方案。"),
        Alliance.ENGAGED_5: Sentence("Takes time to learn what we can do.", "投入时间了解我方能力。"),
        Alliance.SUPPORTER_1: Sentence("Says in private that we are the best.", "私下认为我方最好。"),
        Alliance.SUPPORTER_2: Sentence("Plans with us how we are adopted.", "与我方一起制定采用计划。"),
        Alliance.SUPPORTER_3: Sentence("Says in public that we are the best.", "公开表示我方最好。"),
        Alliance.SUPPORTER_4: Sentence("Tells us what competitors plan.", "提供竞争对手的计划。"),
        Alliance.SUPPORTER_5: Sentence(
            "Tells us about people, their agendas and politics.", "提供人物性格、个人议程和政策信息。"
        ),
        Alliance.CHAMPION_1: Sentence("Answers to their management for our solution.", "就我方方案对管理层负责。"),
        Alliance.CHAMPION_2: Sentence("Shares confidential plans and our part in them.", "透露机密计划及我方的角色。"),
        Alliance.CHAMPION_3: Sentence(
            "Tries our plan out in order to beat competitors.", "积极发展、检验我方计划以战胜对手。"
        ),
        Alliance.CHAMPION_4: Sentence("Says that their success hangs on our plan.", "表示个人成功取决于我方计划。"),
        Alliance.CHAMPION_5: Sentence("Sells for us when we are not there.", "我方不在场时代为推销。"),
    }
)
"""What is seen of somebody on each rung."""


def ladder() -> str:
    """Every rung and what is seen there, a line each, in both languages."""
    return "\n".join(f"- `{rung}`: {seen.en} {seen.zh}" for rung, seen in RUNGS.items())
