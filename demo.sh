#!/bin/sh
# Installs, builds and runs the main job on the bundled evidence. Quick the second time.
set -eu
cd "$(dirname "$0")"

echo "== packages"
tools/install_packages.sh --demo

echo "== build (release)"
[ -f build/build.ninja ] || CC=gcc CXX=g++ meson setup build --buildtype=release -Dtests=false >/dev/null
ninja -C build --quiet cli/pidometer

pidometer=build/cli/pidometer
image=testdata/redhat62.E01
mkdir -p demo
echo "== evidence: $image, a cron log of November 2000 rebuilt from published numbers (testdata/README.md)"
echo "== $pidometer scan --timezone America/Chicago --format text $image"
"$pidometer" scan --timezone America/Chicago --format text "$image"
"$pidometer" scan --quiet --timezone America/Chicago -o demo/findings.jsonl --summary demo/summary.json --force "$image"

cat <<END
== done
The number in brackets is how many more PIDs were handed out after that record than the schedule explains;
an activity sums up those that belong together.
  demo/findings.jsonl   the same findings, one JSON object a line, for Timesketch or beside Plaso's rows
  demo/summary.json     what was read, with hashes, coverage and warnings
  $pidometer scan IMAGE   the same for your own image
END
