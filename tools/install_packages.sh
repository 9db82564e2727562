#!/bin/sh
# Installs what Debian 12 needs to build pidometer: `--demo` for the program alone, `--test` for the
# test suite too. Says nothing and asks for nothing where all is there.
set -eu

# meson and ninja build; the rest are the libraries of the rooms. tzdata: --timezone takes names.
demo="g++ meson ninja-build pkgconf libtsk-dev libewf-dev libext2fs-dev comerr-dev libssl-dev zlib1g-dev
  liblzma-dev libbz2-dev libzstd-dev liblz4-dev liblzo2-dev libarchive-dev libseccomp-dev libfmt-dev libcli11-dev nlohmann-json3-dev libexpected-dev libboost-dev libcsv-dev
  libjs-dygraphs tzdata"
# The second compiler with its sanitizers, the linters, and the makers of test images.
test="$demo libgtest-dev libgmock-dev clang-14 libclang-rt-14-dev clang-format-14 clang-tidy-14 python3
  python3-jsonschema e2fsprogs ewf-tools sleuthkit gdisk fdisk dosfstools mtools ntfs-3g
  genisoimage xfsprogs lvm2 mdadm btrfs-progs qemu-utils grub-common f2fs-tools reiserfsprogs jfsutils
  cryptsetup-bin gddrescue systemd-journal-remote zip unzip xz-utils zstd bzip2 gzip mawk
  chromium chromium-driver python3-selenium poppler-utils man-db mandoc zsh fish debhelper dpkg-dev python3-yaml"
# What the worker in integrations/openrelik runs on, and the recipes of docs/fleets.md. Their tests are skipped where
# this cannot be had; of parallel they have a stand-in.
optional="redis-server python3-celery python3-redis jq parallel"

case "${1:---test}" in
  --demo) wanted=$demo optional= ;;
  --test) wanted=$test ;;
  *) echo "usage: $0 [--demo|--test]" >&2; exit 2 ;;
esac

# missing_of PACKAGE...: those that are not installed.
missing_of() {
  for package; do
    status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
    [ "$status" = "install ok installed" ] || printf ' %s' "$package"
  done
}
missing=$(missing_of $wanted)
optional=$(missing_of $optional)
[ -n "$missing$optional" ] || exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || {
    [ -n "$missing" ] || { echo "warning: not root, no sudo; tests are skipped for want of:$optional" >&2; exit 0; }
    echo "error: not root, no sudo; please install:$missing$optional" >&2
    exit 1
  }
  as_root="sudo"
fi
echo "installing:$missing$optional"
# A list that cannot be refreshed may still be good enough.
$as_root apt-get update -qq || echo "warning: the package lists could not be refreshed" >&2
install() {
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}
[ -z "$missing" ] || install $missing
[ -z "$optional" ] || install $optional ||
  echo "warning: these could not be installed, and tests that need them are skipped:$optional" >&2
