// The map: Leaflet draws areas, outlines and points; we say what they look like, and which words find room on them.
//
// The map that folium made is called map_committee. Without shapes there is none, and every function here does nothing.

const map = window.map_committee || null;
const DEGREE = 1e5;
const MOST_ZOOM = 16;
const MARK_MOST = 5;       // radius of the largest mark when the whole county is in view
const MARK_LEAST = 1.8;
const ASIDE = [0, -20, 20, -40, 40];     // where else the name of an outline may stand: so many pixels lower
const CLOSE = 1.5;         // so many steps of the zoom nearer than the whole, names of schools are of use
const onMap = {
  areas: [], marks: [], areaTags: [], tags: [], chosenTags: [], outlines: [], chosen: null, pointed: null, readout: null, whole: null,
  wholeZoom: 0, off: new Set(),
};

/** Rings as Leaflet wants them, out of a first corner and steps. */
function unfold(polygons) {
  return polygons.map((rings) => rings.map((steps) => {
    const corners = [];
    let lat = 0;
    let lon = 0;
    for (let i = 0; i < steps.length; i += 2) {
      lat += steps[i];
      lon += steps[i + 1];
      corners.push([lat / DEGREE, lon / DEGREE]);
    }
    return corners;
  }));
}

/** Set the map up once: its bounds, its buttons, the outlines, and the line that reads out what one points at. */
function startMap() {
  if (!map) return;
  const box = map.getContainer();
  box.setAttribute('role', 'group');
  box.setAttribute('aria-label', 'Map: arrow keys move it, plus and minus zoom');
  onMap.whole = wholeBounds();
  map.setMaxZoom(MOST_ZOOM);
  map.getPane('mapPane').setAttribute('role', 'img');
  if (window.matchMedia('(pointer: coarse)').matches) map.dragging.disable();       // one finger scrolls the page
  L.control.scale({imperial: true, metric: true, maxWidth: 90}).addTo(map);
  byId('stage').before(mapButtons());
  onMap.readout = make('p', {class: 'readout', 'aria-hidden': 'true'});
  box.after(onMap.readout);
  data.outlines.forEach(drawOutline);
  map.on('zoomend moveend resize', arrangeTags);
  map.on('zoomend', sizeMarks);
  seeWhole();
}

function wholeBounds() {
  const corners = data.layers.flatMap((one) => one.shapes.flatMap((polygons) => unfold(polygons).flat(2)));
  return L.latLngBounds(corners);
}

function seeWhole() {
  map.invalidateSize({animate: false});
  map.setMinZoom(0);
  map.fitBounds(onMap.whole, {animate: false, padding: [6, 6]});
  onMap.wholeZoom = map.getZoom();
  map.setMinZoom(onMap.wholeZoom - 1);
  map.setMaxBounds(onMap.whole.pad(0.5));
}

/** Buttons for all that dragging and the wheel do elsewhere. */
function mapButtons() {
  const motion = {animate: !calm()};
  const step = (x, y) => () => map.panBy([x * map.getSize().x / 4, y * map.getSize().y / 4], motion);
  const button = (words, sign, react, place) => make('button', {type: 'button', class: 'map-button ' + place, on: {click: react}},
    make('span', {'aria-hidden': 'true'}, sign), unseen(words));
  return make('div', {class: 'map-buttons', role: 'group', 'aria-label': 'Move the map'},
    button('Zoom in', '+', () => map.zoomIn(1, motion), 'in'), button('Zoom out', '\u2212', () => map.zoomOut(1, motion), 'out'),
    button('Whole map', wholeSign(), seeWhole, 'all'),
    button('Move up', '\u2191', step(0, -1), 'up'), button('Move left', '\u2190', step(-1, 0), 'left'),
    button('Move right', '\u2192', step(1, 0), 'right'), button('Move down', '\u2193', step(0, 1), 'down'));
}

