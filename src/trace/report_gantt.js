// The Gantt chart and the load below it: geometry and drawing. Only what is visible is drawn,
// and bars thinner than a pixel are merged into pixel columns.

const gutter = 132;     // for the names of workers
const axisHeight = 26;  // for the times above the lanes
const loadHeight = 76;

const laneShape = (() => {
  const bar = lanes.length <= 12 ? 24 : lanes.length <= 40 ? 17 : 12;
  return { bar, ghost: Math.max(4, Math.round(bar / 4)), gap: 2, padding: Math.max(3, bar / 4) };
})();

const chart = {
  canvas: byId('gantt'), scroller: byId('gantt-scroll'), loadCanvas: byId('load'),
  view: { start: 0, end: lastTime },
  width: 0, height: 0,
  showPlanned: hasPlan, showCritical: true,
  hovered: -1, selected: -1,
  barsDrawn: 0,
  colours: {},
  listeners: { hover: () => {}, select: () => {} },
};

const laneHeight = () => laneShape.bar + 2 * laneShape.padding + (chart.showPlanned ? laneShape.ghost + laneShape.gap : 0);
const laneTop = (worker) => axisHeight + worker * laneHeight() - chart.scroller.scrollTop;
const barTop = (worker) => laneTop(worker) + laneShape.padding;
const ghostTop = (worker) => barTop(worker) + laneShape.bar + laneShape.gap;
const pixelsPerSecond = () => (chart.width - gutter) / (chart.view.end - chart.view.start);
const toX = (time) => gutter + (time - chart.view.start) * pixelsPerSecond();
const toTime = (x) => chart.view.start + (x - gutter) / pixelsPerSecond();

/** Where the bar of a task is on the canvas, in CSS pixels; null if it never ran. */
function barBox(task) {
  if (!ran(task)) return null;
  const left = toX(tasks.start[task]);
  return { left, top: barTop(tasks.worker[task]), width: toX(tasks.finish[task]) - left, height: laneShape.bar };
}

// ---- drawing ----

function readColours() {
  const style = getComputedStyle(document.documentElement);
  for (const name of ['panel', 'line', 'grid', 'text', 'muted', 'bad', 'idle', 'critical', 'before', 'after', 'load']) {
    chart.colours[name] = style.getPropertyValue(`--${name}`).trim();
  }
}

/** Fits a canvas to a size in CSS pixels at the screen's own resolution; gives its context. */
function fitCanvas(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const wanted = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== wanted[0] || canvas.height !== wanted[1]) {
    [canvas.width, canvas.height] = wanted;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const context = canvas.getContext('2d');
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.font = '12px system-ui, sans-serif';
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  return context;
}

const barColour = (task) => {
  if (tasks.status[task] === 'failed') return chart.colours.bad;
  return tasks.status[task] === 'done' ? kindColour[tasks.kind[task]] : chart.colours.idle;
};

/** Calls `bar(left, width, task, covered)` for what is visible of a lane, in pixels and in order; bars
 * below one pixel are merged by pixel column, of which the longest task gives the colour. */
function eachVisibleBar(lane, bar) {
  const { start, end } = chart.view;
  let column = null;
  const flush = () => { if (column) bar(column.left, 1, column.task, column.width); column = null; };
  for (let i = firstAfter(lane, start); i < lane.order.length; ++i) {
    const task = lane.order[i];
    if (lane.start[task] > end) break;
    const left = Math.max(toX(lane.start[task]), gutter - 2);
    const width = Math.min(toX(lane.finish[task]), chart.width + 2) - left;
    if (lane.finish[task] <= start) continue;
    if (width >= 1) {
      flush();
      bar(left, width, task, width);
    } else if (column && column.left === Math.floor(left)) {
      column.width += width;
      if (width > column.longest) Object.assign(column, { longest: width, task });
    } else {
      flush();
      column = { left: Math.floor(left), width, longest: width, task };
    }
  }
  flush();
}

function dimmed(task) {
  return chart.selected >= 0 && !chart.related.has(task);
}

function drawBars(context, lane, top, height, ghost) {
  eachVisibleBar(lane, (left, width, task, covered) => {
    const coverage = Math.min(1, Math.max(0.3, covered));
    context.globalAlpha = coverage * (ghost ? 0.45 : 1) * (dimmed(task) ? 0.35 : 1);
    context.fillStyle = ghost ? kindColour[tasks.kind[task]] : barColour(task);
    context.fillRect(left, top, width - Math.min(1, width > 3 ? width / 10 : 0), height);
    chart.barsDrawn += 1;
    if (!ghost && width > 36 && height >= 14) drawBarName(context, task, left, width, top + height / 2);
  });
  context.globalAlpha = 1;
}

