// Pictures of figures: hatches and swatches of the classes, bars in the rows of tables, and columns against a mark.
//
// Every picture stands beside the figures it is made of, and is silent for those who hear the page.

const HATCHES = {
  plain: {size: 8, turn: 0, lines: 0},
  sparse: {size: 11, turn: 45, lines: 1},
  dense: {size: 6, turn: 45, lines: 1},
  crossed: {size: 8, turn: 45, lines: 2},
  level: {size: 7, turn: 0, lines: 1},
  dotted: {size: 7, turn: 0, lines: 0, dot: 1.1},
};

const hatchName = (scale, shade) => 'hatch-' + scale + '-' + shade;

/** One definition for each class of each scale, for the map and the swatches to fill with. */
function hatches() {
  const defs = draw('defs', {});
  data.scales.forEach((shades, s) => shades.forEach((shade, k) => defs.append(hatch(hatchName(s, k), shade))));
  return draw('svg', {class: 'hatches', width: 0, height: 0, 'aria-hidden': 'true'}, defs);
}

function hatch(name, shade) {
  const {size, turn, lines, dot} = HATCHES[shade.pattern];
  const pen = {stroke: data.border, 'stroke-width': 1, 'stroke-opacity': 0.5};
  const pattern = draw('pattern', {
    id: name, patternUnits: 'userSpaceOnUse', width: size, height: size, patternTransform: 'rotate(' + turn + ')',
  }, draw('rect', {width: size, height: size, fill: shade.fill}));
  if (lines > 0) pattern.append(draw('line', {x1: 0, y1: size / 2, x2: size, y2: size / 2, ...pen}));
  if (lines > 1) pattern.append(draw('line', {x1: size / 2, y1: 0, x2: size / 2, y2: size, ...pen}));
  if (dot) pattern.append(draw('circle', {cx: size / 2, cy: size / 2, r: dot, fill: data.border, 'fill-opacity': 0.55}));
  return pattern;
}

/** A little field with colour, hatch and letter of a class. */
function swatch(scale, k) {
  const shade = data.scales[scale][k];
  const filled = {fill: 'url(#' + hatchName(scale, k) + ')', stroke: data.border};
  const field = draw('svg', {class: 'swatch', width: 34, height: 22, viewBox: '0 0 34 22', 'aria-hidden': 'true'},
    draw('rect', {x: 0.75, y: 0.75, width: 32.5, height: 20.5, rx: 2, ...filled}));
  if (shade.letter) {
    field.append(draw('rect', {x: 8, y: 3.5, width: 18, height: 15, rx: 2, fill: shade.fill}),
      draw('text', {x: 17, y: 15.5, 'text-anchor': 'middle', fill: shade.ink}, shade.letter));
  }
  return field;
}

/** The mark of a thing on the map: a disc, a diamond or a triangle; filled where it has more pupils than places. */
function mark(shape, filling, size = 22) {
  const middle = size / 2;
  const look = {class: 'mark mark-' + filling, 'stroke-width': 2};
  const outlines = {
    diamond: (half, end) => `M${half} 2L${end} ${half}L${half} ${end}L2 ${half}Z`,
    triangle: (half, end) => `M${half} 2L${end} ${end - 1}L2 ${end - 1}Z`,
  };
  const drawn = shape === 'circle'
    ? draw('circle', {cx: middle, cy: middle, r: middle - 4, ...look})
    : draw('path', {d: outlines[shape](middle, size - 2), ...look});
  return draw('svg', {width: size, height: size, viewBox: `0 0 ${size} ${size}`, 'aria-hidden': 'true'}, drawn);
}

/** Split a value at its limit: how large the parts within and beyond it are, and where the limit stands, in percent of most. */
function parts(value, limit, most) {
  const share = (number) => (most > 0 ? Math.max(0, Math.min(100, (100 * number) / most)) : 0);
  const within = limit === null ? value : Math.min(value, limit);
  return {within: share(within), beyond: share(value) - share(within), limit: limit === null ? null : share(limit)};
}

/** A bar lying in a row of a table: pupils, with a mark at the places and the part beyond it hatched. */
function bar(value, limit, most) {
  const line = make('span', {class: 'bar', 'aria-hidden': 'true'});
  if (value === null) return line;
  const {within, beyond, limit: stands} = parts(value, limit, most);
  line.append(reaching('bar-within', within), reaching('bar-beyond', beyond));
  if (stands !== null) line.append(reaching('bar-limit', stands));
  return line;
}

const MOST_COLUMNS = 9;    // that stand side by side with their labels whole

/** Columns side by side, each with its number above, its label below, and a mark at its limit; bars where it is narrow or many. */
function chart(columns, title, valueTitle, limitTitle) {
  const most = Math.max(1, ...columns.flatMap(({value, limit}) => [value || 0, limit || 0]));
  const plot = make('div', {class: 'plot', 'aria-hidden': 'true'});
  for (const {label, value, limit, now} of columns) {
    const well = make('div', {class: 'well'});
    if (value !== null) {
      const {within, beyond, limit: stands} = parts(value, limit, most);
      well.append(reaching('bar-within', within), reaching('bar-beyond', beyond));
      if (stands !== null) well.append(reaching('bar-limit', stands));
    }
    const number = make('div', {class: 'column-number'}, value === null ? '?' : count(value));
    plot.append(make('div', {class: now ? 'column now' : 'column'}, number, well, make('div', {class: 'column-label'}, label)));
  }
  const key = make('p', {class: 'key', 'aria-hidden': 'true'},
    make('span', {class: 'key-item'}, make('span', {class: 'key-within'}), valueTitle),
    make('span', {class: 'key-item'}, make('span', {class: 'key-beyond'}), 'more than ' + limitTitle.toLowerCase()),
    make('span', {class: 'key-item'}, make('span', {class: 'key-limit'}), limitTitle));
  return make('figure', {class: columns.length > MOST_COLUMNS ? 'chart many' : 'chart'}, make('figcaption', {}, title), plot, key);
}

/** A part of a bar; whether it lies or stands is for the style to say. */
function reaching(kind, percent) {
  const part = make('span', {class: kind});
  part.style.setProperty('--reach', percent.toFixed(2) + '%');
  return part;
}
