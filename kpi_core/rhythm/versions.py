"""Versions of lead definitions: what was agreed when, by whom and why, and what differs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from kpi_core.models.lead_rules import DefinitionVersion
from kpi_core.models.operation import LeadDefinition, MarketingSalesAgreement
from kpi_core.models.rhythm import ChangeLine
from kpi_core.rhythm.scoring_words import version_lines

LONGEST = 3900
"""Characters of a text in a difference; what is longer is cut."""


def cut(text: str) -> str:
    """`text`, cut where it is too long for a change line."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."


def difference(
    old: DefinitionVersion | LeadDefinition | None,
    new: DefinitionVersion | LeadDefinition,
    area: str = "Definition",
) -> tuple[ChangeLine, ...]:
    """What `new` says otherwise than `old`; everything when there is no old one, () when equal."""
    before = version_lines(old) if old else {}
    return line_difference(before, version_lines(new), area)


def line_difference(
    before: Mapping[str, tuple[str, str]], after: Mapping[str, tuple[str, str]], area: str
) -> tuple[ChangeLine, ...]:
    """Differences of two sets of labelled texts with stable keys, in their order."""
    lines = []
    for key in dict.fromkeys((*before, *after)):
        one, other = before.get(key), after.get(key)
        if one != other:
            lines.append(
                ChangeLine(
                    area=area,
                    what=(other or one or ("", ""))[0],
                    before=cut(one[1]) if one else None,
                    after=cut(other[1]) if other else None,
                )
            )
    return tuple(lines)


def has_unpublished_changes(definition: LeadDefinition) -> bool:
    """Whether it differs from its last version, or has none yet."""
    last = definition.versions[-1] if definition.versions else None
    return last is None or (last.statement, last.rules) != (definition.statement, definition.rules)


def published(
    definition: LeadDefinition, agreed_on: date, author_role: str, reason: str
) -> LeadDefinition:
    """The definition with what it says now as a new version; unchanged when nothing differs.

    Raises `ValueError` when the reason is blank or there is no room for another version.
    """
    if not has_unpublished_changes(definition):
        return definition
    version = DefinitionVersion(
        number=definition.versions[-1].number + 1 if definition.versions else 1,
        agreed_on=agreed_on,
        author_role=author_role,
        reason=reason,
        statement=definition.statement,
        rules=definition.rules,
    )
    return LeadDefinition.model_validate(
        {**dict(definition), "versions": (*definition.versions, version)}
    )


def with_definition(
    agreement: MarketingSalesAgreement, definition: LeadDefinition
) -> MarketingSalesAgreement:
    """The agreement with `definition` in place of the one with its id, or added at the end."""
    kept = {entry.id: entry for entry in agreement.definitions}
    kept[definition.id] = definition
    return MarketingSalesAgreement.model_validate(
        {**dict(agreement), "definitions": tuple(kept.values())}
    )
