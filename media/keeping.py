"""What a show keeps, or every show of a library: the one door to KeepRule.

Whoever wants it written down goes by `deletions.protecting`.
"""

import logging
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.errors import Refused
from accounts.models import User
from accounts.wording import sentence as _
from media.models import KeepRule, LibrarySection, MediaItem
from media.models.protection import Rule

logger = logging.getLogger(__name__)

__all__ = ["MOST", "Keeper", "Rule", "demand_episodes", "keep", "rule_for", "rule_of"]

MOST = 10_000
Keeper = MediaItem | LibrarySection


def rule_of(keeper: Keeper) -> Rule:
    """What it says itself."""
    row = KeepRule.objects.filter(**_key(keeper)).first()
    return row.rule if row else Rule()


def rule_for(show: MediaItem) -> Rule:
    """What holds for it."""
    return rule_of(show).over(rule_of(show.section))


def keep(keeper: Keeper, rule: Rule, now: datetime, *, by: User | None = None) -> bool:
    """True when that is news. Raises Refused for what makes no sense, and for what keeps no episodes."""
    _demand_sense(keeper, rule)
    if isinstance(keeper, LibrarySection):  # there is nobody above whose word a no could take away
        rule = Rule(rule.newest or None, rule.first_season or None, rule.at_least or None)
    with transaction.atomic():
        is_news = rule_of(keeper) != rule
        if is_news:
            _write(keeper, rule, now, by)
    if is_news:
        logger.info("%s keeps %s (%s)", keeper, rule, by or "Plaxe")
    return is_news


def _write(keeper: Keeper, rule: Rule, now: datetime, by: User | None) -> None:
    if not rule:
        KeepRule.objects.filter(**_key(keeper)).delete()
        return
    said = {f"keep_{name}": value for name, value in asdict(rule).items()}
    who = {"changed_at": now, "by": by, "by_name": by.username if by else ""}
    KeepRule.objects.update_or_create(**_key(keeper), defaults={**said, **who})


def _key(keeper: Keeper) -> dict[str, Any]:
    return {"item" if isinstance(keeper, MediaItem) else "section": keeper}


def demand_episodes(keeper: Keeper) -> None:
    if keeper.type != "show":
        words = _("%(what)s cannot keep episodes: only a show or a library of shows can.", what=keeper)
        raise Refused(words)


def _demand_sense(keeper: Keeper, rule: Rule) -> None:
    demand_episodes(keeper)
    for number in (rule.newest, rule.at_least):
        if number is not None and not 0 <= number <= MOST:
            words = _(
                "A show keeps 0 to %(most)s episodes, and not %(number)s. To keep all of them, protect it.",
                most=f"{MOST:,}",
                number=number,
            )
            raise Refused(words)
    if rule and keeper.gone_at:
        words = _(
            "%(what)s is no longer on %(server)s, so there is nothing to keep.",
            what=keeper,
            server=keeper.server,
        )
        raise Refused(words)
