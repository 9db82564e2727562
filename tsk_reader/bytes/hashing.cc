#include "tsk_reader/bytes/hashing.h"

#include <openssl/evp.h>

#include <array>
#include <cassert>

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

struct Sha256::State {
  EVP_MD_CTX* context = nullptr;
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  state_->context = EVP_MD_CTX_new();
  const int ok = EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr);
  assert(ok == 1);
  static_cast<void>(ok);
}

Sha256::~Sha256() {
  EVP_MD_CTX_free(state_->context);
}

void Sha256::update(std::span<const std::byte> bytes) {
  EVP_DigestUpdate(state_->context, bytes.data(), bytes.size());
}

std::string Sha256::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  EVP_DigestFinal_ex(state_->context, digest.data(), &length);
  std::string hex;
  hex.reserve(std::size_t{2} * length);
  for (unsigned int i = 0; i < length; ++i) {
    hex += "0123456789abcdef"[digest[i] >> 4U];
    hex += "0123456789abcdef"[digest[i] & 15U];
  }
  return hex;
}

std::unique_ptr<ByteStream> hash_while_reading(std::unique_ptr<ByteStream> stored,
                                               std::function<void(std::string)> done) {
  return std::make_unique<HashingStream>(std::move(stored), std::move(done));
}

}  // namespace pidometer
