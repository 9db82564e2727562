#include "plugin/timeline/row_formats.h"

#include <algorithm>

#include "plugin/timeline/row_writer.h"

namespace pidometer {
namespace {

template <std::string (*Write)(const TimelineEvent&)>
std::string plain(const TimelineEvent& event, bool /*color*/) {
  return Write(event);
}

constexpr RowFormat kRowFormats[] = {
    {"jsonl", "JSON lines for Timesketch and beside Plaso's rows", "", plain<write_jsonl>},
    {"text", "the old examiners' form, for people", "", write_text},
    {"l2tcsv", "log2timeline's 17 columns",
     "date,time,timezone,MACB,source,sourcetype,type,user,host,short,desc,version,filename,inode,"
     "notes,format,extra\n",
     plain<write_l2tcsv>},
    {"tln", "five columns", "Time|Source|Host|User|Description\n", plain<write_tln>},
    {"bodyfile", "for mactime, version 3", "", plain<write_bodyfile>},
    {"csv", "the columns of Plaso's dynamic form",
     "datetime,timestamp_desc,source,source_long,message,parser,display_name,tag\n",
     plain<write_csv>},
    {"plaso", "as psort's json_line writes events", "", plain<write_plaso>},
};

}  // namespace

std::span<const RowFormat> row_formats() {
  return kRowFormats;
}

const RowFormat* find_row_format(std::string_view name) {
  const auto* const found =
      std::find_if(std::begin(kRowFormats), std::end(kRowFormats),
                   [name](const RowFormat& format) { return format.name == name; });
  return found == std::end(kRowFormats) ? nullptr : found;
}

}  // namespace pidometer
