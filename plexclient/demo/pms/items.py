"""Single items: their details, their pictures, their end."""

from plexclient.demo.pictures import poster
from plexclient.demo.pms.listings import item_fields
from plexclient.demo.pms.queries import number, wanted_tests
from plexclient.demo.pms.rows import item_row
from plexclient.demo.pms.visit import Visit, for_owner, for_viewers
from plexclient.demo.web import Response, Routes, html_error

routes: Routes[Visit] = Routes()
LARGEST_PICTURE = 2000


@routes.on("GET", r"/library/metadata/([\d,]+)")
@for_viewers
def details(visit: Visit, keys: str) -> Response:
    """A batch leaves out what it does not find; only finding nothing at all is 404."""
    found = [item for item in map(visit.item, keys.split(",")) if item]
    if not found:
        return html_error(404)
    tests = wanted_tests(visit.request, item_fields(visit))
    rows = [item_row(visit, item, detail=True) for item in found if all(test(item) for test in tests)]
    content: dict[str, object] = {
        "size": len(rows),
        "allowSync": True,
        "identifier": "com.plexapp.plugins.library",
        "librarySectionID": int(found[0].section.key),
        "librarySectionTitle": found[0].section.title,
    }
    return visit.container(content | ({"Metadata": rows} if rows else {}))


@routes.on("DELETE", r"/library/metadata/(\d+)")
@for_owner
def delete(visit: Visit, rating_key: str) -> Response:
    item = visit.server.items.get(rating_key)
    refusal = _refusal(visit, [] if item is None else [file for leaf in item.leaves() for file in leaf.files])
    if refusal or item is None:
        return refusal or html_error(404)
    visit.server.remove(item)
    return Response()


@routes.on("DELETE", r"/library/metadata/(\d+)/media/(\d+)")
@for_owner
def delete_version(visit: Visit, rating_key: str, media_id: str) -> Response:
    """The files of one version, and the whole item with its last one."""
    item = visit.server.items.get(rating_key)
    media = next((media for media in item.media if str(media.id) == media_id), None) if item else None
    refusal = _refusal(visit, media.files if media else [])
    if refusal or item is None or media is None:
        return refusal or html_error(404)
    visit.server.remove_media(item, media)
    return Response()


def _refusal(visit: Visit, files: list[str]) -> Response | None:
    """Without files there is nothing to delete, and that is for the caller to say."""
    server = visit.server
    if not server.allow_media_deletion:
        return html_error(403)
    cannot = server.read_only or server.missing_files.intersection(files)
    return html_error(400) if files and cannot else None


@routes.on("GET", r"/library/sections/(\d+)/refresh")
@routes.on("POST", r"/library/sections/(\d+)/refresh")
@for_owner
def refresh(visit: Visit, key: str) -> Response:
    """Without a path the whole section. A real server answers before it has looked."""
    section = visit.server.section(key)
    if section is None:
        return html_error(404)
    folder = visit.request.argument("path", section.location)
    visit.server.look_at(section, folder, visit.world.now())
    return Response()


@routes.on("PUT", r"/library/sections/(\d+)/emptyTrash")
@for_owner
def empty_trash(visit: Visit, key: str) -> Response:
    visit.server.scan()
    return Response()


@routes.on("GET", r"/library/metadata/(\d+)/(?:thumb|art)/-?\d+")
@for_viewers
def picture(visit: Visit, rating_key: str) -> Response:
    return _poster_of(visit, rating_key, width=400, height=600)


@routes.on("GET", "/photo/:/transcode")
@for_viewers
def transcode(visit: Visit) -> Response:
    """Only pictures of the library; a real server would fetch anything it is told to."""
    path = visit.request.argument("url").split("/")
    width = number(visit.request.argument("width")) or 0
    height = number(visit.request.argument("height")) or 0
    if not (0 < width <= LARGEST_PICTURE and 0 < height <= LARGEST_PICTURE):
        return html_error(400)
    if path[:3] != ["", "library", "metadata"] or len(path) < 5:
        return html_error(403)
    return _poster_of(visit, path[3], width=width, height=height)


def _poster_of(visit: Visit, rating_key: str, *, width: int, height: int) -> Response:
    item = visit.item(rating_key)
    if item is None:
        return html_error(404)
    # A show, its seasons and its episodes look related.
    work = [*item.lineage()][-1]
    return Response(body=poster(work.guid, width, height), content_type="image/png")
