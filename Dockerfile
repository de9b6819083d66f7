ARG PYTHON_IMAGE=python:3.12-slim

FROM ${PYTHON_IMAGE} AS build
WORKDIR /src
COPY . .
# A package index of your own: docker build --secret id=pip_conf,src=pip.conf
# The environment is made at the path where it is used later, and pip stays outside it.
RUN --mount=type=secret,id=pip_conf \
    --mount=type=cache,target=/cache \
    export PIP_CACHE_DIR=/cache PIP_CONFIG_FILE=/run/secrets/pip_conf PIP_ROOT_USER_ACTION=ignore PIP_DISABLE_PIP_VERSION_CHECK=1 \
    && pip install --constraint constraints.txt hatchling \
    && python -m hatchling build -t wheel -d /wheel \
    && python -m venv --without-pip /opt/okr-mock \
    && pip --python /opt/okr-mock install --constraint constraints.txt /wheel/*.whl

FROM ${PYTHON_IMAGE}
COPY --from=build /opt/okr-mock /opt/okr-mock
ENV PATH=/opt/okr-mock/bin:$PATH \
    TMPDIR=/dev/shm \
    OKR_MOCK_HOST=0.0.0.0 \
    OKR_MOCK_PORT_FILE=/dev/shm/okr-mock.json \
    OKR_MOCK_CA_FILE=/dev/shm/okr-mock-ca.pem
# One start at build time: an image that cannot serve is not built, and what a start imports is left compiled.
# /data belongs to the user, so that a named volume mounted there does too.
RUN set -eu; \
    okr-mock serve --tls >/tmp/log 2>&1 & server=$!; \
    okr-mock wait --port-file "$OKR_MOCK_PORT_FILE" --timeout 60 || { cat /tmp/log; exit 1; }; \
    kill "$server"; wait "$server"; rm /tmp/log; \
    install -d -o 10001 -g 10001 /data
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 10001:10001
WORKDIR /data
EXPOSE 6570
STOPSIGNAL SIGTERM
# The file says where this server listens, whatever port, address and TLS were set.
HEALTHCHECK --interval=10s --timeout=5s --start-period=15s --start-interval=1s --retries=3 \
    CMD exec okr-mock wait --port-file "$OKR_MOCK_PORT_FILE" --timeout 2
ENTRYPOINT ["okr-mock", "serve"]

ARG VERSION=dev
ARG SOURCE=
LABEL org.opencontainers.image.title="feishu-okr-mock" \
      org.opencontainers.image.description="An emulator of the Feishu (Lark) OKR API" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.source="${SOURCE}"
