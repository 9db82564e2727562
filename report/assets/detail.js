// One finding: its sentence, the lines that bound it, what it was compared with, witnesses.

// Costs of the comparable intervals as bars, and where this one lies. `compared` is a list of
// [PIDs handed out, intervals with so many].
function histogram(compared, observed) {
  const total = compared.reduce((sum, [, times]) => sum + times, 0);
  // A log of years has more intervals than a call takes arguments.
  const least = compared.reduce((all, [pids]) => Math.min(all, pids), Infinity);
  const most = compared.reduce((all, [pids]) => Math.max(all, pids), -Infinity);
  const low = Math.min(observed, least);
  const high = Math.max(observed, most);
  const bins = Math.min(40, high - low + 1);
  const size = (high - low + 1) / bins;
  const counts = new Array(bins).fill(0);
  const binOf = (pids) => Math.min(bins - 1, Math.floor((pids - low) / size));
  for (const [pids, times] of compared) counts[binOf(pids)] += times;
  const width = 360;
  const height = 90;
  const step = width / bins;
  const tallest = Math.max(1, ...counts);
  const words = `${plural(total, 'comparable interval')}: from ${count(least)} to ` +
      `${count(most)} PIDs; this one ${count(observed)}`;
  const drawn = svg('svg', {viewBox: `0 0 ${width} ${height + 28}`, class: 'histogram', role: 'img', 'aria-label': words});
  counts.forEach((n, i) => {
    if (n === 0) return;
    const tall = Math.max(2, n / tallest * height);
    drawn.append(svg('rect', {x: i * step + 0.5, y: height - tall, width: Math.max(1, step - 1), height: tall, class: 'bar'}));
  });
  const own = (binOf(observed) + 0.5) * step;
  drawn.append(svg('path', {d: `M${own} ${height} l-5 8 h10 z`, class: 'own'}));
  const label = (x, anchor, text) => svg('text', {x, y: height + 24, 'text-anchor': anchor}, text);
  drawn.append(label(0, 'start', count(low)), label(width, 'end', count(high)));
  return element('figure', {}, drawn, element('figcaption', {}, words + '.'));
}

function boundingLines(row) {
  const one = (title, text, line, path) => element('div', {class: 'line'},
    element('p', {}, `${title}${line ? `, line ${count(line)}` : ''}${path ? ` of ${path}` : ''}`),
    element('pre', {}, element('code', {}, text)));
  const lines = [];
  if (row.first_record) lines.push(one('From', row.first_record, row.first_line, row.filename));
  if (row.last_record && row.last_record !== row.first_record)
    lines.push(one('To', row.last_record, row.last_line, row.last_filename || row.filename));
  return lines;
}

function quotedLines(caption, lines, series) {
  return simpleTable(caption, ['Time', 'PID', 'What', 'Line'], lines.map((line) => [
    timeWords(Date.parse(line.time), series), line.pid || '', (line.relation || '').replaceAll('_', ' '),
    element('span', {}, element('code', {}, line.text || ''), element('small', {}, ` ${line.filename || ''}${line.line ? ':' + line.line : ''}`)),
  ]));
}

// Everything known of a finding. `all` are the report's findings, `select` shows another one.
function detailOf(finding, all, select) {
  const row = finding.row;
  const out = [
    element('p', {class: 'lead'}, levelMark(row.level), ' ', element('strong', {}, headline(finding))),
    element('p', {}, windowWords(finding.start, finding.end, finding.owner)),
    element('p', {class: 'sentence'}, row.message),
    ...boundingLines(row),
  ];
  if (row.missing_lines && row.missing_lines.length)
    out.push(quotedLines('Lines that the journal has and the log lacks', row.missing_lines, finding.owner));
  if (row.witnesses && row.witnesses.length)
    out.push(quotedLines(`Witnesses: ${plural(row.witnesses_total, 'line')} of other logs`, row.witnesses, finding.owner));
  if (finding.compared.length) out.push(element('h3', {}, 'Compared with'), histogram(finding.compared, row.observed_pids));
  const range = row.excess_low !== undefined ? `${count(row.excess_low)} to ${count(row.excess_high)}` : null;
  out.push(element('h3', {}, 'Numbers'), facts([
    ['PIDs handed out', row.observed_pids], ['expected', row.expected_pids], ['unexplained', row.excess_pids],
    ['90 % range', range], ['score of the window', row.score], ['score in the whole log', row.score_log],
    ['first and last PID', row.first_pid !== undefined ? `${row.first_pid}, ${row.last_pid}` : null],
    ['cause', row.cause && row.cause.replaceAll('_', ' ')], ['boot session', row.boot_session],
    ['host', row.hostname], ['user', row.username], ['command', row.command],
    ['time certainty', row.time_certainty && row.time_certainty.replaceAll('_', ' ')], ['time basis', row.time_basis],
    ['log', row.display_name], ['SHA-256 of the log', row.log_sha256],
    ['finding id', element('code', {}, finding.id)],
  ]));
  const family = all.filter((other) => other !== finding && row.activity_id && other.row.activity_id === row.activity_id);
  if (family.length)
    out.push(element('h3', {}, 'Belongs together with'), element('ul', {class: 'plain'}, family.map((other) =>
      element('li', {}, element('button', {type: 'button', class: 'link', onclick: () => select(other)},
        `${headline(other)}, ${windowWords(other.start, other.end, other.owner)}`)))));
  out.push(element('details', {}, element('summary', {}, 'The whole row'),
    element('pre', {}, element('code', {}, JSON.stringify(row, null, 1)))));
  return out;
}
