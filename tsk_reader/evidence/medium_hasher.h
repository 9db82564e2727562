#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.h"
#include "tsk_reader/bytes/block_source.h"
#include "tsk_reader/evidence.h"

struct evp_md_ctx_st;

namespace pidometer {

/// MD5, SHA-1 and SHA-256 of all bytes of a source, each byte read once. A part at a time, so that
/// whoever watches a reader process sees it move.
class MediumHasher {
 public:
  /// Bytes of one part: a tenth of a second of hashing.
  static constexpr std::uint64_t kPart = std::uint64_t{64} << 20;

  /// `source` must outlive it.
  explicit MediumHasher(BlockSource& source);

  /// The next part. Errors: the source's.
  Result<MediumHashing> read_on();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  using Digest = std::unique_ptr<evp_md_ctx_st, Free>;

  BlockSource& source_;
  std::uint64_t at_ = 0;
  std::array<Digest, 3> digests_;
  std::vector<std::byte> block_;
};

}  // namespace pidometer
