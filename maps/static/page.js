// The page as a whole: headings and words out of the data, the controls, and what follows when one of them is turned.

const tables = {areas: null, points: []};
const LEAFLET = 'The map is drawn with Leaflet, \u00a9 Vladimir Agafonkin and CloudMade, under the BSD 2-Clause licence.';
const KEYS = 'By keyboard: choose areas and schools in the tables; in the map the arrow keys move it, and plus and minus zoom.';

function start() {
  document.title = data.title;
  byId('title').textContent = data.title;
  byId('subtitle').textContent = data.subtitle;
  document.body.append(hatches());
  words();
  controls();
  areaSection();
  data.points.forEach(pointSection);
  contents();
  if (!data.drawn) withoutMap();
  startMap();
  turnLayer(data.startLayer, startMoment(data.startLayer));
  document.addEventListener('keydown', (event) => {
    const clears = event.target.type === 'search' && event.target.value;
    if (event.key === 'Escape' && shown.chosen && !clears) back();
  });
  window.addEventListener('resize', () => {
    reachScrolls();
    refit();
  });
  window.addEventListener('beforeprint', () => printMap(true));
  window.addEventListener('afterprint', () => printMap(false));
  document.documentElement.classList.add('ready');
}

function startMoment(l) {
  const moments = data.layers[l].moments;
  const at = moments.findIndex((one) => one.key === data.start);
  return at < 0 ? moments.length - 1 : at;
}

// Words -----------------------------------------------------------------------------------------------------------------------

function section(id, heading, ...parts) {
  const place = byId(id);
  place.hidden = false;
  place.replaceChildren(make('h2', {id: id + '-heading'}, heading), ...parts);
}

/** Remarks under the heading of their group: the first group stands open, the others open when asked for. */
function remarkGroup({group, remarks}, place) {
  const list = make('ul', {}, ...remarks.map(({text, loses}) =>
    make('li', {}, text, loses ? make('span', {class: 'loses'}, ' ' + loses) : null)));
  const many = count(remarks.length) + (remarks.length === 1 ? ' note' : ' notes');
  return [group ? make('h3', {}, group) : '', place ? folded(many, list) : list];
}

/** A part of the page that stays folded until it is asked for, and is printed only while it is open. */
const folded = (summary, ...parts) => make('details', {}, make('summary', {}, summary), ...parts);

function words() {
  if (data.headlines.length) {
    byId('headlines').hidden = false;
    byId('headlines').append(make('ul', {}, ...data.headlines.map((text) => make('li', {}, text))));
  }
  if (data.reading.length) section('reading', 'How to read it', ...data.reading.flatMap(remarkGroup));
  if (data.notes.length) section('notes', 'Notes on the data', ...data.notes.flatMap(remarkGroup));
  const sources = [...data.sources, ...(data.drawn ? [LEAFLET] : [])];
  byId('sources').hidden = !sources.length;
  byId('sources').append(make('h2', {}, 'Sources'), make('ul', {}, ...sources.map((text) => make('li', {}, text))));
}

function contents() {
  const link = (id, text, on = {}) => make('li', {id: 'to-' + id}, make('a', {href: '#' + id, on}, text));
  const opened = (id) => ({click: () => { byId(id).querySelector('details').open = true; }});
  byId('contents').append(...[
    data.drawn ? link('picture', 'Map') : null, link('areas', 'Table'),
    ...data.points.map((group, g) => link('list-' + g, group.title, opened('list-' + g))),
    data.reading.length ? link('reading', 'How to read it') : null, data.notes.length ? link('notes', 'Notes') : null,
    data.sources.length ? link('sources', 'Sources') : null,
  ].filter(Boolean));
}

function withoutMap() {
  byId('panes').classList.add('no-map');
  byId('map-heading').textContent = 'No map';
  byId('stage').replaceWith(make('p', {class: 'plain'}, data.noMap));
}

// Controls --------------------------------------------------------------------------------------------------------------------

function choices(name, title, options, chosen, react) {
  const pills = options.map((text, i) => make('label', {class: 'pill'},
    make('input', {type: 'radio', name, value: i, checked: i === chosen, on: {change: () => react(i)}}), make('span', {}, text)));
  return make('fieldset', {class: 'choices', id: name}, make('legend', {}, title), make('div', {class: 'pills'}, ...pills));
}

function controls() {
  const slider = make('input', {type: 'range', id: 'year', min: 0, step: 1, on: {input: () => turnMoment(Number(slider.value))}});
  const step = (by) => () => turnMoment(Math.max(0, Math.min(layer().moments.length - 1, shown.moment + by)));
  const button = (id, words, sign, by) => make('button', {type: 'button', class: 'step', id, on: {click: step(by)}},
    make('span', {'aria-hidden': 'true'}, sign), unseen(words));
  const phases = choices('phase', 'Phase', data.layers.map((one) => one.title), data.startLayer, (i) => turnLayer(i, null));
  const view = make('select', {id: 'view', on: {change: () => turnMeasure(inState(Number(view.value), measure().state))}});
  byId('controls').append(
    data.layers.length > 1 ? phases : '',
    make('p', {class: 'view'}, make('label', {for: 'view'}, 'Colour by'), view),
    make('div', {id: 'states'}),
    make('div', {class: 'years'},
      make('label', {for: 'year'}, 'Year'),
      make('div', {class: 'slider'},
        button('year-before', 'Year before', '\u2039', -1), slider, button('year-after', 'Year after', '\u203a', 1)),
      make('output', {for: 'year', id: 'year-shown'})));
}

