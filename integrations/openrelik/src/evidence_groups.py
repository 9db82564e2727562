"""Input files of a task -> groups, each of which is one image, log or archive and one call of the program.

Files arrive under uuid names, in any order. What belongs together is read from the files: E01 segments by the
set identifier and the segment number in their headers, extents by the VMDK descriptor that names them. Parts of
a split raw image carry nothing of the kind: their display names tell. The program gets links that bear the
display names, and orders and checks the parts of a group itself.
"""

import dataclasses
import pathlib
import re
import struct

EWF_SIGNATURE = b"EVF\x09\x0d\x0a\xff\x00"
EWF_FILE_HEADER = 13  # bytes: signature, 1, segment number (16 bits, little endian), 0
EWF_SECTION = struct.Struct("<16sQQ")  # type, offset of the next section, size; padding and checksum follow
EWF_SECTION_BYTES = 76
# Of the data of a volume, disk or data section: chunks, their size in sectors, bytes of a sector, sectors.
EWF_GEOMETRY, EWF_IDENTIFIER = slice(4, 24), slice(64, 80)
# Two or three header sections stand before the volume's; more than these is no chain.
EWF_MAX_SECTIONS = 16
EWF_NAME = re.compile(r"(?P<stem>.+)\.[eE](?P<number>\d\d|[a-zA-Z]{2})")

SPLIT_NAME = re.compile(r"(?P<stem>.+)\.(?P<number>\d{3,4})")
VMDK_DESCRIPTOR = b"# Disk DescriptorFile"
VMDK_EXTENT = re.compile(rb'^\s*(?:RW|RDONLY|NOACCESS)\s+\d+\s+\w+\s+"([^"\r\n]+)"', re.MULTILINE)
DDRESCUE_MAP = b"# Mapfile. Created by GNU ddrescue"
# A descriptor is a few lines; a disk of two terabytes in extents of 2 GB has a thousand.
MAX_TEXT = 256 * 1024


@dataclasses.dataclass(frozen=True)
class EvidenceFile:
    path: str
    name: str  # as the user knows it
    head: bytes  # its first bytes, MAX_TEXT at most; empty where it cannot be read


@dataclasses.dataclass
class EvidenceGroup:
    files: list  # of EvidenceFile, in the order of their parts

    @property
    def name(self):
        return self.files[0].name


def plain_name(name, path):
    """A display name as a file's name: no folders, no control characters, and never an option."""
    base = re.sub(r"[\x00-\x1f\x7f/\\]", "_", pathlib.PurePosixPath(name or "").name)
    base = base.encode("utf-8", "replace")[:200].decode("utf-8", "ignore")
    if base in ("", ".", ".."):
        base = pathlib.PurePosixPath(path).name or "evidence"
    return f"_{base}" if base.startswith("-") else base


def read_head(path):
    # What cannot be read is left to the program: it says what is wrong, and how to mend it.
    try:
        with open(path, "rb") as stream:
            return stream.read(MAX_TEXT)
    except OSError:
        return b""


def ewf_number_of_name(name):
    """The segment number that `disk.E01` or `disk.EAA` stands for; None for other names."""
    found = EWF_NAME.fullmatch(name)
    if found is None:
        return None
    digits = found["number"].upper()
    if digits.isdigit():
        return int(digits)
    return 100 + (ord(digits[0]) - ord("A")) * 26 + ord(digits[1]) - ord("A")


def ewf_set(file):
    """What all segments of one image repeat: (geometry, set identifier), as bytes; None where it is not found.

    The identifier is all zeros where the acquiring tool made none.
    """
    at = EWF_FILE_HEADER
    try:
        with open(file.path, "rb") as stream:
            for _ in range(EWF_MAX_SECTIONS):
                stream.seek(at)
                kind, following, _ = EWF_SECTION.unpack(stream.read(EWF_SECTION.size))
                if kind.rstrip(b"\0") in (b"volume", b"disk", b"data"):
                    stream.seek(at + EWF_SECTION_BYTES)
                    data = stream.read(EWF_IDENTIFIER.stop)
                    return (data[EWF_GEOMETRY], data[EWF_IDENTIFIER]) if len(data) == EWF_IDENTIFIER.stop else None
                if following <= at:
                    return None
                at = following
    except (OSError, OverflowError, struct.error):
        pass
    return None


