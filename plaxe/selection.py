"""What the words of a command line mean: servers, items, viewers. Unknown and ambiguous ones are refused."""

from collections.abc import Callable
from typing import Any

from accounts.errors import Busy, Refused
from accounts.models import PlexServer, PlexUser
from media import assigning
from media.models import ALL, LibrarySection, MediaItem
from plexclient.errors import PlexError

QUORUMS = {"all": ALL, "any": 1}


def servers(options: dict[str, Any]) -> list[PlexServer]:
    """The one of `--server`, or all."""
    wanted = options.get("server")
    chosen = PlexServer.objects.selected(None)
    if wanted:
        chosen = chosen.filter(machine_identifier=wanted)
    found = list(chosen)
    if not found:
        unknown = f"No connected server has the machine identifier {wanted}."
        raise Refused(
            unknown if wanted else "No server is connected yet. Run `manage.py connect`, or sign in."
        )
    return found


def on_each(
    options: dict[str, Any], work: Callable[[PlexServer], dict[str, Any]], **nothing: Any
) -> list[dict[str, Any]]:
    """Do the work on every chosen server; refuse only when it failed on all of them.

    `nothing` is what a server reports that failed or was busy. Work that says it is not `complete` has failed
    too, but keeps its figures.
    """
    results, failed = [], []
    for server in servers(options):
        result = {"machine_identifier": server.machine_identifier, **nothing}
        try:
            done = work(server)
            result |= done
            has_failed = done.get("complete") is False
        except Busy:
            result["busy"], has_failed = True, False
        except (PlexError, Refused) as error:
            result["errors"], has_failed = [str(error)], True
        if has_failed:
            failed.append(f"{server}: {' '.join(result['errors'])}")
        results.append(result)
    if len(failed) == len(results):
        raise Refused(" ".join(failed))
    return results


def total(results: list[dict[str, Any]], *names: str) -> dict[str, Any]:
    """The sums over all servers, and what went wrong on some."""
    errors = [error for result in results for error in result.get("errors", [])]
    sums = {name: sum(result[name] for result in results) for name in names}
    return {**sums, "errors": errors, **busy(results)}


def busy(results: list[dict[str, Any]]) -> dict[str, bool]:
    return {"busy": True} if any(result.get("busy") for result in results) else {}


def item(rating_key: str, options: dict[str, Any], *, or_gone: bool = False) -> MediaItem:
    known = MediaItem.objects.all() if or_gone else MediaItem.objects.present()
    known = known.filter(rating_key=rating_key).select_related("server", "section", "show", "parent")
    if options.get("server"):
        known = known.filter(server__in=servers(options))
    match list(known):
        case [found]:
            return found
        case []:
            raise Refused(f"No title with the rating key {rating_key} is known. Run `manage.py sync`?")
        case several:
            names = ", ".join(f"{each.server.machine_identifier} ({each})" for each in several)
            raise Refused(f"Several servers have the rating key {rating_key}: name one by --server. {names}")


def section(name: str, options: dict[str, Any], *, or_gone: bool = False) -> LibrarySection:
    """By its key, else by its title."""
    known = LibrarySection.objects.all() if or_gone else LibrarySection.objects.present()
    known = known.filter(server__in=servers(options)).select_related("server").order_by("server", "key")
    match list(known.filter(key=name)) or list(known.filter(title__iexact=name)):
        case [found]:
            return found
        case []:
            raise Refused(f"No library with the key or the title {name} is known. Run `manage.py sync`?")
        case several:
            names = ", ".join(
                f"{each} (key {each.key} on {each.server.machine_identifier})" for each in several
            )
            raise Refused(f"Several libraries are called {name}: use the key, and --server. {names}")


def viewer(who: str, server: PlexServer, *, on_any: bool = False) -> PlexUser:
    """By plex.tv id, else by name. `on_any`: also whoever watches on another server only."""
    return viewer_of_any(who, servers({}) if on_any else [server])


def viewer_of_any(who: str, servers: list[PlexServer]) -> PlexUser:
    known = PlexUser.objects.filter(access__server__in=servers).distinct()
    match list(known.identified(who)) or list(known.named(who).order_by("plex_id")):
        case [found]:
            return found
        case []:
            where = ", ".join(map(str, servers))
            raise Refused(f"Nobody called {who} watches on {where}. Run `manage.py sync`?")
        case several:
            ids = ", ".join(f"{each.plex_id} ({each})" for each in several)
            raise Refused(f"Several viewers are called {who}: use the id. {ids}")


def quorum(word: str | None) -> int | None:
    """How many are enough; none when nothing is said."""
    if word is None or word in QUORUMS:
        return QUORUMS.get(word or "")
    if not (word.isascii() and word.isdecimal() and 0 < int(word) <= assigning.MOST):
        raise Refused(f"The quorum is a number from 1 on, any or all, and not {word}.")
    return int(word)
