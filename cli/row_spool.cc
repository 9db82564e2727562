#include "cli/row_spool.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <tuple>

namespace pidometer {
namespace {

Error spool_error() {
  return Error{ErrorKind::output, "cannot keep rows in a temporary file", std::strerror(errno),
               "free room in /tmp, or name another folder in TMPDIR"};
}

}  // namespace

RowSpool::RowSpool(std::size_t memory_limit) : memory_limit_(memory_limit) {}

RowSpool::~RowSpool() {
  if (descriptor_ >= 0) close(descriptor_);
}

Result<void> RowSpool::add(RowOrder order, std::string_view row) {
  Entry entry{order.time,
              order.source,
              order.line,
              static_cast<std::uint32_t>(row.size()),
              order.behind_findings ? 1U : 0U,
              0};
  entry.offset = (spilled_ + memory_.size()) & ((std::uint64_t{1} << 63U) - 1);
  index_.push_back(entry);
  memory_ += row;
  return memory_.size() > memory_limit_ ? spill() : Result<void>{};
}

Result<void> RowSpool::spill() {
  if (descriptor_ < 0) {
    const char* folder = std::getenv("TMPDIR");
    std::string name =
        std::string(folder != nullptr && *folder != '\0' ? folder : "/tmp") + "/pidometer.XXXXXX";
    descriptor_ = mkostemp(name.data(), O_CLOEXEC);
    if (descriptor_ < 0) return tl::unexpected(spool_error());
    unlink(name.c_str());
  }
  for (std::size_t done = 0; done < memory_.size();) {
    const ssize_t wrote = ::write(descriptor_, memory_.data() + done, memory_.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return tl::unexpected(spool_error());
    done += static_cast<std::size_t>(wrote);
  }
  spilled_ += memory_.size();
  memory_.clear();
  return {};
}

Result<void> RowSpool::drain(const std::function<Result<void>(std::string_view)>& take) {
  std::sort(index_.begin(), index_.end(), [](const Entry& a, const Entry& b) {
    return std::make_tuple(a.time, a.source, a.line, a.behind_findings, a.offset) <
           std::make_tuple(b.time, b.source, b.line, b.behind_findings, b.offset);
  });
  std::string row;
  for (const Entry& entry : index_) {
    std::string_view view;
    if (entry.offset >= spilled_) {
      view = std::string_view(memory_).substr(entry.offset - spilled_, entry.length);
    } else {
      row.resize(entry.length);
      for (std::size_t done = 0; done < row.size();) {
        const ssize_t got = pread(descriptor_, row.data() + done, row.size() - done,
                                  static_cast<off_t>(entry.offset + done));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return tl::unexpected(spool_error());
        done += static_cast<std::size_t>(got);
      }
      view = row;
    }
    if (Result<void> taken = take(view); !taken) return taken;
  }
  return {};
}

}  // namespace pidometer
