"""Detection against the oracle on random small histories (``tests/benchmarks/campaign_detect.py`` runs many more)."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.detect import properties

QUIET = {"deadline": None, "database": None, "derandomize": True, "suppress_health_check": list(HealthCheck)}


@settings(max_examples=900, **QUIET)
@given(properties.cases())
def test_measures_equal_the_oracle_and_contain_each_other(case):
    properties.check_measures(*case)


@settings(max_examples=350, **QUIET)
@given(properties.cases(lines=7))
def test_evidence_is_smallest_and_crossings_are_the_first(case):
    properties.check_evidence(*case)


@settings(max_examples=250, **QUIET)
@given(properties.cases())
def test_more_never_ties_fewer(case):
    properties.check_monotone(*case)


@settings(max_examples=200, **QUIET)
@given(properties.cases(), st.integers(1, 4))
def test_names_and_order_of_lines_do_not_matter(case, shift):
    properties.check_renaming(*case, shift)
