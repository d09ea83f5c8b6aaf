# Two commands are all that is needed: `make run` and `make test`. Both need Python 3.11 or newer and nothing else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test check words faults bench lock clean

run: $(VENV)/.run
	@exec $(BIN)/autocharge up

test: $(VENV)/.test
	rm -f .coverage .coverage.*
	$(BIN)/python -m pytest -n 2 --dist worksteal --cov --cov-report=
	$(BIN)/coverage report --include='app/recovery/*,app/whop/*,app/inbox/*,app/delivery/*' --fail-under=95

# Brings the Russian catalogue in line with the texts in the code; new ones are left empty for you to translate.
words: $(VENV)/.test
	cd app && ../$(BIN)/pybabel -q extract -F translations/babel.cfg -k lazy_gettext --add-location=file --no-wrap -o messages.pot .
	cd app && ../$(BIN)/pybabel -q update -i messages.pot -d translations -l ru --no-fuzzy-matching --ignore-obsolete --no-wrap
	cd app && rm messages.pot && ../$(BIN)/pybabel -q compile -d translations

# What only looks: style, types, layers.
check: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --config setup.cfg

# Real processes, killed again and again: too slow for every test run.
faults: $(VENV)/.test
	AUTOCHARGE_MANY=1 $(BIN)/python -m pytest -n 2 --dist worksteal tests/faults tests/properties

bench: $(VENV)/.test
	$(BIN)/python -m bench

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name it: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: setup.cfg requirements.lock | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock -e .
	@touch $@

$(VENV)/.test: setup.cfg requirements.lock | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock -e '.[test]'
	@touch $@ $(VENV)/.run

# Exact versions of everything, tests and extras too; commit the result.
lock: $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade -e '.[test,redis,sentry]'
	$(BIN)/python -m pip freeze --exclude-editable > requirements.lock

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .hypothesis .mypy_cache .ruff_cache
