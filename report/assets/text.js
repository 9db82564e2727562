// Words and elements. Evidence becomes text nodes and nothing else.

const LEVELS = ['informational', 'low', 'medium', 'high', 'critical'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
let localTimes = true;

// An element with attributes and children; a string is text.
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else if (key === 'class') made.className = value;
    else made.setAttribute(key, value === true ? '' : String(value));
  }
  for (const child of children.flat(Infinity))
    if (child !== null && child !== undefined) made.append(child);
  return made;
}

function svg(name, attributes = {}, ...children) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.append(...children);
  return made;
}

function count(number) {
  return Math.round(number).toString().replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

function plural(number, noun) {
  return `${count(number)} ${number === 1 ? noun : noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : /(s|ch)$/.test(noun) ? `${noun}es` : `${noun}s`}`;
}

// Minutes east of UTC of a series' host at a time, as times are shown.
function offsetAt(series, time) {
  return localTimes ? hostOffset(series, time) : 0;
}

function hostOffset(series, time) {
  if (!series || series.offsets.length === 0) return 0;
  let low = 0;
  let high = series.offsets.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (series.offsets[middle][0] * 1000 <= time) low = middle;
    else high = middle - 1;
  }
  return series.offsets[low][1];
}

function offsetWords(minutes) {
  if (minutes === 0) return 'UTC';
  const size = Math.abs(minutes);
  const two = (n) => String(n).padStart(2, '0');
  return `${minutes < 0 ? '−' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

// The day of a time that was moved by its clock's offset.
function dayWords(moved) {
  const date = new Date(moved);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

// A time's parts by the host's clock.
function parts(time, series) {
  const offset = offsetAt(series, time);
  const date = new Date(time + offset * 60000);
  const two = (n) => String(n).padStart(2, '0');
  return {
    offset,
    day: dayWords(date.getTime()),
    shortDay: `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`,
    minute: `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`,
    second: `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`,
  };
}

function timeWords(time, series) {
  const at = parts(time, series);
  return `${at.day}, ${at.second} (${offsetWords(at.offset)})`;
}

function windowWords(start, end, series) {
  const from = parts(start, series);
  const to = parts(end, series);
  const zone = from.offset === to.offset ? offsetWords(from.offset)
                                         : `${offsetWords(from.offset)}, then ${offsetWords(to.offset)}`;
  if (start === end) return `${from.day}, ${from.second} (${zone})`;
  return from.day === to.day ? `${from.day}, ${from.minute} to ${to.minute} (${zone})`
                             : `${from.day}, ${from.minute} to ${to.day}, ${to.minute} (${zone})`;
}

const KIND_WORDS = {
  pid_excess: 'unexplained PIDs',
  pid_deficit: 'fewer PIDs than usual',
  record_gap: 'records are missing',
  record_out_of_sequence: 'a record out of sequence',
  clock_step: 'the clock was set',
  boot: 'boot',
  new_command: 'a new command',
  crontab_change: 'a crontab was changed',
  not_a_clock: 'the PIDs are no clock',
  schedule_mismatch: 'log and crontab differ',
  log_rewritten: 'a log was rewritten',
  activity: 'activity',
};

// A finding in a few words. A thread takes a PID as a process does, so no word here is of processes.
function headline(finding) {
  const row = finding.row;
  if (finding.kind === 'pid_excess' || finding.kind === 'activity')
    return plural(row.excess_pids, 'unexplained PID');
  if (finding.kind === 'pid_deficit')
    return `${row.excess_high < 0 ? '' : 'perhaps '}${count(-row.excess_pids)} fewer PIDs than usual`;
  if (finding.kind === 'record_gap' && row.cause) {
    const cause = row.cause === 'unknown' ? 'cause unknown' : row.cause.replaceAll('_', ' ');
    const words = `records are missing: ${cause}`;
    return finding.excess ? `${plural(finding.excess, 'unexplained PID')}; ${words}` : words;
  }
  return KIND_WORDS[finding.kind] || finding.kind.replaceAll('_', ' ');
}

function levelMark(level) {
  return element('span', {class: `level ${level}`}, level);
}

// As much of a long text as a table has room for. What is whole is where `where` says.
function shortened(text, where, most = 400) {
  const characters = [...text];  // of which some are two units of the string
  return characters.length <= most ? text
                                   : `${characters.slice(0, most).join('')}… and ${count(characters.length - most)} characters more: ${where}`;
}

// A command of a table: on the screen as much as there is room for; paper has room.
function commandCell(command) {
  const screen = shortened(command, 'the summary of the run has them');
  const paper = shortened(command, 'the summary of the run has them', 20000);
  return screen === paper ? element('code', {}, screen)
                          : element('code', {}, element('span', {class: 'screen-text'}, screen), element('span', {class: 'paper-text'}, paper));
}

// A table of rows of cells (text or elements), with a caption that screen readers name it by. Columns
// of numbers and ranges stand at the right, with their heads.
function simpleTable(caption, heads, rows) {
  const empty = (cell) => cell === null || cell === undefined || cell === '';
  const ofNumbers = (cell) => empty(cell) || (typeof cell !== 'object' && /^-?[\d.,]+( (to|of) -?[\d.,]+)?$/.test(cell));
  const numeric = heads.map((_, i) => rows.every((row) => ofNumbers(row[i])) && !rows.every((row) => empty(row[i])));
  const side = (i) => (numeric[i] ? 'number' : null);
  return element('div', {class: 'scroll'}, element('table', {},
    element('caption', {}, caption),
    element('thead', {}, element('tr', {}, heads.map((head, i) => element('th', {scope: 'col', class: side(i)}, head)))),
    element('tbody', {}, rows.map((row) => element('tr', {}, row.map((cell, i) =>
      element('td', {class: side(i)}, cell === null || cell === undefined ? '' : typeof cell === 'object' ? cell : String(cell))))))));
}

function facts(pairs) {
  return element('dl', {class: 'facts'}, pairs.filter(([, value]) => value !== null && value !== undefined && value !== '')
    .map(([name, value]) => {
      const wide = typeof value === 'string' && value.length > 30 ? 'wide' : null;  // in print, beside which no other pair fits
      return [element('dt', {class: wide}, name), element('dd', {class: wide}, typeof value === 'object' ? value : String(value))];
    }));
}
