#!/bin/sh
# Writes a backup of a running Redis's append-only files to standard output, as a tar archive. It runs where they are, and interrupts nobody:
#   sh deploy/redis/backup.sh >backup.tar                      arguments are those of redis-cli, such as -p 6380
#   docker compose exec -T redis sh -s <deploy/redis/backup.sh >backup.tar
# All that was acknowledged before it began is in it. It is whole only when this ends with 0.
set -eu

for secret in /run/secrets/password /run/secrets/redis/password; do
  [ -n "${REDISCLI_AUTH:-}" ] || [ ! -r "$secret" ] || REDISCLI_AUTH=$(cat "$secret")
done
[ -z "${REDISCLI_AUTH:-}" ] || export REDISCLI_AUTH

fail() { echo "backup: $1" >&2; exit 1; }
setting() { redis-cli -e "$@" </dev/null; }
read_setting() { redis-cli -e "$@" </dev/null | tail -n 1; }

[ "$(read_setting "$@" config get appendonly)" = yes ] || fail 'Redis cannot be asked, or has no append-only file (appendonly yes)'
dir=$(read_setting "$@" config get dir)
name=$(read_setting "$@" config get appenddirname)
growth=$(read_setting "$@" config get auto-aof-rewrite-percentage)
[ "$growth" != 0 ] || echo 'backup: auto-aof-rewrite-percentage is 0: was an earlier backup killed? The file is never rewritten.' >&2
[ -d "$dir/$name" ] || fail "$dir/$name is not here: run this where Redis keeps its files"
links=$(mktemp -d "$dir/.backup.XXXXXX")

finish() {
  rm -rf "$links"
  setting "$@" config set auto-aof-rewrite-percentage "$growth" >/dev/null
}
trap 'finish "$@"' EXIT
trap 'exit 1' HUP INT TERM

# While it rewrites, files come and go. Links of one moment stay as they were, so it may do so again while they are read.
setting "$@" config set auto-aof-rewrite-percentage 0 >/dev/null
while setting "$@" info persistence | grep -Eq '^aof_rewrite_(in_progress|scheduled):1'; do sleep 0.2; done
mkdir "$links/$name"
ln "$dir/$name"/* "$links/$name/"
setting "$@" config set auto-aof-rewrite-percentage "$growth" >/dev/null

# The last one grows while it is read, which tar says by ending with 1; Redis drops what is half of a command.
code=0
quiet=
! tar --version 2>/dev/null | grep -q GNU || quiet=--warning=no-file-changed
tar $quiet --create --file - --directory "$links" "$name" || code=$?
[ "$code" -le 1 ] || fail "tar ended with $code"
