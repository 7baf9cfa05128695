# The application for production; compose.yaml starts it as web, workers and dispatcher.
FROM python:3.11-slim-bookworm

# PyTorch's own index has the wheel without CUDA, which is ten times smaller.
ARG PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu
ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    VAR_DIR=/var/lib/rightsize \
    MODEL_ROOTS=/models

WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --disable-pip-version-check -r requirements.txt

COPY manage.py ./
COPY advisor advisor
COPY templates templates
COPY static static
# Keys that this step makes for itself stay in /tmp/build and are deleted with it.
RUN HASHED_STATIC=1 VAR_DIR=/tmp/build python manage.py collectstatic --noinput \
    && rm -rf /tmp/build \
    && useradd --system --uid 10001 --home-dir /var/lib/rightsize rightsize \
    && install -d -o rightsize -g rightsize -m 0700 /var/lib/rightsize \
    && install -d /models

USER rightsize
VOLUME ["/var/lib/rightsize"]
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
CMD ["gunicorn", "advisor.wsgi:application", "--bind", "0.0.0.0:8000", \
     "--worker-class", "gthread", "--workers", "2", "--threads", "4", "--preload", \
     "--timeout", "60", "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]
