"""Reads the first sheet of a workbook into rows by calamine and prints how many they are: parse.py FILE"""
import sys

from python_calamine import CalamineWorkbook

print(len(CalamineWorkbook.from_path(sys.argv[1]).get_sheet_by_index(0).to_python()))
