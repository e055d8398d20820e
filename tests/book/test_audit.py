"""The audit measures what a page loads, and names what falls short."""

from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import audit
import pytest

SHIFTING = """<!doctype html><title>x</title><body style="margin: 0">
<p id="late" style="margin: 0">A line.</p><p>Another line.</p>
<script>
  setTimeout(() => { document.getElementById("late").style.marginTop = "200px" }, 100);
  new Image().src = "http://127.0.0.1:9/x.png";
</script><script src="first.js"></script><script src="second.js"></script>"""
STILL = "<!doctype html><title>x</title><p>A line.</p><img src='picture.png' alt='x'>"


@pytest.mark.browser
@pytest.mark.parametrize("engine", ["chromium"], indirect=True)
def test_what_falls_short_is_named(browser, tmp_path: Path) -> None:
    (tmp_path / "shifting.html").write_text(SHIFTING)
    (tmp_path / "still.html").write_text(STILL)
    (tmp_path / "first.js").write_text("//" + 1_000_000 * " ")
    (tmp_path / "second.js").write_text("// short")
    (tmp_path / "picture.png").write_bytes(bytes(200_000))
    with audit.served(tmp_path) as address:
        rows = {
            name: audit.measure(browser, address, name, (1280, 900))
            for name in ("shifting.html", "still.html")
        }
    weight, requests, shift, others = rows["shifting.html"]
    assert requests == 3
    assert others == 1
    assert shift > 0.01
    assert 0.9 < weight < 5, "compressed"
    assert rows["still.html"][0] < 1, "pictures are set apart"
    assert rows["still.html"][1:] == [1, 0, 0]
    short = audit.shortfalls(audit.PAGE_TARGETS, rows)
    assert {line.split(": ")[0] for line in short} == {"shifting.html"}
    assert any("layout shift" in line for line in short)
    assert "shifting.html: other hosts 1, expected ≤ 0" in short


def test_the_table_has_a_verdict_for_each_page() -> None:
    targets = [audit.Target("KB", "≤", 130, 1), audit.Target("score", "≥", 97)]
    rows = {"a.html": [130.0, 97], "long-name.html": [130.04, 98], "b.html": [1, 96]}
    heading, *lines = audit.table(targets, rows)
    assert heading == "page            KB ≤ 130  score ≥ 97  verdict"
    assert lines[0] == "a.html             130.0          97  ✓"
    assert [line[-1] for line in lines] == ["✓", "✗", "✗"]
    assert audit.shortfalls(targets, rows) == [
        "long-name.html: KB 130.0, expected ≤ 130",
        "b.html: score 96, expected ≥ 97",
    ]


def test_without_npx_the_audit_says_why_lighthouse_was_not_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert audit.lighthouse_missing() == "npx is not installed"


def test_the_server_compresses_text_and_answers_for_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("x" * 1000)
    (tmp_path / "a.woff2").write_bytes(b"y" * 1000)
    with audit.served(tmp_path) as address:
        with urlopen(f"{address}/") as page, urlopen(f"{address}/a.woff2") as font:
            assert page.headers["Content-Encoding"] == "gzip"
            assert len(page.read()) < 100
            assert len(font.read()) == 1000
        with pytest.raises(HTTPError, match="404"):
            urlopen(f"{address}/missing.html")
