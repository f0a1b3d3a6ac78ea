// The rest of the page: figures, failures, legend, details, critical path, utilisation; and what ties
// the parts together.

const listLimit = 500;  // entries of a list in the document

const taskLink = (task, className = '') =>
  make('button', { type: 'button', className: `link ${className}`, onclick: () => { select(task); chart.canvas.scrollIntoView({ block: 'nearest' }); } }, tasks.name[task]);

function addFigure(title, value, note) {
  byId('figures').append(make('div', {}, make('dt', {}, title), make('dd', {}, value), make('dd', {}, note)));
}

function showFigures() {
  const known = (seconds) => seconds !== null && seconds >= 0;
  const busy = busySeconds.reduce((sum, seconds) => sum + seconds, 0);
  addFigure('Makespan', timeText(run.makespan), 'measured');
  if (known(run.plannedMakespan)) {
    addFigure('Planned', timeText(run.plannedMakespan), `by ${run.algorithm || 'an unnamed planner'}`);
    addFigure('Measured / planned', run.plannedMakespan > 0 ? (run.makespan / run.plannedMakespan).toFixed(3) : notRun, 'of the makespan');
  }
  if (known(run.lowerBound)) {
    const bound = run.plannedMakespan / run.lowerBound - 1;
    addFigure('Lower bound', timeText(run.lowerBound), run.lowerBound > 0 && known(run.plannedMakespan) ? `gap of the plan ${percentText(bound)}` : '');
  }
  addFigure('Utilisation', percentText(busy / Math.max(run.makespan * lanes.length, 1e-12)), `of ${countText(lanes.length, 'worker')}`);
  const others = Object.entries(statusCounts).filter(([status]) => status !== 'done').map(([status, count]) => `${count.toLocaleString('en')} ${status}`);
  addFigure('Tasks done', `${(statusCounts.done || 0).toLocaleString('en')} / ${tasks.count.toLocaleString('en')}`, others.join(', ') || 'all of them');
}

function showTitle() {
  const title = run.workflow || 'Workflow';
  document.title = `${title} \u2013 heddle report`;
  byId('title').textContent = title;
  byId('subtitle').textContent = [run.algorithm, countText(tasks.count, 'task'), countText(lanes.length, 'worker'), run.date].filter(Boolean).join(' \u00b7 ');
}

function showFailures() {
  const failed = [];
  for (let task = 0; task < tasks.count; ++task) if (tasks.status[task] === 'failed') failed.push(task);
  byId('failures').hidden = failed.length === 0;
  byId('failures-title').textContent = `${countText(failed.length, 'task')} failed`;
  byId('failure-list').replaceChildren(...failed.slice(0, listLimit).map((task) =>
    make('li', {}, taskLink(task), make('span', { className: 'message' }, tasks.message[task] || 'no message'))));
}

function showLegend() {
  const entry = (className, colour, text) => {
    const swatch = make('span', { className: `swatch ${className}` });
    swatch.style.background = colour;
    return make('li', { title: text }, swatch, text);
  };
  const shown = kindsByTime.slice(0, palette.length);
  const entries = shown.map((kind) => entry('', kindColour[kind], kindName(kind)));
  if (kindsByTime.length > shown.length) entries.push(make('li', {}, `and ${kindsByTime.length - shown.length} more kinds`));
  if (statusCounts.failed) entries.push(entry('', 'var(--bad)', 'failed'));
  if (statusCounts.cancelled) entries.push(entry('', 'var(--idle)', 'cancelled'));
  if (chart.showPlanned) entries.push(entry('thin', '', 'planned, below each bar'));
  if (chart.showCritical) entries.push(entry('line', '', 'critical path'));
  byId('legend').replaceChildren(...entries);
}

function showCriticalPath() {
  const working = criticalPath.reduce((sum, { task }) => sum + duration(task), 0);
  byId('critical-summary').textContent = criticalPath.length === 0 ? 'no task ran'
    : `${countText(criticalPath.length, 'task')}, ${timeText(working)} of work, ${percentText(working / Math.max(run.makespan, 1e-12))} of the makespan`;
  const entries = criticalPath.slice(0, listLimit).map(({ task, why }) => make('li', {},
    make('span', { className: 'time' }, timeText(tasks.start[task])), taskLink(task),
    make('span', { className: 'why' }, why), make('span', { className: 'time' }, timeText(duration(task)))));
  if (criticalPath.length > listLimit) entries.push(make('li', {}, make('span'), `and ${countText(criticalPath.length - listLimit, 'more task')}`));
  byId('critical-list').replaceChildren(...entries);
}

