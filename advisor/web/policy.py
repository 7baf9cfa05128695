"""What may a page load and run in a browser?"""

from csp.constants import NONCE, NONE, SELF, UNSAFE_INLINE


def content_security_policy() -> dict[str, dict[str, list[object]]]:
    """Return the policy for django-csp: our own files, and nothing from elsewhere.

    A script runs when it is one of our files or carries the answer's nonce. Styles may
    be inline: plotly and htmx write style attributes and a style element of their own.
    """
    return {
        "DIRECTIVES": {
            "default-src": [NONE],
            "script-src": [SELF, NONCE],
            "style-src": [SELF, UNSAFE_INLINE],
            "img-src": [SELF, "data:"],
            "connect-src": [SELF],
            "font-src": [SELF],
            "form-action": [SELF],
            "frame-ancestors": [NONE],
            "base-uri": [NONE],
            "object-src": [NONE],
        }
    }
