# syntax=docker/dockerfile:1

# The version that the test suite runs on; any from python_requires in setup.cfg upwards may be given.
ARG PYTHON=3.11

FROM python:${PYTHON}-slim-trixie AS build
WORKDIR /src
# Without pip of its own: nothing in the finished image can install anything into the program's folder.
RUN python -m venv --without-pip /opt/autocharge
COPY requirements.lock ./
RUN pip --python /opt/autocharge/bin/python install --no-cache-dir --disable-pip-version-check \
    --require-hashes -r requirements.lock
COPY setup.cfg pyproject.toml README.md LICENSE ./
COPY app app
COPY notifiers notifiers
COPY migrations migrations
# By the setuptools of the lock, which the finished image has no use for.
RUN pip --python /opt/autocharge/bin/python install --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation . \
    && pip --python /opt/autocharge/bin/python uninstall --yes setuptools

FROM python:${PYTHON}-slim-trixie
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="AutoChargeSaver" \
      org.opencontainers.image.description="Failed-payment recovery for merchants who sell memberships on Whop" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

# An init: gunicorn leaves processes that it had to cut as zombies of process 1, and tini reaps them.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends tini \
    && rm -rf /var/lib/apt/lists/*
RUN groupadd --gid 10001 autocharge \
    && useradd --no-log-init --no-create-home --uid 10001 --gid 10001 --home-dir /var/lib/autocharge --shell /usr/sbin/nologin autocharge \
    && install --directory --mode 0700 --owner 10001 --group 10001 /var/lib/autocharge

COPY --from=build /opt/autocharge /opt/autocharge

ENV PATH=/opt/autocharge/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    APP_ENV=production \
    HOST=0.0.0.0 \
    PORT=3000 \
    INSTANCE_DIR=/var/lib/autocharge

# Numbers, so that a cluster can see that it is not root.
USER 10001:10001
WORKDIR /var/lib/autocharge
# The embedded database, where DATABASE_URL names no other. All else may be read-only, with a tmpfs at /tmp.
VOLUME /var/lib/autocharge
EXPOSE 3000

# For web and up. A worker listens to nobody: switch the check off there (compose.yaml does).
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/healthz', timeout=4)"]

ENTRYPOINT ["tini", "--", "autocharge"]
CMD ["up"]
