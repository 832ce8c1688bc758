# Qoltanba. `make` lists what can be made; everything works from a fresh clone of Debian 12.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= /usr/bin/python3.11
# More than there are processors: a good part of the tests wait for other processes.
PARALLEL ?= 2
BIN := .venv/bin
RUN_PACKAGES := python3-venv curl libreoffice-writer-nogui python3-uno fonts-noto-core redis-server util-linux libjemalloc2 gcc libc6-dev
TEST_PACKAGES := chromium poppler-utils qpdf mupdf-tools postgresql openssl softhsm2 $(if $(shell command -v npm),,nodejs npm)
ENGINE := docgen/adapters/rendering/engine
LIBRARIES := $(ENGINE)/clock.so $(ENGINE)/memory.so
SMSC := tests/services/smsc
OPENID := tests/services/openid
AXE := tests/services/axe
TYPESCRIPT := tests/services/typescript

# Tests start some hundred processes of ours; none of them should compile everything anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup setup-tests system-packages demo test lint types walls unit bench-render bench-seal bench-visits bench-packs chaos soak lock clean

help:  ## list what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: PACKAGES = $(RUN_PACKAGES)
setup: system-packages .venv/installed $(LIBRARIES)  ## install everything needed to run (idempotent)

setup-tests: PACKAGES = $(RUN_PACKAGES) $(TEST_PACKAGES)
setup-tests: system-packages .venv/installed $(LIBRARIES) $(SMSC)/node_modules/installed $(OPENID)/node_modules/installed $(AXE)/node_modules/installed $(TYPESCRIPT)/node_modules/installed

system-packages:
	@missing=""; for p in $(PACKAGES); do \
	  dpkg-query -W -f '$${Status}' "$$p" 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$p"; done; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ]; then as_root=""; elif sudo -n true 2>/dev/null; then as_root="sudo"; else \
	  echo "These Debian packages are missing, and neither root nor sudo is there to install them:$$missing" >&2; \
	  exit 1; fi; \
	echo "Installing Debian packages:$$missing"; \
	$$as_root apt-get update -qq; \
	$$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null

.venv/installed: requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing Python packages; the first time this takes some minutes"
	@$(BIN)/pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(SMSC)/node_modules/installed: $(SMSC)/package-lock.json | system-packages
	@echo "Installing the message centre of the tests"
	@npm ci --prefix $(SMSC) --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error >/dev/null
	@touch $@

$(OPENID)/node_modules/installed: $(OPENID)/package-lock.json | system-packages
	@echo "Installing the identity provider of the tests"
	@npm ci --prefix $(OPENID) --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error >/dev/null
	@touch $@

$(AXE)/node_modules/installed: $(AXE)/package-lock.json | system-packages
	@echo "Installing what looks over the pages"
	@npm ci --prefix $(AXE) --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error >/dev/null
	@touch $@

$(TYPESCRIPT)/node_modules/installed: $(TYPESCRIPT)/package-lock.json | system-packages
	@echo "Installing what checks the types for portals"
	@npm ci --prefix $(TYPESCRIPT) --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error >/dev/null
	@touch $@

$(LIBRARIES): %.so: %.c | system-packages
	@gcc -std=c11 -O2 -Wall -Wextra -Werror -shared -fPIC -o $@ $<

demo: setup  ## run the service with everything embedded; ONCE=1: one visit, and stop
	@$(BIN)/docgen demo $(if $(ONCE),--once,)

test: setup-tests lint types walls unit  ## everything: style, types, walls, all tests

lint: setup  ## style
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: setup  ## types
	$(BIN)/mypy

walls: setup  ## which module may import which
	$(BIN)/lint-imports

unit: setup-tests  ## all tests
	$(BIN)/pytest -n $(PARALLEL) --dist loadfile

bench-render: setup var/bench/unoserver/installed  ## how fast documents are made, against what people use otherwise
	$(BIN)/python -m bench render

bench-seal: setup  ## what a seal costs, against pyHanko as it comes
	$(BIN)/python -m bench seal

bench-visits: setup-tests var/bench/unoserver/installed  ## visits a minute by real processes, and what of each is ours
	$(BIN)/python -m bench visits

bench-packs: setup-tests var/bench/unoserver/installed  ## notary packs a minute in a batch, and what of each is ours
	$(BIN)/python -m bench packs $(if $(DEBTORS),--debtors $(DEBTORS),) $(if $(KILLS),--kills $(KILLS),)

chaos: setup-tests  ## hundreds of visits while every part is killed; then what must be true of all of them
	$(BIN)/python -m bench chaos $(if $(SEED),--seed $(SEED),)

soak: setup  ## 5000 different documents in a row, 10 000 spoilt ones before the verifier, 1000 packs in a batch killed twice
	$(BIN)/python -m bench soak
	$(BIN)/python -m bench hostile
	$(BIN)/python -m bench packs --debtors 1000 --kills 2 --alone

var/bench/unoserver/installed: bench/unoserver.txt
	@rm -rf $(@D)
	@$(BIN)/pip install -qq --disable-pip-version-check --require-hashes --no-deps --target $(@D) -r $<
	@touch $@

lock: .venv/installed  ## write requirements.lock anew from pyproject.toml
	$(BIN)/uv pip compile --quiet --generate-hashes --group dev --no-header --no-annotate --upgrade \
	  --python-version 3.11 pyproject.toml -o requirements.lock

clean:  ## remove what was made, the demo's data included
	rm -rf .venv var $(SMSC)/node_modules $(OPENID)/node_modules $(AXE)/node_modules $(TYPESCRIPT)/node_modules $(LIBRARIES) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
