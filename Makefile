# The commands of the project. `make` alone lists them.
PYTHON ?= python3
BIN := .venv/bin
# Warnings and errors are always shown; `make html QUIET=` shows all the rest that pip and Sphinx say.
QUIET := --quiet
SPHINX := $(BIN)/sphinx-build $(QUIET) -W -n --keep-going -c . book
PIP := $(BIN)/pip install $(QUIET) --disable-pip-version-check
INSTALLED := .venv/installed
# Where the files of Pyodide come from, by default from upstream: an address, or a wheel that has them.
PYODIDE ?= https://cdn.jsdelivr.net/pyodide/v314.0.3/full/

.DEFAULT_GOAL := help
.PHONY: help html site pdf audit test test-browser test-slow test-site mutants serve bench lint lock clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | awk -F '\t' '{printf "make %-14s %s\n", $$1, $$2}'

html: $(INSTALLED)  ## execute every cell and build the site into _build/html
	@echo "Building the site. The first time every cell is executed, which takes a minute or two."
	@$(SPHINX) _build/html
	@echo "Open $(CURDIR)/_build/html/index.html"

site: html  ## build the folder to publish, _build/site: the pages, and Python for their cells
	@$(BIN)/python extensions/publish.py _build/html _build/site $(PYODIDE)

pdf: html  ## print the site as one PDF into _build/pdf, with Chromium
	@$(BIN)/python publishing/pdf.py

audit: html  ## measure the weight, the requests and the layout shift of every page, and run Lighthouse
	@$(BIN)/python publishing/audit.py _build/html

test: html  ## run the tests that need no browser
	$(BIN)/pytest -n auto --dist worksteal -m "not browser and not slow"

test-browser: html  ## run the tests that drive Chromium and Firefox
	$(BIN)/pytest -n auto --dist worksteal -m browser

test-slow: html  ## run the tests that take longer: all mutants, a book elsewhere, the notebooks, the PDF
	$(BIN)/pytest -n auto --dist loadfile -m "slow and not site"

test-site: site  ## run every cell in the browser, on a server with the policy of the published site
	$(BIN)/pytest -n auto --dist worksteal -m site

mutants: $(INSTALLED)  ## change every equation, one token at a time, and list what goes unnoticed
	$(BIN)/python -m mathcheck --mutate book

lint: $(INSTALLED)  ## check style, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

serve: html  ## show the built site on http://localhost:8000
	$(BIN)/python -m http.server 8000 --bind localhost --directory _build/html

bench: $(INSTALLED)  ## time the functions beside their peers, the large arrays, and the builds
	$(BIN)/python benchmarks/speed.py
	$(BIN)/python benchmarks/scale.py
	$(BIN)/python benchmarks/builds.py

lock: _build/lock/bin/uv  ## renew requirements.txt from pyproject.toml
	$< pip compile pyproject.toml --all-extras --upgrade --universal --python-version 3.11 \
		--generate-hashes --no-header --no-annotate --no-emit-index-url --quiet --output-file requirements.txt

clean:  ## delete what was built, the environment too
	rm -rf _build .venv

$(INSTALLED): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version)'
	@echo "Installing the $$(grep -o '^[^ ]*==' requirements.txt | sort -u | wc -l) packages of requirements.txt into .venv, which takes a minute or two."
	@$(PYTHON) -m venv .venv
	@$(PIP) --require-hashes --requirement requirements.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

_build/lock/bin/uv:
	$(PYTHON) -m venv _build/lock
	_build/lock/bin/pip install uv