function wholeSign() {
  return draw('svg', {width: 16, height: 16, viewBox: '0 0 16 16'},
    draw('path', {d: 'M2 6V2H6M10 2H14V6M14 10V14H10M6 14H2V10', fill: 'none', stroke: 'currentColor', 'stroke-width': 2}));
}

function drawOutline(outline) {
  const lines = [];
  outline.shapes.forEach((polygons, i) => {
    const corners = unfold(polygons);
    lines.push(L.polygon(corners, {pane: 'lines', className: 'outline-under', fill: false, interactive: false}),
      L.polygon(corners, {pane: 'lines', className: 'outline', fill: false, interactive: false}));
    if (outline.at[i]) {
      onMap.tags.push(tag(outline.at[i], 'outline-tag', [outline.names[i]], 1));
      lines.push(onMap.tags.at(-1).marker);
    }
  });
  onMap.outlines.push(L.layerGroup(lines).addTo(map));
}

/** Draw the areas and marks of the layer shown, in place of those that were there. */
function drawLayer() {
  if (!map) return;
  onMap.areas.forEach((shape) => shape && shape.remove());
  onMap.marks.forEach(({drawn}) => drawn.remove());
  onMap.areaTags.forEach(({marker}) => marker.remove());
  onMap.areas = layer().shapes.map((polygons, area) => (polygons.length ? drawArea(polygons, area) : null));
  onMap.areaTags = layer().at.flatMap((at, area) => (at && onMap.areas[area] ? [tag(at, 'area-tag', ['', ''], 0, area)] : []));
  onMap.areaTags.forEach(({marker}) => marker.addTo(map));
  onMap.marks = data.points.flatMap((group, g) => ofLayer(group).filter((i) => group.items[i].at).map((i) => drawMark(group, g, i)));
  showMarks();
}

function drawArea(polygons, area) {
  const shape = L.polygon(unfold(polygons), {pane: 'areas', className: 'area', weight: 1, color: data.border, fillOpacity: 1});
  shape.on('mouseover', () => pointAt(area)).on('mouseout', () => pointAt(null));
  shape.on('click', () => choose({kind: 'area', area}, map.getContainer()));
  shape.addTo(map).getElement().setAttribute('data-area', area);
  return shape;
}

/** Put words on the map; they are shown where they find room. Lower ranks come first. */
function tag(at, kind, words, rank, area) {
  const lines = words.map((text, i) => make('span', {class: i === words.length - 1 ? 'tag-main' : 'tag-name'}, text));
  const inner = make('div', {class: 'tag ' + kind}, ...lines);
  const marker = L.marker(at, {pane: 'labels', interactive: false, keyboard: false, icon: L.divIcon({className: 'tag-place', iconSize: [0, 0], html: inner})});
  if (area !== undefined) inner.dataset.area = area;
  return {marker, inner, lines, rank, area, kind};
}

function drawMark(group, g, i) {
  const item = group.items[i];
  const react = () => choose({kind: 'point', group: g, item: i}, map.getContainer());
  let drawn;
  if (group.mark === 'circle') {
    drawn = L.circleMarker(item.at, {pane: 'points', className: 'mark', weight: 1.2});
  } else {
    const icon = L.divIcon({className: 'mark-place', iconSize: [0, 0], html: make('div', {class: 'diamond'}, mark('diamond', 'site', 18))});
    drawn = L.marker(item.at, {pane: 'points', keyboard: false, icon});
  }
  drawn.on('click', react).on('mouseover', () => readOut(item.name + pointWords(group, item))).on('mouseout', () => readOut(null));
  return {drawn, group, g, i, item};
}

function pointWords(group, item) {
  const [value, limit] = pupilsAndPlaces(item, shown.moment);
  if (!group.series) return ': ' + count(item.size) + ' ' + group.size;
  return ': ' + group.valueTitle.toLowerCase() + ' ' + count(value) + ', ' + group.limitTitle.toLowerCase() + ' ' + count(limit);
}

