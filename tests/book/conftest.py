"""The built site on a server of its own, in Chromium and in Firefox.

A browser test runs in both engines, in the light theme. To run elsewhere it parametrises these
fixtures: `@pytest.mark.parametrize("engine", ["chromium"], indirect=True)` where one engine says
all, `("theme", ["light", "dark"], indirect=True)` for both themes, and
`("scripts", [False], indirect=True)` for a reader without JavaScript. A test that asks for `name`
runs for each page of the book.
"""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import chromium
import pytest

SITE = Path(__file__).parents[2] / "_build" / "html"
PUBLISHED = SITE.with_name("site")
EXECUTABLES = {
    "chromium": chromium.PATH,
    "firefox": os.environ.get("FIREFOX", "/usr/bin/firefox-esr"),
}
# Firefox says this of formulas that it has read only a part of.
HALF_READ = "Incorrect number of children"
LAY_OUT = """async () => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("* { content-visibility: visible !important }");
  document.adoptedStyleSheets.push(sheet);
  const pictures = [...document.images];
  for (const picture of pictures) picture.loading = "eager";
  await Promise.all(pictures.map((picture) => picture.decode()));
}"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


class Strict(Quiet):
    """Serves the published site under the policy that the site states."""

    def end_headers(self) -> None:
        rule = (PUBLISHED / "_headers").read_text("utf-8").split("Content-Security-Policy: ")[1]
        self.send_header("Content-Security-Policy", rule.strip())
        super().end_headers()


@pytest.fixture(scope="session")
def site() -> Path:
    return SITE


@pytest.fixture(params=sorted(path.name for path in SITE.glob("*.html")))
def name(request) -> str:
    return request.param


@contextmanager
def served(handler: type[Quiet], folder: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="session")
def address(site) -> Iterator[str]:
    with served(Quiet, site) as address:
        yield address


@pytest.fixture(scope="session")
def published() -> Iterator[str]:
    with served(Strict, PUBLISHED) as address:
        yield address


@pytest.fixture(scope="session")
def playwright() -> Iterator[object]:
    with pytest.importorskip("playwright.sync_api").sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session", params=["chromium", "firefox"])
def engine(request) -> str:
    return request.param


@pytest.fixture(scope="session")
def theme(request) -> str:
    """The colours that the system asks for."""
    return getattr(request, "param", "light")


@pytest.fixture(scope="session")
def scripts(request) -> bool:
    """Whether the pages' scripts run."""
    return getattr(request, "param", True)


@pytest.fixture(scope="session")
def browser(playwright, engine: str, theme: str, scripts: bool) -> Iterator[object]:
    executable = EXECUTABLES[engine]
    if not Path(executable).exists():
        pytest.fail(f"no {engine} at {executable}; install it or set {engine.upper()} to its path")
    if engine == "chromium":
        browser = playwright.chromium.launch(executable_path=executable, args=chromium.ARGUMENTS)
    else:
        # This Firefox takes neither from a context.
        preferences = {
            "layout.css.prefers-color-scheme.content-override": ["dark", "light"].index(theme),
            "javascript.enabled": scripts,
        }
        browser = playwright.firefox.launch(
            channel="moz-firefox",
            executable_path=executable,
            firefox_user_prefs=preferences,
        )
    yield browser
    browser.close()


@pytest.fixture
def page(browser, theme: str, scripts: bool) -> Iterator[object]:
    with browser.new_context(
        viewport={"width": 1280, "height": 900}, color_scheme=theme, java_script_enabled=scripts
    ) as context:
        yield context.new_page()


@pytest.fixture(scope="session")
def lay_out() -> Callable[[object], object]:
    """Lay all of a page out, also what is far from the window and waits."""
    return lambda page: page.evaluate(LAY_OUT)


@pytest.fixture
def errors(page) -> list[str]:
    """What the page reports as errors, from here on."""
    errors: list[str] = []
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: errors.append(str(e)) if HALF_READ not in str(e) else None)
    return errors
