// What is drawn beneath and beside the lines of the graph: bars, boots, gaps, steps, findings.

Object.assign(Chart.prototype, {
  // Of the theme that the frame is in.
  color(name) {
    return getComputedStyle(this.frame).getPropertyValue(`--${name}`).trim();
  },

  // A bar from zero for each interval that is no finding: those are drawn wider, in their colours.
  plotBars(drawn) {
    if (!this.series) return;
    const {drawingContext: canvas, dygraph, points} = drawn;
    const zero = dygraph.toDomYCoord(this.logscale ? 0.8 : 0);
    canvas.save();
    canvas.lineWidth = 1.5;
    canvas.strokeStyle = this.color('quiet');
    canvas.beginPath();
    const found = new Set(this.series.findings.filter((finding) => finding.excess).map((finding) => Math.floor(finding.start / 1000) * 1000));  // as points are
    for (const point of points) {
      if (found.has(point.xval)) continue;
      if (point.yval === null || isNaN(point.yval)) continue;
      canvas.moveTo(point.canvasx, zero);
      canvas.lineTo(point.canvasx, point.canvasy);
    }
    canvas.stroke();
    canvas.restore();
    this.markExcesses(canvas, dygraph.getArea(), dygraph);
  },

  inView(finding) {
    return finding.end >= this.from && finding.start <= this.to;
  },

  underlay(canvas, area, lane, withTicks) {
    if (!this.series) return;
    const x = (time) => lane.toDomXCoord(time);
    const line = (time, style, dash = []) => {
      canvas.strokeStyle = style;
      canvas.setLineDash(dash);
      canvas.beginPath();
      canvas.moveTo(x(time), area.y);
      canvas.lineTo(x(time), area.y + area.h);
      canvas.stroke();
    };
    const band = (from, to, style) => {
      canvas.fillStyle = style;
      const left = Math.max(area.x, x(from));
      canvas.fillRect(left, area.y, Math.max(2, Math.min(area.x + area.w, x(to)) - left), area.h);
    };
    canvas.save();
    canvas.beginPath();
    canvas.rect(area.x, area.y, area.w, area.h);
    canvas.clip();
    canvas.lineWidth = 1;
    for (const [from, to] of this.series.unjudged)
      if (to * 1000 >= this.from && from * 1000 <= this.to) band(from * 1000, to * 1000, this.color('unjudged'));
    for (const [time] of this.series.logs.slice(1))
      if (time * 1000 >= this.from && time * 1000 <= this.to) line(time * 1000, this.color('log'), [2, 4]);
    for (const finding of this.series.findings) {
      if (!this.inView(finding)) continue;
      if (finding.kind === 'record_gap') band(finding.start, finding.end, this.color('gap'));
      if (finding.kind === 'boot') line(finding.end, this.color('boot'));
      if (finding.kind === 'clock_step') line(finding.start, this.color('step'), [6, 3]);
    }
    if (this.chosen && this.chosen.owner === this.series) band(this.chosen.start, this.chosen.end, this.color('chosen'));
    if (withTicks) this.markFindings(canvas, area, lane);
    canvas.restore();
  },

  // Excesses stand out in the colour of their level, the largest ones in view with their number.
  markExcesses(canvas, area, lane) {
    const marks = this.series.findings.filter((finding) => finding.excess && this.inView(finding));
    marks.sort((a, b) => a.excess - b.excess);
    canvas.save();
    canvas.beginPath();
    canvas.rect(area.x, area.y, area.w, area.h);
    canvas.clip();
    const floor = this.logscale ? 0.8 : 0;
    const bars = marks.map((finding) => {
      const left = lane.toDomXCoord(finding.start);
      const width = Math.max(3, lane.toDomXCoord(finding.end) - left);
      const top = lane.toDomYCoord(Math.max(floor, finding.excess));
      canvas.fillStyle = this.color(finding.row.level);
      canvas.fillRect(left, top, width, Math.max(2, lane.toDomYCoord(floor) - top));
      return {left, width, top};
    });
    canvas.font = 'bold 13px system-ui, sans-serif';
    canvas.textBaseline = 'top';
    const taken = [];
    // The bars are no background for numbers: one that finds no room beside them is left out.
    const free = ({left, width, top}, own) => left >= area.x && left + width <= area.x + area.w &&
        taken.every((t) => left >= t.left + t.width + 4 || t.left >= left + width + 4 || Math.abs(t.top - top) >= 16) &&
        bars.every((bar, i) => i === own || left >= bar.left + bar.width + 1 || bar.left >= left + width + 1 || bar.top >= top + 14);
    for (let i = marks.length - 1; i >= Math.max(0, marks.length - 6); --i) {
      const text = count(marks[i].excess);
      const from = Math.max(area.x, bars[i].left);
      const to = Math.min(area.x + area.w, bars[i].left + bars[i].width);
      const width = canvas.measureText(text).width;
      const within = (top) => Math.min(area.y + area.h - 16, Math.max(area.y + 1, top));
      const above = {left: (from + to - width) / 2, width, top: within(bars[i].top - 15)};
      const beside = [to + 4, from - width - 4].map((left) => ({left, width, top: within(bars[i].top - 3)}));
      // Above a bar that is wide enough, else beside it.
      const place = (to - from > width ? [above, ...beside] : [...beside, above]).find((one) => free(one, i));
      if (!place) continue;
      taken.push(place);
      canvas.fillStyle = this.color(marks[i].row.level);
      canvas.fillText(text, place.left, place.top);
    }
    canvas.restore();
  },

  // All findings on the time axis: a tick at the foot of the lane. What holds for much of the log (log and crontab differ) is
  // a thin line below the ticks, which stand out of it.
  markFindings(canvas, area, lane) {
    const marks = this.series.findings.filter((finding) => finding.kind !== 'activity' && this.inView(finding));
    const isLong = (finding) => finding.kind === 'schedule_mismatch';
    for (const finding of [...marks.filter(isLong), ...marks.filter((one) => !isLong(one))]) {
      canvas.fillStyle = this.color(finding.row.level);
      const left = lane.toDomXCoord(finding.start);
      const height = isLong(finding) ? 2 : 7;
      canvas.fillRect(left, area.y + area.h - height, Math.max(3, lane.toDomXCoord(finding.end) - left), height);
    }
  },
});
