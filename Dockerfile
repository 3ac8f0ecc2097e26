# The action's image: one static program, the CA roots and the licence. No shell, no package manager.
#
# The digest is that of the tag's multi-platform index; docs/release.md says how to renew it. An image
# of one's own that builds for musl can stand in.
ARG BUILDER_IMAGE=docker.io/library/rust:1.95.0-alpine3.23@sha256:606fd313a0f49743ee2a7bd49a0914bab7deedb12791f3a846a34a4711db7ed2

FROM ${BUILDER_IMAGE} AS build

# What is published is built with `dist`; the container test builds a quicker one.
ARG PROFILE=dist
# Seconds since 1970 that every file of the image is dated: the commit's time in a release.
ARG SOURCE_DATE_EPOCH=0

WORKDIR /src
COPY . .

# `chroot` shows before anything is shipped that the program needs nothing but its own folder.
# The C of jemalloc is built by `make`, which the builder does not have; a program for arm64 has to run on kernels
# with pages of 64 KiB, whatever those of the machine that builds it are (docs/decisions/0020-allocator.md).
# hadolint ignore=DL3018
RUN set -eu; \
    command -v make >/dev/null || apk add --no-cache --quiet make; \
    if [ "$(uname -m)" = aarch64 ]; then export JEMALLOC_SYS_WITH_LG_PAGE=16; fi; \
    export RUSTFLAGS="--remap-path-prefix=/src=. --remap-path-prefix=${CARGO_HOME}=/cargo"; \
    cargo install --locked --path . --bin dockyard-provenance --profile "${PROFILE}" \
        --no-track --root /out/usr/local; \
    mkdir -p /out/etc/ssl/certs /out/usr/share/licenses/dockyard-provenance; \
    cp /etc/ssl/certs/ca-certificates.crt /out/etc/ssl/certs/; \
    cp LICENSE /out/usr/share/licenses/dockyard-provenance/; \
    mkdir -m 1777 /out/tmp; \
    chroot /out /usr/local/bin/dockyard-provenance --version; \
    find /out -exec touch -d "@${SOURCE_DATE_EPOCH}" {} +

# `--target binary --output DIR` takes the program out: the same bytes as in the image.
FROM scratch AS binary
COPY --from=build /out/usr/local/bin/dockyard-provenance /

# GitHub asks for no USER and no WORKDIR: the workspace that it mounts belongs to another user.
FROM scratch AS image

ARG SOURCE=
ARG VERSION=
ARG REVISION=
LABEL org.opencontainers.image.title="dockyard-provenance" \
      org.opencontainers.image.description="Verifies where the packages of a dockyard-style repository were built, with Sigstore" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

COPY --from=build /out/ /

# The exec form: a shell would drop variables such as INPUT_FAIL-ON.
ENTRYPOINT ["/usr/local/bin/dockyard-provenance"]
CMD ["action"]
