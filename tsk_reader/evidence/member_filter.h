#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pidometer {

/// What is likely to be wanted of an archive, by names alone: its links are not known before its
/// end. What turns out to be wanted beside it costs another pass, never a log.
class MemberFilter {
 public:
  MemberFilter(std::span<const std::string_view> folders, std::span<const std::string_view> globs);

  /// `path` as of member_path.h: a file of a log folder (`/var/log`, `/log`) of any tree.
  bool is_log(std::string_view path) const;
  /// A file that says something of its host: /etc/localtime, zone files, ...
  static bool is_fact(std::string_view path);

  std::span<const std::string> folders() const { return folders_; }
  std::span<const std::string> globs() const { return globs_; }
  bool name_matches(std::string_view name) const;

 private:
  std::vector<std::string> folders_;
  std::vector<std::string> globs_;
  std::vector<std::string_view> views_;  ///< of globs_
};

}  // namespace pidometer
