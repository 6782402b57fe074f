"""The one exception that a person sees as a sentence."""


class UserError(Exception):
    """Wrong use or unreadable input: told as one clear sentence on standard error, exit code 2."""
