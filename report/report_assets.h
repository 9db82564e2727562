#pragma once

#include <string_view>

namespace pidometer {

/// What embed_assets.py makes of assets/ and of Debian's libjs-dygraphs.
struct ReportAssets {
  std::string_view page;  ///< HTML with {{marks}}
  std::string_view style;
  std::string_view script;
  std::string_view style_hash;  ///< `sha256-…`, as Content-Security-Policy has it
  std::string_view script_hash;
};

extern const ReportAssets kReportAssets;

}  // namespace pidometer
