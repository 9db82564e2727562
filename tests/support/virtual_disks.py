"""The kinds of virtual disks that qemu-img makes, and what the reader says of them."""

import json

from tests.support import images
from tests.support.images import run

# name: (extension, qemu's format, options of qemu-img convert, dfVFS's layer)
KINDS = {
    "qcow2 v2": ("qcow2", "qcow2", ["-o", "compat=0.10"], "QCOW"),
    "qcow2 v3": ("qcow2", "qcow2", ["-o", "compat=1.1"], "QCOW"),
    "qcow2, clusters of 512 bytes": ("qcow2", "qcow2", ["-o", "cluster_size=512"], "QCOW"),
    "qcow2, clusters of 4 KiB": ("qcow2", "qcow2", ["-o", "cluster_size=4096"], "QCOW"),
    "qcow2, clusters of 2 MiB": ("qcow2", "qcow2", ["-o", "cluster_size=2M"], "QCOW"),
    "qcow2, zlib": ("qcow2", "qcow2", ["-c"], "QCOW"),
    "qcow2, zlib, 512 bytes": ("qcow2", "qcow2", ["-c", "-o", "cluster_size=512"], "QCOW"),
    "qcow2, zlib, 2 MiB": ("qcow2", "qcow2", ["-c", "-o", "cluster_size=2M"], "QCOW"),
    "qcow2, zstd": ("qcow2", "qcow2", ["-c", "-o", "compression_type=zstd"], "QCOW"),
    "qcow2, lazy refcounts": ("qcow2", "qcow2", ["-o", "lazy_refcounts=on"], "QCOW"),
    "qcow2, subclusters": ("qcow2", "qcow2", ["-o", "extended_l2=on,cluster_size=128k"], "QCOW"),
    "qcow2, subclusters, zstd": ("qcow2", "qcow2", ["-c", "-o",
                                 "extended_l2=on,compression_type=zstd,cluster_size=64k"], "QCOW"),
    "qcow2, preallocated": ("qcow2", "qcow2", ["-o", "preallocation=metadata"], "QCOW"),
    "VMDK monolithicSparse": ("vmdk", "vmdk", ["-o", "subformat=monolithicSparse"], "VMDK"),
    "VMDK zeroed grains": ("vmdk", "vmdk", ["-o", "subformat=monolithicSparse,zeroed_grain=on"],
                           "VMDK"),
    "VMDK monolithicFlat": ("vmdk", "vmdk", ["-o", "subformat=monolithicFlat"], "VMDK"),
    "VMDK twoGbMaxExtentSparse": ("vmdk", "vmdk", ["-o", "subformat=twoGbMaxExtentSparse"], "VMDK"),
    "VMDK twoGbMaxExtentFlat": ("vmdk", "vmdk", ["-o", "subformat=twoGbMaxExtentFlat"], "VMDK"),
    "VMDK streamOptimized": ("vmdk", "vmdk", ["-o", "subformat=streamOptimized"], "VMDK"),
    "VHD dynamic": ("vhd", "vpc", ["-o", "subformat=dynamic,force_size=on"], "VHDI"),
    "VHD fixed": ("vhd", "vpc", ["-o", "subformat=fixed,force_size=on"], "VHDI"),
    "VHDX dynamic": ("vhdx", "vhdx", ["-o", "subformat=dynamic,block_size=1M"], "VHDI"),
    "VHDX fixed": ("vhdx", "vhdx", ["-o", "subformat=fixed"], "VHDI"),
}


def dump(image, folder):
    """All bytes of the disk and what the reader says of it."""
    out = folder / "dump"
    said = json.loads(run(images.LIST_LOGS, image, "--dump", out).decode())
    data = out.read_bytes() if out.exists() else b""
    out.unlink(missing_ok=True)
    return data, said


def silently_wrong(data, said, want):
    """Sectors that differ from `want` beyond what is said to be damaged."""
    data, want = bytearray(data), bytearray(want)
    for begin, end, _ in said["damage"]:
        data[begin:end] = want[begin:end] = bytes(max(0, min(end, len(want)) - begin))
    return [at for at in range(0, len(want), 512) if data[at:at + 512] != want[at:at + 512]]
