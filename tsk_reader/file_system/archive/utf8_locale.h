#pragma once

#include <locale.h>

namespace pidometer {

/// libarchive converts names that an archive holds as UTF-8 (pax, zip) to the characters of the
/// locale, and in the plain C locale loses all that is not ASCII. For this thread and as long as
/// the object lives the locale is C.UTF-8, which is built into glibc since 2.35: nothing is read
/// for it.
class Utf8Locale {
 public:
  Utf8Locale()
      : locale_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)),
        before_(locale_ != nullptr ? ::uselocale(locale_) : nullptr) {}
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;
  ~Utf8Locale() {
    if (locale_ == nullptr) return;
    ::uselocale(before_);
    ::freelocale(locale_);
  }

 private:
  locale_t locale_;
  locale_t before_;
};

}  // namespace pidometer
