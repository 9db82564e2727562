#!/bin/sh
# Makes redhat62.ext2.raw and redhat62.E01 in the folder given (default: this one) out of
# cron_log_2001.py. The raw image comes out the same byte for byte; an E01 holds the time of its
# making. Needs e2fsprogs and ewf-tools. Nothing is mounted, no root.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$(cd "${1:-$here}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
PATH=$PATH:/usr/sbin:/sbin

python3 "$here/cron_log_2001.py" >"$work/cron"

# 2000-11-08 22:10:01 at UTC-6: when the last record was written.
E2FSPROGS_FAKE_TIME=973743001
export E2FSPROGS_FAKE_TIME
image=$work/redhat62.ext2.raw
# As mke2fs of Red Hat 6.2 made them: 1 KiB blocks, inodes of 128 bytes, no journal.
mke2fs -q -F -t ext2 -b 1024 -I 128 -N 64 -m 0 -O none,filetype,sparse_super \
  -U 20001108-0850-4000-8000-000000000842 -E nodiscard,root_owner=0:0,hash_seed=20001108-0850-4000-8000-000000000842 -L /var \
  "$image" 1024 >/dev/null 2>&1
# debugfs writes as the user that runs it: owner and mode are set afterwards.
debugfs -w -f /dev/stdin "$image" >/dev/null 2>"$work/errors" <<EOF
mkdir /var
mkdir /var/log
write $work/cron /var/log/cron
sif /var/log/cron mode 0100600
sif /var/log/cron uid 0
sif /var/log/cron gid 0
sif /var/log/cron mtime @973743001
sif /var/log/cron ctime @973743001
sif /var/log/cron atime @973743001
EOF
if grep -v '^debugfs ' "$work/errors"; then exit 1; fi
e2fsck -fn "$image" >/dev/null 2>&1 || { echo "the image is not clean" >&2; exit 1; }

rm -f "$out"/redhat62.E*
ewfacquire -u -q -t "$work/redhat62" -f encase6 -c deflate:best -m fixed -M logical \
  -C pidometer -D "rebuilt from published numbers" -E redhat62 -e pidometer -N "" "$image" >/dev/null 2>&1
cp "$image" "$work/redhat62.E01" "$out"
(cd "$out" && sha256sum redhat62.ext2.raw redhat62.E01)
