"""The content security policy of the published pages, from what stands in them.

Scripts and styles come from the site itself. What the theme writes into the pages is allowed by its
sha256 alone, so that no other script in a page runs.
"""

import base64
import hashlib
import html
import re
from collections.abc import Iterable

INLINE_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)
INLINE_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)
HANDLER = re.compile(r'\son[a-z]+="([^"]*)"')
# The name of the page, other on each; only a menu of versions reads it, which this book has not.
NAME_OF_PAGE = re.compile(r"\s*<script>DOCUMENTATION_OPTIONS\.pagename = '[^']*';</script>")


def without_name(page: str) -> str:
    """Return a page without the script that is another one on each page."""
    return NAME_OF_PAGE.sub("", page)


def source(code: str) -> str:
    """Return what stands in a policy for a piece of code."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'"


def sources(pages: Iterable[str], pattern: re.Pattern[str]) -> list[str]:
    """Return what allows all that a pattern finds in the pages."""
    return sorted({source(code) for page in pages for code in pattern.findall(page)})


def with_policy(page: str, policy: str) -> str:
    """Return a page that states the policy itself, for hosts that take no headers from a folder.

    A page can't say which others may show it in a frame.
    """
    stated = "; ".join(part for part in policy.split("; ") if not part.startswith("frame-"))
    tag = f'<meta http-equiv="Content-Security-Policy" content="{stated}">'
    return re.sub(r'<meta charset="utf-8" ?/?>', rf"\g<0>\n    {tag}", page, count=1)


def content_security_policy(pages: list[str], pictures: Iterable[str] = ()) -> str:
    """Return the policy under which the pages work, and the pictures in SVG that they show.

    A picture has a style of its own, for both themes, and is sent under the same policy.

    `'wasm-unsafe-eval'` lets Python start, which is WebAssembly, and no text be run as a script.
    `'unsafe-hashes'` lets the sha256 of the theme's two `onclick` stand for them. Attributes that
    set a style remain allowed, because the formulas and tables have some.
    """
    handlers = sorted(
        {source(html.unescape(code)) for page in pages for code in HANDLER.findall(page)}
    )
    directives = {
        # Firefox fetches the next page ahead, for which there is no other directive.
        "default-src": ["'self'"],
        "script-src": [
            "'self'",
            "'wasm-unsafe-eval'",
            *sources(pages, INLINE_SCRIPT),
            *(["'unsafe-hashes'", *handlers] if handlers else []),
        ],
        "style-src": ["'self'", *sources([*pages, *pictures], INLINE_STYLE)],
        "style-src-attr": ["'unsafe-inline'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "worker-src": ["'self'"],
        "object-src": ["'none'"],
        "frame-src": ["'none'"],
        "media-src": ["'none'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
    return "; ".join(" ".join([name, *values]) for name, values in directives.items())