function showWorkers() {
  const shares = busySeconds.map((busy) => busy / Math.max(run.makespan, 1e-12));
  byId('workers-summary').textContent = lanes.length === 0 ? '' : `from ${percentText(Math.min(...shares))} to ${percentText(Math.max(...shares))}`;
  byId('workers').replaceChildren(...lanes.map((lane, worker) => {
    const level = make('i');
    level.style.width = `${Math.min(100, shares[worker] * 100)}%`;
    return make('tr', {}, make('td', { title: run.workers[worker] }, run.workers[worker]),
      make('td', {}, make('span', { className: 'meter' }, level)),
      make('td', { className: 'number' }, percentText(shares[worker])),
      make('td', { className: 'number' }, countText(lane.order.length, 'task')));
  }));
}

/** What is known of a task, as pairs of words. */
function facts(task) {
  const pairs = [['Kind', kindName(tasks.kind[task])], ['Status', tasks.status[task]]];
  if (ran(task)) {
    pairs.push(['Worker', workerName(tasks.worker[task])], ['Start', timeText(tasks.start[task])], ['Duration', timeText(duration(task))]);
  }
  if (planned(task)) {
    pairs.push(['Planned', `${timeText(tasks.plannedStart[task])} + ${timeText(tasks.plannedFinish[task] - tasks.plannedStart[task])}`
      + ` on ${workerName(tasks.plannedWorker[task])}`]);
  }
  if (tasks.attempts[task] > 1) pairs.push(['Attempts', String(tasks.attempts[task])]);
  return pairs;
}

function chips(title, list, className) {
  const more = list.length > 40 ? [`and ${list.length - 40} more`] : [];
  return make('div', { className: 'chips' }, make('b', {}, `${title} (${list.length})`), ...list.slice(0, 40).map((task) => taskLink(task, className)), ...more);
}

function showDetails(task) {
  const details = byId('details');
  details.hidden = task < 0;
  if (task < 0) return;
  const pairs = [...facts(task), ...(tasks.output[task] ? [['Output', tasks.output[task]]] : [])];
  details.replaceChildren(make('h3', {}, tasks.name[task]),
    make('dl', {}, ...pairs.map(([name, value]) => make('div', {}, make('dt', {}, name), make('dd', {}, value)))),
    ...(tasks.message[task] ? [make('pre', {}, tasks.message[task])] : []),
    chips('Predecessors', tasks.predecessors[task], 'before'), chips('Successors', successors[task], 'after'));
}

function showTooltip(task, event) {
  const tooltip = byId('tooltip');
  tooltip.hidden = task < 0;
  if (task < 0) return;
  const message = tasks.message[task] ? [make('p', {}, tasks.message[task].slice(0, 400))] : [];
  tooltip.replaceChildren(make('b', {}, tasks.name[task]),
    make('div', {}, ...facts(task).flatMap(([name, value]) => [make('span', {}, name), make('span', {}, value)])), ...message);
  const box = tooltip.getBoundingClientRect();
  tooltip.style.left = `${Math.max(4, Math.min(event.clientX + 14, window.innerWidth - box.width - 8))}px`;
  tooltip.style.top = `${Math.max(4, event.clientY + 18 + box.height > window.innerHeight ? event.clientY - box.height - 12 : event.clientY + 18)}px`;
}

function listenToTools() {
  const onCheck = (id, apply) => byId(id).addEventListener('change', (event) => { apply(event.target.checked); showLegend(); redraw(); });
  byId('planned-label').hidden = !hasPlan;
  byId('show-planned').checked = chart.showPlanned;
  onCheck('show-planned', (on) => { chart.showPlanned = on; });
  onCheck('show-critical', (on) => { chart.showCritical = on; });
  byId('zoom-in').addEventListener('click', () => zoom(0.6));
  byId('zoom-out').addEventListener('click', () => zoom(1 / 0.6));
  byId('zoom-fit').addEventListener('click', fit);
}

chart.listeners.hover = showTooltip;
chart.listeners.select = (task) => { showDetails(task); drawRows(); };
showTitle();
showFigures();
showFailures();
showLegend();
showCriticalPath();
showWorkers();
listenToTools();
startTable();
startChart();

/** What is on the screen, for tests and for the console. */
window.heddle = {
  get barsDrawn() { return chart.barsDrawn; },
  get view() { return { ...chart.view }; },
  get hovered() { return chart.hovered < 0 ? null : tasks.name[chart.hovered]; },
  get selected() { return chart.selected < 0 ? null : tasks.name[chart.selected]; },
  get criticalPath() { return criticalPath.map(({ task }) => tasks.name[task]); },
  get tableOrder() { return table.order.map((task) => tasks.name[task]); },
  get laneBoxes() { return lanes.map((_, worker) => ({ left: gutter, top: barTop(worker), width: chart.width - gutter, height: laneShape.bar })); },
  barBox: (name) => barBox(tasks.name.indexOf(name)),
};
