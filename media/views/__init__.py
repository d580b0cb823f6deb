from media.views.assigning import assign, assign_many, unassign
from media.views.items import item, items
from media.views.libraries import libraries, sync
from media.views.posters import poster

__all__ = ["assign", "assign_many", "item", "items", "libraries", "poster", "sync", "unassign"]