/** As much of a text as fits, with an ellipsis where it is cut. */
function fitText(context, text, room) {
  const width = context.measureText(text).width;
  if (width <= room) return text;
  const letters = Math.floor((text.length * room) / width) - 1;
  return letters > 1 ? `${text.slice(0, letters)}\u2026` : '';
}

function drawBarName(context, task, left, width, middle) {
  const from = Math.max(left, gutter) + 6;
  const text = fitText(context, tasks.name[task], left + width - from - 6);
  if (!text) return;
  context.fillStyle = tasks.status[task] === 'failed' ? chart.colours.panel : '#0d1118';
  context.fillText(text, from, middle);
}

function drawLanes(context) {
  const first = Math.max(0, Math.floor(chart.scroller.scrollTop / laneHeight()));
  for (let worker = first; worker < lanes.length && laneTop(worker) < chart.height; ++worker) {
    context.fillStyle = chart.colours.grid;
    context.fillRect(0, laneTop(worker) + laneHeight() - 1, chart.width, 1);
    drawBars(context, lanes[worker], barTop(worker), laneShape.bar, false);
    if (chart.showPlanned) drawBars(context, plannedLanes[worker], ghostTop(worker), laneShape.ghost, true);
    drawWorkerName(context, worker);
  }
}

function drawWorkerName(context, worker) {
  const top = laneTop(worker);
  const middle = barTop(worker) + laneShape.bar / 2;
  context.fillStyle = chart.colours.panel;
  context.fillRect(0, top, gutter - 1, laneHeight() - 1);
  context.fillStyle = chart.colours.text;
  context.fillText(fitText(context, run.workers[worker], gutter - 58), 4, middle);
  context.fillStyle = chart.colours.muted;
  context.textAlign = 'right';
  context.fillText(`${Math.round((100 * busySeconds[worker]) / Math.max(run.makespan, 1e-12))} %`, gutter - 10, middle);
  context.textAlign = 'left';
}

/** Steps of 1, 2 or 5 times a power of ten, about 110 pixels apart. */
function axisStep() {
  const rough = 110 / pixelsPerSecond();
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
}

function axisText(time, step) {
  const [scale, unit] = step >= 0.1 ? [1, 's'] : step >= 1e-4 ? [1e3, 'ms'] : [1e6, '\u00b5s'];
  const decimals = Math.max(0, -Math.floor(Math.log10(step * scale * 1.0001)));
  return `${(time * scale).toFixed(decimals)} ${unit}`;
}

function drawGrid(context, height, withText) {
  const step = axisStep();
  for (let k = Math.ceil(chart.view.start / step); k * step <= chart.view.end; ++k) {
    const x = Math.round(toX(k * step));
    context.fillStyle = chart.colours.grid;
    context.fillRect(x, withText ? 18 : 0, 1, height);
    context.fillStyle = chart.colours.muted;
    if (withText && x < chart.width - 30) context.fillText(axisText(k * step, step), x + 4, 12);
  }
}

/** A vertical line with a word at its foot, such as the planned makespan. */
function drawMark(context, time, colour) {
  const x = Math.round(toX(time));
  if (!(time > 0) || x < gutter || x > chart.width) return;
  context.fillStyle = colour;
  for (let y = axisHeight; y < chart.height; y += 6) context.fillRect(x, y, 1, 3);
}

function outline(context, task, colour, thickness) {
  const box = barBox(task);
  const left = Math.max(box.left, gutter - 4);
  const right = Math.min(Math.max(box.left + box.width, box.left + 2), chart.width + 4);
  if (right < gutter || left > chart.width) return;
  context.strokeStyle = colour;
  context.lineWidth = thickness;
  context.strokeRect(left, box.top - 1, right - left, box.height + 2);
}

/** An edge as a curve from the end of one bar to the start of another. */
function drawEdge(context, from, to, colour) {
  if (!ran(from) || !ran(to)) return;
  const [x0, x1] = [toX(tasks.finish[from]), toX(tasks.start[to])];
  if (Math.max(x0, x1) < gutter || Math.min(x0, x1) > chart.width) return;
  const [y0, y1] = [from, to].map((task) => barTop(tasks.worker[task]) + laneShape.bar / 2);
  const bend = Math.max(12, Math.abs(x1 - x0) / 3);
  context.strokeStyle = colour;
  context.lineWidth = 1.25;
  context.beginPath();
  context.moveTo(x0, y0);
  context.bezierCurveTo(x0 + bend, y0, x1 - bend, y1, x1, y1);
  context.stroke();
}

