"""A fit in one line: `steepest.solve.fit.fit` with the fields of its records as keywords."""

from dataclasses import fields

from steepest.solve.fit import fit as whole_fit
from steepest.solve.settings import Limits, Settings, Watch


def fit(rows, problem, *, names=(), start=None, **asked):
    settings, limits, watch = (
        kind(**{field.name: asked.pop(field.name) for field in fields(kind) if field.name in asked})
        for kind in (Settings, Limits, Watch)
    )
    assert not asked, f"no setting is called {', '.join(asked)}"
    return whole_fit(rows, problem, settings, limits, names=names, start=start, watch=watch)
