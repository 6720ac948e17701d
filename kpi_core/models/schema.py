"""The JSON Schema of the framework file, generated from the documents."""

from __future__ import annotations

import json
from pathlib import Path

from kpi_core.models.framework import MeasurementFramework

SCHEMA_FILE = Path(__file__).parent / "framework.schema.json"


def schema_text() -> str:
    """The schema as committed in `framework.schema.json`."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **MeasurementFramework.model_json_schema(),
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