function drawCriticalPath(context) {
  if (!chart.showCritical) return;
  context.globalAlpha = chart.selected >= 0 ? 0.4 : 1;
  context.fillStyle = chart.colours.critical;
  let previousX = null;
  criticalPath.forEach(({ task }, i) => {
    const box = barBox(task);
    const x = Math.round(box.left);
    if (box.left <= chart.width && box.left + box.width >= gutter && (x !== previousX || box.width > 1)) {
      context.fillRect(box.left, box.top + box.height - 3, Math.max(1, box.width - 1), 3);
    }
    const next = criticalPath[i + 1];
    if (next && tasks.worker[next.task] !== tasks.worker[task] && x !== previousX) drawLink(context, task, next.task);
    previousX = x;
  });
  context.globalAlpha = 1;
}

/** The step of the critical path from one lane to another: along the lane, then straight across. */
function drawLink(context, from, to) {
  const [x0, x1] = [toX(tasks.finish[from]) - 1, toX(tasks.start[to])];
  if (x1 < gutter || x0 > chart.width) return;
  const [y0, y1] = [from, to].map((task) => barTop(tasks.worker[task]) + laneShape.bar - 1.5);
  context.fillRect(x0, y0 - 0.5, Math.max(1, x1 - x0), 1);
  context.fillRect(x1 - 1, Math.min(y0, y1), 1, Math.abs(y1 - y0));
}

const edgesShown = 200;  // of a selected task, each way

function drawSelection(context) {
  const task = chart.selected;
  if (task >= 0 && ran(task)) {
    for (const before of tasks.predecessors[task].slice(0, edgesShown)) drawEdge(context, before, task, chart.colours.before);
    for (const after of successors[task].slice(0, edgesShown)) drawEdge(context, task, after, chart.colours.after);
    for (const before of tasks.predecessors[task]) if (ran(before)) outline(context, before, chart.colours.before, 1.5);
    for (const after of successors[task]) if (ran(after)) outline(context, after, chart.colours.after, 1.5);
    outline(context, task, chart.colours.text, 2);
  }
  if (chart.hovered >= 0 && chart.hovered !== task && ran(chart.hovered)) outline(context, chart.hovered, chart.colours.text, 1);
}

function drawLoad() {
  const context = fitCanvas(chart.loadCanvas, chart.width, loadHeight);
  drawGrid(context, loadHeight, false);
  const height = loadHeight - 14;
  const perPixel = 1 / pixelsPerSecond();
  context.fillStyle = chart.colours.load;
  for (let x = gutter; x < chart.width; ++x) {
    const time = toTime(x);
    const share = load.average(time, time + perPixel) / Math.max(1, lanes.length);
    context.fillRect(x, loadHeight - share * height, 1, share * height);
  }
  context.fillStyle = chart.colours.line;
  context.fillRect(gutter, 13, chart.width - gutter, 1);
  context.fillStyle = chart.colours.muted;
  context.fillText('Busy workers', 4, loadHeight / 2 + 6);
  context.textAlign = 'right';
  context.fillText(String(lanes.length), gutter - 10, 14);
  context.fillText('0', gutter - 10, loadHeight - 8);
}

function drawChart() {
  const total = axisHeight + lanes.length * laneHeight();
  chart.width = Math.max(320, chart.scroller.clientWidth);
  chart.height = Math.min(total, Math.max(220, Math.round(window.innerHeight * 0.62)));
  byId('gantt-space').style.height = `${total}px`;
  chart.scroller.style.height = `${chart.height}px`;
  const context = fitCanvas(chart.canvas, chart.width, chart.height);
  chart.barsDrawn = 0;
  context.save();
  context.beginPath();
  context.rect(0, axisHeight, chart.width, chart.height);
  context.clip();
  drawGrid(context, chart.height, false);
  drawLanes(context);
  context.beginPath();
  context.rect(gutter, axisHeight, chart.width, chart.height);
  context.clip();
  drawMark(context, run.makespan, chart.colours.muted);
  drawCriticalPath(context);
  drawSelection(context);
  context.restore();
  drawGrid(context, 8, true);
  context.fillStyle = chart.colours.panel;
  context.fillRect(0, 0, gutter, axisHeight);
  drawLoad();
}

let frame = 0;
function redraw() {
  if (!frame) frame = requestAnimationFrame(() => { frame = 0; drawChart(); });
}
