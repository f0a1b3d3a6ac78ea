// The table of tasks: sorted by a column, filtered by text, and only as many rows in the document as
// fit into its window.

const rowHeight = 28;
const rowsBeyond = 8;  // rows kept above and below the window

const planned = (task) => tasks.plannedWorker[task] >= 0;
const notRun = '\u2013';

/** Columns: title, value to sort by (undefined goes last), text to show. */
const columns = [
  { title: 'Task', width: '26%', value: (t) => tasks.name[t] },
  { title: 'Kind', width: '12%', value: (t) => kindName(tasks.kind[t]) },
  { title: 'Worker', width: '10%', value: (t) => (ran(t) ? workerName(tasks.worker[t]) : undefined) },
  { title: 'Start', time: true, value: (t) => (ran(t) ? tasks.start[t] : undefined) },
  { title: 'Duration', time: true, value: (t) => (ran(t) ? duration(t) : undefined) },
  ...(hasPlan ? [
    { title: 'Planned', time: true, value: (t) => (planned(t) ? tasks.plannedFinish[t] - tasks.plannedStart[t] : undefined) },
    { title: 'Late by', time: true, value: (t) => (ran(t) && planned(t) ? tasks.finish[t] - tasks.plannedFinish[t] : undefined) },
  ] : []),
  { title: 'Tries', number: true, width: '56px', value: (t) => tasks.attempts[t] },
  { title: 'Status', width: '100px', status: true, value: (t) => tasks.status[t] },
];

const table = { scroller: byId('tasks-scroll'), head: byId('tasks').tHead, body: byId('tasks').tBodies[0], order: [], sortedBy: 3, descending: false };

const collator = new Intl.Collator('en', { numeric: true });

function compareTasks(a, b) {
  const [x, y] = [a, b].map(columns[table.sortedBy].value);
  if (x === undefined || y === undefined) return (x === undefined) - (y === undefined) || a - b;
  const order = typeof x === 'string' ? collator.compare(x, y) : x - y;
  return (table.descending ? -order : order) || a - b;
}

const searchText = (() => {
  const texts = [];
  return (task) => {
    texts[task] ??= [tasks.name[task], kindName(tasks.kind[task]), workerName(tasks.worker[task]), tasks.status[task], tasks.message[task]]
      .join('\n').toLowerCase();
    return texts[task];
  };
})();

function arrange() {
  const wanted = byId('filter').value.trim().toLowerCase();
  table.order = [];
  for (let task = 0; task < tasks.count; ++task) if (!wanted || searchText(task).includes(wanted)) table.order.push(task);
  table.order.sort(compareTasks);
  byId('tasks-count').textContent = wanted
    ? `${table.order.length.toLocaleString('en')} of ${countText(tasks.count, 'task')}` : countText(tasks.count, 'task');
  drawHead();
  drawRows();
}

function drawHead() {
  table.head.replaceChildren(make('tr', {}, ...columns.map((column, i) => {
    const sorted = i === table.sortedBy;
    const arrow = sorted ? (table.descending ? ' \u2193' : ' \u2191') : '';
    const button = make('button', { type: 'button', onclick: () => sortBy(i) }, column.title + arrow);
    const cell = make('th', { scope: 'col', className: column.time || column.number ? 'number' : '' }, button);
    cell.style.width = column.width || '';
    cell.setAttribute('aria-sort', sorted ? (table.descending ? 'descending' : 'ascending') : 'none');
    return cell;
  })));
}

function sortBy(column) {
  table.descending = column === table.sortedBy && !table.descending;
  table.sortedBy = column;
  arrange();
  table.head.rows[0].cells[column].firstChild.focus();
}

function makeCell(column, task) {
  const value = column.value(task);
  if (column.status) return make('td', {}, make('span', { className: `status ${value}` }, value));
  const text = value === undefined ? notRun : column.time ? timeText(value) : String(value);
  return make('td', { className: column.time || column.number ? 'number' : '', title: column.time ? '' : text }, text);
}

function makeRow(task) {
  const row = make('tr', { tabIndex: 0 }, ...columns.map((column) => makeCell(column, task)));
  row.dataset.task = task;
  row.setAttribute('aria-selected', task === chart.selected);
  return row;
}

function spacer(rows) {
  const row = make('tr', { className: 'spacer', ariaHidden: 'true' }, make('td', { colSpan: columns.length }));
  row.style.height = `${rows * rowHeight}px`;
  return row;
}

function drawRows() {
  const shown = Math.ceil(table.scroller.clientHeight / rowHeight) + 2 * rowsBeyond;
  const first = Math.max(0, Math.min(Math.floor(table.scroller.scrollTop / rowHeight) - rowsBeyond, table.order.length - shown));
  const rows = table.order.slice(first, first + shown).map(makeRow);
  const below = Math.max(0, table.order.length - first - shown);
  const focused = document.activeElement?.dataset?.task;
  table.body.replaceChildren(spacer(first), ...rows, spacer(below));
  if (focused !== undefined) rows.find((row) => row.dataset.task === focused)?.focus({ preventScroll: true });
}

function listenToTable() {
  const pick = (event) => {
    const row = event.target.closest('tr[data-task]');
    if (row) select(Number(row.dataset.task));
  };
  const step = { ArrowDown: 'nextElementSibling', ArrowUp: 'previousElementSibling' };
  table.body.addEventListener('click', pick);
  table.body.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' || event.key === ' ') pick(event);
    else if (step[event.key]) event.target.closest('tr')[step[event.key]]?.focus();
    else return;
    event.preventDefault();
  });
  byId('filter').addEventListener('input', () => { table.scroller.scrollTop = 0; arrange(); });
  let waiting = 0;
  table.scroller.addEventListener('scroll', () => {
    if (!waiting) waiting = requestAnimationFrame(() => { waiting = 0; drawRows(); });
  });
  new ResizeObserver(drawRows).observe(table.scroller);
}

function startTable() {
  listenToTable();
  arrange();
}