function turnLayer(l, at) {
  const key = at === null ? moment().key : null;
  if (shown.chosen && !staysChosen(data.layers[l].key)) closeCard();
  shown.layer = l;
  shown.measure = Math.min(shown.measure, layer().measures.length - 1);
  shown.moment = at !== null ? at : nearestTold(key);
  byId('year').max = layer().moments.length - 1;
  views();
  say();
  drawLayer();
  show();
}

/** The views to choose from: of measures that a switch tells apart, the first stands for all. */
function views() {
  const measures = layer().measures;
  const firsts = measures.map((one, i) => i).filter((i) => firstOf(i) === i);
  byId('view').replaceChildren(...firsts.map((i) => make('option', {value: i}, measures[i].view || measures[i].title)));
  byId('view').value = firstOf(shown.measure);
  states();
}

/** The first measure of the same view. */
function firstOf(m) {
  const {view} = layer().measures[m];
  return view ? layer().measures.findIndex((one) => one.view === view) : m;
}

/** The measure of the same view that has this state on the switch; the measure itself where there is none. */
function inState(m, state) {
  const {view} = layer().measures[m];
  const found = view ? layer().measures.findIndex((one) => one.view === view && one.state === state) : -1;
  return found < 0 ? m : found;
}

/** The switch between the states of the view that is shown, such as before and after; none where it has none. */
function states() {
  const {view} = measure();
  const names = view ? layer().measures.filter((one) => one.view === view).map((one) => one.state) : [];
  const held = byId('states').contains(document.activeElement);
  byId('states').replaceChildren(names.length ? choices('state', 'Show', names, names.indexOf(measure().state),
    (i) => turnMeasure(inState(shown.measure, names[i]))) : '');
  if (held) byId('states').querySelector('input:checked').focus();
}

/** A school that serves both phases stays chosen when the phase is turned. */
const staysChosen = (key) => shown.chosen.kind === 'point' && key in itemOf(shown.chosen).areas;

/** The moment nearest to a year of those of which the measure tells something, and of all where it tells nothing of any. */
function nearestTold(year) {
  const moments = layer().moments, every = moments.map((one, i) => i);
  const told = every.filter((i) => !measure().silent.includes(i));
  const away = (i) => Math.abs(moments[i].key - year);
  return (told.length ? told : every).reduce((best, i) => (away(i) < away(best) ? i : best));
}

function turnMeasure(m) {
  const turned = layer().measures[m].view !== measure().view;
  const followed = tables.areas.sort.key === 'year ' + moment().key;
  shown.measure = m;
  const at = nearestTold(moment().key), moved = at !== shown.moment;
  shown.moment = at;
  if (turned) states();
  say();
  show(moved && followed);
}

function turnMoment(at) {
  if (at === shown.moment) return;
  const followed = tables.areas.sort.key === 'year ' + moment().key;
  shown.moment = at;
  say();
  show(followed);
}

/** Say what is shown before the figures change, so that it is heard first. */
function say() {
  byId('sentence').textContent = measure().say[shown.moment];
}

/** Bring everything in step with what is shown. */
function show(followed = tables.areas.sort.key !== 'name') {
  const last = layer().moments.length - 1;
  byId('year').value = shown.moment;
  byId('year').setAttribute('aria-valuetext', dated(moment()));
  byId('year-shown').replaceChildren(make('strong', {}, moment().label), ' ' + moment().note);
  byId('year-before').setAttribute('aria-disabled', shown.moment === 0);
  byId('year-after').setAttribute('aria-disabled', shown.moment === last);
  paintMap();
  markChosen();
  arrangeTags();
  legend();
  showAreas(followed);
  data.points.forEach((group, g) => showPoints(g));
  if (shown.chosen) fillCard();
}

// Legend ----------------------------------------------------------------------------------------------------------------------

