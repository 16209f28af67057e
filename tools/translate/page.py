"""The generated file: helpers, records and the order of rows."""

from __future__ import annotations

from steepest.core import exp_log
from steepest.methods import rules, sampling, steps
from steepest.objective import losses

from .records import HELPERS, KINDS, Record, camel, translated
from .statements import Function

__all__ = ["generated"]

HEAD = """// Generated from the Python sources of steepest by `python -m tools.translate`: do not edit.
// Each record has the arithmetic of its class in src/steepest; `self` holds its settings.

import { each, quotient, remainder, sum } from "./arithmetic";
import type { ElementRule, Loss, Rule, Schedule, Untranslated, WholeRule } from "./records";
"""
ORDER = ("mix", "below", "shuffle", "shuffle_blocks", "fill_order")


GROUPS = (("rules", rules), ("losses", losses), ("schedules", steps))


def generated() -> tuple[str, list[Record]]:
    """The text of the file, and all records, with and without a translation."""
    records, groups = [], []
    for kind, (title, module) in zip(KINDS, GROUPS, strict=True):
        found = [translated(getattr(module, name), kind) for name in module.__all__]
        records += found
        groups.append(_group(title, kind.name.capitalize(), found))
    helpers = (Function(getattr(exp_log, name), {}).declaration(camel(name)) for name in HELPERS)
    return "\n".join([HEAD, *helpers, *groups, *_order()]), records


def _group(title: str, of: str, records: list[Record]) -> str:
    """The records of one kind, a table of them by name, and those without a translation."""
    done = [each for each in records if each.text]
    names = "".join(f"  {each.name}: {camel(each.name)},\n" for each in done)
    rows = "".join(f"  {_missing(each)},\n" for each in records if each.reason)
    table = f"export const {title}: Readonly<Record<string, {of}>> = {{\n{names}}};\n"
    missing = f"export const untranslated{title.capitalize()}: readonly Untranslated[] = [\n{rows}];\n"
    return "\n".join([*(each.text for each in done), table, missing])


def _missing(record: Record) -> str:
    return f'{{ name: "{record.name}", label: "{record.label}", reason: "{record.reason}" }}'


def _order() -> list[str]:
    """The order of rows."""
    names = {name: camel(name) for name in ORDER}
    samplings = ", ".join(f'"{name}"' for name in sampling.SAMPLINGS)
    functions = (Function(getattr(sampling, name), names).declaration(names[name]) for name in ORDER)
    return [f"export const samplings = [{samplings}] as const;\n", *functions]
