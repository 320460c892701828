// What every part of the page uses: the data, what is being shown, and how elements are made.
//
// Words out of the data reach the page in two ways only: as text nodes, and as the values of aria-label and the like. No part of
// the page reads text as markup.

const data = unpack(JSON.parse(document.getElementById('data').textContent));
const NUMBERS = new Intl.NumberFormat('en-GB');
const SVG = 'http://www.w3.org/2000/svg';

// What the page shows now. chosen: null, or {kind: 'area', area} or {kind: 'point', group, item}.
const shown = {layer: 0, measure: 0, moment: 0, chosen: null, columns: 'years'};

const layer = () => data.layers[shown.layer];
const measure = () => layer().measures[shown.measure];
const moment = () => layer().moments[shown.moment];
const shadesOf = (one) => data.scales[one.scale];

/** A new element with attributes of our own naming; texts and elements follow. */
function make(tag, attributes, ...parts) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === 'on') {
      for (const [event, react] of Object.entries(value)) element.addEventListener(event, react);
    } else if (value !== null && value !== false) {
      element.setAttribute(name, value === true ? '' : String(value));
    }
  }
  element.append(...parts.filter((part) => part !== null && part !== ''));
  return element;
}

/** A new element of a drawing. */
function draw(tag, attributes, ...parts) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes || {})) element.setAttribute(name, String(value));
  element.append(...parts);
  return element;
}

/** Words for those who hear the page. */
const unseen = (text) => make('span', {class: 'unseen'}, text);

const byId = (id) => document.getElementById(id);

/** A whole number as people write it, or that it is not known. */
function count(value) {
  if (value === null || value === undefined) return 'not known';
  return NUMBERS.format(value).replace('-', '\u2212');
}

/** A change as a whole number with its sign. */
const signed = (value) => (value > 0 ? '+' : '') + count(value);

/** The unit that follows the figure where no heading tells it; none where the figure has its own sign or is not known. */
function unitAfter(one, area, at) {
  if (one.v[area][at] === null || one.suffix) return '';
  return one.v[area][at] === 1 ? one.unitOne : one.unit;
}

/** A figure with its unit and what stands beside it: "27 places, Year 3". */
function spelled(one, area, at) {
  const words = [one.n[area][at], unitAfter(one, area, at)].filter(Boolean).join(' ');
  return one.b[area][at] ? words + ', ' + one.b[area][at] : words;
}

/** Years with what is known of them: "2028/29, forecast". */
const dated = (one) => (one.note ? one.label + ', ' + one.note : one.label);

/** The thing that is chosen: a school, a housing site. */
const itemOf = (chosen) => data.points[chosen.group].items[chosen.item];

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

const calm = () => window.matchMedia('(prefers-reduced-motion: reduce)').matches;

/** The things of a group that belong to the layer shown; all of them where the group knows of no areas. */
function ofLayer(group) {
  return group.items.map((item, index) => index).filter((index) => !group.located || layer().key in group.items[index].areas);
}

/** How many things of a group: "45 schools", "1 school". */
const countThings = (group, many) => count(many) + ' ' + (many === 1 ? group.singular : group.title.toLowerCase());

/** The name of the area of the layer shown that a thing belongs to; blank where it belongs to none. */
const areaOf = (item) => (layer().key in item.areas ? layer().names[item.areas[layer().key]] : '');

/** The figures of a thing at a moment of the layer shown: pupils and places, either may be null. */
function pupilsAndPlaces(item, at) {
  const series = item.series[layer().key];
  return series ? [series.v[at], series.m[at]] : [null, null];
}

/** How full a thing is at a moment: 'over', 'room' or 'unknown'. */
function fullness(item, at) {
  const [value, limit] = pupilsAndPlaces(item, at);
  if (value === null || limit === null) return 'unknown';
  return value > limit ? 'over' : 'room';
}

/** Places left, or how many too few: "12 free", "3 short". */
function room(value, limit) {
  if (value === null || limit === null) return 'not known';
  const free = limit - value;
  return free < 0 ? count(-free) + ' short' : count(free) + ' free';
}
