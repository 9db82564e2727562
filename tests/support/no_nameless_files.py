"""A file system without nameless files (O_TMPFILE), as NFS and FUSE are, for the programs of a test."""

import ctypes
import errno
import platform

PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, SECCOMP_MODE_FILTER = 22, 38, 2
OPENAT = {"x86_64": 257, "aarch64": 56}
O_TMPFILE = 0o20000000  # the bit that is its alone
LOAD, EQUAL, ANY_BIT, RETURN = 0x20, 0x15, 0x45, 0x06  # BPF_LD|W|ABS, JMP|JEQ|K, JMP|JSET|K, RET|K
ALLOW, ERRNO = 0x7fff0000, 0x00050000
NUMBER_AT, FLAGS_AT = 0, 32  # in struct seccomp_data: nr, the low half of args[2]


class _Filter(ctypes.Structure):
    _fields_ = [("code", ctypes.c_ushort), ("jt", ctypes.c_ubyte), ("jf", ctypes.c_ubyte), ("k", ctypes.c_uint)]


class _Program(ctypes.Structure):
    _fields_ = [("len", ctypes.c_ushort), ("filter", ctypes.POINTER(_Filter))]


def supported():
    return platform.machine() in OPENAT


def forbid():
    """For `preexec_fn`: openat() with O_TMPFILE fails from now on, as where the file system has no such files."""
    steps = [(LOAD, 0, 0, NUMBER_AT), (EQUAL, 0, 3, OPENAT[platform.machine()]), (LOAD, 0, 0, FLAGS_AT),
             (ANY_BIT, 0, 1, O_TMPFILE), (RETURN, 0, 0, ERRNO | errno.EOPNOTSUPP), (RETURN, 0, 0, ALLOW)]
    program = _Program(len(steps), (_Filter * len(steps))(*steps))
    libc = ctypes.CDLL(None, use_errno=True)
    for arguments in ((PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program))):
        if libc.prctl(*arguments) != 0:
            raise OSError(ctypes.get_errno(), "prctl")
