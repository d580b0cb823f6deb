from media.shelf.filters import Filters
from media.shelf.standing import standings

__all__ = ["Filters", "standings"]
