"""A change of revenue in parts that add up, by Ang's log-mean Divisia index."""

from __future__ import annotations

from math import fsum, log, prod

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kpi_core.actuals.decompose import Decomposition, Driver, decompose

VALUES = st.one_of(st.just(0.0), st.floats(1e-6, 1e6))
POSITIVE = st.floats(1e-3, 1e4)


def lane(*values: float) -> list[Driver]:
    return [Driver(f"x{i}", f"Driver {i}", value) for i, value in enumerate(values)]


def one(before: list[float], after: list[float]) -> Decomposition:
    return decompose({"a": lane(*before)}, {"a": lane(*after)})


def values(found: Decomposition) -> list[float]:
    return [part.value for part in found.parts]


LANES = st.integers(1, 4).flatmap(
    lambda drivers: st.dictionaries(
        st.sampled_from("abcde"),
        st.tuples(*(st.lists(VALUES, min_size=drivers, max_size=drivers) for _ in range(2))),
        min_size=1,
    )
)


def test_two_drivers_by_hand() -> None:
    # 100 leads x 10 = 1,000 becomes 200 x 5 = 1,000: L = 1,000, so leads bring 1,000 ln 2 = 693.147
    # and size costs as much
    leads, size = values(one([100, 10], [200, 5]))
    assert leads == pytest.approx(693.147180559945, rel=1e-12)
    assert size == pytest.approx(-693.147180559945, rel=1e-12)


def test_three_drivers_by_hand() -> None:
    # 1,000 x 20% x 50 = 10,000; 1,200 x 25% x 40 = 12,000
    # L = 2,000 / ln 1.2 = 10,969.629; x ln 1.2, ln 1.25, ln 0.8: the last two cancel
    found = one([1000, 0.2, 50], [1200, 0.25, 40])
    mean = 2000 / log(1.2)
    assert mean == pytest.approx(10_969.629, abs=1e-3)
    assert values(found) == pytest.approx([2000, mean * log(1.25), -mean * log(1.25)], rel=1e-12)
    assert (found.before, found.after) == (10_000, 12_000)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([0, 0.5, 10], [100, 0.5, 10], [500, 0, 0]),  # the one that was 0 takes it all
        ([100, 0.5, 10], [80, 0.0, 12], [0, -500, 0]),
        ([0, 0.0, 10], [100, 0.5, 10], [250, 250, 0]),  # two that were 0 share equally
        ([0, 0.5, 10], [100, 0.0, 10], [0, 0, 0]),  # 0 before and after
        ([0, 0.5, 10], [0, 0.9, 10], [0, 0, 0]),
        ([100, 0.5, 10], [100, 0.5, 10], [0, 0, 0]),
    ],
)
def test_zeros(before: list[float], after: list[float], expected: list[float]) -> None:
    assert values(one(before, after)) == expected


def test_the_limit_is_what_a_very_small_number_tends_to() -> None:
    # second way: the plain formula with 1e-200 for 0 is within 1% of the limit
    def plain(x0: list[float], x1: list[float]) -> list[float]:
        start, end = prod(x0), prod(x1)
        mean = (end - start) / log(end / start)
        return [mean * log(b / a) for a, b in zip(x0, x1, strict=True)]

    limit = values(one([0, 0.5, 10], [100, 0.6, 12]))
    assert limit == pytest.approx(plain([1e-200, 0.5, 10], [100, 0.6, 12]), abs=0.01 * 720)
    both = values(one([0, 0, 10], [100, 0.6, 12]))
    assert both == pytest.approx(plain([1e-150, 1e-150, 10], [100, 0.6, 12]), abs=0.01 * 720)


def test_a_lane_that_appears_or_goes_is_the_volumes_doing() -> None:
    found = decompose({"old": lane(10, 5)}, {"new": lane(3, 4)})
    told = [(part.lane, part.id, part.value) for part in found.parts]
    assert told == [("old", "x0", -50), ("old", "x1", 0), ("new", "x0", 12), ("new", "x1", 0)]
    assert found.by_lane() == {"old": -50, "new": 12}
    assert [part.value for part in found.by_driver()] == [-38, 0]


