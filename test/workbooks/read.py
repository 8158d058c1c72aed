"""Reads workbooks with openpyxl: paths come as JSON in a line, cells go as JSON in a line.

Cells are [row, column, text], by openpyxl's own reading of values and formats; only how they are written is Waymark's.
"""
import datetime
import json
import re
import sys
import warnings
from decimal import Decimal

import openpyxl

warnings.simplefilter("ignore")


def number(value):
    text = format(Decimal(repr(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def rounded(moment):
    return (moment + datetime.timedelta(microseconds=500_000)).replace(microsecond=0)


def text(cell):
    value = cell.value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        padded = re.fullmatch(r"0[0\\-]+", cell.number_format)
        if padded and value == int(value) and value >= 0:
            zeros = cell.number_format.replace("\\", "")
            digits = str(int(value)).rjust(zeros.count("0"), "0")
            places = [i for i, sign in enumerate(reversed(zeros)) if sign == "-"]
            for place in places:
                digits = digits[: len(digits) - place] + "-" + digits[len(digits) - place :]
            return digits
        return number(value)
    if isinstance(value, datetime.datetime):
        value = rounded(value)
        return value.strftime("%Y-%m-%d" if value.time() == datetime.time() else "%Y-%m-%d %H:%M:%S")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, datetime.time):
        return rounded(datetime.datetime.combine(datetime.date(2000, 1, 1), value)).strftime("%H:%M:%S")
    if isinstance(value, datetime.timedelta):
        seconds = round(value.total_seconds())
        return "%02d:%02d:%02d" % (seconds // 3600, seconds // 60 % 60, seconds % 60)
    return value


def cells(path):
    sheets = openpyxl.load_workbook(path, data_only=True).worksheets
    sheet = next(sheet for sheet in sheets if sheet.sheet_state == "visible")
    return [
        [cell.row, cell.column - 1, text(cell)]
        for row in sheet.iter_rows()
        for cell in row
        if cell.value not in (None, "")
    ]


for line in sys.stdin:
    try:
        answer = cells(json.loads(line))
    except Exception as error:
        answer = type(error).__name__
    print(json.dumps(answer), flush=True)
