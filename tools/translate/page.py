"""The generated file: helpers, records and the order of rows."""

from __future__ import annotations

from collections.abc import Iterable
from types import ModuleType

from steepest.core import exp_log
from steepest.methods import rules, sampling, steps
from steepest.objective import losses

from .records import HELPERS, KINDS, Kind, Missing, camel, translated
from .statements import Function

__all__ = ["generated"]

HEAD = """// Generated from the Python sources of steepest by `python -m tools.translate`: do not edit.
// Each record has the arithmetic of its class in src/steepest; `self` holds its settings.

import { each, quotient, remainder, sum } from "./arithmetic";
import type { Loss, Rule, Schedule, Untranslated } from "./records";
"""
ORDER = ("mix", "below", "shuffle", "shuffle_blocks", "fill_order")


def generated() -> tuple[str, int, list[Missing]]:
    """The text of the file, the number of records in it, and the records that are not."""
    parts, count, missing = [HEAD, *(_helper(name) for name in HELPERS)], 0, []
    for kind, title, module in _groups():
        text, done, left = _group(kind, title, module)
        parts.append(text)
        count, missing = count + done, missing + left
    names = {name: camel(name) for name in ORDER}
    order = (Function(getattr(sampling, name), names).declaration(names[name]) for name in ORDER)
    samplings = ", ".join(f'"{name}"' for name in sampling.SAMPLINGS)
    return "\n".join([*parts, f"export const samplings = [{samplings}] as const;\n", *order]), count, missing


def _groups() -> Iterable[tuple[Kind, str, ModuleType]]:
    return zip(KINDS, ("rules", "losses", "schedules"), (rules, losses, steps), strict=True)


def _helper(name: str) -> str:
    return Function(getattr(exp_log, name), {}).declaration(camel(name))


def _group(kind: Kind, title: str, module: ModuleType) -> tuple[str, int, list[Missing]]:
    """The records of one kind, and those without a translation."""
    found = [translated(getattr(module, name), kind) for name in module.__all__]
    done, left = (
        [each for each in found if isinstance(each, str)],
        [each for each in found if isinstance(each, Missing)],
    )
    of = kind.name.capitalize()
    text = f"export const {title}: Readonly<Record<string, {of}>> = {{\n{''.join(done)}}};\n\n"
    rows = "".join(f'  {{ name: "{each.name}", label: "{each.label}", reason: "{each.reason}" }},\n' for each in left)
    return (
        f"{text}export const untranslated{title.capitalize()}: readonly Untranslated[] = [\n{rows}];\n",
        len(done),
        left,
    )
