# Two stages on glibc: the first builds the environment from the hash lock, the second only runs it.
FROM python:3.11-slim-bookworm AS build
WORKDIR /opt/evenhand
COPY requirements.lock ./
RUN python -m venv .venv && .venv/bin/pip install --no-cache-dir --require-hashes --requirement requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY alembic alembic
COPY openapi/openapi.json openapi/
COPY docs docs
COPY service service
RUN .venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation --editable . && .venv/bin/python -m compileall -q service alembic

FROM python:3.11-slim-bookworm
RUN useradd --system --create-home --home-dir /var/lib/evenhand evenhand
WORKDIR /opt/evenhand
COPY --from=build /opt/evenhand /opt/evenhand
ENV EVENHAND_HOST=0.0.0.0 EVENHAND_STATE=/var/lib/evenhand/state PATH=/opt/evenhand/.venv/bin:$PATH
USER evenhand
VOLUME /var/lib/evenhand
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ.get(\"EVENHAND_PORT\", 8000)}/readyz')"]
ENTRYPOINT ["evenhand"]
CMD ["run"]
