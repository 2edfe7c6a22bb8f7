#!/usr/bin/env bash
# Builds the images that deploy/docker/Dockerfile and compose.yaml start from, under the names they have in a registry, where none can be
# pulled: from Debian's packages, and the Node that the install brought along. Needs root, debootstrap and a Docker engine (DOCKER_HOST).
#   deploy/docker/base-images/build.sh
# The system's files are kept in $XDG_CACHE_HOME/dts-docker (~/.cache/dts-docker).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)

# As the Dockerfile and compose.yaml name them; Redis, HAProxy and Prometheus in the versions that Debian has.
images=(
  'node node:24.21.0-bookworm-slim'
  'redis redis:7.0.15-bookworm'
  'prometheus prom/prometheus:v2.42.0'
  'alertmanager prom/alertmanager:v0.25.0'
  'haproxy haproxy:2.6.12'
)

arch=$(dpkg --print-architecture)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/dts-docker
system=$cache/debian-bookworm-$arch.tar
node=$(echo "$root"/node_modules/node-linux-*/bin/node)
npm=npm@11.19.1
recipe=$(cat "$here"/{build.sh,Dockerfile} <("$node" --version) | sha256sum | cut -c1-16)

is_there() { [ "$(docker image inspect --format '{{index .Config.Labels "dts.recipe"}}' "$1" 2>/dev/null)" = "$recipe" ]; }

missing=()
for image in "${images[@]}"; do is_there "${image#* }" || missing+=("$image"); done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ ! -e "$system" ]; then
  echo 'Installing a small Debian, once on this machine …'
  mkdir -p "$cache"
  work=$(mktemp -d "$cache/debootstrap.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  debootstrap --variant=minbase --include=ca-certificates bookworm "$work/root" >"$work/log" 2>&1 || { tail -n 20 "$work/log"; exit 1; }
  rm -rf "$work"/root/var/cache/apt/archives/*.deb "$work"/root/var/lib/apt/lists/*
  tar --create --file "$work/system.tar" --directory "$work/root" .
  mv "$work/system.tar" "$system"
fi

context=$(mktemp -d "$cache/context.XXXXXX")
trap 'rm -rf "$context"' EXIT
ln "$system" "$context/system.tar"
cp "$node" "$context/node"
npm install --silent --no-save --prefix "$context" "$npm"
for image in "${missing[@]}"; do
  echo "Building ${image#* } …"
  docker build --quiet --network host --label "dts.recipe=$recipe" --target "${image%% *}" --tag "${image#* }" --file "$here/Dockerfile" "$context"
done