def stem(name, pattern):
    found = pattern.fullmatch(name)
    return (found["stem"] if found else name).lower()


def ewf_groups(files):
    """{key: segments in order} of the files that are E01 segments.

    The header's segment number is the truth. A set without an identifier is told by its geometry and name; a
    segment whose header is damaged goes with those whose name it shares, by the number in its name.
    """
    intact = [file for file in files if file.head.startswith(EWF_SIGNATURE) and len(file.head) >= EWF_FILE_HEADER]
    key_of, keys_of_stem = {}, {}
    for file in intact:
        name, known = stem(file.name, EWF_NAME), ewf_set(file)
        if known:
            geometry, identifier = known
            key_of[file.path] = ("ewf", identifier) if any(identifier) else ("ewf", geometry, name)
        keys_of_stem.setdefault(name, set()).update({key_of.get(file.path)} - {None})
    groups = {}
    for file in files:
        name, number = stem(file.name, EWF_NAME), ewf_number_of_name(file.name)
        if file in intact:
            number = struct.unpack_from("<H", file.head, 9)[0]
        elif number is None or name not in keys_of_stem:
            continue
        keys = keys_of_stem[name]
        key = key_of.get(file.path) or (next(iter(keys)) if len(keys) == 1 else ("ewf", name))
        groups.setdefault(key, []).append((number, file))
    return {key: in_order(found) for key, found in groups.items()}


def in_order(numbered):
    return [file for _, file in sorted(numbered, key=lambda one: one[0])]


def split_groups(files):
    """{key: parts in order} of the files whose names are those of a split raw image of two parts or more."""
    groups = {}
    for file in files:
        found = SPLIT_NAME.fullmatch(file.name)
        if found:
            groups.setdefault(("split", stem(file.name, SPLIT_NAME)), []).append((int(found["number"]), file))
    return {key: in_order(found) for key, found in groups.items() if len(found) > 1}


def vmdk_groups(files):
    """{key: descriptor and the extents that it names} of VMDKs in several files."""
    by_name = {file.name: file for file in files}
    groups = {}
    for file in files:
        if not file.head.startswith(VMDK_DESCRIPTOR):
            continue
        names = [name.decode("utf-8", "replace") for name in VMDK_EXTENT.findall(file.head)]
        extents = [by_name[name] for name in dict.fromkeys(names) if name in by_name and by_name[name] != file]
        groups["vmdk", file.name] = [file, *extents]
    return groups


def join_map(file, groups):
    """Puts a map of GNU ddrescue to the image of its name, or to the only image; False where it is neither."""
    name = stem(file.name, re.compile(r"(?P<stem>.+)\.(?:map|mapfile|log|txt)", re.IGNORECASE))
    owners = [group for group in groups if group.name.lower() == name
              or pathlib.PurePath(group.name.lower()).stem == name]
    owners = owners or groups
    if len(owners) != 1:
        return False
    owners[0].files.append(file)
    return True


def group_evidence(input_files):
    """Groups in the order in which their first files were given.

    `input_files` are dictionaries with `path` and `display_name`; a path that is given twice is taken once.
    """
    files = list({one["path"]: EvidenceFile(one["path"], plain_name(one.get("display_name"), one["path"]),
                                            read_head(one["path"])) for one in input_files}.values())
    maps = [file for file in files if file.head.startswith(DDRESCUE_MAP)]
    rest = [file for file in files if file not in maps]
    found = {}
    for grouping in (ewf_groups, vmdk_groups, split_groups):
        parts = grouping(rest)
        found.update(parts)
        taken = {file.path for group in parts.values() for file in group}
        rest = [file for file in rest if file.path not in taken]
    place = {file.path: number for number, file in enumerate(files)}
    groups = [EvidenceGroup(group) for group in [*found.values(), *([file] for file in rest)]]
    groups.sort(key=lambda group: min(place[file.path] for file in group.files))
    groups += [EvidenceGroup([file]) for file in maps if not join_map(file, groups)]
    return groups
