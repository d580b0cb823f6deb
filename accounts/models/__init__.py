from accounts.models.allowances import Allowance
from accounts.models.installation import Installation
from accounts.models.jobs import Job
from accounts.models.servers import Access, PlexServer
from accounts.models.users import PlexUser, User

__all__ = ["Access", "Allowance", "Installation", "Job", "PlexServer", "PlexUser", "User"]
