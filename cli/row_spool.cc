#include "cli/row_spool.h"

#include <algorithm>
#include <tuple>

namespace pidometer {

RowSpool::RowSpool(std::size_t memory_limit) : memory_limit_(memory_limit) {}

Result<void> RowSpool::add(RowOrder order, std::string_view row) {
  Entry entry{order.time,
              order.source,
              order.line,
              static_cast<std::uint32_t>(row.size()),
              order.behind_findings ? 1U : 0U,
              0};
  entry.offset = (spilled_.size() + memory_.size()) & ((std::uint64_t{1} << 63U) - 1);
  index_.push_back(entry);
  memory_ += row;
  if (memory_.size() <= memory_limit_) return {};
  Result<void> written = spilled_.append(memory_);
  memory_.clear();
  return written;
}

Result<void> RowSpool::drain(const std::function<Result<void>(std::string_view)>& take) {
  std::sort(index_.begin(), index_.end(), [](const Entry& a, const Entry& b) {
    return std::make_tuple(a.time, a.source, a.line, a.behind_findings, a.offset) <
           std::make_tuple(b.time, b.source, b.line, b.behind_findings, b.offset);
  });
  std::string row;
  for (const Entry& entry : index_) {
    std::string_view view;
    if (entry.offset >= spilled_.size()) {
      view = std::string_view(memory_).substr(entry.offset - spilled_.size(), entry.length);
    } else {
      row.resize(entry.length);
      if (Result<void> got = spilled_.read(entry.offset, row); !got) return got;
      view = row;
    }
    if (Result<void> taken = take(view); !taken) return taken;
  }
  return {};
}

}  // namespace pidometer