def test_one_lane_has_no_name() -> None:
    found = one([1, 2], [2, 2])
    assert {part.lane for part in found.parts} == {None}
    assert found.by_lane() == {}


@pytest.mark.parametrize("bad", [-1.0, float("nan"), float("inf")])
def test_impossible_values_are_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="0 or more"):
        one([1, bad], [1, 2])


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(ValueError, match="different drivers"):
        decompose({"a": lane(1, 2)}, {"a": lane(1)})
    with pytest.raises(ValueError, match="no drivers"):
        decompose({"a": []}, {})
    with pytest.raises(ValueError, match="too large"):
        one([1e200, 1e200], [1, 1])


def test_nothing_at_all_is_no_change() -> None:
    found = decompose({}, {})
    assert (found.before, found.after, found.parts) == (0, 0, ())


def test_extreme_ratios_still_add_up() -> None:
    found = one([1e-300, 1e-300, 3], [1e150, 1e150, 2])  # the first product is below any float
    assert fsum(values(found)) == pytest.approx(found.after, rel=1e-9)


@given(LANES)
def test_parts_add_up_exactly(lanes: dict[str, tuple[list[float], list[float]]]) -> None:
    found = decompose(
        {name: lane(*old) for name, (old, _) in lanes.items()},
        {name: lane(*new) for name, (_, new) in lanes.items()},
    )
    size = max(found.before, found.after)
    assert abs(fsum(values(found)) - (found.after - found.before)) <= 1e-9 * size
    for name, (old, new) in lanes.items():
        parts = found.by_lane().get(name, fsum(values(found)))
        assert abs(parts - (prod(new) - prod(old))) <= 1e-9 * max(prod(new), prod(old), 1e-300)
    assert fsum(part.value for part in found.by_driver()) == pytest.approx(
        fsum(values(found)), rel=1e-9, abs=1e-9 * size
    )


@given(st.lists(st.tuples(POSITIVE, POSITIVE), min_size=1, max_size=5))
def test_a_driver_that_grew_brought_and_one_that_fell_cost(
    pairs: list[tuple[float, float]],
) -> None:
    old, new = map(list, zip(*pairs, strict=True))
    size = max(prod(old), prod(new))
    for value, (before, after) in zip(values(one(old, new)), pairs, strict=True):
        slack = 1e-9 * size
        assert value >= -slack if after >= before else value <= slack


@given(st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=5))
def test_time_reversal_negates_every_part(pairs: list[tuple[float, float]]) -> None:
    old, new = map(list, zip(*pairs, strict=True))
    forth, back = values(one(old, new)), values(one(new, old))
    size = max(prod(old), prod(new))
    assert back == pytest.approx([-value for value in forth], rel=1e-9, abs=1e-9 * size)


@given(st.lists(st.tuples(POSITIVE, POSITIVE), min_size=2, max_size=5), st.floats(0.01, 100))
def test_units_do_not_matter(pairs: list[tuple[float, float]], factor: float) -> None:
    """Leads in thousands and deals in cents give the same parts, times the factor."""
    old, new = map(list, zip(*pairs, strict=True))
    assume(prod(old) != prod(new))
    plain = values(one(old, new))
    scaled = values(one([old[0] * factor, *old[1:]], [new[0] * factor, *new[1:]]))
    size = factor * max(prod(old), prod(new))
    assert scaled == pytest.approx([factor * value for value in plain], rel=1e-6, abs=1e-9 * size)


@given(st.lists(st.tuples(VALUES, VALUES), min_size=2, max_size=4), st.randoms())
def test_the_order_of_drivers_does_not_matter(pairs: list[tuple[float, float]], random) -> None:  # type: ignore[no-untyped-def]
    order = list(range(len(pairs)))
    random.shuffle(order)
    old, new = map(list, zip(*pairs, strict=True))
    plain = values(one(old, new))
    mixed = values(one([old[i] for i in order], [new[i] for i in order]))
    size = max(prod(old), prod(new))
    assert mixed == pytest.approx([plain[i] for i in order], rel=1e-9, abs=1e-9 * size)
