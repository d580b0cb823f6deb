from media.views.assigning import assign, restore, unassign
from media.views.audience import defaults, everyone, quorum
from media.views.declaring import declare
from media.views.doubts import accept_earlier, answer, answer_all
from media.views.items import item
from media.views.libraries import libraries, sync
from media.views.posters import poster
from media.views.selecting import assign_many
from media.views.shelf import items

__all__ = [
    "accept_earlier",
    "answer",
    "answer_all",
    "assign",
    "assign_many",
    "declare",
    "defaults",
    "everyone",
    "item",
    "items",
    "libraries",
    "poster",
    "quorum",
    "restore",
    "sync",
    "unassign",
]
