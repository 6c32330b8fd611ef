"""The fields that a file can fill, and the headings under which people keep them.

A field is named `resource.field`. Fields of resources to come (`order`, `service`, `campaign`) have the kind `verbatim`
unless a target of their own asks for them: what is recognised is kept as it was typed, so that nothing is lost.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """How the text of a field is read."""

    NAME = "name"
    TEXT = "text"
    CONTACT = "contact"
    LIST = "list"
    MONEY = "money"
    CURRENCY = "currency"
    NUMBER = "number"
    WHOLE = "whole"
    SHARE = "share"
    DATE = "date"
    TASK_STATE = "task_state"
    ORDER_STATE = "order_state"
    LEVEL = "level"
    LIFECYCLE = "lifecycle"
    STAFF_STATUS = "staff_status"
    VERBATIM = "verbatim"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Field:
    """One field: how it is read and its headings, the best first."""

    name: str
    kind: Kind
    headings: tuple[str, ...]


_TABLE = """
account.code: name
    客户编号|客户编码|客户代码|客户号|编号|account code|customer code|customer no|customer number|customer id|
    account id|symbol|ticker|股票代码|kundennummer|顧客コード
account.external_ref: name
    外部编号|外部编码|external ref|external reference|external id|crm id|统一社会信用代码|社会信用代码|税号
account.name: name
    客户名称|公司名称|企业名称|单位名称|客户|公司|客户名|名称|客户全称|company|company name|account|account name|
    customer|customer name|client|client name|name|organisation|organization|security|firma|firmenname|unternehmen|
    kunde|kundenname|société|entreprise|raison sociale|nom|cliente|empresa|会社名|企業名|顧客名|得意先名|회사명|
    компания|название
account.parent: name
    母公司|上级客户|上级公司|所属集团|集团|集团名称|parent|parent company|parent account|group|subsidiary of
account.kind: text
    客户类型|客户性质|客户类别|企业性质|单位性质|类型|性质|kind|type|customer type|account type|company type
account.industry: text
    所属行业|行业类型|行业|行业分类|产业|industry|industries|sub industry|sector|branche|secteur|sector industrial|
    業種|업종|отрасль|industry group
account.region: text
    地域分布|地区|区域|所属区域|所在地区|大区|销售区域|省份|省|国家|国家地区|城市|所在地|所在城市|region|territory|
    area|country|location|headquarters location|headquarters|office location|state|province|city|land|ort|stadt|
    pays|ville|país|地域|国|所在地域|국가|страна|город|regional office
account.potential_value: money
    潜在价值|潜力价值|客户价值|预计价值|潜在金额|预计金额|年采购额|销售额|营业收入|营业额|年收入|年营业额|
    potential value|potential|expected value|annual value|revenue|annual revenue|sales|turnover|value|deal value|
    umsatz|jahresumsatz|chiffre d'affaires|ca annuel|ingresos|facturación|売上高|매출|выручка
account.potential_currency: currency
    币种|货币|currency|währung|devise|moneda|通貨
account.intent: level
    合作意向|意向|意向程度|合作意愿|购买意向|intent|interest level|interest|intent level
account.products: list
    产品|产品需求|意向产品|产品类型|products|product|product interest
account.lifecycle: lifecycle
    客户状态|客户阶段|生命周期|lifecycle|customer status|account status|status|状态|lifecycle stage
account.source: text
    客户来源|来源|推荐来源|信息来源|source|lead source|referral source
account.owner: text
    负责人|客户经理|大客户经理|业务员|销售|销售员|销售代表|销售负责人|归属人|跟进人|owner|account owner|
    account manager|sales rep|sales agent|salesperson|responsible|betreuer|担当者
account.note: text
    备注|说明|备注说明|附注|note|notes|remark|remarks|comment|comments|description|bemerkung|bemerkungen|notiz|
    remarque|observaciones|備考|비고
