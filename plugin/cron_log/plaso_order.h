#pragma once

#include <vector>

#include "plugin/cron_log/labels.h"
#include "plugin/cron_log/log_reader.h"
#include "plugin/cron_log/log_series.h"

namespace pidometer {

/// Brings the records of Plaso's rows (LogForm::plaso_rows), which are dated, into the order of
/// time, and those of one instant into that of their host's PIDs: psort sorts by time alone, and
/// what is of one second comes by the hash of its values. A line that two of the files on the image
/// held, as Debian's syslog and cron.log do, is counted once. Records stay in their log's stretch.
void order_plaso_records(std::vector<FileLog>& logs, const SourceTable& sources,
                         std::vector<StoredRecord>& records);

}  // namespace pidometer
