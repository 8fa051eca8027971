#!/bin/bash
# usage: compose.sh up | down [-v] | ARGUMENTS OF COMPOSE   with the generated environment file
# BUILD=no starts the image trading-system:local as it is; down -v removes the data too.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
data=${DATA_DIR:-.data}
env=$data/compose.env
if docker compose version >/dev/null 2>&1; then compose=(docker compose)
elif command -v docker-compose >/dev/null; then compose=(docker-compose)
else echo "docker with compose is needed (or: make up-local, which needs no containers)" >&2; exit 1; fi
compose+=(-p trading-system --env-file "$env" -f docker-compose.yml)
if [ "${1:-up}" = up ] && [ ! -f "$env" ] && docker volume inspect trading-system_postgres >/dev/null 2>&1; then
  echo "the volumes of an earlier run have passwords that were in another $env; bring it back, or remove the data: deploy/docker/compose.sh down -v" >&2
  exit 1
fi
deploy/docker/env.sh "$env"

# Containers that do not report healthy yet; compose 1.29 has no "up --wait".
waiting() {
  docker inspect -f '{{with .State.Health}}{{if ne .Status "healthy"}}{{$.Name}} is {{.Status}}{{end}}{{end}}' $("${compose[@]}" ps -aq) | grep .
}

case ${1:-up} in
  up)
    [ "${BUILD:-yes}" = no ] || "${compose[@]}" build migrate
    "${compose[@]}" up -d --no-build || { "${compose[@]}" logs --no-color --tail=40 migrate >&2; exit 1; }
    echo "waiting until every container is healthy …"
    until=$((SECONDS + 120))
    while [ -n "$(waiting)" ]; do
      [ "$SECONDS" -lt "$until" ] || { echo "not healthy after 120 s:" >&2; waiting >&2; echo "logs: deploy/docker/compose.sh logs SERVICE" >&2; exit 1; }
      sleep 1
    done
    . "$env"
    if command -v node >/dev/null; then
      URL_BASE=http://127.0.0.1:$DASHBOARD_PORT WS_URL=ws://127.0.0.1:$GATEWAY_PORT/ws/events ADMIN_USERNAME=$ADMIN_USERNAME ADMIN_PASSWORD=$ADMIN_PASSWORD \
        DEMO_FILE=$data/demo.json DEMO_GROUPS=${DEMO_GROUPS:-1} DEMO_TRIGGERS=${DEMO_TRIGGERS:-1} node deploy/local/seed-demo.mjs
      echo "tokens: $data/demo.json"
    fi
    printf 'Ready: http://127.0.0.1:%s\n' "$DASHBOARD_PORT"
    # Secrets go to a terminal only.
    if [ -t 1 ]; then printf '  login %s / %s\n' "$ADMIN_USERNAME" "$ADMIN_PASSWORD"; else printf '  the login is in %s\n' "$env"; fi
    ;;
  down) shift; "${compose[@]}" down --remove-orphans "$@" ;;
  *) "${compose[@]}" "$@" ;;
esac
