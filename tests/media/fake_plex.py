"""One Plex Media Server at the HTTP boundary. Its faults are those that real ones have."""

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from requests import PreparedRequest
from responses import RequestsMock

Row = dict[str, Any]
Answer = tuple[int, dict[str, str], str]
KINDS = {"1": "movie", "2": "show", "3": "season", "4": "episode"}
ADDED = 1_760_000_000  # October 2025


@dataclass
class Faults:
    broken: dict[str, int] = field(default_factory=dict)  # path -> status
    from_page: dict[str, int] = field(default_factory=dict)  # path -> the row from which it is broken
    page_size: int | None = None  # never more rows than this
    hidden: set[str] = field(default_factory=set)  # rating keys that listings leave out
    total: int | None = None  # what listings announce
    ignores_sort: bool = False
    ignores_filter: bool = False
    ignores_type: bool = False


class FakePlex:
    url = "http://plex.test:32400"

    def __init__(self, mock: RequestsMock) -> None:
        self.machine_identifier = "machine-1"
        self.sections: list[Row] = []
        self.rows: dict[str, list[Row]] = {}
        self.history: list[Row] = []
        self.faults = Faults()
        self.requests: list[str] = []
        mock.add_callback("GET", re.compile(re.escape(self.url)), self._answer)
        mock.add_callback("GET", re.compile(r"https://plex\.tv/"), lambda _: (200, {}, "[]"))

    def section(self, key: str, kind: str, *rows: Row, title: str = "") -> list[Row]:
        known = {"key": key, "type": kind, "title": title or f"Section {key}", "uuid": f"uuid-{key}"}
        self.sections.append(known)
        self.rows[key] = list(rows)
        return self.rows[key]

    def play(self, rating_key: str | None, account: int | None, at: int | None, **more: Any) -> Row:
        number = len(self.history) + 1
        row: Row = {"historyKey": f"/status/sessions/history/{number}", "type": "movie"}
        known: Row = {"ratingKey": rating_key, "accountID": account, "viewedAt": at}
        known["title"] = self._title_of(rating_key)
        row |= {name: value for name, value in known.items() if value is not None}
        self.history.append({**row, **more})
        return self.history[-1]

    def _title_of(self, rating_key: str | None) -> str | None:
        rows = (row for rows in self.rows.values() for row in rows)
        return next((row["title"] for row in rows if row.get("ratingKey") == rating_key), None)

    def pages_of(self, path: str) -> list[str]:
        return [request for request in self.requests if request.startswith(path)]

    def _answer(self, request: PreparedRequest) -> Answer:
        parts = urlsplit(request.url or "")
        path, query = str(parts.path), {k: v[0] for k, v in parse_qs(str(parts.query)).items()}
        start = int(request.headers.get("X-Plex-Container-Start", "0"))
        size = int(request.headers.get("X-Plex-Container-Size", "100000"))
        self.requests.append(f"{path}?{parts.query}#{start}")
        if path in self.faults.broken and start >= self.faults.from_page.get(path, 0):
            return self.faults.broken[path], {}, "<html><h1>no</h1></html>"
        if path == "/identity":
            return _wrapped({"machineIdentifier": self.machine_identifier, "version": "1.43.0"})
        if path == "/library/sections":
            return _wrapped({"size": len(self.sections), "Directory": self.sections})
        if path.startswith("/library/metadata/"):
            return self._metadata(path.rpartition("/")[2].split(","))
        rows = self._history(query) if path.endswith("/history/all") else self._listing(path, query)
        return self._paged(rows, start, size)

    def _metadata(self, keys: list[str]) -> Answer:
        found = [
            {**row, "librarySectionID": int(section)}
            for section, rows in self.rows.items()
            for row in rows
            if row.get("ratingKey") in keys
        ]
        return _wrapped({"size": len(found), "Metadata": found}) if found else (404, {}, "<html></html>")

    def _listing(self, path: str, query: dict[str, str]) -> list[Row]:
        rows = [
            row for row in self.rows[path.split("/")[3]] if row.get("ratingKey") not in self.faults.hidden
        ]
        if not self.faults.ignores_type:
            rows = [row for row in rows if row.get("type") == KINDS[query["type"]]]
        return self._sorted(rows, query.get("sort"))

    def _history(self, query: dict[str, str]) -> list[Row]:
        rows = self.history
        since = query.get("viewedAt>")
        if since and not self.faults.ignores_filter:
            rows = [row for row in rows if row.get("viewedAt", 0) >= int(since)]
        return self._sorted(rows, query.get("sort"))

    def _sorted(self, rows: list[Row], order: str | None) -> list[Row]:
        if order is None or self.faults.ignores_sort:
            return rows
        name, _, direction = order.partition(":")
        return sorted(rows, key=lambda row: row.get(name, 0), reverse=direction == "desc")

    def _paged(self, rows: list[Row], start: int, size: int) -> Answer:
        page = rows[start : start + min(size, self.faults.page_size or size)]
        total = len(rows) if self.faults.total is None else self.faults.total
        container: Row = {"size": len(page), "offset": start, "totalSize": total}
        return _wrapped({**container, "Metadata": page} if page else container)


def _wrapped(container: Row) -> Answer:
    return 200, {"Content-Type": "application/json"}, json.dumps({"MediaContainer": container})


def movie(key: str, title: str = "", **more: Any) -> Row:
    return {
        "ratingKey": key, "type": "movie", "title": title or f"Movie {key}", "guid": f"plex://movie/{key}",
        "addedAt": ADDED, "updatedAt": ADDED, "Media": [media(f"/films/{key}.mkv")], **more,
    }  # fmt: skip


def media(path: str, *, size: Any = 1000, number: int | None = None, **more: Any) -> Row:
    number = number or abs(hash(path)) % 10**6 + 1
    return {"id": number, "Part": [{"id": number, "file": path, "size": size}], **more}


def show(key: str, title: str = "", **more: Any) -> Row:
    return {
        "ratingKey": key, "type": "show", "title": title or f"Show {key}", "guid": f"plex://show/{key}",
        "addedAt": ADDED, "updatedAt": ADDED, **more,
    }  # fmt: skip


def season(key: str, show: str, index: int = 1, **more: Any) -> Row:
    return {
        "ratingKey": key, "type": "season", "title": f"Season {index}", "guid": f"plex://season/{key}",
        "parentRatingKey": show, "index": index, "addedAt": ADDED, "updatedAt": ADDED, **more,
    }  # fmt: skip


def episode(key: str, season: str, show: str, index: int = 1, **more: Any) -> Row:
    return {
        "ratingKey": key, "type": "episode", "title": f"Episode {index}", "guid": f"plex://episode/{key}",
        "parentRatingKey": season, "grandparentRatingKey": show, "index": index, "parentIndex": 1,
        "addedAt": ADDED, "updatedAt": ADDED, "Media": [media(f"/series/{key}.mkv")], **more,
    }  # fmt: skip
