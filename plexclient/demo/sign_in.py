"""The page where one picks an account: the demo's `app.plex.tv/auth`."""

from html import escape
from string import Template
from urllib.parse import urlsplit

from plexclient.demo.people import Person
from plexclient.demo.web import Request, Response
from plexclient.demo.world import World

STYLE = """
:root { color-scheme: dark }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: #14181f;
  color: #eef1f5; font: 16px/1.5 system-ui, sans-serif }
main { width: min(26rem, 90vw); padding: 2rem 0 }
h1 { font-size: 1.4rem; margin: 0 0 .25rem }
p { color: #a9b2bf; margin: 0 0 1.25rem }
button { width: 100%; display: flex; gap: 1rem; align-items: center; padding: .6rem .8rem; margin: .5rem 0;
  border: 1px solid #2b323d; border-radius: .75rem; background: #1c222b; color: inherit; font: inherit;
  text-align: left; cursor: pointer }
button:hover, button:focus-visible { border-color: #e5a00d; background: #232b36 }
img { border-radius: 50%; width: 48px; height: 48px }
small { display: block; color: #a9b2bf }
[hidden] { display: none !important }
label { display: block; margin: 0 0 1rem }
input { display: block; width: 100%; box-sizing: border-box; margin-top: .25rem; padding: .6rem;
  border: 1px solid #3a4350; border-radius: .5rem; background: #0f1319; color: inherit; font: inherit }
"""
# The parameters stand behind `#?`, so they never reach this server by themselves.
SCRIPT = """
const given = new URLSearchParams(location.hash.replace(/^#!?[?]?/, ""));
if (given.get("code")) {
  document.querySelector("[name=code]").value = given.get("code");
  document.querySelector("[name=forwardUrl]").value = given.get("forwardUrl") || "";
  document.querySelector("#code").hidden = true;
  const product = given.get("context[device][product]");
  if (product) document.querySelector("#product").textContent = product;
}
"""
PAGE = Template("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>$title</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>$style</style></head>
<body><main>$content</main></body></html>""")
FORM = Template("""<h1>Who is signing in?</h1>
<p>This demo plays the part of Plex. Choose the account that <b id="product">the application</b>
will see.</p>
<form method="post" action="/auth/link"><input type="hidden" name="forwardUrl" value="">
<label id="code">Code <input name="code" value="$code" autocomplete="off" required></label>
$people</form><script>$script</script>""")
PERSON = Template("""<button name="person" value="$id"><img src="$avatar" alt="" width="48" height="48">
<span>$name<small>$role</small></span></button>""")


class SignInSite:
    name = "app.plex.tv"
    is_server = False

    def __init__(self, world: World) -> None:
        self.world = world
        self.plex_tv_port = 0

    def answer(self, request: Request) -> Response:
        with self.world.lock:
            match request.method, request.path.rstrip("/"):
                case "POST", "/auth/link":
                    return self._link(request)
                case "GET" | "HEAD", "/auth" | "/auth/link" | "":
                    return self._form(request)
        return _page("Not here", "<h1>There is nothing here</h1>", 404)

    def _form(self, request: Request) -> Response:
        host = request.host.removesuffix(f":{urlsplit('//' + request.host).port}")
        plex_tv = f"http://{host}:{self.plex_tv_port}"
        people = "\n".join(self._button(person, plex_tv) for person in self.world.people)
        code = escape(request.argument("code"))
        return _page("Sign in", FORM.substitute(code=code, people=people, script=SCRIPT))

    def _button(self, person: Person, plex_tv: str) -> str:
        return PERSON.substitute(
            id=person.plex_id,
            name=escape(person.name),
            role=escape(self._role(person)),
            avatar=escape(f"{plex_tv}/users/{person.uuid}/avatar"),
        )

    def _role(self, person: Person) -> str:
        owned = [server.name for server in self.world.servers if server.owner is person]
        if owned:
            return f"owns {', '.join(owned)}"
        if person.home:
            return "lives in the home" + (", managed" if person.restricted else "")
        return "a friend"

    def _link(self, request: Request) -> Response:
        wanted = request.argument("person")
        person = next((one for one in self.world.people if str(one.plex_id) == wanted), None)
        if person is None:
            return _page("Sign in", "<h1>Nobody bears that number</h1>", 400)
        if self.world.link_pin(request.argument("code"), person) is None:
            text = "<h1>That code is unknown or has expired</h1><p>Begin again where you came from.</p>"
            return _page("Sign in", text, 404)
        forward = request.argument("forwardUrl")
        if urlsplit(forward).scheme in {"http", "https"} and forward.isprintable():
            return Response(303, headers={"Location": forward})
        return _page(
            "Signed in", f"<h1>Signed in as {escape(person.name)}</h1><p>You may close this window.</p>"
        )


def _page(title: str, content: str, status: int = 200) -> Response:
    html = PAGE.substitute(title=title, style=STYLE, content=content)
    return Response(status, html.encode(), "text/html; charset=utf-8")