contact.name: name
    联系人姓名|联系人|联络人|联系人名称|客户联系人|姓名|主要联系人|contact|contact name|contact person|
    primary contact|full name|name|ansprechpartner|interlocuteur|contacto|ご担当者|担当者名|담당자
contact.title: text
    职务|职位|联系人职务|联系人职位|title|job title|position|contact title|funktion|fonction|cargo|役職
contact.department: text
    部门|所属部门|联系人部门|department|abteilung|部署
contact.mobile: contact
    联系电话|手机|手机号|手机号码|电话|电话号码|联系人电话|移动电话|联络电话|mobile|mobile phone|cell phone|phone|
    phone number|telephone|tel|contact phone|telefon|handy|téléphone|teléfono|電話番号|电话番号|전화|телефон
contact.email: contact
    电子邮箱|邮箱|电子邮件|邮件|邮箱地址|联系人邮箱|email|e mail|email address|mail|contact email|e mail adresse|
    courriel|correo|メール|メールアドレス|이메일
contact.method: contact
    联系方式|联系人信息|联络方式|contact details|contact information|contact info|contact method|how to reach
contact.address: text
    地址|联系地址|通讯地址|办公地址|address|street|adresse|dirección|住所
contact.note: text
    备注|说明|note|notes|remarks|comment
contact.birth_on: date
    生日|出生日期|birthday|birth date|date of birth
staff.code: name
    工号|员工编号|员工工号|编号|staff code|employee id|employee number|staff id|employee no
staff.name: name
    姓名|员工姓名|员工|销售员|业务员|名称|name|full name|employee|employee name|staff name|sales agent|sales rep|
    salesperson
staff.title: text
    职务|职位|岗位|title|job title|position
staff.department: text
    部门|所属部门|department|team
staff.email: contact
    邮箱|电子邮箱|电子邮件|email|e mail|mail
staff.manager: text
    上级|直属上级|经理|主管|manager|supervisor|reports to
staff.roles: list
    角色|roles|role
staff.status: staff_status
    在职状态|状态|员工状态|人员状态|status|employment status|staff status
staff.regions: list
    负责区域|区域|负责地区|地区|大区|regions|region|territory|territories|regional office|office
staff.industries: list
    负责行业|行业|industries|industry
staff.products: list
    负责产品|产品|products|product
staff.experience_level: whole
    经验等级|经验级别|经验|等级|experience level|experience|seniority|level
staff.fte: share
    全职比例|工时比例|全职当量|在岗比例|fte|full time share|full time equivalent|working time share|part time share
staff.max_accounts: whole
    最多客户数|客户上限|最大客户数|客户数上限|max accounts|maximum accounts|account limit|account cap|most accounts
staff.max_workload_hours: number
    每月工时上限|工时上限|月工时上限|最多工时|max workload hours|maximum workload hours|max hours|hours limit|
    monthly hours limit|hours cap
task.subject: text
    主要任务|任务|任务名称|任务内容|工作内容|事项|工作任务|task|main task|task name|subject|action|action item|
    to do|aufgabe|tâche|tarea|タスク
task.assignee: text
    负责人|责任人|执行人|跟进人|经办人|owner|assignee|responsible|assigned to|person in charge|verantwortlich|
    responsable|担当者
task.contact: contact
    联系方式|联系电话|电话|联络方式|contact details|contact method|phone|contact information
task.planned_on: date
    预计完成日期|计划完成日期|预计完成时间|计划完成时间|计划日期|截止日期|完成期限|到期日|due date|due|deadline|
    planned date|planned completion|planned completion date|target date|planned on|fällig|échéance|期限
task.actual_on: date
    实际完成日期|实际完成时间|实际日期|完成日期|完成时间|actual date|actual completion|actual completion date|
    completed on|completion date|actual on|date completed
task.state: task_state
    状态|任务状态|状态更新|进度|完成情况|进展|status|state|task status|status update|progress|état|estado|
    ステータス
