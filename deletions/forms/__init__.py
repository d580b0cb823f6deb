"""What the owner chooses, as he writes it."""

from deletions.forms.own_policy import OwnPolicyForm
from deletions.forms.policy import PolicyForm

__all__ = ["OwnPolicyForm", "PolicyForm"]
