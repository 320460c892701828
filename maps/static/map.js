// The map: Leaflet draws areas, outlines and points; we say what they look like, and which words find room on them.
//
// The map that folium made is called map_committee. Without shapes there is none, and every function here does nothing.

const map = window.map_committee || null;
const DEGREE = 1e5;
const MOST_ZOOM = 16;
const MARK_MOST = 5;       // radius of the largest mark when the whole county is in view
const MARK_LEAST = 1.8;
const TALL = 1.15;         // height by width from which a county is tall: on paper its legend then stands beside it
const DIAMOND = 18;        // size of a diamond as it is drawn, before it is scaled
const onMap = {
  areas: [], marks: [], outlines: [], chosen: null, pointed: null, readout: null, whole: null, wholeZoom: 0, before: null,
  areaTags: [], outlineTags: [], chosenTags: [], off: new Set(),
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
  byId('picture').classList.toggle('tall', isTall());
}

/** Is the whole higher than it is wide, as it is drawn? */
function isTall() {
  const {x, y} = map.project(onMap.whole.getSouthEast()).subtract(map.project(onMap.whole.getNorthWest()));
  return y > TALL * x;
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

/** When the window changes its size, a map that shows the whole goes on showing it. */
function refit() {
  if (map && map.getZoom() === onMap.wholeZoom && !document.documentElement.classList.contains('printing')) seeWhole();
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
      onMap.outlineTags.push(tag(outline.at[i], 'outline-tag', [outline.names[i]], 1));
      lines.push(onMap.outlineTags.at(-1).marker);
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
  onMap.marks = data.points.flatMap((group, g) => {
    const placed = ofLayer(group).filter((i) => group.items[i].at);
    return placed.map((i) => drawMark(group, g, i));
  });
  showMarks();
}

function drawArea(polygons, area) {
  const shape = L.polygon(unfold(polygons), {pane: 'areas', className: 'area', weight: 1, color: data.border, fillOpacity: 1});
  shape.on('mouseover', () => pointAt(area)).on('mouseout', () => pointAt(null));
  shape.on('click', () => choose({kind: 'area', area}, map.getContainer()));
  shape.addTo(map).getElement().setAttribute('data-area', area);
  return shape;
}

function drawMark(group, g, i) {
  const item = group.items[i];
  const react = () => choose({kind: 'point', group: g, item: i}, map.getContainer());
  let drawn;
  if (group.mark === 'circle') {
    drawn = L.circleMarker(item.at, {pane: 'points', className: 'mark', weight: 1.2});
  } else {
    const placed = make('div', {class: group.mark}, mark(group.mark, group.mark === 'triangle' ? 'scheme' : 'site', DIAMOND));
    const icon = L.divIcon({className: 'mark-place', iconSize: [0, 0], html: placed});
    drawn = L.marker(item.at, {pane: 'points', keyboard: false, icon});
  }
  drawn.on('click', react).on('mouseout', () => readOut(null));
  drawn.on('mouseover', () => readOut(item.name + pointWords(group, item)));
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
}

/** Marks grow with the zoom; their area tells the size. */
function sizeMarks() {
  const grown = 1.3 ** (map.getZoom() - onMap.wholeZoom);
  for (const group of data.points) {
    const largest = Math.max(1, ...group.items.map((item) => item.size || 0));
    for (const {drawn, item} of onMap.marks.filter((one) => one.group === group)) {
      const radius = Math.max(MARK_LEAST, MARK_MOST * Math.sqrt((item.size || 0) / largest)) * grown;
      const scale = (2.2 * radius / DIAMOND).toFixed(2);
      if (drawn.setRadius) drawn.setRadius(radius);
      else if (drawn.getElement()) drawn.getElement().firstChild.style.transform = `translate(-50%, -50%) scale(${scale})`;
    }
  }
}

function paintMarks() {
  for (const {drawn, item} of onMap.marks) {
    const look = 'mark leaflet-interactive mark-' + fullness(item, shown.moment);
    if (drawn.setRadius && drawn.getElement()) drawn.getElement().setAttribute('class', look);
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
  readOut(null);
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
  } else if (chosen && chosen.kind === 'point' && itemOf(chosen).at) {
    const item = itemOf(chosen);
    onMap.chosen = L.layerGroup(['under', 'over'].map((half) => L.circleMarker(item.at, {
      pane: 'chosen', className: 'chosen chosen-' + half, fill: false, interactive: false, radius: 14,
    }))).addTo(map);
    nameMark(item);
  }
}

/** Move the map to what is chosen. */
function lookAt(chosen) {
  if (!map) return;
  const motion = {animate: !calm(), maxZoom: 14, padding: [30, 30]};
  if (chosen.kind === 'area') map.fitBounds(onMap.areas[chosen.area].getBounds(), motion);
  else map.setView(itemOf(chosen).at, Math.max(map.getZoom(), onMap.wholeZoom + 3), motion);
}

/** A page of paper has its own width: fit what is in view to it, and go back to the view afterwards. */
function printMap(printing) {
  const view = map && {bounds: map.getBounds(), center: map.getCenter(), zoom: map.getZoom()};
  document.documentElement.classList.toggle('printing', printing);
  if (!map) return;
  map.invalidateSize({animate: false});
  if (!printing) map.setView(onMap.before.center, onMap.before.zoom, {animate: false});
  else if (view.zoom <= onMap.wholeZoom) map.fitBounds(onMap.whole, {animate: false, padding: [6, 6]});
  else map.fitBounds(view.bounds, {animate: false});
  onMap.before = view;
}
