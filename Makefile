# Everything a stranger needs: `make up`, `make test`. The fleet itself is Python: `.venv/bin/fleet --help`.

ARGS ?=
BIN := .venv/bin

# Named by the folder it was made in: a copied or moved checkout makes its own.
INSTALLED := .venv/installed-$(shell pwd | cksum | cut -d ' ' -f 1)

.PHONY: up down test again check format bench chaos lock

up: system-packages-up $(INSTALLED)
	@$(BIN)/fleet up $(ARGS)

down: $(INSTALLED)
	@$(BIN)/fleet down

# Files are shared out among processes, each with services of its own; `.venv/bin/pytest` runs them one by one.
test: system-packages-test $(INSTALLED)
	@$(BIN)/pytest --numprocesses auto --dist loadfile --no-loadscope-reorder $(ARGS)
	@$(BIN)/npm test --prefix edge --silent

# What failed last, one by one: tells a fault from a test that cannot bear its neighbours. Both are to be mended.
again: $(INSTALLED)
	@$(BIN)/pytest --last-failed --last-failed-no-failures none
	@$(BIN)/npm test --prefix edge --silent

check: $(INSTALLED)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/npm run check --prefix edge --silent

format: $(INSTALLED)
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/npm run format --prefix edge --silent

bench: system-packages-up $(INSTALLED)
	@$(BIN)/python -m tests.bench $(ARGS)

# Random faults under load for two minutes; ARGS="--seed … --seconds …" plays a schedule again.
chaos: system-packages-test $(INSTALLED)
	@$(BIN)/python -m tests.faults.chaos $(ARGS)

# Needs uv (https://docs.astral.sh/uv); run it after changing a dependency in pyproject.toml.
lock:
	uv pip compile pyproject.toml --group dev --universal --generate-hashes --no-emit-index-url --no-header \
		--upgrade -o requirements.lock

.PHONY: system-packages-up system-packages-test system-packages-check
system-packages-up system-packages-test system-packages-check:
	@.ci/system-packages $(@:system-packages-%=%)

$(INSTALLED): requirements.lock edge/package-lock.json .ci/install | system-packages-check
	@.ci/install $@
