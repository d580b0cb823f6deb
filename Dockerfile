FROM python:3.11-slim AS build
WORKDIR /build
COPY requirements/postgres.txt .
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --require-hashes --requirement postgres.txt

FROM python:3.11-slim
RUN useradd --uid 1000 --create-home plaxe && install --directory --owner plaxe --mode 700 /config
COPY --from=build /venv /venv
WORKDIR /app
COPY manage.py ./
COPY accounts accounts
COPY deletions deletions
COPY locale locale
COPY media media
COPY plaxe plaxe
COPY plexclient plexclient
COPY templates templates
RUN /venv/bin/python -m compileall -q .
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PLAXE_DATA_DIR=/config
USER plaxe
VOLUME /config
EXPOSE 8000
HEALTHCHECK --start-period=30s --interval=30s --timeout=5s \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ.get('PLAXE_PORT', 8000)}/health/\", timeout=4)"]
ENTRYPOINT ["python", "manage.py"]
CMD ["up"]
