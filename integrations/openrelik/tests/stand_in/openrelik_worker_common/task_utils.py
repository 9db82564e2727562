"""Results of tasks: JSON in base64, whose output files are the input files of the next task."""

import base64
import json


def get_input_files(pipe_result, input_files, filter=None):  # pylint: disable=redefined-builtin
    if filter:
        raise NotImplementedError("the worker takes every file: the program says what it cannot read")
    if pipe_result:
        return json.loads(base64.b64decode(pipe_result)).get("output_files", [])
    return input_files


def create_task_result(output_files, workflow_id, task_files=None, command=None, meta=None, file_reports=None,
                       task_report=None):
    result = {"output_files": output_files, "workflow_id": workflow_id, "task_files": task_files or [],
              "command": command, "meta": meta, "file_reports": file_reports or [], "task_report": task_report}
    return base64.b64encode(json.dumps(result).encode()).decode()
