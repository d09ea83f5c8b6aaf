# Two commands are all that is needed: `make run` and `make test`. Both need Python 3.11 or newer and nothing else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SCAN := .venv-scan
INSTALL := -m pip install --quiet --disable-pip-version-check
# Nothing that the locks do not know by its hash; the program itself is built by the setuptools that they name.
LOCKED := $(BIN)/python $(INSTALL) --require-hashes -r
OURSELVES := $(BIN)/python $(INSTALL) --no-deps --no-build-isolation -e .
OTHERS := .venv-bench

# What is compiled is kept: a run of the tests starts hundreds of processes.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test check words faults mutants scan bench lock sbom clean

run: $(VENV)/.run
	@exec $(BIN)/autocharge up

# Three at once on two cores: many tests wait for processes to start and to end. Counting lines makes everything half
# as slow again, so it is done only where the figure comes from.
test: $(VENV)/.test
	$(BIN)/python -m pytest -n 3 --dist worksteal -m counted --cov --cov-report=term tests/unit tests/component tests/scenarios
	$(BIN)/python -m pytest -n 3 --dist worksteal -m 'not counted'

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
	$(BIN)/python -m supply.migrations
	$(BIN)/yamllint --strict -d '{extends: default, rules: {document-start: disable, line-length: {max: 130}}}' compose.yaml deploy

# Every fault that the program must live through, again and again: too slow for every test run. Writes docs/reliability.md.
# Some rows alone: make faults ROWS="23 25"
faults: $(VENV)/.test
	AUTOCHARGE_MANY=1 $(BIN)/python -m pytest -n 3 --dist loadgroup -p tests.faults.reliability \
		--reliability docs/reliability.md $$($(BIN)/python -m tests.faults.rows $(ROWS))

# Changes the heart in every small way and counts whom the unit tests let live. Kept, with how long: docs/mutation.md
mutants: $(VENV)/.test
	rm -rf mutants
	$(BIN)/python -m tests.mutants

# Foreign scanners against a real install in production mode; ten to thirty minutes. What they say: docs/security.md
scan: $(VENV)/.test $(SCAN)/.ready
	$(BIN)/python -m tests.scan --tools $(SCAN)

# Their requirements and ours exclude each other, so each lives by itself.
$(SCAN)/.ready: Makefile | $(VENV)/bin/python
	$(PYTHON) -m venv $(SCAN)/api
	$(SCAN)/api/bin/python $(INSTALL) 'schemathesis>=4.32,<5'
	$(PYTHON) -m venv $(SCAN)/pages
	$(SCAN)/pages/bin/python $(INSTALL) 'wapiti3>=3.2.3,<4'
	@touch $@

# Hours, and only true on a machine that does nothing else; writes docs/performance.md. Parts: python -m bench --only door,start
bench: $(VENV)/.test $(OTHERS)/.tried
	BENCH_OTHERS=$(OTHERS) $(BIN)/python -m bench

# Web servers and other programs to compare with, beside requirements that are not ours. What cannot be installed is left out with a line.
$(OTHERS)/.tried: Makefile | $(VENV)/bin/python
	$(PYTHON) -m venv $(OTHERS)/servers && $(OTHERS)/servers/bin/python $(INSTALL) \
		'granian>=2.5,<3' 'waitress>=3,<4' || echo "Other web servers could not be installed."
	$(PYTHON) -m venv $(OTHERS)/peers
	$(OTHERS)/peers/bin/python $(INSTALL) 'dj-stripe>=2.11,<3' 'django>=5.2,<7' 'psycopg2-binary>=2.9.10,<3' 'gunicorn>=25,<28' \
		|| echo "dj-stripe could not be installed."
	$(OTHERS)/peers/bin/python $(INSTALL) 'celery[redis]>=5.5,<6' 'psycopg2-binary>=2.9.10,<3' || echo "Celery could not be installed."
	@touch $@

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name it: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml setup.cfg requirements.lock | $(VENV)/bin/python
	$(LOCKED) requirements.lock
	$(OURSELVES)
	@touch $@

$(VENV)/.test: pyproject.toml setup.cfg requirements-test.lock | $(VENV)/bin/python
	$(LOCKED) requirements-test.lock
	$(OURSELVES)
	@touch $@ $(VENV)/.run

# The newest versions that setup.cfg allows, with the hashes of all their files, for every platform and Python from 3.11.
# `make lock RENEW=` keeps what is locked and only adds or drops. Then `make check` and `python -m supply.licences`; commit the result.
RENEW = --upgrade
COMPILE = $(SCAN)/lock/bin/uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-strip-extras $(RENEW)
RUNNING := --extra redis --extra sentry --extra apprise
lock: $(SCAN)/lock/bin/uv
	$(PYTHON) -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")' > $(SCAN)/build.in
	$(COMPILE) setup.cfg $(SCAN)/build.in $(RUNNING) -o requirements.lock > /dev/null
	$(COMPILE) setup.cfg $(SCAN)/build.in $(RUNNING) --extra test --extra mutation -c requirements.lock -o requirements-test.lock > /dev/null

$(SCAN)/lock/bin/uv:
	$(PYTHON) -m venv $(SCAN)/lock
	$(SCAN)/lock/bin/python $(INSTALL) 'uv>=0.9,<1'

# The bill of materials of a production install, as the image has it, in CycloneDX. It belongs to a release and is not committed:
# the locks say the same of every platform, and a copy would grow old.
sbom: $(SCAN)/sbom/bin/cyclonedx-py
	mkdir -p dist
	rm -rf $(SCAN)/production
	$(PYTHON) -m venv $(SCAN)/production
	$(SCAN)/production/bin/python $(INSTALL) --require-hashes -r requirements.lock
	$(SCAN)/production/bin/python $(INSTALL) --no-deps --no-build-isolation -e .
	$(SCAN)/production/bin/python -m pip uninstall --quiet --yes setuptools pip
	$(SCAN)/sbom/bin/cyclonedx-py environment --output-reproducible $(SCAN)/production | $(SCAN)/sbom/bin/python -m supply.sbom > dist/sbom.json

$(SCAN)/sbom/bin/cyclonedx-py:
	$(PYTHON) -m venv $(SCAN)/sbom
	$(SCAN)/sbom/bin/python $(INSTALL) 'cyclonedx-bom>=7.5,<8'

clean:
	rm -rf $(VENV) $(SCAN) $(OTHERS) mutants build dist *.egg-info .pytest_cache .hypothesis .mypy_cache .ruff_cache
