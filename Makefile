PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: serve test check mutants bench fuzz image-check scale-check format clean

serve: $(VENV)/.installed  ## serve the emulator on http://127.0.0.1:6570
	$(BIN)/okr-mock serve $(ARGS)

test: $(VENV)/.installed-dev  ## run the tests
	$(BIN)/python -m pytest -n auto $(ARGS)

check: $(VENV)/.installed-dev  ## lint, types, import rules, and the contract's own check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PYTHONPATH=contracts:mockserver $(BIN)/lint-imports
	$(BIN)/python -m feishu_okr.contract

mutants: $(VENV)/.installed-dev  ## see that the contract suite catches emulators that deviate, and minds no allowed deviation
	$(BIN)/python -m tests.mutants $(ARGS)

bench: $(VENV)/.installed-dev  ## compare the emulator with the bare floor of its own stack
	$(BIN)/python -m benchmarks $(ARGS)

fuzz: $(VENV)/.installed-dev  ## draw very many inputs for every decoder; `pip install atheris` to be guided by coverage
	$(BIN)/python -m tests.fuzz $(ARGS)

image-check:  ## build the container image and see that it keeps its promises; skipped where no engine answers
	$(PYTHON) docker/check.py

scale-check:  ## run the compose profile `scale`, take a replica and Redis away under load, and count what callers saw
	$(PYTHON) docker/scale.py

format: $(VENV)/.installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "feishu-okr-mock needs Python 3.11 or newer; name one with: make PYTHON=python3.12"; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@ $(VENV)/.installed
