// What the file carries: packed JSON and packed points, written by report.cc and pack.cc.
'use strict';

async function unpack(element) {
  const text = atob(element.textContent.trim());
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; ++i) bytes[i] = text.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// The points of one clock, as encode_points() of pack.cc has them, in parallel arrays; times in
// milliseconds.
function decodePoints(bytes) {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let scale = 1;; scale *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  const signed = (value) => (value % 2 ? -(value + 1) / 2 : value / 2);
  // A point takes three bytes at the least where it was judged, two where not.
  const most = Math.floor(bytes.length / 2);
  const points = {
    time: new Float64Array(most), pid: new Int32Array(most), unexplained: new Int32Array(most),
    judged: new Uint8Array(most), apart: new Uint8Array(most), size: 0,
  };
  let time = 0;
  let pid = 0;
  while (at < bytes.length) {
    const i = points.size++;
    time += signed(varint());
    const step = varint();
    pid += signed(Math.floor(step / 4));
    points.time[i] = time * 1000;
    points.pid[i] = pid;
    points.judged[i] = step & 1;
    points.apart[i] = step & 2 ? 1 : 0;
    if (step & 1) points.unexplained[i] = signed(varint());
  }
  return points;
}

// Index of the first point at or after a time.
function pointAt(points, time) {
  let low = 0;
  let high = points.size;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points.time[middle] < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

async function readReport() {
  const json = new TextDecoder().decode(await unpack(document.getElementById('data')));
  const report = JSON.parse(json);
  const elements = document.querySelectorAll('script.points');
  for (const [i, series] of report.series.entries()) {
    series.points = decodePoints(await unpack(elements[i]));
    series.findings = [];
  }
  // The clocks stand in the order of the summary's series, one for each.
  for (const [i, series] of report.summary.series.entries()) series.clock = report.series[i];
  for (const finding of report.findings) {
    finding.start = Date.parse(finding.row.window_start || finding.row.datetime);
    finding.end = Date.parse(finding.row.window_end || finding.row.datetime);
    finding.kind = finding.row.data_type.replace('pidometer:anomaly:', '').replace('pidometer:', '');
    // PIDs that were left unexplained, also by a gap beyond what its missing jobs take.
    finding.excess = ['pid_excess', 'record_gap'].includes(finding.kind) ? Math.max(0, finding.row.excess_pids || 0) : 0;
    finding.id = finding.row.finding_id || finding.row.activity_id;
    finding.owner = finding.series === null ? null : report.series[finding.series];
    if (finding.owner) finding.owner.findings.push(finding);
  }
  return report;
}
