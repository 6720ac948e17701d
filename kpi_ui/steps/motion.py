"""Step 2: the go-to-market motion and the north star, scored in the open."""

from __future__ import annotations

import streamlit as st

from kpi_core.catalog.formula_text import formula_text
from kpi_ui import components, inputs, state
from kpi_ui.steps.context import Context


def render(context: Context) -> None:
    """Motion cards, then the candidates' scores beside the chosen one."""
    catalog, profile = context.catalog, context.profile
    components.choices(
        [
            components.ChoiceItem(
                id=motion.id,
                title=motion.name,
                text=motion.description,
                meta=f"North star: {catalog.metric(motion.north_star).name}",
            )
            for motion in catalog.motions.values()
        ],
        selected=profile.motion.value,
        label="Go-to-market motion",
        key="motion.choices",
        on_choose=_choose_motion,
    )
    st.space("small")
    scores, side = st.columns([2.9, 1.35], gap="large")
    with scores:
        with st.container(gap=None):
            st.header("North star candidates")
            st.caption("Five questions, 0 to 2 points each; press Why to read the reasons.")
        _scores(context)
    with side:
        _chosen(context)


def _choose_motion(motion: str) -> None:
    def edit(answers: state.Draft) -> None:
        answers["motion"] = motion
        answers.pop("north_star", None)

    state.change("Motion", edit)


def _scores(context: Context) -> None:
    catalog, star = context.catalog, context.framework.north_star
    best = catalog.motions[context.profile.motion].north_star
    most = 2 * len(catalog.criteria)
    components.scores(
        [(criterion.id, criterion.name) for criterion in catalog.criteria.values()],
        [
            components.ScoreRow(
                id=candidate.metric_id,
                name=catalog.metric(candidate.metric_id).name,
                scores=[(score.score, score.why) for score in candidate.scores],
                total=f"{candidate.total} of {most}",
                refused=candidate.refused,
                chosen=candidate.metric_id == star.metric_id,
                recommended=candidate.metric_id == best,
            )
            for candidate in star.candidates
        ],
        key="motion.scores",
        on_choose=lambda metric_id: state.set_answer(("north_star",), metric_id, "North star"),
    )


def _chosen(context: Context) -> None:
    star = context.framework.north_star
    metric = context.framework.metric(star.metric_id)
    with st.container(border=True):
        st.header(inputs.md(metric.name))
        st.caption("Your north star")
        st.markdown(inputs.md(metric.headline))
        st.caption("Formula")
        st.markdown(inputs.md(formula_text(metric.formula, context.framework)))
        with st.expander("What exactly counts"):
            st.markdown(inputs.md(metric.definition))
        st.caption("Why it leads")
        st.markdown("\n".join(f"- {inputs.md(reason)}" for reason in star.reasons))
