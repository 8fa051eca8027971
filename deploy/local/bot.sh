#!/bin/bash
# bot.sh ARGS: the command line for bots (contracts/clients/cli). Built when its sources are not those of the last build, then run as it is.
# Every state of the sources has a folder of its own, so that a build never changes the files of a command that runs.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
folder=contracts/clients/cli
inputs=("$folder" contracts/clients/dotnet Directory.Build.props Directory.Packages.props BannedSymbols.txt global.json .editorconfig)

version() {
  (cd "$root" && find "${inputs[@]}" \( -name bin -o -name obj \) -prune -o -type f ! -name '*.md' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c1-16)
}

builds=$root/$folder/bin/bot
built=$builds/$(version)
if [ ! -f "$built/tradingsystem.dll" ]; then
  mkdir -p "$builds"
  # The second of two terminals waits for the first one's build.
  exec 9>"$builds/lock"
  flock 9
  if [ ! -f "$built/tradingsystem.dll" ]; then
    echo "building the command line …" >&2
    fresh=$built.new
    rm -rf "$fresh"
    # Build servers would outlive us. Whether the code is clean is the tests' question.
    if ! MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 \
      dotnet build "$root/$folder" -c Release -v q -o "$fresh" -p:UseSharedCompilation=false -p:RunAnalyzers=false >"$builds/build.log" 2>&1 9>&-; then
      cat "$builds/build.log" >&2
      echo "error: the command line could not be built" >&2
      exit 1
    fi
    # Older ones may still run; a day later they do not.
    find "$builds" -mindepth 1 -maxdepth 1 -type d -mtime +0 -exec rm -rf {} +
    mv "$fresh" "$built"
  fi
  exec 9>&-
fi
exec dotnet "$built/tradingsystem.dll" bot "$@"
