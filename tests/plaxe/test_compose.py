"""The containers: all of Plaxe in one, or each part of it in its own."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands, load_command_class

from plaxe.startup import ROLES, processes

COMPOSE = yaml.safe_load((Path(__file__).parent.parent.parent / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
PARTS = {name: service for name, service in SERVICES.items() if "command" in service and "build" in service}


def test_each_part_of_plaxe_is_a_service() -> None:
    assert set(PARTS) == set(ROLES)
    assert {part["command"][-1] for part in PARTS.values()} == set(ROLES)


@pytest.mark.parametrize("name", sorted(PARTS))
def test_a_service_runs_what_there_is(name: str) -> None:
    command, *options = PARTS[name]["command"]
    parser = load_command_class(get_commands()[command], command).create_parser("manage.py", command)
    assert parser.parse_args(options).settings is None


def test_all_parts_share_data_database_and_broker() -> None:
    shared = [(part["volumes"], part["environment"]["DATABASE_URL"]) for part in PARTS.values()]
    assert all(one == shared[0] for one in shared)
    assert all(part["environment"]["PLAXE_BROKER_URL"] for part in PARTS.values())
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"plaxe", "web"}


def test_only_what_serves_pages_is_asked_for_its_health() -> None:
    asked = {name for name, part in PARTS.items() if "healthcheck" not in part}
    assert asked == {"web"}


def test_the_clock_ticks_in_the_worker_unless_it_runs_by_itself() -> None:
    assert [child.name for child in processes(ROLES, "127.0.0.1", 8000)] == ["web", "worker", "listen"]
    assert [child.name for child in processes(["beat"], "127.0.0.1", 8000)] == ["beat"]
    alone, whole = processes(["worker"], "", 0)[0].run, processes(ROLES, "", 0)[1].run
    assert (alone.keywords, whole.keywords) == ({"ticks": False}, {"ticks": True})  # type: ignore[attr-defined]
