// What the host does by itself, and what was read, how, and what was lost: the run's summary.

function drawSchedule(body, report) {
  body.replaceChildren();
  for (const series of report.summary.series) {
    const name = [series.input, series.volume, series.folder, series.hostname].filter(Boolean).join(' · ');
    if (series.schedule && series.schedule.length)
      body.append(simpleTable(`Jobs learnt of ${name}`, ['When', 'User', 'Command', 'Runs of those due', 'PIDs up to the next record', 'usually'],
        series.schedule.flatMap((job) => {
          const cells = [job.username || '', commandCell(job.command || '')];
          const cost = job.pids === undefined ? ['never alone', ''] : [job.pids, job.pids_low === job.pids_high ? job.pids_low : `${job.pids_low} to ${job.pids_high}`];
          const rows = job.times.map((time) => [[element('code', {class: 'fields'}, time.fields), partWords(time, series)], ...cells, `${count(time.runs)} of ${count(time.due)}`, ...cost]);
          if (job.other_runs) rows.push([job.times.length ? 'at other times' : 'at no fixed time', ...cells, count(job.other_runs), ...cost]);
          return rows;
        })));
    if (series.periodic_sources && series.periodic_sources.length)
      body.append(simpleTable(`Periodic sources that write no line, of ${name}`, ['When', 'PIDs', 'Seen'],
        series.periodic_sources.map((source) => [source.every === 'hour'
          ? `every hour, in the interval that starts at minute ${source.minute}`
          : `every day, in the interval that starts at ${String(Math.floor(source.minute / 60)).padStart(2, '0')}:${String(source.minute % 60).padStart(2, '0')}`,
        source.pids, count(source.seen)])));
    if (series.periods && series.periods.length)
      body.append(element('details', {}, element('summary', {}, `What could have been seen: ${name}`),
        simpleTable('Coverage and smallest alarm', ['First day', 'Last day', 'Intervals judged', 'Hours judged', 'Smallest alarm in half of them', 'in nine tenths'],
          series.periods.map((period) => [...daysOf(period, series.clock), count(period.intervals),
            (period.judged_seconds / 3600).toFixed(1), alarmWords(period.smallest_alarm_pids), alarmWords(period.smallest_alarm_pids_high)]))));
  }
  if (!body.childElementCount) body.append(element('p', {}, 'Nothing was learnt.'));
}

// Since and until when a line was in force, by the clock of the host.
function partWords(time, series) {
  return ['since', 'until'].filter((word) => time[word]).map((word) => ` ${word} ${timeWords(Date.parse(time[word]), series.clock)}`).join('');
}

// Of the number that the program gives where no excess would have been an alarm.
function alarmWords(pids) {
  return pids === undefined ? '' : pids >= 4194304 ? 'none is' : pids;
}

// A period's first day and its last one: days of the host's own clock, whatever times are shown in.
// Noons, which no change of that clock takes to another day.
function daysOf(period, clock) {
  const half = 12 * 3600 * 1000;
  return [Date.parse(period.begin) + half, Date.parse(period.end) - half].map((noon) => dayWords(noon + hostOffset(clock, noon) * 60000));
}

function damageWords(list) {
  return list.map((one) => `${count(one.begin)} to ${one.end === undefined ? 'the end' : count(one.end)}${one.reason ? ': ' + one.reason : ''}`).join('; ');
}

// Whether the hashes that were computed are those that the image stores; nothing where it stores none.
function agreeWords(hashes) {
  if (!hashes || hashes.agree === undefined) return '';
  return hashes.agree ? 'yes' : 'no: the image is not what was acquired, or could not be read whole';
}

