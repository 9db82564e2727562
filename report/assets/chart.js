// The graph: two lanes of dygraphs over one stretch of time. A log has up to millions of points, so
// each view draws what its pixels can show, and no peak is lost: of each column its lowest and its
// highest value.

// dygraphs' legend sets styles that the page's policy forbids, and the page has its own.
Dygraph.PLUGINS = Dygraph.PLUGINS.filter((plugin) => plugin !== Dygraph.Plugins.Legend);

// PIDs are whole: an axis of few of them has marks between, which get no number.
function wholeNumber(value) {
  return Math.abs(value - Math.round(value)) < 1e-6 ? count(value) : '';
}

class Chart {
  // `frame` holds the lanes. `select` is called with a finding that was clicked, `say` with words on
  // the place pointed at, `viewed` whenever another stretch of time is drawn.
  constructor(frame, {select = () => {}, say = () => {}, viewed = () => {}} = {}) {
    this.frame = frame;
    this.select = select;
    this.say = say;
    this.viewed = viewed;
    this.chosen = null;
    const bars = frame.querySelector('.bars');
    const pids = frame.querySelector('.pids');
    this.lane = pids;
    const common = {
      legend: 'never', labels: ['time', 'value'], axisLabelFontSize: 12, xAxisHeight: 22, rightGap: 8, drawPoints: false, strokeWidth: 1.3,
      connectSeparatedPoints: false, animatedZooms: false, labelsUTC: true, highlightCircleSize: 3,
      zoomCallback: (from, to) => this.view(from, to),
      drawCallback: (lane) => this.follow(lane),
      clickCallback: (event, time) => this.click(event, time),
      highlightCallback: (event, time) => this.point(time),
    };
    const empty = [[0, null], [1, null]];
    this.bars = new Dygraph(bars, empty, {
      ...common, height: 190, underlayCallback: (canvas, area, lane) => this.underlay(canvas, area, lane, false),
      plotter: (drawn) => this.plotBars(drawn), includeZero: true,
      axes: {x: this.timeAxis(), y: {axisLabelWidth: 58, axisLabelFormatter: wholeNumber}},
    });
    this.pids = new Dygraph(pids, empty, {
      ...common, height: 230, underlayCallback: (canvas, area, lane) => this.underlay(canvas, area, lane, true),
      axes: {x: this.timeAxis(), y: {axisLabelWidth: 58, axisLabelFormatter: wholeNumber}},
    });
    // The page's scroll bar takes its room when the lanes are there already.
    new ResizeObserver(() => {
      if (bars.clientWidth === this.width) return;
      this.width = bars.clientWidth;
      for (const lane of [this.bars, this.pids]) lane.resize();
      this.redraw();
    }).observe(bars);
    frame.addEventListener('wheel', (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      const lane = this.pids;
      const box = pids.getBoundingClientRect();
      this.zoom(event.deltaY < 0 ? 0.7 : 1 / 0.7, lane.toDataXCoord(event.clientX - box.left));
    }, {passive: false});
  }

  timeAxis() {
    // Round times of the host's clock, not of UTC, on both sides of where it changed. Of an hour that
    // was left out the instant as long behind the change is taken, of one that came twice the first.
    const ticker = (from, to, pixels, options, lane, values) => {
      const wall = (time) => time + offsetAt(this.series, time) * 60000;
      const instant = (local) => {
        const before = local - offsetAt(this.series, local - 86400000) * 60000;
        const after = local - offsetAt(this.series, before) * 60000;
        return wall(after) === local ? after : before;
      };
      const seen = new Set();
      return Dygraph.dateTicker(wall(from), wall(to), pixels, (name) => (name === 'axisLabelFormatter'
        ? (local, granularity) => options(name)(instant(Number(local)), granularity) : options(name)), lane, values)
        .map((tick) => ({...tick, v: instant(tick.v)}))
        .filter((tick) => !seen.has(tick.v) && seen.add(tick.v));
    };
    return {axisLabelWidth: 78, ticker, axisLabelFormatter: (time, granularity) => {
      const at = parts(Number(time), this.series);
      if (granularity >= Dygraph.DAILY) return at.shortDay;
      return at.minute === '00:00' ? at.shortDay : at.minute;
    }};
  }

  show(series) {
    this.series = series;
    const points = series.points;
    this.first = points.size ? points.time[0] : 0;
    this.last = points.size ? points.time[points.size - 1] : 1;
    if (this.last <= this.first) this.last = this.first + 60000;
    const margin = (this.last - this.first) * 0.01;
    this.first -= margin;
    this.last += margin;
    this.view(this.first, this.last);
  }

