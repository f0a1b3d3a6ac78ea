// What moves the chart and points at it: view, selection, pointer, keys.

function setView(start, end) {
  const span = Math.min(lastTime, Math.max(end - start, lastTime * 1e-7, 1e-7));
  const first = Math.min(Math.max(0, start), lastTime - span);
  chart.view = { start: first, end: first + span };
  redraw();
}

/** Zooms by a factor around a time, which stays where it is on the screen. */
function zoom(factor, around = (chart.view.start + chart.view.end) / 2) {
  const { start, end } = chart.view;
  setView(around - (around - start) * factor, around + (end - around) * factor);
}

const pan = (seconds) => setView(chart.view.start + seconds, chart.view.end + seconds);
const fit = () => setView(0, lastTime);

/** Brings a task into view if it is out of it. */
function reveal(task) {
  if (!ran(task)) return;
  const { start, end } = chart.view;
  const middle = (tasks.start[task] + tasks.finish[task]) / 2;
  if (tasks.finish[task] < start || tasks.start[task] > end) pan(middle - (start + end) / 2);
  const top = tasks.worker[task] * laneHeight();
  const room = chart.height - axisHeight - laneHeight();
  if (top < chart.scroller.scrollTop) chart.scroller.scrollTop = top;
  if (top > chart.scroller.scrollTop + room) chart.scroller.scrollTop = top - room;
}

function select(task) {
  chart.selected = task;
  chart.related = new Set(task < 0 ? [] : [task, ...tasks.predecessors[task], ...successors[task]]);
  if (task >= 0) reveal(task);
  chart.listeners.select(task);
  redraw();
}

/** The task of a lane at a time; of those not hit exactly, the nearest within three pixels. */
function taskAt(lane, time) {
  const slack = 3 / pixelsPerSecond();
  let best = -1;
  let distance = slack;
  for (let i = firstAfter(lane, time - slack); i < lane.order.length; ++i) {
    const task = lane.order[i];
    if (lane.start[task] > time + slack) break;
    const off = Math.max(lane.start[task] - time, time - lane.finish[task], 0);
    if (off <= distance) [best, distance] = [task, off];
    if (off === 0) break;
  }
  return best;
}

function taskAtPoint(x, y) {
  if (x < gutter || y < axisHeight) return -1;
  const worker = Math.floor((y - axisHeight + chart.scroller.scrollTop) / laneHeight());
  if (worker < 0 || worker >= lanes.length) return -1;
  const ghost = chart.showPlanned && y >= ghostTop(worker) - 1;
  return taskAt(ghost ? plannedLanes[worker] : lanes[worker], toTime(x));
}

function hover(task, event) {
  if (task !== chart.hovered) redraw();
  chart.hovered = task;
  chart.canvas.classList.toggle('over', task >= 0);
  chart.listeners.hover(task, event);
}

function listenToPointer() {
  let drag = null;
  chart.canvas.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    drag = { x: event.clientX, moved: false, view: chart.view };
    chart.canvas.setPointerCapture(event.pointerId);
  });
  chart.canvas.addEventListener('pointermove', (event) => {
    if (!drag) return hover(taskAtPoint(event.offsetX, event.offsetY), event);
    const moved = event.clientX - drag.x;
    drag.moved = drag.moved || Math.abs(moved) > 3;
    if (!drag.moved) return undefined;
    hover(-1);
    chart.canvas.classList.add('dragging');
    return setView(drag.view.start - moved / pixelsPerSecond(), drag.view.end - moved / pixelsPerSecond());
  });
  chart.canvas.addEventListener('pointerup', (event) => {
    if (drag && !drag.moved) select(taskAtPoint(event.offsetX, event.offsetY));
    drag = null;
    chart.canvas.classList.remove('dragging');
  });
  chart.canvas.addEventListener('pointercancel', () => { drag = null; });
  chart.canvas.addEventListener('pointerleave', () => hover(-1));
  chart.canvas.addEventListener('dblclick', (event) => {
    const task = taskAtPoint(event.offsetX, event.offsetY);
    if (task >= 0 && ran(task)) setView(tasks.start[task] - duration(task), tasks.finish[task] + duration(task));
  });
  for (const canvas of [chart.canvas, chart.loadCanvas]) {
    canvas.addEventListener('wheel', onWheel, { passive: false });
  }
}

function onWheel(event) {
  if (event.shiftKey) return;
  event.preventDefault();
  if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) pan(event.deltaX / pixelsPerSecond());
  else zoom(Math.exp(Math.sign(event.deltaY) * Math.min(Math.abs(event.deltaY), 120) * 0.002), toTime(Math.max(gutter, event.offsetX)));
}

/** The task of the same worker that many places further; the first of the first worker without a selection. */
function neighbour(places) {
  const lane = chart.selected >= 0 && ran(chart.selected) ? lanes[tasks.worker[chart.selected]] : lanes.find((l) => l.order.length > 0);
  if (!lane) return -1;
  const at = lane.order.indexOf(chart.selected);
  return lane.order[Math.min(Math.max(at + places, 0), lane.order.length - 1)];
}

function listenToKeys() {
  const span = () => chart.view.end - chart.view.start;
  const actions = {
    '+': () => zoom(0.6), '=': () => zoom(0.6), '-': () => zoom(1 / 0.6), 0: fit,
    ArrowLeft: () => pan(-span() / 6), ArrowRight: () => pan(span() / 6),
    ArrowUp: () => { chart.scroller.scrollTop -= laneHeight(); },
    ArrowDown: () => { chart.scroller.scrollTop += laneHeight(); },
    j: () => select(neighbour(1)), k: () => select(neighbour(-1)), Escape: () => select(-1),
  };
  chart.canvas.addEventListener('keydown', (event) => {
    const action = event.ctrlKey || event.metaKey || event.altKey ? null : actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}

function startChart() {
  readColours();
  listenToPointer();
  listenToKeys();
  chart.scroller.addEventListener('scroll', redraw);
  new ResizeObserver(redraw).observe(chart.scroller);
  window.addEventListener('resize', redraw);
  window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { readColours(); redraw(); });
  select(-1);
}
