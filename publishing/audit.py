"""Measure every page of a built site against its targets; run as `make audit`.

`python publishing/audit.py _build/site` measures the published form of the book.
The site is served as a good host serves it, with gzip. Chromium loads each page, in a window of a
desktop and in one of a phone, and scrolls to its end. What a page weighs is what was transferred,
without pictures. Lighthouse comes from npm and looks at a few pages, as a phone.
"""

import gzip
import json
import operator
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import chromium
from playwright.sync_api import Browser, Request, sync_playwright

COMPRESSED = {".woff2", ".png", ".zip", ".whl"}
WIDTHS = {"desktop": (1280, 900), "phone": (390, 844)}
SHIFT = """() => new Promise((measured) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
  const end = document.documentElement.scrollHeight;
  for (let y = 0; y <= end; y += 500) setTimeout(() => scrollTo(0, y), y / 25);
  setTimeout(() => measured(sum), end / 25 + 300);
})"""
LIGHTHOUSE = "lighthouse@12"
# The first page, chapters that are long in different ways, and two pages with very many elements.
LIGHTHOUSE_PAGES = [
    "index.html",
    "softmax.html",
    "cross-entropy.html",
    "classifier.html",
    "accuracy.html",
    "equations.html",
    "reference.html",
]
LIGHTHOUSE_RUNS = 3


@dataclass(frozen=True)
class Target:
    """What is measured, and its bound."""

    name: str
    sign: str
    bound: float
    digits: int = 0

    def met(self, value: float) -> bool:
        """Whether a measured value keeps the bound."""
        compare = {"≤": operator.le, "<": operator.lt, "≥": operator.ge}[self.sign]
        return compare(value, self.bound)


PAGE_TARGETS = [
    Target("KB", "≤", 130, 1),
    Target("requests", "≤", 12),
    Target("layout shift", "<", 0.01, 3),
    Target("other hosts", "≤", 0),
]
LIGHTHOUSE_TARGETS = [
    Target("performance", "≥", 97),
    Target("accessibility", "≥", 100),
    Target("best-practices", "≥", 100),
    Target("seo", "≥", 100),
]


class CompressingHandler(SimpleHTTPRequestHandler):
    """Serves files with gzip, and lets browsers keep them."""

    def do_GET(self) -> None:
        """Send a file."""
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            self.send_error(404)
            return
        body = path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Cache-Control", "max-age=31536000")
        if path.suffix not in COMPRESSED:
            body = gzip.compress(body)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served(site: Path) -> Iterator[str]:
    """Serve a folder and give its address."""
    handler = partial(CompressingHandler, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def measure(browser: Browser, address: str, name: str, size: tuple[int, int]) -> list[float]:
    """Return what a page weighs, asks for, shifts and asks of others, in one window."""
    width, height = size
    with browser.new_context(viewport={"width": width, "height": height}) as context:
        page = context.new_page()
        requests: list[Request] = []
        page.on("request", lambda request: requests.append(request))
        page.goto(f"{address}/{name}", wait_until="networkidle")
        shift = page.evaluate(SHIFT)
        sent = [request for request in requests if not request.url.startswith("data:")]
        own = [request for request in sent if request.url.startswith(address)]
        weighed = [request for request in own if request.resource_type != "image"]
        weight = sum(request.sizes()["responseBodySize"] for request in weighed)
    return [weight / 1000, len(weighed), shift, len(sent) - len(own)]


def measured_pages(site: Path) -> dict[str, list[float]]:
    """Return the larger measurement of the two windows, by the names of the pages."""
    pages = sorted(path.relative_to(site) for path in site.rglob("*.html"))
    names = [path.as_posix() for path in pages if "_static" not in path.parts]
    with served(site) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.PATH, args=chromium.ARGUMENTS)
        rows = {}
        for name in names:
            windows = [measure(browser, address, name, size) for size in WIDTHS.values()]
            rows[name] = [max(values) for values in zip(*windows, strict=True)]
    return rows


def lighthouse(address: str) -> list[float]:
    """Return the four scores of one run, out of 100."""
    with tempfile.TemporaryDirectory() as profile:
        flags = " ".join(["--headless", *chromium.ARGUMENTS, f"--user-data-dir={profile}"])
        command = ["npx", "--yes", LIGHTHOUSE, address, "--quiet", "--output=json"]
        run = subprocess.run(
            [*command, f"--chrome-flags={flags}"],
            env=os.environ | {"CHROME_PATH": chromium.PATH},
            capture_output=True,
            text=True,
            check=True,
        )
    categories = json.loads(run.stdout)["categories"]
    return [100 * categories[target.name]["score"] for target in LIGHTHOUSE_TARGETS]


def lighthouse_missing() -> str:
    """Return why Lighthouse can't be run here, or nothing."""
    if not shutil.which("npx"):
        return "npx is not installed"
    command = ["npx", "--yes", LIGHTHOUSE, "--version"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if run.returncode == 0 else run.stderr.strip().splitlines()[0]


def lighthouse_pages(site: Path) -> dict[str, list[float]]:
    """Return the median scores of a few pages."""
    with served(site) as address:
        runs = {
            name: [lighthouse(f"{address}/{name}") for _ in range(LIGHTHOUSE_RUNS)]
            for name in LIGHTHOUSE_PAGES
        }
    return {
        name: [statistics.median(scores) for scores in zip(*values, strict=True)]
        for name, values in runs.items()
    }


def shortfalls(targets: list[Target], rows: dict[str, list[float]]) -> list[str]:
    """Return a line for each target that a page misses."""
    return [
        f"{name}: {target.name} {value:.{target.digits}f}, expected {target.sign} {target.bound:g}"
        for name, values in rows.items()
        for target, value in zip(targets, values, strict=True)
        if not target.met(value)
    ]


def table(targets: list[Target], rows: dict[str, list[float]]) -> Iterable[str]:
    """Yield the lines of a table: the measured values of each page and whether all are met."""
    headings = [f"{target.name} {target.sign} {target.bound:g}" for target in targets]
    width = max(map(len, rows))
    yield f"{'page':{width}}  {'  '.join(headings)}  verdict"
    for name, values in rows.items():
        cells = (
            f"{value:{len(heading)}.{target.digits}f}"
            for heading, target, value in zip(headings, targets, values, strict=True)
        )
        verdict = "✗" if shortfalls(targets, {name: values}) else "✓"
        yield f"{name:{width}}  {'  '.join(cells)}  {verdict}"


def main() -> None:
    """Print the tables and what falls short; exit with 1 if something does."""
    site = Path(sys.argv[1])
    pages = measured_pages(site)
    print(*table(PAGE_TARGETS, pages), sep="\n")
    short = shortfalls(PAGE_TARGETS, pages)
    reason = lighthouse_missing()
    if reason:
        print(f"\nLighthouse was not run: {reason}")
    else:
        scores = lighthouse_pages(site)
        print(f"\nLighthouse, as a phone, median of {LIGHTHOUSE_RUNS} runs")
        print(*table(LIGHTHOUSE_TARGETS, scores), sep="\n")
        short += shortfalls(LIGHTHOUSE_TARGETS, scores)
    print("\nEvery target is met." if not short else "\nWhat falls short:", *short, sep="\n")
    sys.exit(bool(short))


if __name__ == "__main__":
    main()
