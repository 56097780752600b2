"""Answers as flat tables, and what a workbook has beside them."""
