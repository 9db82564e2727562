#!/bin/sh
# Builds the Debian packages of this tree as it stands, without a network:
#   tools/build_deb.sh [--quick] [FOLDER]     FOLDER (default build-deb) gets the .deb files
# --quick compiles with the flags of ./test.sh, whose cache then serves (ccache): for looking at the
# packages, not for giving them away. Needs debhelper and what debian/control names;
# tools/install_packages.sh --test installs them.
set -eu
cd "$(dirname "$0")/.."
quick=
if [ "${1:-}" = --quick ]; then quick=" pidometer-quick"; shift; fi
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
# Another compiler than Debian's would be in the environment of a developer only.
unset CFLAGS CXXFLAGS LDFLAGS 2>/dev/null || true
if command -v ccache >/dev/null; then
  # debhelper gives programs a home of their own; the cache is the user's.
  CCACHE_DIR=$(ccache -k cache_dir)
  CC="ccache gcc" CXX="ccache g++"
  export CCACHE_DIR CC CXX
else
  unset CC CXX 2>/dev/null || true
fi
# No packages of debugging symbols, hence no symbols: they double the time. No path of this folder
# among the options, so that the cache serves any folder.
export DEB_BUILD_OPTIONS="${DEB_BUILD_OPTIONS:-nocheck noautodbgsym parallel=2 reproducible=-fixfilepath}$quick"
export DEB_CXXFLAGS_STRIP="${DEB_CXXFLAGS_STRIP:--g}"
dpkg-buildpackage -b -us -uc -rfakeroot >"$out/build.log" 2>&1 || {
  tail -40 "$out/build.log" >&2; echo "error: the packages do not build; see $out/build.log" >&2; exit 1; }
cd "$out"
rm -rf "$tree"
ls ./*.deb
