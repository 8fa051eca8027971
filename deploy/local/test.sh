#!/bin/bash
# make test: installs what is missing, builds everything, runs every test, ends with "N passed, N failed".
# FILTER narrows the .NET tests (a dotnet test filter expression). TEST_SERVERS=containers takes PostgreSQL and RabbitMQ from a Docker engine.
set -uo pipefail
exec </dev/null
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

results=$(mktemp -d)
# Every process started from here inherits this mark; it tells ours from anybody else's at the end.
export TRADINGSYSTEM_TEST_RUN="run-$$-$(date +%s%N)"
# The compiler stays from one project to the next, whatever the environment says: a build of 220 s takes 65. It ends with the run, by the mark.
unset UseSharedCompilation
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0
passed=0
failed=0
declare -A parts=()

say() { printf '\n[%4d s] %s\n' "$SECONDS" "$*"; }
fail() { say "FAILED: $*"; failed=$((failed + 1)); }

ours() {
  local dir pid
  for dir in /proc/[0-9]*; do
    pid=${dir#/proc/}
    [ "$pid" = "$$" ] || [ "$pid" = "$BASHPID" ] && continue
    tr '\0' '\n' <"$dir/environ" 2>/dev/null | grep -qxF "TRADINGSYSTEM_TEST_RUN=$TRADINGSYSTEM_TEST_RUN" && echo "$pid"
  done 2>/dev/null
}

clean() {
  local pid signal
  # A part goes on with its next command when the one that runs is ended.
  for pid in "${parts[@]}"; do kill -KILL "$pid" 2>/dev/null; done
  for signal in TERM KILL; do
    for pid in $(ours); do kill -"$signal" "$pid" 2>/dev/null; done
    [ "$signal" = KILL ] || { for _ in 1 2 3 4 5 6 7 8 9 10; do [ -z "$(ours)" ] && break; sleep 0.3; done; }
  done
  rm -rf "$results"
}

# Names what failed once more at the end, where the reader of a long log looks first.
summary() {
  local reports=("$results"/*.trx)
  [ -f "${reports[0]}" ] && node deploy/local/failed-tests.mjs "${reports[@]}"
}

finish() {
  trap - EXIT INT TERM
  summary
  clean
  printf '\n%d passed, %d failed\n' "$passed" "$failed"
  # A bare exit in a trap would give the status from before the trap.
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ] && exit 0
  exit 1
}
trap finish EXIT
trap 'fail "interrupted"; finish' INT TERM

# --- what it needs -----------------------------------------------------------------------------
missing=()
if [ "${TEST_SERVERS:-system}" != containers ]; then
  [ -n "$(ls -d /usr/lib/postgresql/*/bin/postgres 2>/dev/null)" ] || missing+=(postgresql)
  [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || missing+=(rabbitmq-server)
fi
[ -x /usr/bin/chromium ] || missing+=(chromium)
[ -x /usr/sbin/nginx ] || missing+=(nginx)
/usr/bin/python3 -c 'import websockets' 2>/dev/null || missing+=(python3-websockets)
/usr/bin/python3 -c 'import ensurepip' 2>/dev/null || missing+=(python3-venv)
/usr/bin/python3 -c 'import loguru' 2>/dev/null || missing+=(python3-loguru)
if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "installing ${missing[*]} …"
    deploy/local/apt-install.sh "${missing[@]}" >"$results/apt.log" 2>&1 || { tail -20 "$results/apt.log"; fail "apt-get install ${missing[*]}"; exit 1; }
  else
    fail "missing: ${missing[*]}; install with: sudo apt-get install ${missing[*]}"
    exit 1
  fi
fi

# --- parts that run beside others ------------------------------------------------------------------
# What a part prints is shown when it is waited for, in one piece; what it counts is added then.
begin() { ("$@") >"$results/$1.out" 2>&1 & parts[$1]=$!; }

# Within a part.
count() { echo "$1 $2" >>"$results/$part.counts"; }
miss() { echo "FAILED: $*"; count 0 1; }
quietly() { "$@" >"$results/$part.log" 2>&1 || { tail -40 "$results/$part.log"; return 1; }; }

join() {
  local p f
  wait "${parts[$1]}" || echo "0 1" >>"$results/$1.counts"
  unset "parts[$1]"
  say "$1:"
  cat "$results/$1.out"
  [ -f "$results/$1.counts" ] || return 0
  while read -r p f; do passed=$((passed + p)) failed=$((failed + f)); done <"$results/$1.counts"
}

web=services/dashboard/web

packages() {
  local part=packages folder
  for folder in deploy/local tests/contract-check contracts/clients/typescript; do
    quietly npm --prefix $folder ci --no-audit --no-fund || miss "npm ci in $folder"
  done
  quietly npm --prefix contracts/clients/typescript run --silent build || miss "build of the TypeScript SDK"
  echo "packages of make run, of the contract check and of the TypeScript SDK, and the SDK's build: $SECONDS s after the start"
}

page_tests() {
  local part=page_tests code=0 p f counts
  (cd $web && npm run --silent lint --if-present) || miss "lint of the page"
  (cd $web && npx --no-install vitest run --reporter=default --reporter=json --outputFile="$results/vitest.json") || code=$?
  counts=$(node -e 'const r=JSON.parse(require("fs").readFileSync(process.argv[1]));console.log(r.numPassedTests,r.numFailedTests)' "$results/vitest.json" 2>/dev/null)
  read -r p f <<<"${counts:-0 0}"
  count "$p" "$f"
  [ $code -eq 0 ] || [ "$f" -gt 0 ] || miss "vitest"
}

ahead_of_time() {
  deploy/local/ready-to-run.sh tests/TradingSystem.IntegrationTests/bin/Release/net10.0
}

# One project's tests.
dotnet_tests() {
  local project=$1 code=0 counters p f=0 n kind
  say "$project …"
  timeout --kill-after=20 "${TEST_TIMEOUT:-70m}" dotnet test "tests/$project" -c Release --no-build --results-directory "$results" \
    --logger "trx;LogFileName=$project.trx" --logger "console;verbosity=normal" ${FILTER:+--filter "$FILTER"} || code=$?
  counters=$(grep -o '<Counters [^>]*>' "$results/$project.trx" 2>/dev/null | tail -1)
  of() { sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$counters"; }
  p=$(of passed)
  for kind in failed error timeout aborted; do n=$(of $kind); f=$((f + ${n:-0})); done
  passed=$((passed + ${p:-0})) failed=$((failed + f))
  [ $code -eq 0 ] || [ "$f" -gt 0 ] || fail "$project ended with exit code $code"
}

# --- packages, page, build -----------------------------------------------------------------------
say "npm ci (page; others beside it), dotnet restore …"
begin packages
dotnet restore TradingSystem.sln --locked-mode -v q &
restore=$!
# The page first: its build is copied beside the product's.
if (cd $web && npm ci --no-audit --no-fund) >"$results/npm.log" 2>&1; then
  say "page: build; its lint and unit tests beside what follows …"
  (cd $web && npm run --silent build) >"$results/web.log" 2>&1 || { tail -40 "$results/web.log"; fail "build of the page"; }
  begin page_tests
else
  tail -20 "$results/npm.log"
  fail "npm ci of the page"
fi
wait $restore || { fail "dotnet restore"; exit 1; }
say "dotnet build …"
dotnet build TradingSystem.sln -c Release --no-restore -v q || { fail "dotnet build"; exit 1; }
[ -z "${parts[page_tests]:-}" ] || join page_tests
join packages

# --- .NET tests ----------------------------------------------------------------------------------
# What the integration tests start is compiled ahead of time while the unit tests run.
begin ahead_of_time
dotnet_tests TradingSystem.Tests
join ahead_of_time
dotnet_tests TradingSystem.IntegrationTests

# --- as the READMEs say it ---------------------------------------------------------------------------
if [ -z "${FILTER:-}" ]; then
  say "from a clone to the first fill …"
  timeout --kill-after=60 25m node deploy/local/first-fill.mjs | tee "$results/first-fill.log"
  read -r p f <<<"$(sed -n 's/^first fill: \([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$results/first-fill.log")"
  [ -n "${p:-}" ] || fail "first-fill said nothing"
  passed=$((passed + ${p:-0})) failed=$((failed + ${f:-0}))
fi
exit 0
