from deletions.space.keeping import hold_kept
from deletions.space.room import Room

__all__ = ["Room", "hold_kept"]
