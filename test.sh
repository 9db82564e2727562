#!/bin/sh
# Installs, builds with g++ and runs every suite; then the same with clang under the address and
# undefined behaviour sanitizers. The last line counts the test cases of both passes.
set -eu
cd "$(dirname "$0")"

echo "== packages"
tools/install_packages.sh --test

# pass FOLDER: builds and tests there; a failed suite does not keep the other pass from running.
failed=0
pass() {
  # What does not build is counted as failed below: its folder has no results.
  rm -rf "$1"/meson-logs/testlog*
  ninja -C "$1" --quiet || { failed=1; return; }
  # A suite that crashes leaves no results: old ones must not stand in for them.
  rm -f "$1"/*.xml
  meson test -C "$1" --no-rebuild --print-errorlogs || failed=1
}

echo "== g++, release"
if [ -f build/build.ninja ]; then
  meson configure build -Dtests=true -Dbuildtype=release
else
  CC=gcc CXX=g++ meson setup build --buildtype=release >/dev/null
fi
pass build

echo "== clang++, address and undefined behaviour sanitizers"
[ -f build-sanitize/build.ninja ] ||
  CC=clang-14 CXX=clang++-14 meson setup build-sanitize --buildtype=debugoptimized \
    -Db_sanitize=address,undefined -Db_lundef=false -Doptimization=1 >/dev/null
export ASAN_OPTIONS="${ASAN_OPTIONS:-detect_leaks=1:halt_on_error=1}"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-halt_on_error=1:print_stacktrace=1}"
pass build-sanitize

python3 tests/support/count_results.py build/meson-logs build-sanitize/meson-logs || failed=1
exit "$failed"
