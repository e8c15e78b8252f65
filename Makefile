# Laurel needs Python 3.11 or newer and make. Everything else is installed into .venv, with exact versions and hashes.
# Every command below runs from the root of the checkout; paths are relative, so that a space in the way to it is no problem.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test check audit mutants bench docs clean soak lock

# The first Python that really starts, is new enough and can make a virtual environment (a version manager may put
# commands on the PATH that start nothing). `make PYTHON=/some/python3 demo` chooses another.
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3; do \
	$$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$python && break; done)

python := .venv/bin/python
runtime := .venv/.runtime-installed
development := .venv/.development-installed
compile := .venv/bin/uv --no-config pip compile --quiet $(if $(UPGRADE),--upgrade) --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"
install := $(python) -m pip install --quiet --disable-pip-version-check --no-input --no-deps --require-hashes

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' Makefile

demo: $(runtime) ## load the sample into a real, embedded PostgreSQL and serve on http://127.0.0.1:8000
	.venv/bin/laurel demo

test: $(development) ## run every test (only: make test ONLY=tests/audit)
	$(python) -m pytest -n 2 --dist loadfile $(ONLY)

check: $(development) ## format, lint, types, import contracts, and the house rules (tests/architecture)
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	$(python) -m mypy
	.venv/bin/lint-imports
	$(python) -m pytest -q tests/architecture

audit: $(development) ## ask whether a weakness of a package is known
	$(python) requirements/weaknesses.py

mutants: $(development) ## change what decides, piece by piece, and see that a test notices each change
	$(python) -m tests.mutants

bench: $(development) ## measure the figures of docs/architecture.md on this machine, side by side
	$(python) -m benchmarks

docs: $(development) ## write docs/reference from the declarations in the code, and check every link
	@mkdir -p docs/reference
	.venv/bin/laurel access matrix --markdown > docs/reference/.new && mv docs/reference/.new docs/reference/routes.md
	.venv/bin/laurel access matrix --page > docs/reference/.new && mv docs/reference/.new docs/reference/access-matrix.md
	.venv/bin/laurel openapi > docs/reference/.new && mv docs/reference/.new docs/reference/openapi.json
	$(python) requirements/sbom.py > docs/reference/.new && mv docs/reference/.new docs/reference/sbom.cdx.json
	.venv/bin/laurel consent register > docs/reference/.new && mv docs/reference/.new docs/reference/processing-activities.md
	$(python) -m pytest -q tests/architecture/test_documentation.py tests/architecture/test_command_line.py

clean: ## remove everything that make made: .venv, caches, and the embedded databases in .laurel
	@if [ -d .laurel ] && [ -e $(runtime) ]; then $(python) -c 'import pathlib, sys; from kernel import embedded; \
		gone = all(embedded.remove(pathlib.Path(home)) for home in (".laurel/tests", ".laurel")); \
		sys.exit(None if gone else "Laurel is running here: stop it first.")'; fi
	rm -rf .venv .laurel mutants .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache benchmarks/results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

soak: $(development) ## run the long tests, then every test with examples that nobody has seen
	$(python) -m pytest -m soak --timeout=0 --hypothesis-profile=exploring $(ONLY)
	$(python) -m pytest -n 2 --dist loadfile --hypothesis-profile=exploring $(ONLY)

lock: .venv/bin/python ## write requirements/*.txt after a change of pyproject.toml (UPGRADE=1: newest versions)
	$(install) -r requirements/lock.txt
	$(compile) pyproject.toml --output-file requirements/runtime.txt
	$(compile) pyproject.toml --group development --constraint requirements/runtime.txt --output-file requirements/development.txt
	$(compile) --group lock --output-file requirements/lock.txt

# A stamp is newer than the lock it was installed from, so that a second `make` does nothing.
.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Laurel needs Python 3.11 or newer with the venv module; none was found on the PATH." >&2; exit 1; }
	$(PYTHON) -m venv .venv

$(runtime): requirements/runtime.txt bin/laurel | .venv/bin/python
	$(install) -r requirements/runtime.txt
	ln -sf ../../bin/laurel .venv/bin/laurel
	@touch $@

$(development): requirements/development.txt $(runtime)
	$(install) -r requirements/development.txt
	@touch $@
