# The service, and every verb of the command line: docker run --rm -v leadscore:/var/lib/leadscore leadscore train
FROM python:3.11-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/leadscore
COPY pyproject.toml README.md constraints.txt /source/
COPY src /source/src
RUN /opt/leadscore/bin/pip install -c /source/constraints.txt "/source[postgres]"

FROM python:3.11-slim
# LightGBM's library needs OpenMP, which the slim image lacks.
RUN apt-get update \
 && apt-get install -y --no-install-recommends libgomp1 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin leadscore \
 && install -d -o leadscore -g leadscore /var/lib/leadscore
COPY --from=build /opt/leadscore /opt/leadscore
ENV PATH=/opt/leadscore/bin:$PATH \
    HOME=/tmp \
    PYTHONDONTWRITEBYTECODE=1 \
    LEADSCORE_HOME=/var/lib/leadscore \
    LEADSCORE_HOST=0.0.0.0 \
    LEADSCORE_PORT=8000
USER 10001
WORKDIR /var/lib/leadscore
VOLUME /var/lib/leadscore
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "import os, urllib.request as web; web.urlopen(f'http://127.0.0.1:{os.environ[\"LEADSCORE_PORT\"]}/readyz', timeout=4)"]
ENTRYPOINT ["leadscore"]
CMD ["serve"]
