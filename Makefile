# Everything one does with the house. `make` alone lists it.
# A stamp is younger than what it stands for, so a second run does nothing twice.

PORT ?= 8400
BROWSER ?= yes
PYTHON ?= python3
SHELL := /bin/sh
BIN := .venv/bin
CONFIG := src/kimbilio/server/config
LOCALE := src/kimbilio/server/locale
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install
COMPILE := $(BIN)/pip-compile --quiet --strip-extras --no-emit-index-url --no-emit-find-links --no-annotate --no-header
MARKS := $(if $(filter no,$(BROWSER)),-m "not browser",)

.DEFAULT_GOAL := help
.PHONY: help demo test soak quick wheel audit browser setup setup-tests lock preflight clean bench

help:
	@echo "make demo    set everything up and serve an invented country on http://localhost:$(PORT) (PORT=… for another)"
	@echo "make test    all tests; installs Chromium when run as root (BROWSER=no leaves its tests out)"
	@echo "make soak    the tests under fire for hours: kills, broken lines, hostile files; docs/reference/tests.md"
	@echo "make quick   lint, types and pure tests, in a minute"
	@echo "make bench   measure: door, desk at a million people, memory; writes benchmarks/RESULTS.md"
	@echo "make wheel   build what a server installs, into dist/"
	@echo "make audit   ask whether faults are known in what is locked; once a week, such as from cron"
	@echo "make lock    pin all dependencies anew"
	@echo "make clean   remove what make installed; the demo's data in var/demo stays"

demo: PREFLIGHT := --port $(PORT)
demo: setup
	@exec $(BIN)/kimbilio demo --port $(PORT)

test: setup-tests $(if $(filter no,$(BROWSER)),,browser)
	@$(BIN)/python -m pytest -n 2 --dist loadgroup -q $(MARKS)

soak: setup-tests
	@KIMBILIO_SOAK=1 $(BIN)/python -m pytest -n 2 --dist loadgroup -q -rA tests/fire

quick: setup-tests
	@$(BIN)/ruff check .
	@$(BIN)/mypy src/kimbilio/rules src/kimbilio/xlsforms src/kimbilio/packs
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m pytest -q -m "not slow" tests/pure

bench: setup-tests
	@$(BIN)/python -m benchmarks

wheel: setup
	@rm -f dist/kimbilio-*.whl
	@$(BIN)/python -m pip --disable-pip-version-check --quiet wheel --no-deps --wheel-dir dist .
	@ls dist/kimbilio-*.whl

browser: preflight
	@$(PYTHON) $(CONFIG)/preflight.py --browser

setup: .venv/.runtime node_modules/.vendored .venv/.words

setup-tests: setup .venv/.tests node_modules/.tests

preflight:
	@command -v $(PYTHON) >/dev/null || { echo "python3 is missing. On Debian and Ubuntu: \`apt-get install python3 python3-venv\`, then try again." >&2; exit 1; }
	@$(PYTHON) $(CONFIG)/preflight.py $(PREFLIGHT)

.venv/.made: | preflight
	@echo "Making the virtual environment …"
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/.runtime: requirements.lock pyproject.toml .venv/.made | preflight
	@echo "Installing the packages of requirements.lock …"
	@$(PIP) -r requirements.lock
	@$(PIP) --no-deps --editable .
	@touch $@

.venv/.tests: requirements-dev.lock .venv/.runtime
	@echo "Installing the packages of requirements-dev.lock …"
	@$(PIP) -r requirements-dev.lock
	@touch $@

node_modules/.vendored: package-lock.json .venv/.runtime | preflight
	@echo "Fetching fonts and htmx …"
	@npm ci --omit=dev --no-audit --no-fund --no-update-notifier --loglevel=error >/dev/null
	@$(BIN)/python -m kimbilio.server.ui.vendor node_modules >/dev/null
	@touch $@

node_modules/.tests: package-lock.json node_modules/.vendored
	@echo "Fetching axe-core …"
	@npm ci --no-audit --no-fund --no-update-notifier --loglevel=error >/dev/null
	@touch node_modules/.vendored $@

.venv/.words: $(wildcard $(LOCALE)/*/LC_MESSAGES/*.po) .venv/.runtime
	@$(BIN)/python -m kimbilio.server.ui.catalogue compile >/dev/null
	@touch $@

.venv-audit/.made:
	@$(PYTHON) -m venv .venv-audit
	@.venv-audit/bin/python -m pip --disable-pip-version-check --quiet install pip-audit || { rm -rf .venv-audit; \
	 echo "error: pip-audit could not be fetched" >&2; \
	 echo "  hint: Nothing is known about today. Try again where the network is there." >&2; exit 2; }
	@touch $@

audit: .venv-audit/.made
	@.venv-audit/bin/python .ci/audit.py

lock: .venv/.made
	@$(PIP) pip-tools
	@$(COMPILE) --upgrade --extra dev -o requirements-dev.lock pyproject.toml
	@$(COMPILE) -c requirements-dev.lock -o requirements.lock pyproject.toml

clean:
	rm -rf .venv .venv-audit node_modules build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	rm -rf src/kimbilio/server/ui/static/ui/vendor src/kimbilio/server/ui/fonts $(LOCALE)/*/LC_MESSAGES/*.mo var/test
