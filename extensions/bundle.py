"""Join what every page loads into one style sheet, without unused rules, and one deferred script.

The theme and each extension bring files of their own, most of which no page needs. What only some
pages load, modules, and what stands in `<noscript>` stay as they are. A page that an earlier build
has rewritten and that did not change gets the names of the new files. In code, names, spaces and
punctuation have the colour of the text around them, so they need no element of their own.
"""

import hashlib
import posixpath
import re
import time
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import tinycss2
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata
from tinycss2.ast import Node

STATIC = "_static/"
SHEET, SCRIPT = f"{STATIC}site.css", f"{STATIC}site.js"
# The page's own inline scripts set fields of its object before any deferred script runs.
INLINE = f"{STATIC}documentation_options.js"
# 1.5 MB with the name of every icon; no page loads it.
ICON_SCRIPT = "fontawesome.js"
# The theme asks at once whether each box of a page scrolls, for which a browser lays out the whole
# page; tab-stops.js asks when a box comes near the window.
TAB_STOPS = re.compile(r"(\w)\.tabIndex=\1\.scrollWidth>\1\.clientWidth[^)]*\?0:-1")
UNCOLOURED = re.compile(r'<span class="(?:n|p|w)">([^<]*)</span>')
TAG = re.compile(
    r'<noscript>.*?</noscript>|<link\b[^>]*\brel="stylesheet"[^>]*>'
    r'|<script\b[^>]*\bsrc="[^"]*"[^>]*></script>',
    re.DOTALL,
)
ADDRESS = re.compile(rf'\b(?:href|src)="(?P<root>[^":]*?)(?P<path>{STATIC}[^"?]+\.(?:css|js))[?"]')
OWN_TIME = re.compile(r'\btype="module"|\basync\b')
EARLY = re.compile(r'^<script(?![^>]*(?:\bdefer\b|\basync\b|type="module"))')
DATA = re.compile(r'\bdata-[\w-]+="[^"]*"')
VERSION = re.compile(rf"({re.escape(SHEET)}|{re.escape(SCRIPT)})\?v=\w+")
GROUPS = {"media", "supports", "layer", "container"}


def address(tag: str) -> re.Match[str] | None:
    """Return the address of a file that may be joined, or None."""
    if tag.startswith("<noscript") or OWN_TIME.search(tag):
        return None
    return ADDRESS.search(tag)


def loaded(page: str) -> list[str]:
    """Return the paths of the style sheets and scripts that a page loads, in their order."""
    addresses = (address(tag) for tag in TAG.findall(page))
    return [match["path"] for match in addresses if match]


def shared(pages: Iterable[str]) -> list[str]:
    """Return the paths of what all pages load, in the order of the first."""
    first, *others = map(loaded, pages)
    return [path for path in first if all(path in other for other in others)]


def nodes_within(node: Node) -> Iterator[Node]:
    """Yield a node of a style sheet and all that it is made of."""
    yield node
    for part in ("prelude", "content", "arguments"):
        for child in getattr(node, part, None) or []:
            yield from nodes_within(child)


def rebase(rule: Node, folder: str) -> None:
    """Let the addresses of a rule, which are relative to `folder`, be relative to its parent."""
    for node in nodes_within(rule):
        if node.type == "function" and node.lower_name == "url":
            targets = [part for part in node.arguments if part.type == "string"]
        else:
            targets = [node] if node.type == "url" else []
        for target in targets:
            if not re.match(r"[a-z]+:|[/#]", target.value):
                path = posixpath.normpath(posixpath.join(folder, target.value))
                target.representation = target.representation.replace(target.value, path)


def rules_of(path: str, static: Path) -> Iterator[Node]:
    """Yield the rules of a style sheet and of those that it imports, seen from `static`."""
    text = (static / path).read_text(encoding="utf-8")
    folder = posixpath.dirname(path)
    for rule in tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True):
        if rule.type == "at-rule" and rule.lower_at_keyword == "import":
            [target] = [part for part in rule.prelude if part.type != "whitespace"]
            yield from rules_of(posixpath.normpath(posixpath.join(folder, target.value)), static)
        elif rule.type != "at-rule" or rule.lower_at_keyword != "charset":
            rebase(rule, folder)
            yield rule


def alternatives(prelude: list[Node]) -> list[list[Node]]:
    """Split a list of selectors at its commas."""
    selectors: list[list[Node]] = [[]]
    for token in prelude:
        if token == ",":
            selectors.append([])
        else:
            selectors[-1].append(token)
    return selectors


def may_match(selector: list[Node], names: set[str]) -> bool:
    """Whether all classes and ids of a selector occur; what `:is(…)` or `:not(…)` lists may not."""
    ids = {token.value for token in selector if token.type == "hash"}
    pairs = pairwise(selector)
    classes = {name.value for dot, name in pairs if dot == "." and name.type == "ident"}
    return ids | classes <= names


