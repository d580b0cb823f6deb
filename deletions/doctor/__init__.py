"""Everything that explains why something is not deleted, or not noticed, and what to do about it."""

from deletions.doctor.findings import Finding, Level
from deletions.doctor.visit import examine

__all__ = ["Finding", "Level", "examine"]
