#!/bin/sh
# Makes up what is missing of the secrets in .data of the checkout, and leaves what is there. Containers read theirs as group 10001;
# the tools of this checkout (npm run workers, npm run produce, npm run dts) find .data/api-key and .data/redis-url.
set -eu
umask 077
data=/checkout/.data
owner=$(stat -c %u:%g /checkout)
services=10001
redis_port=${REDIS_PORT:-6379}

# Letters, digits, "-" and "_".
random() { head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=\n'; }

# write <file> <owner:group> <mode>, from standard input; readers see all of it or nothing.
write() {
  cat >"$1.new"
  chmod "$3" "$1.new"
  chown "$2" "$1.new"
  mv "$1.new" "$1"
}
keep() { [ -s "$1" ] || random | write "$@"; }

mkdir -p "$data"
chmod 700 "$data"
chown "$owner" "$data"
for folder in "$data/compose" "$data/compose/redis" "$data/compose/api" "$data/compose/grafana"; do
  mkdir -p "$folder"
  chmod 750 "$folder"
  chown "${owner%:*}:$services" "$folder"
done

of_services="${owner%:*}:$services"
cd "$data/compose"
keep redis/password "$of_services" 640
password=$(cat redis/password)
echo "requirepass $password" | write redis/redis.conf "$of_services" 640
echo "redis://:$password@redis:6379" | write redis/url "$of_services" 640
echo "redis://:$password@127.0.0.1:$redis_port" | write "$data/redis-url" "$owner" 600

[ -s "$data/api-key" ] || echo "dts_$(random)" | write "$data/api-key" "$owner" 600
if [ ! -s api/keys.json ]; then
  hash=$(tr -d '\n' <"$data/api-key" | sha256sum | cut -d ' ' -f 1)
  scopes='"jobs:submit","jobs:read","jobs:cancel","schedules:write","workers:lease","ops:read","ops:write"'
  echo "[{\"id\":\"local\",\"hash\":\"$hash\",\"scopes\":[$scopes],\"tenant\":\"default\"}]" | write api/keys.json "$of_services" 640
fi
keep api/session-secret "$of_services" 640
keep grafana/admin-password "$of_services" 640
