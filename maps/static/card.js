// The card of what is chosen: an area with its views, year groups and schools, or a school with its years.

/** The card of what is chosen, as a list of elements. `choose` chooses further, `back` is what closes it. */
function cardOf(chosen, choose, back, cameFrom) {
  return chosen.kind === 'area' ? areaCard(chosen.area, choose, back) : pointCard(chosen, choose, back, cameFrom);
}

function cardTop(name, under, back, backWords, look) {
  const close = {type: 'button', class: 'plain-button', id: 'card-close', on: {click: back}};
  return make('div', {class: 'card-top'},
    make('div', {}, make('h2', {id: 'card-heading', tabindex: -1}, name), make('p', {class: 'under'}, under)),
    make('div', {class: 'card-buttons'}, look, make('button', close, backWords, unseen(' (Escape)'))));
}

function lookButton(react) {
  return make('button', {type: 'button', class: 'plain-button', on: {click: react}}, 'Show on the map');
}

function areaCard(area, choose, back) {
  const look = layer().shapes[area].length ? lookButton(() => lookAt({kind: 'area', area})) : null;
  return [
    cardTop(layer().names[area], layer().title + ', ' + dated(moment()), back, 'Close', look),
    viewsOf(area), ...saidOf(area), ...yearGroups(layer().breakdown, rowsOfArea(area), layer().names[area]), ...accountOf(area),
    ...data.points.flatMap((group, g) => membersOf(area, group, g, choose)),
  ];
}

/** What each view says of the area in the year shown, with the class that it falls into; the swatch shows the letter. */
function viewsOf(area) {
  return make('dl', {class: 'views'}, ...layer().measures.map((one) => {
    const k = one.c[area][shown.moment];
    const {letter} = shadesOf(one)[k];
    const words = [unitAfter(one, area, shown.moment), one.b[area][shown.moment]].filter(Boolean).join(', ');
    const lettered = letter && (words === letter || words.endsWith(' ' + letter));
    const seen = lettered ? words.slice(0, -letter.length).replace(/[, ]+$/, '') : words;
    return make('div', {class: one === measure() ? 'now' : null},
      make('dt', {}, one.title), make('dd', {}, swatch(one.scale, k), make('strong', {}, one.n[area][shown.moment]), ' ',
        make('span', {}, seen, lettered ? unseen((seen && ', ') + letter) : null)));
  }));
}

/** The sentence on the area that holds whatever the year. */
function saidOf(area) {
  const text = layer().said[area];
  return text ? [make('p', {}, text)] : [];
}

const rowsOfArea = (area) => (layer().breakdown ? layer().breakdown.rows[area][shown.moment] : []);

/** The year groups of a thing in the year shown, those of which something is known. */
function rowsOfThing(group, item) {
  const at = group.breakdown ? group.breakdown.years.indexOf(moment().key) : -1;
  const rows = item.rows.map(([label, ...columns]) => [group.breakdown.labels[label], ...columns.map((one) => one[at] ?? null)]);
  return rows.filter((row) => row.slice(1).some((figure) => figure !== null));
}

/** The year groups behind the figures of an area or a thing, as a picture and as a table. */
function yearGroups(behind, rows, name) {
  if (!rows.length) return [];
  const title = behind.headings[0] + 's in ' + dated(moment());
  const {value, limit} = behind;
  const picture = value ? [chart(rows.map((row) => ({label: row[0], value: row[value], limit: limit ? row[limit] : null})),
    title, behind.headings[value], limit ? behind.headings[limit] : 'places')] : [make('h3', {}, title)];
  return [...picture, plainTable(title + ': ' + name, behind.headings,
    rows.map((row) => ({cells: [row[0], ...row.slice(1).map(count)]})))];
}

/** What leads to the area's figure in the year shown, part by part; nothing in the year that it starts from. */
function accountOf(area) {
  const {account} = layer();
  const figures = account ? account.rows[area][shown.moment] : [];
  if (!figures.length) return [];
  const title = account.title + ', ' + dated(moment());
  const rows = figures.map((figure, i) => ({cells: [account.labels[i], account.plain[i] ? count(figure) : signed(figure)]}));
  return [make('h3', {}, title), plainTable(title + ': ' + layer().names[area], account.headings, rows),
    ...(account.note ? [make('p', {class: 'under'}, account.note)] : [])];
}

/** The things of one group that lie in the area. */
function membersOf(area, group, g, choose) {
  const items = ofLayer(group).filter((i) => group.items[i].areas[layer().key] === area);
  if (!group.located || !items.length) return [];
  const year = moment().label;
  const most = Math.max(1, ...items.flatMap((i) => pupilsAndPlaces(group.items[i], shown.moment)));
  const headings = group.series ? [group.valueTitle, group.limitTitle, 'Free or short', 'Picture'] : [capital(group.size)];
  const rows = items.map((i) => {
    const [value, limit] = pupilsAndPlaces(group.items[i], shown.moment);
    const figures = [count(value), count(limit), room(value, limit), bar(value, limit, most)];
    return {cells: [pointButton(g, i, choose), ...(group.series ? figures : [count(group.items[i].size)])]};
  });
  const title = group.title + ' (' + items.length + ')' + (group.series ? ' in ' + year : '');
  return [make('h3', {}, title), plainTable(title, [group.title, ...headings], rows)];
}

function pointCard({group: g, item: i}, choose, back, cameFrom) {
  const group = data.points[g];
  const item = group.items[i];
  const area = item.areas[layer().key];
  const look = item.at && data.drawn ? lookButton(() => lookAt({kind: 'point', group: g, item: i})) : null;
  const facts = [
    [capital(group.size), count(item.size)], ...group.facts.map(({name, label}) => [label, item.facts[name]]),
    [layer().title + ' area', area === undefined ? '' : areaButton(area, choose)],
    ['On the map', item.at ? '' : 'no: its place is not known'],
  ];
  const pair = ([label, fact]) => make('div', {}, make('dt', {}, label), make('dd', {}, fact));
  const list = make('dl', {class: 'facts'}, ...facts.filter(([, fact]) => fact).map(pair));
  return [
    cardTop(item.name, capital(group.singular), back, cameFrom ? 'Back to ' + cameFrom : 'Close', look),
    list, ...listingOf(group, item), ...yearsOf(group, item), ...yearGroups(group.breakdown, rowsOfThing(group, item), item.name),
  ];
}

/** The table of its own that a thing has, whatever the year shown. */
function listingOf(group, item) {
  if (!item.listed.length) return [];
  const {title, headings, note} = group.listing;
  return [make('h3', {}, title), plainTable(title + ': ' + item.name, headings, item.listed.map((cells) => ({cells}))),
    ...(note ? [make('p', {class: 'under'}, note)] : [])];
}

/** Pupils and places of a thing over the years, as a picture and as a table; now and what is expected. */
function yearsOf(group, item) {
  if (!item.series[layer().key]) return [];
  const years = layer().moments.map((one, at) => {
    const [value, limit] = pupilsAndPlaces(item, at);
    return {label: one.label, note: one.note, value, limit, now: at === shown.moment};
  });
  const title = group.valueTitle + ' and ' + group.limitTitle.toLowerCase() + ' by year';
  return [
    chart(years, title, group.valueTitle, group.limitTitle),
    plainTable(title + ': ' + item.name, ['Year', group.valueTitle, group.limitTitle, 'Free or short'], years.map((year) => ({
      now: year.now, cells: [dated(year), count(year.value), count(year.limit), room(year.value, year.limit)],
    }))),
  ];
}