/** Show or hide the groups of marks and the outlines, as ticked. */
function showMarks() {
  if (!map) return;
  for (const {drawn, g} of onMap.marks) {
    if (onMap.off.has('points ' + g)) drawn.remove();
    else drawn.addTo(map);
  }
  onMap.outlines.forEach((lines, o) => {
    if (onMap.off.has('outline ' + o)) lines.remove();
    else lines.addTo(map);
  });
  sizeMarks();
  paintMarks();
  arrangeTags();
}

/** Marks grow with the zoom; their area tells the size. */
function sizeMarks() {
  const grown = 1.3 ** (map.getZoom() - onMap.wholeZoom);
  for (const group of data.points) {
    const largest = Math.max(1, ...group.items.map((item) => item.size || 0));
    for (const {drawn, item} of onMap.marks.filter((one) => one.group === group)) {
      const radius = Math.max(MARK_LEAST, MARK_MOST * Math.sqrt((item.size || 0) / largest)) * grown;
      if (drawn.setRadius) drawn.setRadius(radius);
      else if (drawn.getElement()) drawn.getElement().firstChild.style.transform = `translate(-50%, -50%) scale(${(radius / 8).toFixed(2)})`;
    }
  }
}

function paintMarks() {
  for (const {drawn, item} of onMap.marks) {
    const element = drawn.getElement();
    if (element && drawn.setRadius) element.setAttribute('class', 'mark leaflet-interactive mark-' + fullness(item, shown.moment));
  }
}

/** Colour the areas, and write their figures, for what is shown. */
function paintMap() {
  if (!map) return;
  const one = measure();
  onMap.areas.forEach((shape, area) => {
    if (shape) shape.setStyle({fillColor: 'url(#' + hatchName(one.scale, one.c[area][shown.moment]) + ')'});
  });
  for (const {area, lines} of onMap.areaTags) {
    lines[0].textContent = layer().names[area];
    lines[1].textContent = one.l[area][shown.moment];
  }
  map.getPane('mapPane').setAttribute('aria-label', 'Map. ' + one.say[shown.moment]);
  paintMarks();
  arrangeTags();
  readOut(null);
}

/** Let the most important words have their room first; what would lie on others is left out until there is room. */
function arrangeTags() {
  if (!map) return;
  const taken = [];
  const size = map.getSize();
  const free = (box) => box.left > 0 && box.top > 0 && box.right < size.x && box.bottom < size.y
    && taken.every((other) => box.right < other.left || box.left > other.right || box.bottom < other.top || box.top > other.bottom);
  const close = map.getZoom() >= onMap.wholeZoom + CLOSE;
  onMap.chosenTags.forEach(({inner}) => inner.classList.toggle('too-far', !close));
  const tags = [...onMap.areaTags, ...onMap.tags, ...(close ? onMap.chosenTags : [])].filter(({marker}) => map.hasLayer(marker));
  for (const {inner} of tags) {
    inner.classList.remove('no-name', 'no-room');
    inner.style.marginTop = '';
  }
  const frame = map.getContainer().getBoundingClientRect();
  const measured = tags.map((one) => ({...one, named: within(frame, one.inner), main: one.lines.at(-1).getBoundingClientRect()}));
  measured.sort((a, b) => order(a) - order(b));
  for (const one of measured) {
    const bare = around(map.latLngToContainerPoint(one.marker.getLatLng()), one.main);
    const tried = one.kind === 'outline-tag' ? ASIDE.map((by) => moved(one.named, by)) : [one.named, bare];
    const box = tried.find((room) => free(room) && fits(one, room === bare, room)) || null;
    if (box) taken.push(box);
    if (box && one.kind === 'outline-tag') one.inner.style.marginTop = box.by + 'px';
    one.inner.classList.toggle('no-room', !box);
    one.inner.classList.toggle('no-name', box === bare);
  }
}

/** Figures first, the largest before the rest; then outlines, then areas with nothing but a name. */
function order({area, rank}) {
  if (area === undefined) return rank * 1e6;
  const one = measure();
  if (!one.l[area][shown.moment]) return 2e6;
  const counted = shadesOf(one)[one.c[area][shown.moment]].counted ? 0 : 5e5;
  return counted - Math.min(4e5, Math.abs(one.v[area][shown.moment] || 0));
}