def used(rules: Iterable[Node], names: set[str]) -> Iterator[Node]:
    """Yield the rules that may match where no other classes and ids occur."""
    for rule in rules:
        if rule.type == "qualified-rule":
            selectors = [s for s in alternatives(rule.prelude) if may_match(s, names)]
            rule.prelude = [
                token
                for selector in selectors
                for token in (tinycss2.ast.LiteralToken(0, 0, ","), *selector)
            ][1:]
            if selectors:
                yield rule
        elif rule.type == "at-rule" and rule.lower_at_keyword in GROUPS and rule.content:
            inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            rule.content = list(used(inner, names))
            if rule.content:
                yield rule
        else:
            yield rule


def declared(rules: Iterable[Node], names: set[str]) -> Iterator[Node]:
    """Yield the rules without the custom properties that nobody names."""
    for rule in rules:
        if rule.type == "qualified-rule":
            rule.content = [
                part
                for part in tinycss2.parse_blocks_contents(
                    rule.content, skip_comments=True, skip_whitespace=True
                )
                if part.type != "declaration" or part.name[:2] != "--" or part.name in names
            ]
        elif rule.type == "at-rule" and rule.lower_at_keyword in GROUPS and rule.content:
            rule.content = list(declared(rule.content, names))
        yield rule


def style_sheet(paths: Iterable[str], static: Path, names: set[str]) -> str:
    """Return one style sheet for several, in which a comment says where a part comes from."""
    names_in_static = [path.removeprefix(STATIC) for path in paths]
    parts = {path: list(used(rules_of(path, static), names)) for path in names_in_static}
    text = "".join(tinycss2.serialize(rules) for rules in parts.values())
    properties = names | set(re.findall(r"var\(\s*(--[\w-]+)", text))
    # What was escaped no longer is.
    return '@charset "utf-8";\n' + "\n".join(
        f"/* {path} */\n" + tinycss2.serialize(list(declared(rules, properties)))
        for path, rules in parts.items()
    )


def script(paths: Iterable[str], out: Path) -> str:
    """Return one script for several, without what tab-stops.js does instead."""
    text = "\n;\n".join((out / path).read_text(encoding="utf-8") for path in paths)
    return TAB_STOPS.sub("0", text)


def rewritten(page: str, parts: list[str], sheet: str, code: str, inline: str) -> str:
    """Return a page that loads the style sheet and the script in the place of their parts."""
    tags = [tag for tag in TAG.findall(page) if (match := address(tag)) and match["path"] in parts]
    data = " ".join(DATA.findall("".join(tags)))
    missing = {".css": True, ".js": True}

    def replaced(tag: re.Match[str]) -> str:
        match = address(tag[0])
        if not match or match["path"] not in parts:
            return EARLY.sub("<script defer", tag[0])  # not before the script that is joined
        path, root = match["path"], match["root"]
        if path == INLINE:
            return f"<script>{inline}</script>"
        suffix = Path(path).suffix
        if not missing[suffix]:
            return ""
        missing[suffix] = False
        if suffix == ".css":
            return f'<link rel="stylesheet" href="{root}{sheet}">'
        return f'<script defer {data} src="{root}{code}"></script>'

    return UNCOLOURED.sub(r"\1", TAG.sub(replaced, page))


def words(out: Path) -> set[str]:
    """Return what may be the name of a class or an id in pages, scripts and data."""
    files = [*out.rglob("*.html"), *out.rglob("*.js"), *out.rglob("*.mjs"), *out.rglob("*.json")]
    texts = (path.read_text("utf-8") for path in files if path.name not in {ICON_SCRIPT, "site.js"})
    return {word for text in texts for word in re.findall(r"[\w-]+", text)}


def versioned(path: str, text: str) -> str:
    """Return the address of a file, which changes with its text."""
    return f"{path}?v={hashlib.sha256(text.encode()).hexdigest()[:8]}"


def bundle(out: Path, began: float = 0.0) -> None:
    """Rewrite the pages of a built site; those written since the build began say what is joined."""
    files = [path for path in out.rglob("*.html") if STATIC.strip("/") not in path.parts]
    pages = {path: path.read_text(encoding="utf-8") for path in files}
    new = [path for path, page in pages.items() if f"{SHEET}?v=" not in page]
    # A page that an earlier build left may lack what all pages load by now.
    parts = shared(pages[path] for path in new if path.stat().st_mtime >= began)
    sheets = [path for path in parts if path.endswith(".css")]
    scripts = [path for path in parts if path.endswith(".js") and path != INLINE]
    css, code = style_sheet(sheets, out / STATIC, words(out)), script(scripts, out)
    (out / SHEET).write_text(css, encoding="utf-8")
    (out / SCRIPT).write_text(code, encoding="utf-8")
    current = {SHEET: versioned(SHEET, css), SCRIPT: versioned(SCRIPT, code)}
    inline = (out / INLINE).read_text(encoding="utf-8").strip()
    for path, page in pages.items():
        if path in new:
            page = rewritten(page, parts, current[SHEET], current[SCRIPT], inline)
        page = VERSION.sub(lambda match: current[match[1]], page)
        path.write_text(page, encoding="utf-8")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Connect the step, which comes when all extensions have written their files."""
    began = time.time()

    def finish(app: Sphinx, exception: Exception | None) -> None:
        if not exception and app.builder.format == "html":
            bundle(Path(app.outdir), began)

    app.connect("build-finished", finish, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
