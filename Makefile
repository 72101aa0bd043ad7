# make up      runs all of Kindling here, after installing what is missing
# make test    lint and every test
# make attacks  the attacks on the sandbox, on every tier as root and as an ordinary user
# make test-gpu  the tests that need an NVIDIA GPU: elsewhere they say that they were not run
# make lint    style, types, walls, templates
# make bench   the figures of the project
# make curves  records anew what the chapters' projects measure
# make lock    renews requirements.lock and package-lock.json
# make clean   removes what was installed and built; data in var/ stays

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := up
MAKEFLAGS += --no-print-directory
unexport PYTHONDONTWRITEBYTECODE  # what one process has compiled the dozens beside it need not

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PYTHON_GPU = $(if $(filter command,$(origin PYTHON)),$(PYTHON),$(BIN)/python)
INSTALLED := $(VENV)/.installed
FRONT := static/build/site.css
FRONT_SOURCES := $(shell find static -path static/build -prune -o -type f -print)

.PHONY: up test attacks test-gpu lint bench curves lock clean ready chromium nginx

up: ready
	@exec $(BIN)/python manage.py up --with-parent

ready: $(INSTALLED) $(FRONT)

# One process more than the two cores that there are at least: tests wait about a third of their time.
TESTING := -m pytest --numprocesses=3

# Lint runs beside the first tests, which wait more than they work.
test: ready chromium nginx
	@result=0; \
	$(MAKE) lint & lint=$$!; \
	$(BIN)/python $(TESTING) -m "not live" || result=$$?; \
	wait $$lint || result=$$?; \
	$(BIN)/python $(TESTING) -m live tests/client tests/faults tests/journeys tests/verification tests/house --dist=loadfile --no-loadscope-reorder || result=$$?; \
	exit $$result

# Every attack on every tier both as root and as an ordinary user; `make test` tries each tier as one of them.
attacks: ready
	@$(BIN)/python -m pytest tests/attacks --every-machine --numprocesses=2

# Installs nothing: a machine with GPUs has a torch of its own, built for CUDA. PYTHON names the Python that has it.
test-gpu:
	@$(PYTHON_GPU) -m pytest -c tests/gpu/pytest.ini tests/gpu

lint: $(INSTALLED)
	@echo "Lint …"
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/djlint templates --lint --quiet

bench: ready
	@$(BIN)/python -m tests.bench

curves: $(INSTALLED)
	@$(BIN)/python -m tests.content.curves

lock:
	@$(PYTHON) -m venv --clear $(VENV)/lock
	@$(VENV)/lock/bin/pip install --quiet '.[web,worker,embedded,dev]'
	@$(VENV)/lock/bin/pip freeze --exclude kindling | sed -E 's/\+[A-Za-z0-9.]+$$//' > requirements.lock
	@rm -rf $(VENV)/lock build
	@$(NODE_FIRST) npm install --package-lock-only --ignore-scripts --no-audit --no-fund

clean:
	@rm -rf $(VENV) node_modules static/build kindling.egg-info build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

# What students' code imports is compiled now, without what it hardly ever is: sandboxes cannot write. All else is
# compiled by whoever imports it first; half of it nobody ever does.
TAUGHT := {dateutil,matplotlib,numpy,PIL,torch,tqdm}
UNUSED := /(tests|testing|_dynamo|_inductor|_vendor|ao|distributed|onnx)/

$(INSTALLED): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Kindling needs Python 3.11 or newer: install it, or name it with PYTHON=…" >&2; exit 1; }
	@echo "Installing Python packages (the first time this takes a few minutes) …"
	@$(PYTHON) -m venv $(VENV) || { echo "The virtual environment $(VENV) could not be created (Debian: apt-get install python3-venv)." >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --constraint requirements.lock \
		--editable '.[web,worker,embedded,dev]'
	@$(BIN)/python -m compileall -q -j 0 -x '$(UNUSED)' workers $(VENV)/lib/python3*/site-packages/$(TAUGHT) >/dev/null || true  # some templates are no Python
	@$(BIN)/python -c 'import workers.harness.zygote'  # and what else these import
	@touch $@

# Node from the PATH where it is new enough, else the one that came with the Python packages.
NODE_FIRST = export npm_config_update_notifier=false; if [[ "$$(node --version 2>/dev/null)" =~ ^v(2[0-9]|[3-9][0-9])\. ]] && command -v npm >/dev/null; \
	then true; else export PATH="$(CURDIR)/$(BIN):$$PATH"; fi;

node_modules/.installed: package.json package-lock.json | $(INSTALLED)
	@echo "Installing front-end packages …"
	@$(NODE_FIRST) npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(FRONT): node_modules/.installed $(FRONT_SOURCES)
	@echo "Building the front end …"
	@$(NODE_FIRST) npm run --silent build
	@touch $@

# Without windows where it can be had; with them it does as well, at a tenth more of the tests' time.
chromium:
	@command -v chromium-headless-shell >/dev/null || { [[ $$(id -u) == 0 ]] && command -v apt-get >/dev/null && { \
		echo "Installing Chromium …"; apt-get update -q >/dev/null; \
		DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends --no-remove chromium-headless-shell >/dev/null; }; } || \
		command -v chromium >/dev/null || \
		{ echo "The tests need a browser: install Debian's package chromium-headless-shell or chromium." >&2; exit 1; }

# The program alone, without its package: that would begin to serve this machine's port 80.
nginx: $(INSTALLED)
	@PATH="$$PATH:/usr/sbin:/usr/local/sbin:$(BIN)"; command -v nginx >/dev/null || { \
		echo "Fetching nginx …"; folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; \
		if [[ $$(id -u) == 0 ]] && command -v apt-get >/dev/null; then apt-get update -q >/dev/null; fi; \
		(cd "$$folder" && apt-get download -q nginx >/dev/null 2>&1 && dpkg-deb -x nginx_*.deb . \
			&& install usr/sbin/nginx "$(CURDIR)/$(BIN)/nginx") || \
		{ echo "The tests need nginx: install Debian's package nginx." >&2; exit 1; }; }
