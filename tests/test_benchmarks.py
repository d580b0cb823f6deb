"""What the benchmarks make of the times they have taken."""

import json

import pytest

from benchmarks.latency import Parts, household, parts, show, summed_up
from plexclient.demo.world import Call


def test_the_parts_of_a_latency_are_all_of_it() -> None:
    world = household(1)
    for at in (9.0, 10.5, 11.0, 20.0):
        world.record(Call(at, "Cellar", "GET", "/", "", 200), at_a_server=True)
    assert parts(world, 10.0, 10.25, 11.5, 12.0) == Parts(0.25, 0.25, 1.0, 0.5, 2.0)
    assert parts(world, 10.0, 10.0, None, 12.0) == Parts(0.0, 0.5, 0.5, 1.0, 2.0)


def test_a_summary_is_a_table_and_fits_into_json(capsys: pytest.CaptureFixture[str]) -> None:
    found = summed_up([Parts(0, 0.1, 0.2, 0.3, 0.6), Parts(0, 0.3, 0.2, 0.3, 0.8)])
    assert found["queue"] == {"median": 0.2, "p95": 0.29}
    assert json.loads(json.dumps(found)) == found
    show({"stream": found})
    assert "200 / 290" in capsys.readouterr().out
