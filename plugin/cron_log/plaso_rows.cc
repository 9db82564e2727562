#include "plugin/cron_log/plaso_rows.h"

#include <utility>

#include "plugin/cron_log/rebuilt_text.h"
#include "plugin/cron_log/scan.h"

namespace pidometer {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

class PlasoText final : public RebuiltText {
 public:
  using RebuiltText::RebuiltText;

 private:
  bool step() override {
    const LineByLine::Cut next = lines_.cut(buffer(), at_end());
    if (next.kind == LineByLine::Cut::Kind::too_long)
      line(kPlasoTooLong);
    else if (next.kind == LineByLine::Cut::Kind::whole)
      tell(next.line);
    pass(next.taken);
    return next.kind != LineByLine::Cut::Kind::more && next.kind != LineByLine::Cut::Kind::end;
  }

  void tell(std::string_view text) {
    if (lost_to_damage(at(), at() + text.size())) return;
    if (at() == 0) take(text, kByteOrderMark);
    if (text.find_first_not_of(" \t\r") == std::string_view::npos) return line({});
    PlasoRow row;
    switch (parse_plaso_row(text, row)) {
      case PlasoRow::Kind::syslog:
        return line(plaso_line(row));
      case PlasoRow::Kind::other:
        return line(kPlasoOther);
      case PlasoRow::Kind::broken:
        return line(kPlasoBroken);
    }
  }

  LineByLine lines_;
};

}  // namespace

bool begins_like_plaso_rows(std::string_view head) {
  take(head, kByteOrderMark);
  const std::string_view row = head.substr(0, head.find('\n'));
  const auto has = [row](std::string_view name) {
    return row.find(name) != std::string_view::npos;
  };
  if (!row.starts_with('{')) return false;
  // json_line's names come sorted, so that these are the first.
  if (row.starts_with("{\"__container_type__\": \"event\"")) return true;
  return has("\"data_type\"") && has("\"timestamp_desc\"") && has("\"datetime\"");
}

std::unique_ptr<ByteStream> plaso_rows_as_text(std::unique_ptr<ByteStream> source) {
  return std::make_unique<PlasoText>(std::move(source));
}

}  // namespace pidometer
