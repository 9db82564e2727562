#include "tsk_reader/bytes/hashing.h"

#include <span>
#include <utility>

#include "base/sha256.h"

namespace pidometer {
namespace {

class HashingStream : public ByteStream {
 public:
  HashingStream(std::unique_ptr<ByteStream> stored, std::function<void(std::string)> done)
      : stored_(std::move(stored)), done_(std::move(done)) {}

  Result<std::size_t> read(std::span<std::byte> out) override {
    const Result<std::size_t> got = stored_->read(out);
    if (!got) return got;
    if (*got > 0) {
      hash_.update(out.first(*got));
    } else if (done_ && !out.empty()) {
      done_(hash_.finish());
      done_ = nullptr;
    }
    return got;
  }

  const std::vector<DamagedRange>& damage() const override { return stored_->damage(); }

 private:
  std::unique_ptr<ByteStream> stored_;
  std::function<void(std::string)> done_;
  Sha256 hash_;
};

}  // namespace

std::unique_ptr<ByteStream> hash_while_reading(std::unique_ptr<ByteStream> stored,
                                               std::function<void(std::string)> done) {
  return std::make_unique<HashingStream>(std::move(stored), std::move(done));
}

}  // namespace pidometer
