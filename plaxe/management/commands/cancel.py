from deletions import queue
from plaxe.verbs import VerbCommand


class Command(VerbCommand):
    help = "Keep titles: take their deletions out of the queue until `retry`."
    verb = staticmethod(queue.cancel)
