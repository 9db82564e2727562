// Joins the parts when the page is there.

function showTheme(name) {
  document.documentElement.dataset.theme = name;
  document.getElementById('theme').textContent = name === 'dark' ? 'Light' : 'Dark';
}

// Of the program's other outputs: a name's control characters are written, not shown.
function shownName(name) {
  return name.replace(/[\x00-\x1f\x7f]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

// Where no line of any log was read nothing can be said of findings.
function emptyWords(summary) {
  if (!summary.logs.some((log) => log.lines > 0)) {
    const errors = summary.errors.map((error) => error.message + (error.reason ? ` (${error.reason})` : ''));
    return ['Nothing was read', ...errors].join(' · ');
  }
  return summary.series.length && summary.series.every((series) => series.intervals === 0) ? 'Nothing was judged' : 'No finding';
}

function drawHead(report, best) {
  const summary = report.summary;
  const names = summary.inputs.map((input) => input.name.replace(/^.*\//, ''));
  document.title = `pidometer: ${names.join(', ')}`;
  const head = document.getElementById('headline');
  if (best && LEVELS.indexOf(best.row.level) >= 2)
    head.replaceChildren(element('strong', {class: `level ${best.row.level}`}, headline(best)),
      ` · ${windowWords(best.start, best.end, best.owner)}${severalHosts(report) && hostOf(best) ? ` · ${hostOf(best)}` : ''}`);
  else if (best) head.textContent = 'No finding of level medium or above';
  else head.textContent = emptyWords(summary);
  const records = summary.logs.reduce((sum, log) => sum + log.records, 0);
  document.getElementById('about').textContent = `${names.join(', ')} · ${plural(summary.logs.length, 'log')}, ${plural(records, 'record')}` +
      (report.left_out ? ` · ${plural(report.left_out, 'finding')} of the lowest levels are left out of this report; the rows of a scan have them` : '') +
      (summary.exit_status === 3 ? ' · part of the evidence was lost or damaged: see the warnings' : '');
  document.getElementById('levels').replaceChildren(...LEVELS.map((_, i) => LEVELS[LEVELS.length - 1 - i]).map((level) => {
    const number = Object.values(summary.findings.by_kind).reduce((sum, kind) => sum + kind[level], 0);
    return element('li', {}, element('b', {}, count(number)), ' ', levelMark(level));
  }));
}

function start(report) {
  document.getElementById('main').hidden = false;
  const findings = report.findings;
  // An activity sums up findings that are shown by themselves.
  const best = findings.filter((finding) => finding.kind !== 'activity').sort(byRank)[0];
  const reading = document.getElementById('reading');
  // What is drawn while a browser prepares to print is not printed: a second graph, as wide as paper
  // and light, follows the first one when that has come to rest.
  const paper = new Chart(document.getElementById('paper'));
  let resting = 0;
  const viewed = () => {
    clearTimeout(resting);
    resting = setTimeout(() => {
      paper.chosen = chart.chosen;
      paper.logscale = chart.logscale;
      if (paper.series !== chart.series) paper.show(chart.series);
      paper.view(chart.from, chart.to);
    }, 250);
  };
  const chart = new Chart(document.getElementById('graph'), {
    select: (finding) => select(finding), say: (words) => { reading.textContent = words; }, viewed});
  let chosen = null;

  function select(finding, focus = true) {
    chosen = finding;
    document.getElementById('detail-body').replaceChildren(...detailOf(finding, findings, select));
    document.querySelectorAll('[data-id]').forEach((row) => row.classList.toggle('chosen', row.dataset.id === finding.id));
    if (finding.owner && finding.owner !== chart.series) showSeries(finding.owner);
    chart.chosen = finding;
    if (focus) {
      chart.reveal(finding);
      const detail = document.getElementById('detail');
      detail.focus({preventScroll: true});
      if (detail.getBoundingClientRect().top > innerHeight || detail.getBoundingClientRect().bottom < 0) detail.scrollIntoView();
    } else {
      chart.redraw();
    }
  }

  const choice = document.getElementById('series');
  function showSeries(series) {
    choice.value = String(report.series.indexOf(series));
    const empty = series.points.size === 0;
    document.getElementById('no-readings').hidden = !empty;
    for (const part of document.querySelectorAll('#graph, #paper, #reading, #clock .buttons, #clock .legend, #clock .hint')) part.hidden = empty;
    chart.show(series);
  }
  report.series.forEach((series, i) => choice.append(element('option', {value: i},
    [series.image, series.place || report.summary.series[i].folder, series.recovered ? 'recovered' : ''].filter(Boolean).join(' · '))));
  document.getElementById('series-label').hidden = report.series.length < 2;
  document.getElementById('clock').hidden = report.series.length === 0;
  for (const option of [...choice.options]) {
    option.textContent = shownName(option.textContent);
    if (report.series[Number(option.value)].points.size === 0) choice.append(option);  // there is nothing to see: the last
  }
  choice.addEventListener('change', () => showSeries(report.series[Number(choice.value)]));

  function next(step) {
    const list = findings.filter((finding) => finding.kind !== 'activity');
    if (list.length === 0) return;
    const at = list.indexOf(chosen);
    // An activity may be chosen: it is none of them.
    const to = at < 0 ? (step > 0 ? 0 : list.length - 1) : (at + step + list.length) % list.length;
    select(list[to]);
    document.getElementById('graph').focus({preventScroll: true});
    // The focus stays here, and what the finding's own place says is read to nobody.
    reading.textContent = `${chosen.row.level}: ${headline(chosen)}, ${windowWords(chosen.start, chosen.end, chosen.owner)}`;
  }
  const views = {earlier: () => chart.move(-0.5), later: () => chart.move(0.5), in: () => chart.zoom(0.5), out: () => chart.zoom(2), all: () => chart.all()};
  document.querySelectorAll('[data-view]').forEach((button) => button.addEventListener('click', views[button.dataset.view]));
  const keys = {ArrowLeft: views.earlier, ArrowRight: views.later, '+': views.in, '=': views.in, '-': views.out, '0': views.all,
    n: () => next(1), p: () => next(-1)};
  document.getElementById('graph').addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  document.getElementById('logscale').addEventListener('change', (event) => { chart.logscale = event.target.checked; chart.redraw(); });

  function drawAll() {
    drawHead(report, best);
    drawNights(document.getElementById('nights-body'), findings, select, severalHosts(report));
    drawSchedule(document.getElementById('schedule-body'), report);
    drawEvidence(document.getElementById('evidence-body'), report);
    const printed = findings.filter((finding) => LEVELS.indexOf(finding.row.level) >= 2 && finding.kind !== 'activity');
    document.getElementById('printed').replaceChildren(element('h2', {}, 'The findings one by one'), ...printed.slice(0, 100).map((finding) =>
      element('article', {}, ...detailOf(finding, [], select).filter((part) => part.tagName !== 'DETAILS'))),
    ...(printed.length > 100 ? [element('p', {}, `${plural(printed.length - 100, 'more finding')} of these levels are in the table.`)] : []));
  }
  drawAll();
  const table = new FindingTable(findings, select);
  document.getElementById('zone').addEventListener('change', (event) => {
    localTimes = event.target.value === 'local';
    drawAll();
    table.draw();
    chart.redraw();
    if (chosen) select(chosen, false);
  });
  document.getElementById('theme').addEventListener('click', () => {
    showTheme(document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark');
    chart.redraw();
  });
  document.getElementById('print').addEventListener('click', () => print());
  // What is folded away on the screen is on paper nowhere else.
  const folded = () => document.querySelectorAll('#schedule details, #evidence details');
  addEventListener('beforeprint', () => folded().forEach((one) => { one.dataset.open = one.open; one.open = true; }));
  addEventListener('afterprint', () => folded().forEach((one) => { one.open = one.dataset.open === 'true'; }));
  if (report.series.length) showSeries(best && best.owner ? best.owner : report.series.find((series) => series.points.size > 0) || report.series[0]);
  if (best) select(best, false);
  document.documentElement.dataset.milliseconds = Math.round(performance.now());  // since the navigation
  document.documentElement.dataset.ready = 'yes';
}

showTheme(matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
readReport().then(start).catch((error) => {
  const failure = document.getElementById('failure');
  failure.hidden = false;
  failure.textContent = `This browser cannot show the report (${error}). It needs a browser of 2023 or later; the rows of a scan hold the same findings.`;
});
