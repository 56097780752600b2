"""The chart library of the page: one file, compressed, which `make setup` takes from its wheel and puts here."""

from pathlib import Path

FILE = Path(__file__).with_name("echarts.min.js.gz")
"""Apache ECharts as its makers publish it, in gzip; absent where nobody ran `make setup`."""
