#!/bin/sh
# Builds the Debian packages of this tree as it stands, without a network:
#   tools/build_deb.sh [--built BUILD] [FOLDER]     FOLDER (default build-deb) gets the .deb files
# --built packs what meson has built in BUILD, in seconds: for tests of the packages; what is to be
# given away is compiled with Debian's own flags, in ten minutes, or less where ccache has it.
# Needs debhelper and what debian/control names; tools/install_packages.sh --test installs them.
set -eu
cd "$(dirname "$0")/.."
if [ "${1:-}" = --built ]; then
  PIDOMETER_BUILT=$(cd "$2" && pwd)
  export PIDOMETER_BUILT
  shift 2
fi
mkdir -p "${1:-build-deb}"
out=$(cd "${1:-build-deb}" && pwd)

version=$(dpkg-parsechangelog -S Version)
# The project's version is meson's; a package of another would lie.
meson_version=$(sed -n "s/^ *version: '\([^']*\)',/\1/p" meson.build | head -1)
[ "$meson_version" = "$version" ] || {
  echo "error: meson.build says $meson_version and debian/changelog $version" >&2; exit 1; }

tree="$out/pidometer-$version"
rm -rf "$tree" "$out"/pidometer_*.deb "$out"/libpidometer0_*.deb "$out"/libpidometer-dev_*.deb
mkdir "$tree"
# What git knows and what is new; a tree without git is taken whole but for its build folders.
if git rev-parse --git-dir >/dev/null 2>&1; then
  git ls-files -co --exclude-standard -z |
    xargs -0 sh -c 'for file; do [ ! -e "$file" ] || printf "%s\0" "$file"; done' sh |
    tar --null -T - -cf - | tar -xf - -C "$tree"
else
  tar --exclude='./build*' --exclude="./$(basename "$out")" -cf - . | tar -xf - -C "$tree"
fi

# Another compiler than Debian's would be in the environment of a developer only.
unset CC CXX CFLAGS CXXFLAGS LDFLAGS 2>/dev/null || true
if command -v ccache >/dev/null; then
  # debhelper gives programs a home of their own; the cache and its settings are the user's.
  CCACHE_DIR=$(ccache -k cache_dir)
  settings="${XDG_CONFIG_HOME:-$HOME/.config}/ccache/ccache.conf"
  [ ! -f "$settings" ] || export CCACHE_CONFIGPATH="$settings"
  CC="ccache gcc" CXX="ccache g++"
  export CCACHE_DIR CC CXX
fi
# No packages of debugging symbols, hence no symbols: they double the time. No path of this folder
# among the options, so that the cache serves any folder.
export DEB_BUILD_OPTIONS="${DEB_BUILD_OPTIONS:-nocheck noautodbgsym parallel=2 reproducible=-fixfilepath}"
export DEB_CXXFLAGS_STRIP="${DEB_CXXFLAGS_STRIP:--g}"
cd "$tree"
dpkg-buildpackage -b -us -uc >"$out/build.log" 2>&1 || {
  tail -40 "$out/build.log" >&2
  echo "error: the packages do not build; see $out/build.log" >&2
  exit 1
}
cd "$out"
rm -rf "$tree"
ls ./*.deb
