#!/bin/bash
# ready-to-run.sh FOLDER: compiles the programs in FOLDER that tests start ahead of time, in place. They are started hundreds of times,
# and two fifths of a start is the just-in-time compiler. Without the compiler's package everything stays as it is, only slower.
# What was compiled is kept under obj/ready-to-run by the hash of what it was made from, for three days after its last use.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
folder=$(realpath "$1")
cache=$(dirname "$folder")/../../obj/ready-to-run
mkdir -p "$cache"
cache=$(realpath "$cache")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The SDK knows which version of its compiler goes with it.
cat >"$work/compiler.csproj" <<'XML'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework>
    <PublishReadyToRun>true</PublishReadyToRun>
    <SelfContained>false</SelfContained>
  </PropertyGroup>
</Project>
XML
rid=$(dotnet --info | sed -n 's/^ *RID: *//p')
compiler=$(cd "$work" && dotnet restore -v q -p:RuntimeIdentifier="$rid" >restore.log 2>&1 &&
  dotnet msbuild compiler.csproj -p:RuntimeIdentifier="$rid" "-t:ResolveFrameworkReferences;ResolveReadyToRunCompilers" -getItem:Crossgen2Tool |
  node -e 'console.log(JSON.parse(require("fs").readFileSync(0, "utf8")).Items.Crossgen2Tool[0].Identity)')
if [ ! -f "${compiler:-}" ]; then
  tail -3 "$work/restore.log"
  echo "the ahead-of-time compiler cannot be had; going on without it"
  exit 0
fi

major=$(sed -n 's/.*<TargetFramework>net\([0-9]*\).*/\1/p' Directory.Build.props)
frameworks=
for kind in NETCore AspNetCore; do
  frameworks+=" $(dotnet --list-runtimes | sed -n "s/^Microsoft\.$kind\.App \($major\.[^ ]*\) \[\(.*\)\]$/\2\/\1/p" | tail -1)"
done
references=()
for framework in $frameworks; do references+=(-r "$framework/"); done
# From a copy: what is compiled beside another assembly must not change under it.
mkdir "$work/il"
cp "$folder"/*.dll "$work/il"
references+=(-r "$work/il/")

hash() { sha256sum <"$1" | cut -c1-32; }

compile() {
  local name=$1 made
  made=$cache/$(hash "$work/il/$name").dll
  if [ ! -f "$made" ]; then
    "$compiler" "$work/il/$name" -o "$work/$name" "${references[@]}" --targetos "${rid%%-*}" --targetarch "${rid##*-}" -O --parallelism 1 >"$work/$name.log" 2>&1 || return
    mv "$work/$name" "$made"
    # What was compiled already is its own result.
    cp "$made" "$cache/$(hash "$made").dll"
  fi
  touch "$made"
  cp "$made" "$folder/$name"
}

# The assemblies that the product, the command line and the emulated exchanges consist of, which are beside the tests too.
for name in $(for project in services/standalone contracts/clients/cli contracts/clients/dotnet/examples tests/TradingSystem.VenueEmulator; do
  find $project/bin/Release/net"$major".0 -maxdepth 1 -name "*.dll" -printf "%f\n"
done | sort -u); do
  [ -f "$work/il/$name" ] || continue
  compile "$name" &
  while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do wait -n; done
done
wait
find "$cache" -name "*.dll" -mtime +3 -delete
