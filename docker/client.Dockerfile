# What docker/check.py runs docker/client.py in: the official Python SDK and nothing of ours.
ARG PYTHON_IMAGE=python:3.12-slim
FROM ${PYTHON_IMAGE}
COPY constraints.txt /tmp/
RUN --mount=type=secret,id=pip_conf \
    PIP_CONFIG_FILE=/run/secrets/pip_conf PIP_ROOT_USER_ACTION=ignore \
    pip install --no-cache-dir --constraint /tmp/constraints.txt lark-oapi
USER 10002:10002
ENTRYPOINT ["python"]
