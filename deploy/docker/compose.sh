#!/bin/bash
# usage: compose.sh up | down | ARGUMENTS OF COMPOSE   with the generated environment file
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
data=${DATA_DIR:-.data}
env=$data/compose.env
if docker compose version >/dev/null 2>&1; then compose=(docker compose)
elif command -v docker-compose >/dev/null; then compose=(docker-compose)
else echo "docker with compose is needed (or: make up-local, which needs no containers)" >&2; exit 1; fi
compose+=(-p trading-system --env-file "$env" -f docker-compose.yml)
deploy/docker/env.sh "$env"
case ${1:-up} in
  up)
    "${compose[@]}" up -d --build
    . "$env"
    echo "waiting for the dashboard on port $DASHBOARD_PORT …"
    for _ in $(seq 1 120); do
      (exec 3<>"/dev/tcp/127.0.0.1/$DASHBOARD_PORT" && printf 'GET /readyz HTTP/1.0\r\n\r\n' >&3 && head -1 <&3 | grep -q ' 200') 2>/dev/null && break
      sleep 1
    done
    if command -v node >/dev/null; then
      URL_BASE=http://127.0.0.1:$DASHBOARD_PORT WS_URL=ws://127.0.0.1:$GATEWAY_PORT/ws/events ADMIN_USERNAME=$ADMIN_USERNAME ADMIN_PASSWORD=$ADMIN_PASSWORD \
        DEMO_FILE=$data/demo.json DEMO_GROUPS=${DEMO_GROUPS:-1} DEMO_TRIGGERS=${DEMO_TRIGGERS:-1} node deploy/local/seed-demo.mjs
      echo "tokens: $data/demo.json"
    fi
    printf 'Ready: http://127.0.0.1:%s\n  login %s / %s\n' "$DASHBOARD_PORT" "$ADMIN_USERNAME" "$ADMIN_PASSWORD"
    ;;
  down) "${compose[@]}" down --remove-orphans ;;
  *) "${compose[@]}" "$@" ;;
esac
