"""The task: input files in, rows and a report of each image out.

An image that gives no result is a named failure. Where none of a task's images gives one, the task fails with
what the program said; else the results of the others are kept, and the failures head the task's report.
"""

import json
import shlex
import time

from celery.utils.log import get_task_logger
from openrelik_worker_common.task_utils import create_task_result, get_input_files

from . import scan
from .app import celery
from .evidence_groups import group_evidence
from .result_files import MAX_ATTEMPTS, ResultFiles
from .task_report import levels_of, task_report

logger = get_task_logger(__name__)

# The part before the first dot is the queue.
TASK_NAME = "openrelik-worker-pidometer.tasks.scan"

# The server finds this in the worker's answer with a pattern for one line, and reads it with
# ast.literal_eval: it must stay a plain literal, without line breaks in its texts.
TASK_METADATA = {
    "display_name": "pidometer: processes that no schedule explains",
    "description": "Reads the PIDs in cron logs out of disk images (raw, split raw, E01, qcow2, VMDK, VHD, VHDX), "
                   "archives and logs, and writes findings as JSON lines and an HTML report",
    "task_config": [
        {
            "name": "timezone",
            "label": "Zone of the logs' times",
            "description": "Such as Europe/Berlin or -06:00; wins over the image's own",
            "type": "text",
            "required": False,
        },
        {
            "name": "year",
            "label": "Year of the last line",
            "description": "Wins over the file's modification time",
            "type": "text",
            "required": False,
        },
        {
            "name": "pid_max",
            "label": "kernel.pid_max of the host",
            "description": "Where it cannot be read from the evidence",
            "type": "text",
            "required": False,
        },
        {
            "name": "min_level",
            "label": "Lowest level",
            "description": "Findings below it are left out",
            "type": "select",
            "items": ["informational", "low", "medium", "high", "critical"],
            "required": False,
        },
        {
            "name": "records",
            "label": "Every cron record as a row",
            "description": "As well as the findings",
            "type": "checkbox",
            "required": False,
        },
        {
            "name": "recover",
            "label": "Recover deleted logs",
            "description": "Search deleted files, unallocated space and slack as well: reads the whole volume",
            "type": "checkbox",
            "required": False,
        },
        {
            "name": "hash",
            "label": "Compare hashes",
            "description": "Compute MD5, SHA-1 and SHA-256, and compare them with those that an E01 stores: reads the "
                           "whole image",
            "type": "checkbox",
            "required": False,
        },
        {
            "name": "rows_only",
            "label": "Pass on rows only",
            "description": "For a Timesketch task behind this one, which fails at other files: the report stays here",
            "type": "checkbox",
            "required": False,
        },
    ],
}


def tell_progress(task, **data):
    try:
        task.send_event("task-progress", data=data)
    except Exception as error:  # pylint: disable=broad-except
        # Whatever keeps the broker from taking it: news of a scan are worth less than the scan.
        logger.warning("progress could not be sent: %s", error)


def not_written(files, error):
    """The disk or the share of the results failed: the other images of the task may have theirs, or get them."""
    text = f"{files.group.name}: its results cannot be written: {error.strerror or error}"
    return scan.ScanFailed("; ".join([text, *([scan.full_disk(files.output)] if error.errno in scan.FULL_DISK else [])]))


def scan_group(files, options, tell):
    """Scans a group, unless a run before this one has its results. ScanFailed where it gives none."""
    if files.group.problem:
        raise scan.ScanFailed(f"{files.group.name}: {files.group.problem}")

    def wait():
        tell(waiting=True)
        time.sleep(scan.PROGRESS_SECONDS)

    with files.working_folder(wait) as folder:
        if files.is_complete():
            return
        try:
            attempt = files.count_attempt()
            if attempt > MAX_ATTEMPTS:
                raise scan.ScanFailed(f"{files.group.name}: {MAX_ATTEMPTS} workers died while they read it; "
                                      "give it to pidometer alone, by hand")
            scan.run_scan(files.group, options, folder, files.output, lambda seconds: tell(seconds=seconds))
            files.publish(*(scan.ROWS, scan.REPORT, scan.LOG, scan.SUMMARY))
        except scan.ScanFailed as error:
            # The folder is removed: a failure with a name is an end, and none of the deaths that are counted.
            files.publish(scan.LOG)
            failure = error
        except OSError as error:
            # Rows without the others would be taken for a result.
            files.discard()
            failure = not_written(files, error)
        else:
            return
    raise failure


def image_of(files):
    """What the results say of an image, for the report and the meta data."""
    summary = json.loads(files.path(scan.SUMMARY).read_text(encoding="utf-8"))
    log = scan.log_text(files.path(scan.LOG))
    return {"name": files.group.name, "status": summary["exit_status"], "levels": levels_of(summary),
            "log_lost": not log, "warnings": scan.warnings_of(log, summary),
            "version": summary["tool"]["version"],
            "inputs": [{"display_name": file.name, "path": file.path} for file in files.group.files]}


@celery.task(bind=True, name=TASK_NAME, metadata=TASK_METADATA)
def command(self, pipe_result=None, input_files=None, output_path=None, workflow_id=None, task_config=None):
    """Scans the input files of a workflow, or the output files of the task before.

    Returns the task's result as OpenRelik has it (JSON in base64). RuntimeError where no image gave one.
    """
    groups = group_evidence(get_input_files(pipe_result, input_files or []))
    if not groups:
        raise scan.ScanFailed("there are no input files; choose disk images, archives or logs")
    options = scan.options_of(task_config)
    passed_on, kept = [scan.ROWS, scan.REPORT], [scan.LOG, scan.SUMMARY]
    if scan.is_on(task_config, "rows_only"):
        kept.insert(0, passed_on.pop())
    images, failures, failed, output_files, task_files = [], [], [], [], []
    for number, group in enumerate(groups, 1):
        def tell(name=group.name, number=number, **data):
            tell_progress(self, image=name, number=number, images=len(groups), **data)

        tell(seconds=0)
        files = ResultFiles(output_path, self.request.id, group)
        try:
            scan_group(files, options, tell)
            images.append(image_of(files))
            output_files += files.dictionaries(*passed_on)
            task_files += files.dictionaries(*kept)
            continue
        except scan.ScanFailed as error:
            failure = str(error)
        except OSError as error:
            failure = str(not_written(files, error))
        logger.error("%s", failure)
        failures.append(failure)
        failed.append(files)
        task_files += files.dictionaries(scan.LOG)
    if not images:
        # Files of a task that fails are nobody's: what they say is in the message.
        for files in failed:
            files.path(scan.LOG).unlink(missing_ok=True)
        raise scan.ScanFailed("\n".join(failures))
    line = shlex.join([scan.program(), "scan", *options, *(group.name for group in groups)])
    return create_task_result(output_files=output_files, workflow_id=workflow_id, task_files=task_files,
                              command=line, meta={"images": images, "failures": failures},
                              task_report=task_report(images, failures))
