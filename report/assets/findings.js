// The findings as nights and as a table.

function hostOf(finding) {
  return finding.row.hostname || (finding.owner ? finding.owner.host : '') || '';
}

function severalHosts(report) {
  return new Set(report.series.map((series) => series.host).filter(Boolean)).size > 1;
}

// A night goes from noon to noon of the host's clock, in whichever zone times are shown.
function nightOf(finding) {
  const offset = hostOffset(finding.owner, finding.start) * 60000;
  return Math.floor((finding.start + offset - 43200000) / 86400000);
}

function nightWords(night) {
  const first = new Date(night * 86400000);
  const second = new Date((night + 1) * 86400000);
  const month = (date) => MONTHS[date.getUTCMonth()];
  const from = month(first) === month(second) ? first.getUTCDate() : `${first.getUTCDate()} ${month(first)}`;
  return `${from} to ${second.getUTCDate()} ${month(second)} ${second.getUTCFullYear()}`;
}

function rank(finding) {
  return [LEVELS.indexOf(finding.row.level), finding.row.excess_pids || 0, finding.row.score_log || 0];
}

function byRank(a, b) {
  const left = rank(a);
  const right = rank(b);
  for (let i = 0; i < left.length; ++i)
    if (left[i] !== right[i]) return right[i] - left[i];
  return a.start - b.start;
}

const NIGHTS_SHOWN = 60;

function findingButton(finding, select) {
  return element('button', {type: 'button', class: 'entry', 'data-id': finding.id, onclick: () => select(finding)},
    levelMark(finding.row.level), element('span', {class: 'what'}, headline(finding)),
    element('span', {class: 'when'}, windowWords(finding.start, finding.end, finding.owner)));
}

// `several`: the report is of more than one host, and each night names those that it is of.
function drawNights(body, findings, select, several) {
  body.replaceChildren();
  const alarms = findings.filter((finding) => LEVELS.indexOf(finding.row.level) >= 2);
  if (alarms.length === 0) {
    body.append(element('p', {}, 'No finding of level medium or above. A window without a finding proves nothing: see the periods and the smallest alarm below.'));
    return;
  }
  const nights = new Map();
  for (const finding of alarms) {
    const key = nightOf(finding);
    if (!nights.has(key)) nights.set(key, []);
    nights.get(key).push(finding);
  }
  const ordered = [...nights].map(([night, list]) => ({night, list: list.sort((a, b) => a.start - b.start), best: [...list].sort(byRank)[0]}));
  ordered.sort((a, b) => byRank(a.best, b.best));
  for (const {night, list} of ordered.slice(0, NIGHTS_SHOWN)) {
    const activities = list.filter((finding) => finding.kind === 'activity');
    const inActivity = (finding) => activities.find((one) => one !== finding && finding.row.activity_id === one.row.activity_id);
    const total = list.reduce((sum, finding) => sum + finding.excess, 0);
    const items = [];
    for (const finding of list) {
      if (inActivity(finding)) continue;
      const parts = finding.kind === 'activity'
        ? findings.filter((other) => other.kind !== 'activity' && other.row.activity_id === finding.row.activity_id) : [];
      items.push(element('li', {}, findingButton(finding, select),
        parts.length ? element('ul', {class: 'plain'}, parts.map((part) => element('li', {}, findingButton(part, select)))) : null));
    }
    const hosts = several ? [...new Set(list.map(hostOf).filter(Boolean))] : [];
    body.append(element('section', {class: 'night'},
      element('h3', {}, `Night of ${nightWords(night)}`, hosts.length ? ` · ${hosts.slice(0, 5).join(', ')}${hosts.length > 5 ? ` and ${hosts.length - 5} more` : ''}` : '', element('small', {}, total ? ` ${plural(total, 'unexplained PID')}` : '')),
      element('ul', {class: 'plain'}, items)));
  }
  if (ordered.length > NIGHTS_SHOWN)
    body.append(element('p', {}, `${plural(ordered.length - NIGHTS_SHOWN, 'more night')} in the table below.`));
}