function legend() {
  const one = measure();
  const many = shadesOf(one).map((shade, k) => one.c.filter((row) => row[shown.moment] === k).length);
  const classes = shadesOf(one).map((shade, k) => make('li', {class: many[k] ? null : 'none'}, swatch(one.scale, k),
    make('span', {}, shade.label), make('span', {class: 'many'}, count(many[k]), unseen(many[k] === 1 ? ' area' : ' areas'))));
  const title = one.title + (one.unit ? ' (' + one.unit + ')' : '') + ', ' + dated(moment());
  const bare = data.drawn && layer().shapes.every((polygons) => !polygons.length);
  byId('below-map').replaceChildren(
    make('div', {class: 'legend'}, bare ? make('p', {class: 'plain'}, data.noMap) : '',
      make('h3', {id: 'legend-title'}, title), make('p', {}, one.explain),
      make('ul', {class: 'classes', 'aria-labelledby': 'legend-title'}, ...classes),
      ticks(), make('p', {class: 'small'}, data.caution, data.source ? ' Source: ' + data.source.replace(/\.$/, '') + '.' : ''),
      data.drawn ? make('p', {class: 'small', id: 'map-hint'}, KEYS) : ''));
  if (data.drawn) byId('map-heading').textContent = capital(layer().plural) + ', ' + moment().label;
}

function ticks() {
  if (!data.drawn) return '';
  const tick = (key, ...parts) => make('label', {class: 'tick'}, make('input', {
    type: 'checkbox', checked: !onMap.off.has(key), 'data-key': key, on: {change: (event) => {
      if (event.target.checked) onMap.off.delete(key);
      else onMap.off.add(key);
      showMarks();
      arrangeTags();
    }},
  }), ...parts);
  const marks = data.points.flatMap((group, g) => [
    tick('points ' + g, mark(group.mark, group.series ? 'room' : group.mark === 'triangle' ? 'scheme' : 'site'), make('span', {}, group.title + ', by ' + group.size)),
    group.series ? make('span', {class: 'tick'}, mark(group.mark, 'over'),
      make('span', {}, 'more ' + group.valueTitle.toLowerCase() + ' than ' + group.limitTitle.toLowerCase())) : '']);
  const sample = () => make('span', {class: 'line-sample', 'aria-hidden': 'true'});
  const lines = data.outlines.map((outline, o) => tick('outline ' + o, sample(), make('span', {}, outline.title)));
  return make('div', {class: 'ticks', role: 'group', 'aria-label': 'Also on the map'}, ...marks, ...lines);
}

// Tables ----------------------------------------------------------------------------------------------------------------------

function areaSection() {
  tables.areas = sortable({
    id: 'areas', filterLabel: 'Find an area', textOf: (area) => layer().names[area],
    counted: (many) => count(many) + (many === 1 ? ' area' : ' areas'), none: 'No area has this in its name.',
  });
  const columns = choices('columns', 'Columns', ['Year by year', 'All views of one year'], 0, (i) => {
    shown.columns = i ? 'views' : 'years';
    showAreas(tables.areas.sort.key !== 'name');
  });
  tables.areas.tools.append(columns);
  byId('areas').append(make('h2', {id: 'areas-heading'}, 'Every figure on the map'), tables.areas.element);
  byId('areas').addEventListener('mouseover', (event) => pointAtRow(event.target));
  byId('areas').addEventListener('focusin', (event) => pointAtRow(event.target));
  byId('areas').addEventListener('mouseleave', () => pointAt(null));
  byId('areas').addEventListener('focusout', () => pointAt(null));
}

function pointAtRow(target) {
  const row = target.closest('tbody tr');
  const button = row && row.querySelector('[data-area]');
  pointAt(button ? Number(button.dataset.area) : null);
}

/** Fill the table of areas; it opens on the worst of the year shown, and follows the year while it is sorted so. */
function showAreas(followed) {
  const key = shown.columns === 'years' ? 'year ' + moment().key : 'view ' + shown.measure;
  const sort = followed ? {key, direction: worstFirst(measure())} : null;
  const view = measure().title + (measure().unit ? ', ' + measure().unit : '');
  const what = shown.columns === 'views' ? layer().title + ', ' + dated(moment()) : layer().title + ': ' + view;
  tables.areas.show([what, unseen('. The buttons in the headings sort; a name opens the card of its area.')], areaColumns(choose),
    layer().names.map((name, area) => area), areaSums(), sort);
  markRow();
}

function pointSection(group, g) {
  const id = 'list-' + g;
  const table = sortable({
    id, filterLabel: 'Find a ' + group.singular, textOf: (i) => [group.items[i].name, areaOf(group.items[i]),
      ...group.columns.map(({name}) => group.items[i].facts[name])].join(' '),
    counted: (many) => countThings(group, many), none: 'No ' + group.singular + ' in this list has these words.',
  });
  tables.points.push(table);
  byId('lists').append(make('section', {id, class: 'list', 'aria-labelledby': id + '-heading', tabindex: -1},
    make('h2', {id: id + '-heading'}, group.title), folded('', table.element)));
}

function showPoints(g) {
  const group = data.points[g];
  const words = group.title + (group.located ? ' of the ' + layer().plural : '') + (group.series ? ', ' + dated(moment()) : '');
  const items = ofLayer(group);
  tables.points[g].show([words], pointColumns(g, choose), items, null, null);
  const many = countThings(group, items.length) + (group.located ? ' of the ' + layer().plural : '');
  byId('list-' + g).querySelector('summary').textContent = 'List of ' + many;
  byId('list-' + g).hidden = byId('to-list-' + g).hidden = !items.length;
}

start();