task.note: text
    备注|说明|备注说明|note|notes|remark|remarks|comment|comments|bemerkung|備考
interaction.happened_on: date
    日期|拜访日期|访问日期|联系日期|沟通日期|时间|date|visit date|call date|contact date|meeting date
interaction.kind: text
    类型|互动类型|沟通方式|拜访方式|方式|kind|type|channel
interaction.subject: text
    主题|目的|拜访目的|事由|subject|purpose|topic
interaction.content: text
    内容|沟通内容|拜访内容|记录|通话内容|content|notes|summary|details
interaction.outcome: text
    结果|拜访结果|反馈|客户反馈|outcome|result|feedback
interaction.author: text
    拜访人|记录人|负责人|业务员|author|seller|owner|sales rep
order.number: verbatim
    订单号|订单编号|单号|合同编号|order number|order no|order id|invoice no|invoice number|opportunity id
order.ordered_on: verbatim
    下单日期|订单日期|交易日期|order date|invoice date|transaction date
order.product: verbatim
    产品名称|商品名称|产品类型|product name|item|description
order.product_code: verbatim
    产品编号|产品编码|商品编码|stock code|sku|product code
order.quantity: verbatim
    数量|订购数量|购买数量|quantity|qty
order.unit_price: verbatim
    单价|unit price|price
order.amount: verbatim
    金额|交易金额|订单金额|合同金额|amount|order amount|close value|total
order.history: verbatim
    历史交易记录|交易记录|历史订单|购买记录|采购记录|transaction history|order history|purchase history|
    past transactions
order.progress: verbatim
    订单状态与进度|订单状态|订单进度|订单状态和进度|order status|order progress|order status and progress
service.records: verbatim
    客户服务记录|服务记录|服务情况|沟通记录|服务请求|service records|service record|service history|
    customer service record
campaign.participation: verbatim
    市场活动参与情况|活动参与情况|市场活动|营销活动|参与活动|campaign participation|campaigns|marketing activities|
    market activity participation
file.row_number: ignored
    序号|行号|no|nr|#|row|row number|serial|serial number|index|sn
file.problem: ignored
    问题 / problem|问题|problem|导入问题
"""


def _parse(table: str) -> Iterator[Field]:
    """The fields of the table: a line with name and kind, then its headings, indented."""
    for entry in re.split(r"\n(?=\S)", table.strip()):
        head, _, headings = entry.partition("\n")
        name, _, kind = head.partition(": ")
        yield Field(name, Kind(kind), tuple("".join(map(str.strip, headings.splitlines())).split("|")))


FIELDS = MappingProxyType({field.name: field for field in _parse(_TABLE)})
"""Field name → field, in the order of the resources."""

ORDER_KINDS = MappingProxyType(
    {
        "order.ordered_on": Kind.DATE,
        "order.quantity": Kind.NUMBER,
        "order.unit_price": Kind.MONEY,
        "order.amount": Kind.MONEY,
        "order.progress": Kind.ORDER_STATE,
    }
)
"""How order fields are read when orders are what the file brings."""

TARGETS = MappingProxyType(
    {
        "accounts": ("account", "contact", "task", "order", "service", "campaign", "file"),
        "contacts": ("contact", "account", "file"),
        "staff": ("staff", "file"),
        "orders": ("order", "account", "file"),
        "interactions": ("interaction", "account", "contact", "file"),
        "tasks": ("task", "account", "contact", "order", "service", "campaign", "file"),
    }
)
"""What a file brings → the resources whose fields it may fill, the one that a general heading belongs to first."""

REQUIRED = MappingProxyType(
    {
        "accounts": ("account.name",),
        "contacts": ("contact.name",),
        "staff": ("staff.code", "staff.name"),
        "orders": ("account.name",),
        "interactions": ("account.name", "interaction.content"),
        "tasks": ("account.name", "task.subject"),
    }
)
"""What a file brings → the fields without which a row is rejected."""
