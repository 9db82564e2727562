#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "base/log_file.h"

namespace pidometer {

/// A stream whose first bytes were looked at: gives them again, then the rest.
class HeadedStream final : public ByteStream {
 public:
  HeadedStream(std::vector<std::byte> head, std::unique_ptr<ByteStream> rest)
      : head_(std::move(head)), rest_(std::move(rest)) {}

  Result<std::size_t> read(std::span<std::byte> out) override {
    if (given_ == head_.size()) return rest_->read(out);
    const std::size_t count = std::min(out.size(), head_.size() - given_);
    std::copy_n(head_.begin() + static_cast<std::ptrdiff_t>(given_), count, out.begin());
    given_ += count;
    return count;
  }

  Result<std::uint64_t> skip(std::uint64_t count) override {
    const std::size_t here =
        static_cast<std::size_t>(std::min<std::uint64_t>(count, head_.size() - given_));
    given_ += here;
    if (here == count) return count;
    const Result<std::uint64_t> passed = rest_->skip(count - here);
    if (!passed) return passed;
    return here + *passed;
  }

  const std::vector<DamagedRange>& damage() const override { return rest_->damage(); }

 private:
  std::vector<std::byte> head_;
  std::size_t given_ = 0;
  std::unique_ptr<ByteStream> rest_;
};

/// The first `most` bytes of a stream, fewer where it is shorter or fails: it fails again when the
/// rest is read.
inline std::vector<std::byte> read_head(ByteStream& stream, std::size_t most) {
  std::vector<std::byte> head(most);
  std::size_t length = 0;
  while (length < most) {
    const Result<std::size_t> got = stream.read(std::span(head).subspan(length));
    if (!got || *got == 0) break;
    length += *got;
  }
  head.resize(length);
  return head;
}

}  // namespace pidometer
