"""Upgrades of older framework files, one step for each schema version."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kpi_core.models.framework import SCHEMA_VERSION

Step = Callable[[dict[str, Any]], dict[str, Any]]

STEPS: Mapping[int, Step] = {}
"""The step that turns a document of version n into one of n + 1, by n."""


class MigrationError(Exception):
    """A document that cannot be upgraded: message and fix."""


def migrate(
    document: dict[str, Any],
    version: int,
    steps: Mapping[int, Step] = STEPS,
    newest: int = SCHEMA_VERSION,
) -> dict[str, Any]:
    """`document` in the newest schema. Raises `MigrationError` when a step is missing or fails."""
    while version < newest:
        if version not in steps:
            raise MigrationError(
                f"Files of schema version {version} can no longer be opened.",
                "Open it with an earlier release of this tool and save it again.",
            )
        try:
            document = steps[version](document)
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            raise MigrationError(
                f"It says schema version {version} but lacks what such a file holds ({error}).",
                "Open an unedited copy.",
            ) from error
        version += 1
        document = {**document, "schema_version": version}
    return document
