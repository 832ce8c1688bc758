# Qoltanba for production: `serve` answers HTTP, `worker` renders, `sealer` holds the seal, `smpp` keeps the
# bind to the message centre; one image for all. `smpp` and `serve` share the volume with its socket.
#
#   docker run --init --stop-timeout 40 -p 8080:8080 -v seal:/run/qoltanba-seal --env-file settings.env qoltanba
#   docker run --init --stop-timeout 60 --no-healthcheck -v seal:/run/qoltanba-seal --env-file settings.env qoltanba worker
#   docker run --init --stop-timeout 60 --no-healthcheck -v seal:/run/qoltanba-seal --user 10002:10001 \
#     --env-file seal.env -v /etc/qoltanba/seal.p12:/seal.p12:ro qoltanba sealer
#   docker run --init --stop-timeout 20 --no-healthcheck --env-file settings.env qoltanba smpp
#
# Before the first start and after each new version: the same with `migrate`.

FROM debian:12-slim AS build

RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends python3-venv gcc libc6-dev \
 && rm -rf /var/lib/apt/lists/*

WORKDIR /build
RUN python3 -m venv tools
COPY requirements.lock ./
# Everything that is locked is fetched by its hash; from here on nothing else can be installed.
RUN tools/bin/pip download --no-cache-dir --no-deps --require-hashes -r requirements.lock -d wheels
RUN tools/bin/pip install --no-index --find-links wheels hatchling
COPY pyproject.toml README.md LICENSE ./
COPY docgen docgen
COPY api api
RUN cd docgen/adapters/rendering/engine && \
    for name in clock memory; do gcc -O2 -shared -fPIC -o $name.so $name.c || exit 1; done
RUN tools/bin/pip wheel --no-index --no-deps --no-build-isolation -w wheels .
# Only what the service needs, none of the tools of development.
RUN python3 -m venv /opt/qoltanba \
 && /opt/qoltanba/bin/pip install --no-index --find-links wheels qoltanba


FROM debian:12-slim

RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      python3-venv libreoffice-writer-nogui python3-uno fonts-noto-core util-linux libjemalloc2 \
 && rm -rf /var/lib/apt/lists/*

RUN groupadd --gid 10001 qoltanba \
 && useradd --uid 10001 --gid 10001 --home-dir /var/lib/qoltanba --create-home --shell /usr/sbin/nologin qoltanba \
 && useradd --uid 10002 --gid 10001 --home-dir /run/qoltanba-seal --no-create-home --shell /usr/sbin/nologin qoltanba-seal \
 && install -d -o 10002 -g 10001 -m 0750 /run/qoltanba-seal

COPY --from=build /opt/qoltanba /opt/qoltanba
COPY templates_kk /usr/share/qoltanba/templates_kk
COPY templates_ru /usr/share/qoltanba/templates_ru

ENV LANG=C.UTF-8 \
    PATH=/opt/qoltanba/bin:/usr/bin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    DOCGEN_TEMPLATES=/usr/share/qoltanba \
    DOCGEN_VAR=/var/lib/qoltanba \
    DOCGEN_SEAL__SOCKET=/run/qoltanba-seal/socket \
    DOCGEN_WEB__BIND=0.0.0.0:8080

USER 10001:10001
WORKDIR /var/lib/qoltanba
EXPOSE 8080
STOPSIGNAL SIGTERM

HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["/opt/qoltanba/bin/python", "-c", "import http.client as h; c = h.HTTPConnection('127.0.0.1', 8080, timeout=2); c.request('GET', '/live'); raise SystemExit(c.getresponse().status != 200)"]

ENTRYPOINT ["/opt/qoltanba/bin/docgen"]
CMD ["serve"]