const around = (point, {width, height}) => ({
  left: point.x - width / 2 - 1, right: point.x + width / 2 + 1, top: point.y - height / 2 - 1, bottom: point.y + height / 2 + 1,
});

const moved = ({left, right, top, bottom}, by) => ({left, right, top: top + by, bottom: bottom + by, by});

/** The box of an element on the map. */
function within(frame, element) {
  const {left, right, top, bottom} = element.getBoundingClientRect();
  return {left: left - frame.left - 1, right: right - frame.left + 1, top: top - frame.top - 1, bottom: bottom - frame.top + 1};
}

/** May words stand in a box? Names of areas stay inside their area, a bare figure need not; other words have no short form. */
function fits({area, main}, bare, box) {
  if (area === undefined) return !bare;
  if (bare) return main.width > 0;
  const bounds = onMap.areas[area].getBounds();
  const west = map.latLngToContainerPoint(bounds.getNorthWest());
  const east = map.latLngToContainerPoint(bounds.getSouthEast());
  return box.left > west.x && box.right < east.x && box.top > west.y && box.bottom < east.y;
}

/** Show which area one points at, in the map or in a row of the table. */
function pointAt(area) {
  if (!map) return;
  if (onMap.pointed) onMap.pointed.remove();
  onMap.pointed = area === null || !onMap.areas[area] ? null : ring(area, 'pointed').addTo(map);
  readOut(area === null ? null : layer().names[area] + ': ' + measure().title + ', ' + spelled(measure(), area, shown.moment));
}

function readOut(text) {
  if (onMap.readout) onMap.readout.textContent = text || 'Point at an area or a mark to read it here; choose it to see more.';
}

const ring = (area, kind) => L.layerGroup(['under', 'over'].map((half) => L.polygon(unfold(layer().shapes[area]), {
  pane: 'chosen', className: kind + ' ' + kind + '-' + half, fill: false, interactive: false,
})));

/** Ring what is chosen, and name the schools of a chosen area where there is room. */
function markChosen() {
  if (!map) return;
  if (onMap.chosen) onMap.chosen.remove();
  onMap.chosenTags.forEach(({marker}) => marker.remove());
  Object.assign(onMap, {chosen: null, chosenTags: []});
  const chosen = shown.chosen;
  if (chosen && chosen.kind === 'area' && onMap.areas[chosen.area]) {
    onMap.chosen = ring(chosen.area, 'chosen').addTo(map);
    for (const {group, item} of onMap.marks) if (group.located && item.areas[layer().key] === chosen.area) nameMark(item);
  } else if (chosen && chosen.kind === 'point' && data.points[chosen.group].items[chosen.item].at) {
    const item = data.points[chosen.group].items[chosen.item];
    onMap.chosen = L.layerGroup(['under', 'over'].map((half) => L.circleMarker(item.at, {
      pane: 'chosen', className: 'chosen chosen-' + half, fill: false, interactive: false, radius: 14,
    }))).addTo(map);
    nameMark(item);
  }
  arrangeTags();
}

function nameMark(item) {
  onMap.chosenTags.push(tag(item.at, 'point-tag', [item.name], 3));
  onMap.chosenTags.at(-1).marker.addTo(map);
}

/** Move the map to what is chosen. */
function lookAt(chosen) {
  if (!map) return;
  const motion = {animate: !calm(), maxZoom: 14, padding: [30, 30]};
  if (chosen.kind === 'area') map.fitBounds(onMap.areas[chosen.area].getBounds(), motion);
  else map.setView(data.points[chosen.group].items[chosen.item].at, Math.max(map.getZoom(), onMap.wholeZoom + 3), motion);
}

/** A page of paper has its own width: fit the map to it, and back again afterwards. */
function printMap(printing) {
  document.documentElement.classList.toggle('printing', printing);
  if (map) seeWhole();
}
