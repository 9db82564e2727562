"""Input files of a task -> groups, each of which is one image, log or archive and one call of the program.

Files arrive under uuid names, in any order. What belongs together is read from the files: E01 segments by the
set identifier and the segment number in their headers, extents by the VMDK descriptor that names them. Parts of
a split raw image carry nothing of the kind, nor do segments of a set without identifier: their display names tell.
Logs are numbered that way too (cron.001, cron.2024): files of which the first is text, or each is packed, are no parts.
Where two files have one name or number there, nothing says which belongs to which image: none is read, and the
group says why. The program gets links that bear the display names, and orders and checks the parts of a group
itself.
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
# Tools number parts from 000 or 001 on: a higher number stands beside lower ones, and without any is a year, mostly.
SPLIT_FIRST_BELOW = 1000
# What no disk begins with (offset, mark): gzip, xz, bzip2, zstd, lz4; zip, 7z, tar; a systemd journal.
WHOLE_FILES = ((0, b"\x1f\x8b"), (0, b"\xfd7zXZ\0"), (0, b"BZh"), (0, b"\x28\xb5\x2f\xfd"), (0, b"\x04\x22\x4d\x18"),
               (0, b"PK\x03\x04"), (0, b"7z\xbc\xaf\x27\x1c"), (257, b"ustar"), (0, b"LPKSHHRH"))
# tsk_reader/container/content_sniffer.cc takes the same for text: these shares of control characters and of bytes above
# 127, NULs apart, with which a log that a crash tore may begin. The zeros before a disk's first mark end at 64 KiB (btrfs).
MAX_CONTROL_SHARE, MAX_HIGH_SHARE = 0.02, 0.35
CONTROL = bytes({*range(1, 32), 127} - set(b"\t\n\r"))
HIGH = bytes(range(128, 256))
SAMPLE_BYTES, SAMPLES_AT_HEAD = 4096, 17
LINE_BYTES = 512  # no line of cron's is longer, but for commands of that length
VMDK_DESCRIPTOR = b"# Disk DescriptorFile"
VMDK_EXTENT = re.compile(rb'^\s*(?:RW|RDONLY|NOACCESS)\s+\d+\s+\w+\s+"([^"\r\n]+)"', re.MULTILINE)
DDRESCUE_MAP = b"# Mapfile. Created by GNU ddrescue"
# A descriptor is a few lines; a disk of two terabytes in extents of 2 GB has a thousand.
MAX_TEXT = 256 * 1024
# What tells the kinds apart. The longest signature is that of a map.
HEAD_BYTES = 64


@dataclasses.dataclass(frozen=True)
class EvidenceFile:
    path: str
    name: str  # as the user knows it
    head: bytes  # its first bytes, HEAD_BYTES at most; empty where it cannot be read
    extents: tuple = ()  # names, in order, of the files that a VMDK's descriptor says are its parts
    whole: str = ""  # "text" or "packed" where no disk begins so; looked for where the name is that of a part
    id: object = None  # the server's, where it gives one


@dataclasses.dataclass
class EvidenceGroup:
    files: list  # of EvidenceFile, in the order of their parts
    problem: str = ""  # why they cannot be read: they are of several images, and nothing says which of which

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


def read_evidence(one):
    """What of a file tells its kind and its parts; of thousands of them no more is held."""
    path, head, extents, whole = one["path"], b"", (), ""
    name = plain_name(one.get("display_name"), path)
    # What cannot be read is left to the program: it says what is wrong, and how to mend it.
    try:
        with open(path, "rb") as stream:
            head = stream.read(HEAD_BYTES)
            if head.startswith(VMDK_DESCRIPTOR):
                text = head + stream.read(MAX_TEXT - HEAD_BYTES)
                extents = tuple(dict.fromkeys(part.decode("utf-8", "replace") for part in VMDK_EXTENT.findall(text)))
            elif SPLIT_NAME.fullmatch(name):
                whole = kind_of_whole_file(stream)
    except OSError:
        pass
    return EvidenceFile(path, name, head, extents, whole, one.get("id"))


def kind_of_whole_file(stream):
    """Of a log or an archive "text" or "packed"; of what may be a disk's beginning the empty string."""
    stream.seek(0)
    head = stream.read(SAMPLE_BYTES)
    if any(head.startswith(mark, offset) for offset, mark in WHOLE_FILES):
        return "packed"
    for _ in range(SAMPLES_AT_HEAD):
        begin = head.lstrip(b"\0")
        if begin or not head:
            return "text" if is_text(begin if len(begin) > LINE_BYTES else begin + stream.read(LINE_BYTES)) else ""
        head = stream.read(SAMPLE_BYTES)
    # Zeros as far as any disk's first mark.
    size = stream.seek(0, 2)
    for place in (size // 2, size - SAMPLE_BYTES):
        stream.seek(place)
        if is_text(stream.read(SAMPLE_BYTES)):
            return "text"
    return ""


def is_text(sample):
    seen = sample.replace(b"\0", b"")
    return (b"\n" in seen and len(seen) - len(seen.translate(None, CONTROL)) <= MAX_CONTROL_SHARE * len(seen)
            and len(seen) - len(seen.translate(None, HIGH)) <= MAX_HIGH_SHARE * len(seen))


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
    return found["stem"] if found else name


def mixed(files):
    """Files of several images that cannot be told apart."""
    names = ", ".join(sorted({file.name for file in files}))
    return EvidenceGroup(files, f"the files {names} ({len(files)} of them) are of several images, and nothing in them "
                                "says which of which; give each image a task of its own, or its files other names")


def is_ambiguous(numbered):
    """Whether two of the parts have one number or one name."""
    numbers, names = {number for number, _ in numbered}, {file.name for _, file in numbered}
    return min(len(numbers), len(names)) < len(numbered)


def ewf_groups(files):
    """Groups of the files that are E01 segments, in order.

    The header's segment number is the truth. A set without an identifier is told by its geometry and name; a
    segment whose header is damaged goes with those whose name it shares, by the number in its name.
    """
    intact = [file for file in files if file.head.startswith(EWF_SIGNATURE) and len(file.head) >= EWF_FILE_HEADER]
    key_of, keys_of_stem = {}, {}
    for file in intact:
        name, known = stem(file.name, EWF_NAME), ewf_set(file)
        if known:
            geometry, identifier = known
            key_of[file.path] = ("identifier", identifier) if any(identifier) else ("name", geometry, name)
        keys_of_stem.setdefault(name, set()).update({key_of.get(file.path)} - {None})
    known, unknown = {}, []
    for file in files:
        name, number = stem(file.name, EWF_NAME), ewf_number_of_name(file.name)
        if file in intact:
            number = struct.unpack_from("<H", file.head, 9)[0]
        elif number is None or name not in keys_of_stem:
            continue
        if file.path in key_of:
            known.setdefault(key_of[file.path], []).append((number, file))
        else:
            unknown.append((name, number, file))
    for name, number, file in unknown:
        keys = keys_of_stem[name]
        key = next(iter(keys)) if len(keys) == 1 else ("name", None, name)
        if key[0] == "identifier" and any(taken == number for taken, _ in known[key]):
            key = ("name", None, name)
        known.setdefault(key, []).append((number, file))
    return [group for key, found in known.items() for group in ewf_groups_of(key, found)]


def ewf_groups_of(key, numbered):
    """What has an identifier is one image, copies of segments among it; else names and numbers must tell."""
    files = in_order(numbered)
    if key[0] == "identifier" or not is_ambiguous(numbered):
        return [EvidenceGroup(files)]
    if all(number == 1 for number, _ in numbered):
        # Images of one segment each, or each without the others.
        return [EvidenceGroup([file]) for file in files]
    return [mixed(files)]


def in_order(numbered):
    return [file for _, file in sorted(numbered, key=lambda one: one[0])]


def split_groups(files):
    """Groups, in order, of the files whose names are those of a split raw image of two parts or more."""
    groups = {}
    for file in files:
        found = SPLIT_NAME.fullmatch(file.name)
        if found:
            groups.setdefault(stem(file.name, SPLIT_NAME), []).append((int(found["number"]), file))
    return [mixed(in_order(found)) if is_ambiguous(found) else EvidenceGroup(in_order(found))
            for found in groups.values() if len(found) > 1 and are_parts(found)]


def are_parts(numbered):
    """Whether files of such names are parts of one: the first decides, for a later part may look like anything.

    An archive that was cut into parts begins as packed logs do; of these the others do too.
    """
    if min(number for number, _ in numbered) >= SPLIT_FIRST_BELOW:
        return False
    # One that is empty or gone says nothing.
    telling = [(number, file) for number, file in numbered if file.head]
    first = min((number for number, _ in telling), default=None)
    if telling and all(file.whole == "text" for number, file in telling if number == first):
        return False
    return not telling or not all(file.whole for _, file in telling)


def vmdk_groups(files):
    """Groups of a descriptor and the extents that it names, of VMDKs in several files."""
    by_name, claims = {}, {}
    for file in files:
        by_name.setdefault(file.name, []).append(file)
    disks = []
    for file in files:
        if not file.head.startswith(VMDK_DESCRIPTOR):
            continue
        extents = [name for name in file.extents if name in by_name and by_name[name] != [file]]
        disks.append((file, extents))
        for name in extents:
            claims.setdefault(name, []).append(file)
    groups, unclear = [], []
    for file, extents in disks:
        found = [file, *(one for name in extents for one in by_name[name] if one != file)]
        if all(len(by_name[name]) == 1 and len(claims[name]) == 1 for name in extents):
            groups.append(EvidenceGroup(found))
            continue
        touched = [other for other in unclear if any(one in other for one in found)]
        unclear = [other for other in unclear if other not in touched]
        unclear.append(list(dict.fromkeys([one for other in touched for one in other] + found)))
    return groups + [mixed(group) for group in unclear]


def join_map(file, groups):
    """Puts a map of GNU ddrescue to the image of its name, or to the only image; False where it is neither."""
    name = stem(file.name, re.compile(r"(?P<stem>.+)\.(?:map|mapfile|log|txt)", re.IGNORECASE)).lower()
    owners = [group for group in groups if group.name.lower() == name
              or pathlib.PurePath(group.name.lower()).stem == name]
    owners = owners or groups
    if len(owners) != 1 or owners[0].problem:
        return False
    owners[0].files.append(file)
    return True


def group_evidence(input_files):
    """Groups in the order in which their first files were given.

    `input_files` are dictionaries with `path` and `display_name`; a path that is given twice is taken once.
    """
    files = list({one["path"]: read_evidence(one) for one in input_files}.values())
    maps = [file for file in files if file.head.startswith(DDRESCUE_MAP)]
    rest = [file for file in files if file not in maps]
    groups = []
    for grouping in (ewf_groups, vmdk_groups, split_groups):
        found = grouping(rest)
        groups += found
        taken = {file.path for group in found for file in group.files}
        rest = [file for file in rest if file.path not in taken]
    place = {file.path: number for number, file in enumerate(files)}
    groups += [EvidenceGroup([file]) for file in rest]
    groups.sort(key=lambda group: min(place[file.path] for file in group.files))
    groups += [EvidenceGroup([file]) for file in maps if not join_map(file, groups)]
    return groups
