# Two commands set everything up on a fresh machine: `make run` and `make test`. Python 3.11+, venv and make are enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# What the browser's bundles are made of, so that an edit builds them anew.
KIOSK_SOURCES := $(shell find kiosk/src kiosk/*.mjs kiosk/*.py kiosk/*.json -type f) crypto/words.txt

.PHONY: install run test test-deep rehearsal bench bundles rules check clean
.DELETE_ON_ERROR:

# The browser that the tests drive. Only Debian's own package is installed, and only by root.
define INSTALL_BROWSER
{ test "$$(id -u)" = 0 && command -v apt-get >/dev/null && \
	apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium && \
	$(BIN)/python -m tests.support.browser; } || \
	{ echo 'The tests need Chromium: install it (apt-get install chromium), or set CHROMIUM to its path.' >&2; exit 1; }
endef

# The office program that opens our documents and sheets in the tests, likewise.
define INSTALL_OFFICE
{ test "$$(id -u)" = 0 && command -v apt-get >/dev/null && \
	apt-get update -qq && apt-get install -y -qq --no-install-recommends \
	libreoffice-writer-nogui libreoffice-calc-nogui && \
	$(BIN)/python -m tests.support.office; } || \
	{ echo 'The tests need LibreOffice: install it (apt-get install libreoffice-writer-nogui libreoffice-calc-nogui),' \
	'or set SOFFICE to its path.' >&2; exit 1; }
endef

install: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml hatch_build.py $(KIOSK_SOURCES)
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or later is needed; set PYTHON=…")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/.tested: $(VENV)/.installed
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[test]'
	$(BIN)/python kiosk/toolchain.py find >/dev/null 2>&1 || \
		$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[node]'
	$(BIN)/python -m tests.support.browser || $(INSTALL_BROWSER)
	$(BIN)/python -m tests.support.office || $(INSTALL_OFFICE)
	touch $@

# Where it is missing, what was installed before does not count.
ifeq ($(shell command -v "$${SOFFICE:-soffice}" || command -v libreoffice),)
.PHONY: no-office
$(VENV)/.tested: no-office
endif

run: install
	$(BIN)/phieukin serve

rehearsal: install
	$(BIN)/phieukin rehearse docs/sample/meeting.toml --out out

# How long things take, against what they cannot do without: docs/bench.md says how to read it.
bench: $(VENV)/.tested
	$(BIN)/python -m bench

# Build the bundles and record their digests, after an edit that is meant to change them.
bundles: $(VENV)/.installed
	$(BIN)/python kiosk/toolchain.py build --record

# Write the part of docs/rules.md that comes from the installed rule-sets, and the cases for other implementations.
rules: $(VENV)/.tested
	$(BIN)/python -m ballot_server.cli.rules_document docs/rules.md
	$(BIN)/python -m tests.support.rules_cases tests/rules_cases.json kiosk/src/rules/installed.json

check: $(VENV)/.tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python kiosk/toolchain.py check

test: check
	$(BIN)/pytest --numprocesses 2 --ignore=tests/deep

# What is too long for every run; `.ci/run` runs it after the rest.
test-deep: $(VENV)/.tested
	$(BIN)/pytest tests/deep

clean:
	rm -rf $(VENV) out kiosk/node_modules ballot_server/minutes/fonts ballot_server/web/bundles
