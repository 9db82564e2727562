#pragma once

#include "plugin/timeline/json_fields.h"
#include "plugin/timeline/timeline_event.h"

namespace pidometer {

/// The row as schemas/row.schema.json has it; all forms but text are made of it. Its strings are
/// escaped: printable UTF-8 and TAB, and line feeds in `explanation` alone.
RowJson row_json(const TimelineEvent& event);

}  // namespace pidometer
