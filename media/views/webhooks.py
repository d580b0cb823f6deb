"""The address that Plex posts to."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseNotFound, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from accounts.models import Allowance
from accounts.tasks import hint
from media import tasks
from media.models import Webhook, WebhookDoor
from media.webhooks import receiving
from media.webhooks.refusing import refusals

SIGNATURE = "X-Plaxe-Signature"


class Pictures(FileUploadHandler):
    """Plex may send a poster along. Nobody keeps it."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        return None

    def file_complete(self, file_size: int) -> None:
        return None


@csrf_exempt  # Plex has no session; the secret in the address is what opens
@login_not_required
def receive(request: HttpRequest, secret: str) -> HttpResponse:
    """Answers at once: whatever it leads to is done by the worker."""
    door = WebhookDoor.load()
    if not door.opens_to(secret):
        return HttpResponseNotFound("Not found", content_type="text/plain")
    if refusal := _refusal(request, door):
        return refusal
    now = timezone.now()
    try:
        webhook = receiving.receive(_payload(request), now)
    except ValueError as problem:
        receiving.note_nonsense(str(problem), now)
        return _no(400, str(problem))
    if webhook.status == Webhook.Status.RECEIVED:
        hint(tasks.handle_webhook, webhook.pk)
    return JsonResponse({"status": webhook.status})


def _refusal(request: HttpRequest, door: WebhookDoor) -> HttpResponse | None:
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    address = request.META.get("REMOTE_ADDR", "")
    if not Allowance.let_in(f"webhook {address}", settings.PLAXE_WEBHOOK_LIMIT, timezone.now()):
        refusals.count(address)
        return _no(429, "Too many at once; Plaxe asks Plex by itself.", {"Retry-After": "60"})
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length.isdecimal():
        return _no(411, "Say how long it is.")
    if int(length) > settings.PLAXE_WEBHOOK_BYTES:
        return _no(413, "This is too long for a webhook.")
    signature = request.headers.get(SIGNATURE, "")
    is_checked = door.signing_key and (signature or door.is_signed)
    if is_checked and not receiving.is_signed_by(door.signing_key, request.body, signature):
        return _no(403, f"The signature in {SIGNATURE} is not ours.")
    return None


def _no(status: int, words: str, headers: dict[str, str] | None = None) -> HttpResponse:
    return HttpResponse(f"{words}\n", status=status, headers=headers, content_type="text/plain")


def _payload(request: HttpRequest) -> bytes:
    """Plex sends a form with a part `payload`, a relay perhaps plain JSON. Raises ValueError."""
    if request.content_type == "application/json":
        return request.body
    request.upload_handlers = [Pictures(request)]
    try:
        payload = request.POST.get("payload")
    except (MultiPartParserError, RequestDataTooBig, TooManyFieldsSent, UnicodeDecodeError):
        raise ValueError("The form cannot be read.") from None
    if not isinstance(payload, str):
        raise ValueError("The form has no part that is called payload.")  # noqa: TRY004 -- one error for all
    return payload.encode(errors="replace")
