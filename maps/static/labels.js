// Words on the map: figures and names of areas, names of outlines and schools, each shown where it finds room.

const ASIDE = [0, -20, 20, -40, 40];     // where else the name of an outline may stand: so many pixels lower
const CLOSE = 1.5;         // so many steps of the zoom nearer than the whole, names of schools are of use

/** Put words on the map; they are shown where they find room. Lower ranks come first. */
function tag(at, kind, words, rank, area) {
  const lines = words.map((text, i) => make('span', {class: i === words.length - 1 ? 'tag-main' : 'tag-name'}, text));
  const inner = make('div', {class: 'tag ' + kind}, ...lines);
  const icon = L.divIcon({className: 'tag-place', iconSize: [0, 0], html: inner});
  const marker = L.marker(at, {pane: 'labels', interactive: false, keyboard: false, icon});
  if (area !== undefined) inner.dataset.area = area;
  return {marker, inner, lines, rank, area, kind};
}

/** Write the name of a thing below its mark, while it or its area is chosen. */
function nameMark(item) {
  onMap.chosenTags.push(tag(item.at, 'point-tag', [item.name], 3));
  onMap.chosenTags.at(-1).marker.addTo(map);
}

/** Let the most important words have their room first; what would lie on others is left out until there is room. */
function arrangeTags() {
  if (!map) return;
  const taken = [];
  const frame = map.getContainer().getBoundingClientRect();
  const tags = tagsInUse();
  const measured = tags.map((one) => ({...one, named: within(frame, one.inner), main: one.lines.at(-1).getBoundingClientRect()}));
  for (const one of measured.sort((a, b) => order(a) - order(b))) {
    const bare = around(map.latLngToContainerPoint(one.marker.getLatLng()), one.main);
    const tried = one.kind === 'outline-tag' ? ASIDE.map((by) => moved(one.named, by)) : [one.named, bare];
    const box = tried.find((room) => isFree(room, taken) && fits(one, room === bare, room)) || null;
    if (box) taken.push(box);
    if (box && one.kind === 'outline-tag') one.inner.style.marginTop = box.by + 'px';
    one.inner.classList.toggle('no-room', !box);
    one.inner.classList.toggle('no-name', box === bare);
  }
}

/** The words that belong on the map now, as if each had all the room. */
function tagsInUse() {
  const close = map.getZoom() >= onMap.wholeZoom + CLOSE;
  onMap.chosenTags.forEach(({inner}) => inner.classList.toggle('too-far', !close));
  const tags = [...onMap.areaTags, ...onMap.outlineTags, ...(close ? onMap.chosenTags : [])];
  for (const {inner} of tags) {
    inner.classList.remove('no-name', 'no-room');
    inner.style.marginTop = '';
  }
  return tags.filter(({marker}) => map.hasLayer(marker));
}

/** Is a box on the map and off all that is taken? */
function isFree(box, taken) {
  const {x, y} = map.getSize();
  const apart = (other) => box.right < other.left || box.left > other.right || box.bottom < other.top || box.top > other.bottom;
  return box.left > 0 && box.top > 0 && box.right < x && box.bottom < y && taken.every(apart);
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
