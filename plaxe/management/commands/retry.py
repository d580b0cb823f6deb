from deletions import queue
from plaxe.verbs import VerbCommand


class Command(VerbCommand):
    help = "Arm deletions again that were cancelled, failed or are held."
    verb = staticmethod(queue.retry)
