"""``python -m trading.cli``."""

from trading.cli import main

main()
