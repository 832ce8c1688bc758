"""Why a template does not go by a faster route."""


class NotCompilable(Exception):
    """The template has something that this route does not carry; it says what, in English."""