const COLUMNS = [
  ['Time', (f) => f.start, (f) => timeWords(f.start, f.owner)],
  ['Level', (f) => LEVELS.indexOf(f.row.level), (f) => levelMark(f.row.level)],
  ['Finding', (f) => headline(f), (f) => headline(f)],
  ['PIDs', (f) => f.row.excess_pids ?? -Infinity, (f) => f.row.excess_pids ?? ''],
  ['Score', (f) => f.row.score_log ?? -Infinity, (f) => f.row.score_log ?? ''],
  ['Host', (f) => f.row.hostname || '', (f) => f.row.hostname || (f.owner ? f.owner.host : '') || ''],
  ['Log', (f) => f.row.filename || '', (f) => f.row.filename || ''],
];
const CLASSES = {Time: 'time', Finding: 'finding', PIDs: 'number', Score: 'number', Host: 'host', Log: 'path'};
const PAGE = 200;

class FindingTable {
  constructor(findings, select) {
    this.findings = findings;
    this.select = select;
    this.sorted = {column: 0, down: false};
    this.page = 1;
    // A column that says nothing, or of one log the same in each row, takes room from the others.
    const told = (name, value) => (name === 'Log' ? new Set(findings.map(value)).size > 1
      : findings.some((f) => value(f) !== '' && value(f) !== -Infinity));
    this.columns = COLUMNS.filter(([name, value]) => !['Host', 'PIDs', 'Score', 'Log'].includes(name) || told(name, value));
    this.search = findings.map((f) => JSON.stringify(f.row).toLowerCase());
    const option = (value, text) => element('option', {value}, text);
    document.getElementById('filter-level').append(...LEVELS.map((level, i) => option(i, i === 0 ? 'all' : i === 4 ? level : `${level} and above`)));
    document.getElementById('filter-kind').append(option('', 'all'),
      ...[...new Set(findings.map((f) => f.kind))].sort().map((kind) => option(kind, kind.replaceAll('_', ' '))));
    const filter = () => { this.page = 1; this.draw(); };
    for (const id of ['filter-level', 'filter-kind', 'filter-text'])
      for (const event of ['input', 'change']) document.getElementById(id).addEventListener(event, filter);
    document.getElementById('more').addEventListener('click', () => { ++this.page; this.draw(); });
    this.draw();
  }

  rows() {
    const least = Number(document.getElementById('filter-level').value);
    const kind = document.getElementById('filter-kind').value;
    const words = document.getElementById('filter-text').value.toLowerCase();
    const kept = this.findings.map((finding, i) => [finding, i]).filter(([finding, i]) =>
      LEVELS.indexOf(finding.row.level) >= least && (!kind || finding.kind === kind) && (!words || this.search[i].includes(words)));
    const value = this.columns[this.sorted.column][1];
    const sign = this.sorted.down ? -1 : 1;
    return kept.map(([finding]) => finding).sort((a, b) => {
      const left = value(a);
      const right = value(b);
      return left < right ? -sign : left > right ? sign : a.start - b.start;
    });
  }

  draw() {
    const rows = this.rows();
    const shown = rows.slice(0, this.page * PAGE);
    document.querySelector('#table thead').replaceChildren(element('tr', {}, this.columns.map(([name], i) =>
      element('th', {scope: 'col', class: CLASSES[name] || null, 'aria-sort': i === this.sorted.column ? (this.sorted.down ? 'descending' : 'ascending') : 'none'},
        element('button', {type: 'button', onclick: () => this.sort(i)}, name, element('span', {'aria-hidden': 'true'},
          i === this.sorted.column ? (this.sorted.down ? ' ▼' : ' ▲') : ''))))));
    document.querySelector('#table tbody').replaceChildren(...shown.map((finding) => element('tr', {'data-id': finding.id, onclick: () => this.select(finding)},
      this.columns.map(([name, , cell]) => element('td', {class: CLASSES[name] || null},
        name === 'Finding' ? element('button', {type: 'button', class: 'link'}, cell(finding)) : typeof cell(finding) === 'object' ? cell(finding) : String(cell(finding)))))));
    // An activity is no finding of its own: its row sums up findings.
    const sums = (list) => list.filter((finding) => finding.kind === 'activity').length;
    const words = [[shown.length - sums(shown), this.findings.length - sums(this.findings), 'finding'],
      [sums(shown), sums(this.findings), 'activity']].filter(([, all]) => all).map(([some, all, noun]) => `${count(some)} of ${plural(all, noun)}`);
    document.getElementById('shown').textContent = words.join(', ');
    document.getElementById('more').hidden = shown.length === rows.length;
  }

  sort(column) {
    this.sorted = {column, down: this.sorted.column === column ? !this.sorted.down : column !== 0};
    this.draw();
    document.querySelectorAll('#table thead button')[column].focus();
  }
}
