#include "plugin/timeline/json_row.h"
#include "plugin/timeline/row_writer.h"

namespace pidometer {

std::string write_jsonl(const TimelineEvent& event) {
  return dump_json(row_json(event)) + "\n";
}

}  // namespace pidometer
