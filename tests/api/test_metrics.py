"""Figures for Prometheus: complete, told once, and about nobody."""

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from leadscore.api.metrics import Metrics
from leadscore.workflows.receive_events import Receipt

REASONS = st.sampled_from(["LS-EVENT-02", "LS-EVENT-04", "LS-ROW-03"])
RECEIPTS = st.builds(
    lambda accepted, duplicates, reasons: Receipt(accepted, duplicates, len(reasons), tuple(reasons)),
    st.integers(0, 9),
    st.integers(0, 9),
    st.lists(REASONS, max_size=4),
)
GROUPS = st.lists(st.tuples(st.booleans(), st.lists(RECEIPTS, min_size=1, max_size=5)), max_size=8)


def read(text):
    """Value by name and labels."""
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


def figures(metrics, refused=False):
    return read(metrics.text(model_refused=refused))


def count(receipt):
    return receipt.accepted + receipt.duplicates + receipt.dead_lettered


@given(GROUPS)
def test_what_came_is_stored_known_dead_lettered_or_turned_away(groups):
    metrics, reasons = Metrics(), []
    for stored, receipts in groups:
        come = sum(map(count, receipts))
        metrics.received(come, come)
        if stored:
            metrics.stored(receipts, 0.001)
            reasons += [reason for receipt in receipts for reason in receipt.reasons]
        else:
            metrics.turned_away(come)
    found = figures(metrics)
    dead = {key[1]: value for key, value in found.items() if key[0] == "leadscore_messages_dead_lettered_total"}
    assert dead == {reason: reasons.count(reason) for reason in reasons}
    ends = ("accepted", "duplicate", "turned_away")
    ended = sum(found[f"leadscore_messages_{end}_total",] for end in ends) + sum(dead.values())
    assert found["leadscore_messages_received_total",] == ended
    assert found["leadscore_commit_seconds_count",] == sum(stored for stored, _ in groups)


def test_requests_are_counted_by_method_route_and_status():
    metrics = Metrics()
    for status in (200, 200, 429):
        metrics.answered("POST", "/v1/score", status)
    found = figures(metrics)
    assert found["leadscore_requests_total", "/v1/score", "200", "POST"] == 2
    assert found["leadscore_requests_total", "/v1/score", "429", "POST"] == 1


def test_one_version_is_in_use_at_a_time_or_none():
    metrics = Metrics()
    for use, expected in (
        (None, ("none", "none")),
        (lambda: metrics.use_model("leadscore", "1"), ("1", "leadscore")),
        (lambda: metrics.use_model("leadscore", "2"), ("2", "leadscore")),
        (lambda: metrics.use_model("leadscore", "1"), ("1", "leadscore")),
        (metrics.use_no_model, ("none", "none")),
    ):
        if use:
            use()
        found = {key[1:]: value for key, value in figures(metrics).items() if key[0] == "leadscore_model_in_use"}
        assert [labels for labels, value in found.items() if value] == [expected]
        assert found[expected] == 1


def test_buckets_of_time_grow():
    metrics = Metrics()
    for seconds in (0.0002, 0.003, 7.0):
        metrics.scored(seconds)
    found = figures(metrics)
    buckets = [value for key, value in found.items() if key[0] == "leadscore_score_seconds_bucket"]
    assert all(low <= high for low, high in pairwise(buckets))
    assert (buckets[0], buckets[-1], found["leadscore_score_seconds_count",]) == (0, 3, 3)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="figures of a process are read from /proc")
def test_figures_of_several_processes_are_added_up(tmp_path):
    work = (
        "from leadscore.api.metrics import Metrics\n"
        "import sys, time\n"
        "metrics = Metrics()\n"
        "metrics.received(3, 2); metrics.scored(0.001); metrics.use_model('leadscore', '7')\n"
        "sys.stdout.write('done\\n'); sys.stdout.flush(); sys.stdin.readline()\n"
        "sys.stdout.write(metrics.text(model_refused=False).decode())"
    )
    surroundings = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    ways = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "env": surroundings}
    with (
        subprocess.Popen([sys.executable, "-c", work], **ways) as first,
        subprocess.Popen([sys.executable, "-c", work], **ways) as second,
    ):
        for process in (first, second):
            assert process.stdout.readline() == "done\n"
        said, _ = first.communicate("\n")
        second.communicate("\n")
    found = read(said.encode())
    assert found["leadscore_messages_received_total",] == 6
    assert found["leadscore_intake_waiting_messages",] == 4
    assert found["leadscore_score_seconds_count",] == 2
    assert found["leadscore_model_in_use", "7", "leadscore"] == 2
    assert found["process_resident_memory_bytes",] > 30_000_000