  // Draws [from, to], in milliseconds.
  view(from, to) {
    const least = 60000;
    if (to - from < least) {
      const middle = (from + to) / 2;
      from = middle - least / 2;
      to = middle + least / 2;
    }
    const width = Math.min(to - from, this.last - this.first);
    from = Math.max(this.first, Math.min(from, this.last - width));
    to = from + width;
    this.from = from;
    this.to = to;
    const columns = Math.max(300, this.lane.clientWidth);
    const drawn = this.columns(from, to, columns);
    this.drawing = true;
    const colors = [this.color('line')];
    // Room above the highest bar for its number.
    const found = this.series.findings.filter((finding) => finding.excess && this.inView(finding));
    const peak = found.reduce((most, finding) => Math.max(most, finding.excess),
      drawn.bars.reduce((most, [, value]) => Math.max(most, value || 0), 1));
    const range = this.logscale ? {logscale: true, valueRange: [0.8, 2 * peak]}
                                : {logscale: false, valueRange: [drawn.bars.reduce((least, [, value]) => Math.min(least, value || 0), 0), 1.15 * peak]};
    this.bars.updateOptions({file: drawn.bars, dateWindow: [from, to], colors, ...range});
    this.pids.updateOptions({file: drawn.pids, dateWindow: [from, to], colors});
    this.drawing = false;
    this.frame.querySelector('.pids-title').textContent =
        `PID · ${windowWords(from, to, this.series)}`;
    this.viewed();
  }

  columns(from, to, columns) {
    const {time, pid, unexplained, judged, apart, size} = this.series.points;
    let begin = Math.max(0, pointAt(this.series.points, from) - 1);
    const end = Math.min(size, pointAt(this.series.points, to) + 1);
    const pids = [];
    const bars = [];
    const bar = (i) => bars.push([time[i], this.logscale && unexplained[i] < 1 ? null : unexplained[i]]);
    if (end - begin <= 2 * columns) {
      for (let i = begin; i < end; ++i) {
        if (apart[i]) pids.push([time[i] - 1, null]);
        pids.push([time[i], pid[i]]);
        if (judged[i]) bar(i);
      }
    } else {
      const span = (to - from) / columns;
      while (begin < end) {
        const limit = time[begin] + span;
        let low = begin;
        let high = begin;
        let restart = -1;
        let least = -1;
        let most = -1;
        let i = begin;
        for (; i < end && time[i] <= limit; ++i) {
          if (pid[i] < pid[low]) low = i;
          if (pid[i] > pid[high]) high = i;
          if (apart[i]) restart = i;
          if (!judged[i]) continue;
          if (least < 0 || unexplained[i] < unexplained[least]) least = i;
          if (most < 0 || unexplained[i] > unexplained[most]) most = i;
        }
        if (restart >= 0) pids.push([time[begin] - 1, null]);
        const order = [...new Set([begin, low, high, i - 1])].sort((a, b) => a - b);
        for (const k of order) pids.push([time[k], pid[k]]);
        for (const k of [...new Set([least, most])].filter((n) => n >= 0).sort((a, b) => a - b)) bar(k);
        begin = i;
      }
    }
    const none = [[from, null], [to, null]];
    return {pids: pids.length ? pids : none, bars: bars.length ? bars : none};
  }

  // One lane was dragged: the other one, and the columns, follow.
  follow(lane) {
    if (this.drawing || !this.series || this.waiting) return;
    const [from, to] = lane.xAxisRange();
    if (from === this.from && to === this.to) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      const [begin, end] = lane.xAxisRange();
      this.view(begin, end);
    });
  }

  // The chosen finding where it is in view: who looks nearer means that one.
  middle() {
    const one = this.chosen;
    return one && one.owner === this.series && this.inView(one) ? (one.start + one.end) / 2 : (this.from + this.to) / 2;
  }

  zoom(factor, about = this.middle()) {
    this.view(about - (about - this.from) * factor, about + (this.to - about) * factor);
  }

  move(share) {
    const step = (this.to - this.from) * share;
    this.view(this.from + step, this.to + step);
  }

  all() {
    this.view(this.first, this.last);
  }

  // Shows a finding with some room about it, unless it is well in view.
  reveal(finding) {
    const width = finding.end - finding.start;
    const inView = finding.start >= this.from && finding.end <= this.to;
    if (!inView || width < (this.to - this.from) / 400) {
      const room = Math.max(12 * width, 2 * 3600000);
      this.view(finding.start - room, finding.end + room);
    } else {
      this.redraw();
    }
  }

  choose(finding) {
    this.chosen = finding;
    this.redraw();
  }

  redraw() {
    if (this.series) this.view(this.from, this.to);
  }

  point(time) {
    const points = this.series.points;
    const i = Math.min(points.size - 1, pointAt(points, time));
    if (i < 0) return;
    const step = points.judged[i] ? `, then ${count(points.unexplained[i])} unexplained up to the next record` : '';
    this.say(`${timeWords(points.time[i], this.series)}: PID ${points.pid[i]}${step}`);
  }

  click(event, time) {
    const reach = (this.to - this.from) * 8 / Math.max(1, this.lane.clientWidth);
    let best = null;
    for (const finding of this.series.findings) {
      if (finding.kind === 'activity') continue;
      if (time < finding.start - reach || time > finding.end + reach) continue;
      if (!best || byRank(finding, best) < 0) best = finding;
    }
    if (best) this.select(best);
  }
}
