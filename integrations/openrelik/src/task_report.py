"""What the web page shows of a task: one line an image, the gravest first to be seen."""

import re

from . import scan

# openrelik_worker_common.reporting.Priority.
PRIORITIES = {"critical": 80, "high": 40, "medium": 20, "low": 10, "informational": 5, None: 5}
# A failure is the first thing to look at, whatever else was found. A scan whose log is lost may have said more than is
# known; in what was lost of an image there may have been findings: neither may look like a clean image.
FAILED, LOG_LOST, PARTIAL = "critical", "high", "medium"
LOST = "the log of this scan is lost, as on a full disk: what stands here is the summary's; scan the image again"
STATUS_WORDS = {scan.EXIT_COMPLETE: "complete", scan.EXIT_PARTIAL: "**partial: evidence was lost or damaged**",
                scan.EXIT_NO_LOG: "read completely, no cron log is in it"}


def levels_of(summary):
    """{level: findings} of a summary document."""
    kinds = summary["findings"]["by_kind"].values()
    return {level: sum(kind[level] for kind in kinds) for level in scan.LEVELS}


def plain(text):
    """Text of the evidence in Markdown: nothing of it is markup."""
    return re.sub(r"([\\`*_{}\[\]()#+!|<>~])", r"\\\1", " ".join(str(text).split()))


def highest(levels):
    return next((level for level in reversed(scan.LEVELS) if levels[level]), None)


def task_report(images, failures):
    """The report of a task: `images` have name, status, levels, warnings, log_lost; `failures` are texts."""
    top = max((highest(image["levels"]) for image in images), key=lambda level: PRIORITIES[level], default=None)
    parts = [f"{len(images)} image{'s' * (len(images) != 1)} read"]
    if failures:
        parts.append(f"{len(failures)} FAILED")
    partial = sum(image["status"] == scan.EXIT_PARTIAL for image in images)
    if partial:
        parts.append(f"{partial} in part")
    lost = sum(image["log_lost"] for image in images)
    if lost:
        parts.append(f"{lost} WITHOUT {'THEIR LOGS' if lost > 1 else 'ITS LOG'}")
    parts.append(f"highest level: {top}" if top else f"no findings{' in what was read' * bool(partial)}")
    lines = ["# pidometer", ""]
    if failures:
        lines += ["## Failed", "", *(f"* {plain(text)}" for text in failures), ""]
    lines += ["## Read", "", "| image | " + " | ".join(reversed(scan.LEVELS)) + " | read |", "|---" * 7 + "|"]
    for image in images:
        counts = " | ".join(str(image["levels"][level]) for level in reversed(scan.LEVELS))
        lines.append(f"| {plain(image['name'])} | {counts} | {STATUS_WORDS[image['status']]} |")
    for image in images:
        texts = [LOST] * image["log_lost"] + image["warnings"]
        if texts:
            lines += ["", f"### {plain(image['name'])}", "", *(f"* {plain(text)}" for text in texts)]
    grave = [top, *([FAILED] if failures else []), *([LOG_LOST] if lost else []), *([PARTIAL] if partial else [])]
    return {"title": "pidometer", "summary": "; ".join(parts), "content": "\n".join(lines),
            "priority": max(PRIORITIES[level] for level in grave)}
