"""Placeholder stepping."""
from trading.engine.table import TableStepper as MachineStepper
