"""Output files: a name on the disk, and what the server is told of it."""

import os
import uuid


class OutputFile:
    KEYS = ("uuid", "display_name", "extension", "data_type", "path", "original_path", "source_file_id")

    def __init__(self, **values):
        for key in self.KEYS:
            setattr(self, key, values.get(key))

    def to_dict(self):
        return {key: getattr(self, key) for key in self.KEYS}


def create_output_file(output_base_path, display_name=None, extension=None, data_type=None, original_path=None,
                       source_file_id=None):
    name = uuid.uuid4().hex
    shown = display_name or name
    if extension:
        shown = f"{shown}.{extension.lstrip('.')}"
    ending = os.path.splitext(shown)[1]
    return OutputFile(uuid=name, display_name=shown, extension=ending, data_type=data_type,
                      path=os.path.join(output_base_path, name + ending), original_path=original_path,
                      source_file_id=source_file_id)