function drawEvidence(body, report) {
  const summary = report.summary;
  body.replaceChildren();
  const part = (title, ...children) => body.append(element('h3', {}, title), ...children);
  part('Images and files', ...summary.inputs.map((input) => facts([
    ['name', input.name], ['kind', input.kind], ['segments', (input.segments || []).join(', ')], ['bytes', count(input.size)],
    ['MD5 stored in it', input.stored_md5], ['SHA-1 stored in it', input.stored_sha1], ['MD5', input.hashes?.md5], ['SHA-1', input.hashes?.sha1],
    ['SHA-256', input.hashes?.sha256], ['as stored', agreeWords(input.hashes)], ['damage', damageWords(input.damage || [])], ['read by', input.isolation]])));
  if (summary.volumes.length)
    part('Volumes', simpleTable('Volumes', ['Input', 'Volume', 'Start', 'Bytes', 'Kind', 'Filesystem', 'Read by', 'Not read because'],
      summary.volumes.map((v) => [v.input, v.name, count(v.start), count(v.size), v.description, v.file_system, v.reader, v.unsupported])));
  part('Logs', ...summary.logs.map((log) => facts([
    ['log', element('strong', {}, log.filename)], ['input and volume', [log.input, log.volume].filter(Boolean).join(' · ')],
    ['SHA-256', log.sha256], ['bytes', count(log.size)], ['modified', log.modified],
    ['lines', `${count(log.lines)}: ${plural(log.records, 'record')}, ${count(log.other_lines)} of other programs, ${count(log.unparsed_lines)} unparsed, ${count(log.duplicate_lines)} twice`],
    ['left out', Object.entries(log.lines_skipped || {}).map(([why, n]) => `${count(n)}: ${why}`).join('; ')],
    ['covers', log.coverage && `${log.coverage.begin} to ${log.coverage.end}`], ['dialects', (log.dialects || []).join(', ')],
    ['times', log.time_basis], ['certainty', (log.time_certainty || '').replaceAll('_', ' ')],
    ['damage', damageWords(log.damage || [])], ['read to its end', !log.complete ? 'no' : (log.damage || []).length ? 'yes, but for the damage' : 'yes'],
    ['recovered', log.recovered]])));
  part('Hosts', ...summary.series.map((series) => facts([
    ['series', [series.input, series.volume, series.folder, series.hostname].filter(Boolean).join(' · ')],
    ['records', `${count(series.records)}, ${count(series.readings)} of them readings, ${plural(series.intervals, 'interval')} judged`],
    ['boot sessions', series.boot_sessions], ['wraps of the counter', series.wraps],
    ['pid_max', `${count(series.pid_max)}${series.pid_max_basis ? ' (' + series.pid_max_basis + ')' : ''}`],
    ['copy of the logs', series.log_copy_basis],
    ['not judged', series.unjudged_intervals ? plural(series.unjudged_intervals, 'interval') : '']])));
  const unjudged = summary.series.flatMap((series) => (series.unjudged || []).map((one) =>
    [...[one.begin, one.end].map((time) => timeWords(Date.parse(time), series.clock)), one.reason]));
  if (unjudged.length)
    body.append(element('details', {}, element('summary', {}, plural(unjudged.length, 'stretch') + ' not judged'),
      simpleTable('Not judged', ['From', 'To', 'Reason'], unjudged)));
  const problems = [...summary.errors.map((e) => ['error', [e.message, e.reason, e.help].filter(Boolean).join('; '), '']),
    ...summary.warnings.map((w) => [w.kind, w.message, [w.input, w.volume, w.path, w.line ? 'line ' + w.line : ''].filter(Boolean).join(' · ')])];
  part('Warnings and errors', problems.length ? simpleTable('Warnings and errors', ['Kind', 'What', 'Where'], problems) : element('p', {}, 'None.'));
  part('Method', facts([
    ['program', `${summary.tool.name} ${summary.tool.version}`], ['libraries', summary.tool.libraries.join(', ')],
    ['exit status', summary.exit_status],
    ...Object.entries(summary.options).map(([name, value]) => [`option ${name}`, Array.isArray(value) ? value.join(', ') : value === '' ? null : String(value)])]),
  element('p', {}, 'Every cron record names the PID of a process, and Linux hands PIDs out in order, to every process and every thread. Between two records the counter rises by what the scheduled jobs cost, learnt from the comparable intervals of the same log; what is left over was handed out to something that wrote no line. The score of a window is −log10 of the chance of so much in one such window; the score in the whole log allows for all windows, and the level follows from it.'));
}
