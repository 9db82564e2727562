#include "tsk_reader/evidence/medium_hasher.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cassert>
#include <span>
#include <string>

#include "base/hex.h"

namespace pidometer {
namespace {

/// Fits into the caches of the processor, so that three digests read it from there.
constexpr std::size_t kBlock = std::size_t{1} << 20;

std::string finish(EVP_MD_CTX* context) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  EVP_DigestFinal_ex(context, digest.data(), &length);
  return hex_of(std::span(digest).first(length));
}

}  // namespace

void MediumHasher::Free::operator()(evp_md_ctx_st* context) const {
  EVP_MD_CTX_free(context);
}

MediumHasher::MediumHasher(BlockSource& source) : source_(source), block_(kBlock) {
  const std::array<const EVP_MD*, 3> kinds = {EVP_md5(), EVP_sha1(), EVP_sha256()};
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    digests_[i].reset(EVP_MD_CTX_new());
    [[maybe_unused]] const int ok = EVP_DigestInit_ex(digests_[i].get(), kinds[i], nullptr);
    assert(ok == 1);
  }
}

Result<MediumHashing> MediumHasher::read_on() {
  const std::uint64_t size = source_.size();
  const std::uint64_t end = size - at_ > kPart ? at_ + kPart : size;
  while (at_ < end) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(kBlock, end - at_));
    const std::span<std::byte> block = std::span(block_).first(count);
    if (Result<void> got = source_.read_at(at_, block); !got) return tl::unexpected(got.error());
    for (const Digest& digest : digests_) EVP_DigestUpdate(digest.get(), block.data(), count);
    at_ += count;
  }
  MediumHashing so_far{at_, at_ == size};
  if (so_far.done) {
    so_far.md5 = finish(digests_[0].get());
    so_far.sha1 = finish(digests_[1].get());
    so_far.sha256 = finish(digests_[2].get());
  }
  return so_far;
}

}  // namespace pidometer
