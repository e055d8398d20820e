"""Sphinx configuration of the book; run as `sphinx-build -c . book _build/html`."""

import hashlib
import sys
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parent
sys.path.insert(0, str(ROOT / "extensions"))
PACKAGE = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
URLS = PACKAGE.get("urls", {})

project = "Softmax classification with cross-entropy"
author = "The softmax-theory authors"
copyright = "2026, the softmax-theory authors; text under CC BY 4.0, code under MIT"  # noqa: A001, the name is Sphinx's
version = release = PACKAGE["version"]
language = "en"

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.viewcode",
    "numpydoc",
    "sphinx_copybutton",
    "sphinx_exercise",
    "sphinx_proof",
    "sphinxcontrib.bibtex",
    "notfound.extension",
    "mathcheck.sphinx",
    "meanings",
    "rules",
    "mathml",
    "assets",
    "downloads",
    "markup",
    "kernels",
    "pictures",
    "exercises",
    "citing",
    "head",
    "card",
    "parts",
    "figures",
    "bundle",
]
templates_path = ["book/_templates"]
exclude_patterns = ["_templates"]

# Mathematics and numbering
html_math_renderer = "mathml"
numfig = True
math_numfig = True
myst_enable_extensions = ["amsmath", "attrs_inline", "colon_fence", "deflist", "dollarmath"]
mathcheck_module = "softmax_theory"
bibtex_bibfiles = ["book/references.bib"]
prf_realtyp_to_countertyp = dict.fromkeys(
    ["definition", "theorem", "lemma", "corollary", "proposition"], "theorem"
)

# All is read and executed anew when the code behind the pages changes: the packages, these
# extensions, the versions, or the figure style. Otherwise only the chapters that changed.
FOLDERS = ("src/**", "extensions", "book")
CODE = sorted(path for folder in FOLDERS for path in ROOT.glob(f"{folder}/*.py"))
RESULTS = sorted(ROOT.glob("benchmarks/results/*.json"))
INPUTS = [*CODE, *RESULTS, ROOT / "requirements.txt", ROOT / "book" / "matplotlibrc"]
DIGEST = hashlib.sha256(b"".join(path.read_bytes() for path in INPUTS)).hexdigest()[:16]
nb_execution_mode = "cache"
nb_execution_cache_path = str(ROOT / "_build" / "executed" / DIGEST)
nb_execution_raise_on_error = True
nb_execution_show_tb = True
nb_execution_timeout = 120
nb_merge_streams = True

# The pages of `softmax_theory`
autodoc_typehints = "none"
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

# Pages
html_theme = "sphinx_book_theme"
html_title = project
html_static_path = ["book/_static"]
html_favicon = "book/_static/favicon.svg"
html_css_files = ["book.css", "print.css"]
html_js_files = ["copy-mathematics.js", "search-as-you-type.js", "equations.js", "tab-stops.js"]
html_domain_indices = False
html_copy_source = True
# Without a script; with one the pages follow the system, see book/_templates.
html_context = {"default_mode": "light"}
html_theme_options = {
    "show_navbar_depth": 1,
    "show_toc_level": 2,  # entries that unfold while one scrolls would move those below
    "navbar_persistent": [],
    "back_to_top_button": False,
    "use_download_button": True,
    "search_as_you_type": True,
    "footer_content_items": ["copyright", "extra-footer"],  # the first names the authors
    "extra_footer": f"Version {release}",
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}

# Where the site and its source are published, if pyproject.toml says so. The first is needed for
# canonical addresses, the picture in previews and sitemap.xml, the second for the links to it.
html_baseurl = URLS.get("Documentation", "")
REPOSITORY = URLS.get("Repository", "")
html_theme_options |= {
    "repository_url": REPOSITORY,
    "path_to_docs": "book",
    "use_repository_button": bool(REPOSITORY),
    "use_edit_page_button": bool(REPOSITORY),
}
notfound_urls_prefix = urlsplit(html_baseurl).path.rstrip("/") + "/"
notfound_template = "404.html"
notfound_context = {"title": "Page not found", "pagetitle": "Page not found"}
