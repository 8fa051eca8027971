#!/bin/bash
# Makes the environment file of docker compose with random secrets, once; ports follow PORT each time.
set -euo pipefail
file=${1:?usage: env.sh FILE}
umask 077
folder=$(dirname "$file")
mkdir -p "$folder"
# It holds every secret; a folder that is everybody's is not to be taken from them.
[ ! -k "$folder" ] || { echo "DATA_DIR must be a folder of its own, $folder is everybody's" >&2; exit 1; }
chmod 700 "$folder"
random() { head -c 48 /dev/urandom | base64 | tr -dc 'A-Za-z0-9' | cut -c "1-$1"; }
known() { [ -f "$file" ] && sed -n "s/^$1=//p" "$file" | tail -1 || true; }
keep() { local value; value=$(known "$1"); printf '%s=%s\n' "$1" "${value:-$2}"; }
port=${PORT:-8000}
{
  keep JWT_KEY "$(random 48)"
  keep ADMIN_USERNAME admin
  keep ADMIN_PASSWORD "$(random 16)"
  keep POSTGRES_PASSWORD "$(random 32)"
  keep RABBITMQ_PASSWORD "$(random 32)"
  keep EXECUTION_KEY "$(head -c 32 /dev/urandom | base64)"
  printf 'GATEWAY_PORT=%s\nDASHBOARD_PORT=%s\nMARKET=%s\n' "$port" "$((port + 1))" "${MARKET:-auto}"
} >"$file.tmp"
mv "$file.tmp" "$file"
