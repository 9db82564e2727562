#!/bin/sh
# Builds the Debian packages of this tree as it stands, without a network:
#   tools/build_deb.sh [FOLDER]     FOLDER (default build-deb) gets the .deb files
# Needs debhelper and what debian/control names; tools/install_packages.sh --package installs them.
# A second run in the same folder is quick where ccache is installed.
set -eu
cd "$(dirname "$0")/.."
mkdir -p "${1:-build-deb}"
out=$(cd "${1:-build-deb}" && pwd)

version=$(dpkg-parsechangelog -S Version)
tree="$out/pidometer-$version"
rm -rf "$tree"
mkdir "$tree"
# What git knows and what is new; a tree without git is taken whole but for its build folders.
if git rev-parse --git-dir >/dev/null 2>&1; then
  git ls-files -co --exclude-standard -z | xargs -0 sh -c 'for f; do [ ! -e "$f" ] || printf "%s\0" "$f"; done' sh |
    tar --null -T - -cf - | tar -xf - -C "$tree"
else
  tar --exclude='./build*' --exclude="./$(basename "$out")" -cf - . | tar -xf - -C "$tree"
fi

# The project's version is meson's; a package of another would lie.
meson_version=$(sed -n "s/^ *version: '\([^']*\)',/\1/p" "$tree/meson.build" | head -1)
[ "$meson_version" = "$version" ] || {
  echo "error: meson.build says $meson_version and debian/changelog $version" >&2; exit 1; }

rm -f "$out"/*.deb
cd "$tree"
[ ! -d /usr/lib/ccache ] || export PATH="/usr/lib/ccache:$PATH"
# debhelper gives programs a home of their own; the cache is the user's.
export CCACHE_DIR="${CCACHE_DIR:-$(ccache -k cache_dir 2>/dev/null || echo "$HOME/.cache/ccache")}"
# Another compiler than Debian's would be in the environment of a developer only.
unset CC CXX CFLAGS CXXFLAGS LDFLAGS 2>/dev/null || true
if [ -z "${DEB_BUILD_OPTIONS:-}" ]; then
  # No packages of debugging symbols, hence no symbols: they double the time.
  export DEB_BUILD_OPTIONS="nocheck noautodbgsym parallel=2" DEB_CXXFLAGS_STRIP=-g
fi
dpkg-buildpackage -b -us -uc -rfakeroot >"$out/build.log" 2>&1 || {
  tail -40 "$out/build.log" >&2; echo "error: the packages do not build; see $out/build.log" >&2; exit 1; }
cd "$out"
rm -rf "$tree"
ls ./*.deb
