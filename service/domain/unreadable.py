"""What cannot be read in a file: every code with its sentence in both languages, in one table.

A cell that is not understood raises `Unreadable`, cheap enough for each of a million cells; a file that cannot be taken
at all is refused with `refusal`, an `InvalidInput` whose pointer is `/file`. No sentence ever repeats the input.
"""

from types import MappingProxyType

from service.domain.invalid import FieldError, InvalidInput, Sentence

SENTENCES = MappingProxyType(
    {
        # --- one cell ---
        "not_an_amount": Sentence("This is not an amount that we can read.", "无法识别为金额。"),
        "not_a_number": Sentence("This is not a number that we can read.", "无法识别为数字。"),
        "not_a_whole_number": Sentence("A whole number is needed.", "需要整数。"),
        "negative_number": Sentence("A negative number makes no sense here.", "此处不能为负数。"),
        "number_too_large": Sentence("The number is too large.", "数值过大。"),
        "amount_is_a_range": Sentence(
            "A range or a bound is not one amount; write one number.", "区间或上下限不是确定的金额，请填写一个数值。"
        ),
        "several_amounts": Sentence(
            "More than one amount is written here; keep one.", "此处有多个金额，请只保留一个。"
        ),
        "ambiguous_amount": Sentence(
            "The number in parentheses may be a year or a negative amount.", "括号中的数字可能是年份，也可能是负数。"
        ),
        "ambiguous_separator": Sentence(
            "The separator may mark thousands or decimals; write the number without thousands separators.",
            "分隔符可能是千分位，也可能是小数点；请去掉千分位后填写。",
        ),
        "ambiguous_scale": Sentence(
            "兆 may be a million or a million millions; write it with 万 or 亿.",
            "“兆”可能是百万，也可能是万亿；请改用万或亿。",
        ),
        "ambiguous_currency": Sentence(
            "The currency mark belongs to several currencies; write its three-letter code.",
            "该货币符号对应多种货币，请写明三位货币代码。",
        ),
        "conflicting_currencies": Sentence("Two different currencies are written here.", "此处写有两种不同的货币。"),
        "unknown_currency": Sentence("This is not a currency that we know.", "无法识别的货币。"),
        "not_a_date": Sentence(
            "This is not a date that we can read; write YYYY-MM-DD.", "无法识别为日期，请写成 YYYY-MM-DD。"
        ),
        "no_such_date": Sentence("The calendar has no such day.", "日历上没有这一天。"),
        "ambiguous_date": Sentence(
            "Day and month may be swapped, or the century is missing; write YYYY-MM-DD.",
            "日和月可能颠倒，或缺少世纪；请写成 YYYY-MM-DD。",
        ),
        "date_incomplete": Sentence("The day is missing; write YYYY-MM-DD.", "缺少日，请写成 YYYY-MM-DD。"),
        "date_is_a_number": Sentence(
            "A bare number is not a date; format the cell as a date.", "纯数字不是日期，请把单元格设为日期格式。"
        ),
        "not_a_percentage": Sentence("This is not a percentage that we can read.", "无法识别为百分比。"),
        "percent_sign_missing": Sentence(
            "Write the percent sign, so that 0.5 is not mistaken.", "请写上百分号，以免 0.5 被误解。"
        ),
        "unknown_state": Sentence("This is not one of the known states.", "不是已知的状态。"),
        "unknown_level": Sentence("This is none of high, medium and low.", "不是高、中、低之一。"),
        "text_too_long": Sentence("The text is too long for this field.", "文字超出该字段的长度。"),
        "control_character": Sentence(
            "The cell holds an invisible control character, shown here by its symbol.",
            "单元格中含有不可见的控制字符，此处以符号显示。",
        ),
        "cell_error": Sentence(
            "The cell holds a spreadsheet error instead of a value.", "单元格中是表格错误而不是数值。"
        ),
        "formula_without_value": Sentence(
            "The formula was never computed; open the file, let it compute, and save it.",
            "公式没有计算结果；请打开文件计算后再保存。",
        ),
        "nested_value": Sentence("A cell holds one value, or a list of texts.", "一个单元格只能是一个值或一组文字。"),
        # --- one row ---
        "required_missing": Sentence("This field is needed.", "此字段必填。"),
        "done_without_date": Sentence("What is done needs its actual date.", "已完成的任务需要实际完成日期。"),
        "date_without_done": Sentence("What has an actual date must be done.", "有实际完成日期的任务状态应为已完成。"),
        "total_row": Sentence("This is a total, not a record.", "这是合计行，不是记录。"),
        "repeated_heading_row": Sentence("The heading row is repeated here.", "此处重复了表头行。"),
        "row_longer_than_headings": Sentence(
            "The row has more cells than there are headings; the rest is kept beside it.",
            "该行单元格多于表头，多余内容已另行保留。",
        ),
        "too_many_columns": Sentence("The row has more than {limit} cells.", "该行超过 {limit} 个单元格。"),
        "stray_quote": Sentence(
            "A quotation mark stands where none may; double it or remove it.", "引号位置不正确，请改为两个引号或删去。"
        ),
        "unclosed_quote": Sentence("A quotation mark opened here is never closed.", "此处的引号没有闭合。"),
        "row_too_long": Sentence("The row is longer than {limit} characters.", "该行超过 {limit} 个字符。"),
        "malformed_json": Sentence(
            "The line is not one I-JSON object (RFC 7493).", "该行不是一个 I-JSON 对象（RFC 7493）。"
        ),
        # --- the heading row ---
        "heading_row_not_found": Sentence(
            "No heading row was found in the first {limit} rows.", "在前 {limit} 行中没有找到表头行。"
        ),
        "repeated_heading": Sentence(
            "The same heading stands over more than one column; rename one or map them by column.",
            "同一表头出现在多列；请改名或按列指定。",
        ),
        "heading_missing": Sentence("A column with content has no heading.", "有内容的列没有表头。"),
        # --- the whole file ---
        "empty_file": Sentence("The file is empty.", "文件为空。"),
        "unknown_format": Sentence(
            "The file is neither CSV, XLSX, XLS, ODS nor NDJSON.", "文件不是 CSV、XLSX、XLS、ODS 或 NDJSON。"
        ),
        "extension_mismatch": Sentence(
            "The file's name says {named}, its content is {found}; the content was believed.",
            "文件名表示 {named}，内容实为 {found}；已按内容读取。",
        ),
        "unknown_encoding": Sentence("This encoding is not supported.", "不支持该字符编码。"),
        "encoding_not_recognised": Sentence(
            "The encoding was not recognised; state it with `encoding`.", "无法识别字符编码，请用 encoding 指明。"
        ),
        "undecodable_bytes": Sentence(
            "Line {line} is not valid {encoding}; state the right encoding or mend the line.",
            "第 {line} 行不是有效的 {encoding} 编码；请指明正确的编码或修正该行。",
        ),
        "not_a_workbook": Sentence("The archive is not a workbook.", "该压缩包不是电子表格文件。"),
        "damaged_file": Sentence("The file is damaged.", "文件已损坏。"),
        "encrypted_file": Sentence(
            "The file is protected by a password; save it without one.", "文件有密码保护，请去除密码后保存。"
        ),
        "archive_bomb": Sentence(
            "The file would unpack to far more than a workbook needs.", "文件解压后远超电子表格应有的大小。"
        ),
        "too_many_entries": Sentence("The archive has more than {limit} entries.", "压缩包内超过 {limit} 个条目。"),
        "entities_refused": Sentence(
            "The file declares XML entities, which no workbook needs.", "文件声明了电子表格不需要的 XML 实体。"
        ),
        "too_many_merges": Sentence("The sheet merges more than {limit} areas.", "工作表合并区域超过 {limit} 个。"),
        "no_such_sheet": Sentence("The workbook has no sheet of this name.", "工作簿中没有该名称的工作表。"),
        # --- writing ---
        "too_many_rows_for_xlsx": Sentence(
            "XLSX holds {limit} rows; ask for CSV.", "XLSX 最多 {limit} 行，请改用 CSV。"
        ),
        "cell_too_long_for_xlsx": Sentence(
            "A cell is longer than the {limit} characters that XLSX holds; ask for CSV.",
            "有单元格超过 XLSX 允许的 {limit} 个字符，请改用 CSV。",
        ),
    }
)
"""Code → sentence; braces name the facts that complete it."""


class Unreadable(ValueError):  # noqa: N818 - the cell is what is unreadable
    """A cell is not understood: `code` is a key of `SENTENCES`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def sentence(code: str, **facts: object) -> Sentence:
    """The sentence of a code, completed by facts of ours (limits, line numbers), never by the input."""
    told = SENTENCES[code]
    return Sentence(told.en.format(**facts), told.zh.format(**facts)) if facts else told


def refusal(code: str, **facts: object) -> InvalidInput:
    """The refusal of a whole file."""
    return InvalidInput(errors=[FieldError(code, sentence(code, **facts), pointer="/file")])
