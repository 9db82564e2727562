#pragma once

#include <vector>

#include "plugin/pid_clock/foreign_readings.h"
#include "plugin/pid_clock/reading.h"
#include "plugin/pid_clock/tick.h"
#include "plugin/pid_clock/tick_gaps.h"

namespace pidometer {

/// Takes the lines out whose time lies elsewhere than between their neighbours while their PID does
/// not, where the neighbours are as far apart as eight other such ticks that nothing stands
/// between: the log is whole without these lines, and the interval that they were put into is
/// judged as if they had never been there. `readings` keeps them as events, and `series` is formed
/// anew. A clock that was set goes through its schedule again: the neighbour's minute too, at which
/// no tick is here. Returns what was taken out, in the log's order.
std::vector<ForeignReading> take_out_stray_lines(std::vector<Reading>& readings,
                                                 TickSeries& series);

/// The gaps without those in which no more is missing than lines that were taken out there: they
/// were moved away.
std::vector<TickGap> without_strays(std::vector<TickGap> gaps, const std::vector<Tick>& ticks,
                                    const std::vector<ForeignReading>& strays);

}  // namespace pidometer
