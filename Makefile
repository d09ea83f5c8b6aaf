# Two commands are all that is needed: `make run` and `make test`. Both need Python 3.11 or newer and nothing else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SCAN := .venv-scan

.PHONY: run test check words faults mutants scan bench lock clean

run: $(VENV)/.run
	@exec $(BIN)/autocharge up

# Three at once on two cores: many tests wait for processes to start and to end.
test: $(VENV)/.test
	rm -f .coverage .coverage.*
	$(BIN)/python -m pytest -n 3 --dist worksteal --cov --cov-report=
	$(BIN)/coverage report --include='app/recovery/*,app/whop/*,app/inbox/*,app/delivery/*' --fail-under=95

# Brings the Russian catalogue in line with the texts in the code; new ones are left empty for you to translate.
words: $(VENV)/.test
	cd app && ../$(BIN)/pybabel -q extract -F translations/babel.cfg -k lazy_gettext --add-location=file --no-wrap -o messages.pot .
	cd app && ../$(BIN)/pybabel -q update -i messages.pot -d translations -l ru --no-fuzzy-matching --ignore-obsolete --no-wrap
	cd app && rm messages.pot && ../$(BIN)/pybabel -q compile -d translations

# What only looks: style, types, layers, and the files that production is run from.
check: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --config setup.cfg
	$(BIN)/yamllint --strict -d '{extends: default, rules: {document-start: disable, line-length: {max: 130}}}' compose.yaml deploy

# Every fault that the program must live through, again and again: too slow for every test run. Writes docs/reliability.md
faults: $(VENV)/.test
	AUTOCHARGE_MANY=1 $(BIN)/python -m pytest -n 2 --dist worksteal -p tests.faults.reliability \
		--reliability docs/reliability.md tests/faults tests/properties $$($(BIN)/python -m tests.faults.rows)

# Changes the heart in every small way and counts whom the unit tests let live. Kept, with how long: docs/mutation.md
mutants: $(VENV)/.test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock -e '.[test,mutation]'
	rm -rf mutants
	$(BIN)/python -m tests.mutants

# Foreign scanners against a real install in production mode; ten to thirty minutes. What they say: docs/security.md
scan: $(VENV)/.test $(SCAN)/.ready
	$(BIN)/python -m tests.scan --tools $(SCAN)

# Their requirements and ours exclude each other, so each lives by itself.
$(SCAN)/.ready: Makefile | $(VENV)/bin/python
	$(PYTHON) -m venv $(SCAN)/api
	$(SCAN)/api/bin/python -m pip install --quiet --disable-pip-version-check 'schemathesis>=4.32,<5'
	$(PYTHON) -m venv $(SCAN)/pages
	$(SCAN)/pages/bin/python -m pip install --quiet --disable-pip-version-check 'wapiti3>=3.2.3,<4'
	@touch $@

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
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade -e '.[test,mutation,redis,sentry,apprise]'
	$(BIN)/python -m pip freeze --exclude-editable > requirements.lock

clean:
	rm -rf $(VENV) $(SCAN) mutants build dist *.egg-info .pytest_cache .hypothesis .mypy_cache .ruff_cache
