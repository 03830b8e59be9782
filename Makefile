# EmoLA Studio's commands; `make` alone lists them. The environment lives in .venv and is made on first use.

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
# Another Python: make run PYTHON=/path/to/python. Each candidate is started, since a version manager's shim may not.
PYTHON ?= $(shell for p in python3.11 python3 python3.12 python3.13; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v $$p; break; }; done)
# Options for what a target runs: make test ARGS="-k landmarks"
ARGS ?=
# Debian packages are installed only where nobody has to be asked: on Debian, as root.
DEBIAN_ROOT := grep -qs '^ID=debian' /etc/os-release && [ "$$(id -u)" = 0 ]
APT_INSTALL := apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends

.DEFAULT_GOAL := help
.PHONY: help env run dev libraries browser test check format space space-check startup bench-studio fresh-clone clean

help:  ## list these commands
	@awk -F ':.*  ## ' '/^[a-z-]+:.*  ## / {printf "make %-12s %s\n", $$1, $$2}' Makefile

run: env  ## start the studio on http://127.0.0.1:7860
	@$(BIN)/python -u app.py

test: dev libraries browser  ## install what tests need, a browser too, and run them (ARGS="-k face")
	@$(BIN)/python -m pytest $(ARGS)

check: dev  ## lint, and the formatting as `make format` leaves it
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: dev  ## put imports in order and format every file
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

space: env  ## publish what is committed as a private Space: make space REPO=owner/name (PUBLIC=yes, ARGS="--dry-run")
	@if [ -z "$(REPO)" ]; then echo "Name the Space: make space REPO=owner/name" >&2; exit 1; fi
	@$(BIN)/python -m deploy.space --repo "$(REPO)" $(if $(filter yes,$(PUBLIC)),--public) $(ARGS)

space-check: dev browser  ## prove that what git tracks boots as a Space and can be used (installs everything anew)
	@$(BIN)/python -m deploy.space_check $(ARGS)

startup: dev  ## measure a warm start, the first prediction and memory at rest
	@$(BIN)/python -m benchmarks.startup

bench-studio: dev  ## measure how fast annotators get and save faces, at 1 to 16 clients and up to a million faces
	@$(BIN)/python -m benchmarks.studio $(ARGS)

fresh-clone:  ## measure from an empty folder to the first prediction (installs everything anew)
	@sh benchmarks/fresh_clone.sh

env: $(VENV)/.runtime  ## make .venv with what the studio needs

dev: $(VENV)/.dev  ## add what tests, lint and benchmarks need

clean:  ## remove the environment and every cache
	rm -rf $(VENV) .cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Stamps: written only after pip has succeeded, so that an interrupted installation is taken up again.
$(VENV)/.runtime: requirements.txt constraints.txt $(BIN)/python
	@echo "Installing the studio's requirements into $(VENV); the first time takes minutes."
	$(BIN)/python -m pip install --disable-pip-version-check -r requirements.txt -c constraints.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt requirements-ray.txt $(VENV)/.runtime
	$(BIN)/python -m pip install --disable-pip-version-check -r requirements-dev.txt -c constraints.txt
	@touch $@

# --clear: what is there, if anything, is an environment whose Python has gone.
$(BIN)/python:
	@if [ -z "$(PYTHON)" ]; then \
		echo "EmoLA Studio needs Python 3.11 or newer; none was found as python3.11 or python3. Install it, or name" \
			"one: make run PYTHON=/path/to/python" >&2; exit 1; fi
	@$(PYTHON) -m venv --clear $(VENV) || { $(DEBIAN_ROOT) && $(APT_INSTALL) python3-venv \
		&& $(PYTHON) -m venv --clear $(VENV); } || { \
		echo "$(PYTHON) could not make an environment in $(VENV); the lines above say why. On Debian and Ubuntu," \
			"its venv module is a package of its own: apt-get install python3-venv" >&2; exit 1; }

# OpenCV, which face-alignment brings, loads two system libraries; packages.txt names them for a Space as well.
libraries: dev
	@$(BIN)/python -c 'import cv2' 2>/dev/null || { $(DEBIAN_ROOT) && $(APT_INSTALL) $$(cat packages.txt); } || { \
		$(BIN)/python -c 'import cv2'; \
		echo "OpenCV did not load; on Debian and Ubuntu: apt-get install $$(tr '\n' ' ' < packages.txt)" >&2; exit 1; }

# Debian's chromium where apt can, else Playwright's own (which does nothing where it is there already).
browser: dev
	@command -v chromium >/dev/null || { $(DEBIAN_ROOT) && $(APT_INSTALL) chromium; } \
		|| $(BIN)/python -m playwright install chromium
