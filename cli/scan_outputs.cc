#include "cli/scan_outputs.h"

#include <string_view>
#include <utility>

#include "cli/interrupt.h"
#include "cli/summary_file.h"
#include "plugin/timeline/schedule_text.h"
#include "plugin/timeline/summary_writer.h"

namespace pidometer {
namespace {

Result<void> write_rows(OutputFile& output, std::string_view header, RowSpool& rows) {
  if (Result<void> written = output.write(header); !written) return written;
  return rows.drain([&output](std::string_view row) -> Result<void> {
    if (interrupted()) return fail(ErrorKind::output, "interrupted while writing the rows");
    return output.write(row);
  });
}

Result<void> write_births(OutputFile& output, const Options& options,
                          const std::vector<PlacedBirths>& all) {
  for (const PlacedBirths& one : all) {
    const std::string text =
        options.json ? birth_jsonl(one.place, one.births) : birth_text(one.place, one.births);
    if (Result<void> written = output.write(text); !written) return written;
  }
  return {};
}

Result<void> write_schedule(OutputFile& output, const Options& options, const RunSummary& summary) {
  for (const SummarySeries& series : summary.series) {
    const std::string text = options.json            ? schedule_jsonl(series)
                             : options.crontab_lines ? schedule_crontab(series)
                                                     : schedule_table(series);
    if (Result<void> written = output.write(text); !written) return written;
  }
  return {};
}

Result<void> create(const std::string& name, bool overwrite, std::optional<OutputFile>& file) {
  Result<OutputFile> created = OutputFile::create(name, overwrite);
  if (!created) return tl::unexpected(created.error());
  file.emplace(std::move(*created));
  return {};
}

}  // namespace

Result<Outputs> create_outputs(const Options& options) {
  Outputs outputs;
  const bool report_alone = options.command == Command::report;
  Result<void> done =
      create(options.output, options.force, report_alone ? outputs.report : outputs.product);
  if (done && !options.report.empty()) done = create(options.report, options.force, outputs.report);
  if (!done) return tl::unexpected(done.error());
  Result<std::optional<OutputFile>> summary = create_summary_file(options);
  if (!summary) return tl::unexpected(summary.error());
  if (*summary) outputs.summary.emplace(std::move(**summary));
  return outputs;
}

Result<void> write_product(const Options& options, Outputs& outputs, ScanMediator& mediator,
                           const RunSummary& summary) {
  if (!outputs.product) return {};
  OutputFile& output = *outputs.product;
  Result<void> written = options.command == Command::when
                             ? write_births(output, options, mediator.births())
                         : options.command == Command::schedule
                             ? write_schedule(output, options, summary)
                             : write_rows(output, options.format->header, mediator.rows());
  return written ? output.commit() : written;
}

Result<void> write_terminal_summary(Outputs& outputs, const TerminalSummary& on_screen,
                                    const RunSummary& summary, const TerminalLook& look) {
  OutputFile& output = *outputs.product;
  Result<void> written = output.write(on_screen.write(summary, look));
  return written ? output.commit() : written;
}

Result<void> write_report(Outputs& outputs, Report& report, const RunSummary& summary) {
  if (!outputs.report) return {};
  OutputFile& output = *outputs.report;
  Result<void> written = report.write(
      write_summary(summary), [&output](std::string_view bytes) { return output.write(bytes); });
  return written ? output.commit() : written;
}

}  // namespace pidometer
