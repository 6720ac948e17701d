"""Step 8: the whole framework on one page, its findings, and the finish."""

from __future__ import annotations

import streamlit as st

from kpi_core.framework.check import check_framework
from kpi_core.framework.progress import completeness
from kpi_ui import components, document, inputs, panels
from kpi_ui.steps.context import Context


def render(context: Context) -> None:
    """The document on the left; name, findings and downloads on the right."""
    page, side = st.columns([2.9, 1.35], gap="large")
    with side:
        with st.container(border=True):
            st.header("Before you sign")
            inputs.text("Framework name", ("framework_name",), context.framework.name, context.read)
            for part in completeness(context.framework).parts:
                components.meter(
                    f"KPIs {part.name}", part.done, part.total, key=f"review.{part.id}"
                )
        if context.read.is_complete:
            with st.container(border=True):
                st.header("Take it away")
                st.caption("JSON is the whole framework and opens again.")
                with st.container(horizontal=True):
                    panels.downloads(context.framework, key="review")
        found = (*context.read.findings, *check_framework(context.framework))
        panels.worth_a_look(found, key="review.findings", title="Worth a look before you sign")
    with page:
        components.report(document.blocks(context.framework), key="review.document")
