'use strict';

// The run as columns, and what follows from it: lanes, edges, critical path, utilisation. Tasks are
// numbers; a column holds one value for each.

const run = JSON.parse(document.getElementById('run').textContent);

const tasks = (() => {
  const column = (position) => run.tasks.map((task) => task[position]);
  return {
    count: run.tasks.length,
    name: column(0), kind: Int32Array.from(column(1)), worker: Int32Array.from(column(2)),
    start: Float64Array.from(column(3)), finish: Float64Array.from(column(4)),
    plannedWorker: Int32Array.from(column(5)),
    plannedStart: Float64Array.from(column(6)), plannedFinish: Float64Array.from(column(7)),
    status: column(8), attempts: column(9), predecessors: column(10), message: column(11), output: column(12),
  };
})();

const ran = (task) => tasks.worker[task] >= 0;
const hasPlan = tasks.plannedWorker.some((worker) => worker >= 0);
const duration = (task) => tasks.finish[task] - tasks.start[task];
const kindName = (kind) => run.kinds[kind] || 'task';
const workerName = (worker) => (worker >= 0 ? run.workers[worker] : '\u2013');

const successors = (() => {
  const lists = Array.from({ length: tasks.count }, () => []);
  for (let task = 0; task < tasks.count; ++task) {
    for (const before of tasks.predecessors[task]) lists[before].push(task);
  }
  return lists;
})();

/** The tasks of one lane by start; `reach[i]` is the latest finish of the first i + 1 of them. */
function makeLane(members, start, finish) {
  const order = members.sort((a, b) => start[a] - start[b]);
  const reach = new Float64Array(order.length);
  let latest = -Infinity;
  order.forEach((task, i) => { reach[i] = latest = Math.max(latest, finish[task]); });
  return { order, reach, start, finish };
}

function makeLanes(worker, start, finish) {
  const members = run.workers.map(() => []);
  for (let task = 0; task < tasks.count; ++task) if (worker[task] >= 0) members[worker[task]].push(task);
  return members.map((list) => makeLane(list, start, finish));
}

const lanes = makeLanes(tasks.worker, tasks.start, tasks.finish);
const plannedLanes = makeLanes(tasks.plannedWorker, tasks.plannedStart, tasks.plannedFinish);

/** The first index in [0, size) for which `holds` is true, given that it stays true from there on. */
function firstWhere(size, holds) {
  let low = 0;
  let high = size;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle; else low = middle + 1;
  }
  return low;
}

/** The first task of a lane that may reach beyond a time. */
const firstAfter = (lane, time) => firstWhere(lane.order.length, (i) => lane.reach[i] > time);

const lastTime = (() => {
  let last = Math.max(run.makespan || 0, 1e-9);
  for (let task = 0; task < tasks.count; ++task) last = Math.max(last, tasks.finish[task], tasks.plannedFinish[task]);
  return last;
})();

/**
 * Walks back from the task that finished last: each step goes to whichever ended last of the
 * predecessors and the previous task of the same worker. Gives the tasks in the order of time, each
 * with the reason for which it could not start earlier.
 */
const criticalPath = (() => {
  const previous = new Int32Array(tasks.count).fill(-1);
  for (const lane of lanes) lane.order.forEach((task, i) => { if (i > 0) previous[task] = lane.order[i - 1]; });
  const before = (task) => {
    let best = { task: previous[task], why: 'worker was busy' };
    for (const candidate of tasks.predecessors[task]) {
      if (!ran(candidate)) continue;
      if (best.task < 0 || tasks.finish[candidate] >= tasks.finish[best.task]) best = { task: candidate, why: 'predecessor' };
    }
    return best;
  };

  let task = -1;
  for (let i = 0; i < tasks.count; ++i) if (ran(i) && (task < 0 || tasks.finish[i] > tasks.finish[task])) task = i;
  const path = [];
  const seen = new Set();
  while (task >= 0 && !seen.has(task)) {
    seen.add(task);
    const step = before(task);
    path.push({ task, why: step.task < 0 ? 'start of the run' : step.why });
    task = step.task;
  }
  return path.reverse();
})();

const onCriticalPath = new Set(criticalPath.map((step) => step.task));

/** Busy seconds by worker. */
const busySeconds = lanes.map((lane) => lane.order.reduce((sum, task) => sum + duration(task), 0));

/** How many workers are busy over time: a step function and its integral, at the times it changes. */
const load = (() => {
  const changes = [];
  for (let task = 0; task < tasks.count; ++task) {
    if (ran(task)) changes.push([tasks.start[task], 1], [tasks.finish[task], -1]);
  }
  changes.sort((a, b) => a[0] - b[0]);
  const time = new Float64Array(changes.length);
  const busy = new Float64Array(changes.length);
  const integral = new Float64Array(changes.length);
  changes.forEach(([at, change], i) => {
    time[i] = at;
    busy[i] = (i > 0 ? busy[i - 1] : 0) + change;
    integral[i] = i > 0 ? integral[i - 1] + busy[i - 1] * (at - time[i - 1]) : 0;
  });
  const integralAt = (at) => {
    const i = firstWhere(time.length, (k) => time[k] > at) - 1;
    return i < 0 ? 0 : integral[i] + busy[i] * (at - time[i]);
  };
  return { average: (from, to) => (integralAt(to) - integralAt(from)) / (to - from) };
})();

const statusCounts = (() => {
  const counts = {};
  for (const status of tasks.status) counts[status] = (counts[status] || 0) + 1;
  return counts;
})();

// ---- words for numbers ----

/** Three to four digits and a unit: 12.3 ms, 4.56 s, 2 min 05 s. */
function timeText(seconds) {
  const size = Math.abs(seconds);
  if (size >= 3600) return `${Math.trunc(seconds / 3600)} h ${String(Math.floor(size / 60) % 60).padStart(2, '0')} min`;
  if (size >= 60) return `${Math.trunc(seconds / 60)} min ${String(Math.floor(size % 60)).padStart(2, '0')} s`;
  const [scale, unit] = size >= 1 || size === 0 ? [1, 's'] : size >= 1e-3 ? [1e3, 'ms'] : [1e6, '\u00b5s'];
  const value = seconds * scale;
  return `${value.toFixed(Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2)} ${unit}`;
}

const percentText = (share) => `${(share * 100).toFixed(1)} %`;
const countText = (count, word) => `${count.toLocaleString('en')} ${word}${count === 1 ? '' : 's'}`;

// ---- colours: those of the kinds by busy time; red is kept for failures ----

const palette = ['#6b97cc', '#f0a04b', '#6db36a', '#bf8fc4', '#52b5b0', '#d8b84a', '#b58b73', '#e48fb0', '#98a5bb', '#9abf55'];

const kindsByTime = (() => {
  const total = run.kinds.map(() => 0);
  for (let task = 0; task < tasks.count; ++task) total[tasks.kind[task]] += Math.max(0, duration(task));
  return run.kinds.map((_, kind) => kind).sort((a, b) => total[b] - total[a]);
})();

const kindColour = (() => {
  const colours = [];
  kindsByTime.forEach((kind, place) => { colours[kind] = palette[place % palette.length]; });
  return colours;
})();

/** A new element: `make('td', {className: 'number'}, 'text', child...)`; text is never markup. */
function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

const byId = (id) => document.getElementById(id);
