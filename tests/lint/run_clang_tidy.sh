#!/bin/sh
# Runs clang-tidy with the checks of .clang-tidy over all sources of a clang build folder (default:
# build-sanitize). Takes minutes, so it is no part of the test suite.
set -eu
cd "$(dirname "$0")/../.."
build=${1:-build-sanitize}
run-clang-tidy-14 -quiet -j "$(nproc)" -p "$build" '/(base|tsk_reader|plugin|cli)/.*\.cc$'
