// What stands in the columns of the tables of areas and of things, and the buttons by which one chooses.

/** The button that chooses an area, wherever it stands. */
function areaButton(area, from) {
  const react = (event) => from({kind: 'area', area}, event);
  return make('button', {type: 'button', class: 'choose', 'data-area': area, on: {click: react}}, layer().names[area]);
}

/** The button that chooses a thing of a group. */
function pointButton(group, item, from) {
  const react = (event) => from({kind: 'point', group, item}, event);
  const named = {type: 'button', class: 'choose', 'data-group': group, 'data-item': item, on: {click: react}};
  return make('button', named, data.points[group].items[item].name);
}

/** The direction that has the worst first. */
const worstFirst = (one) => (one.worst === 'low' ? 'ascending' : 'descending');

/** The columns of the table of areas: one view over the years, or all views of one year. */
function areaColumns(choose) {
  const named = (area) => layer().names[area];
  const name = {key: 'name', title: 'Area', first: 'ascending', by: named, cell: (area) => areaButton(area, choose)};
  const figures = (one, at, key, title, note) => ({
    key, title, note, first: worstFirst(one), now: shown.columns === 'years' && at === shown.moment,
    by: (area) => one.v[area][at], cell: (area, cell) => heat(one, area, at, cell),
  });
  if (shown.columns === 'years') {
    const year = (m, at, all) => ({
      ...figures(measure(), at, 'year ' + m.key, m.label, m.note), same: at > 0 && all[at - 1].note === m.note,
    });
    return [name, ...layer().moments.map(year)];
  }
  return [name, ...layer().measures.map((one, i) => figures(one, shown.moment, 'view ' + i, one.title, one.unit))];
}

/** A figure on the colour of its class, and beneath it what stands beside it. */
function heat(one, area, at, cell) {
  const shade = shadesOf(one)[one.c[area][at]];
  cell.classList.add('heat');
  if (one.v[area][at] === null) cell.classList.add('missing');
  cell.style.backgroundColor = shade.fill;
  if (one.v[area][at] === 0 && !shade.letter && one.worst !== 'low') cell.classList.add('nothing');
  else cell.style.color = shade.ink;
  return besides(one.n[area][at], one.b[area][at]);
}

const besides = (text, small) => (small ? [text, ' ', make('small', {}, small)] : [text]);

/** The sums of the area table, for the measures that have a sum. */
function areaSums() {
  const years = layer().moments.map((m, at) => [measure(), at]);
  const columns = shown.columns === 'years' ? years : layer().measures.map((one) => [one, shown.moment]);
  if (columns.every(([one]) => one.sum === null)) return null;
  return [['All areas'], ...columns.map(([one, at]) => (one.sum === null ? [] : besides(...one.sum[at])))];
}

/** The columns of a table of things: the area each is in, what the sheet says of it, its size, its figures in the year shown. */
function pointColumns(g, choose) {
  const group = data.points[g];
  const text = (column) => ({
    key: 'fact ' + column.name, title: column.label, first: 'ascending',
    by: (i) => group.items[i].facts[column.name] || null, cell: (i) => group.items[i].facts[column.name],
  });
  const number = (key, title, note, read) => ({key, title, note, first: 'descending', by: read, cell: (i) => count(read(i))});
  const columns = [{key: 'name', title: capital(group.singular), first: 'ascending', by: (i) => group.items[i].name,
    cell: (i) => pointButton(g, i, choose)}];
  if (group.located) {
    const area = (i) => areaOf(group.items[i]);
    columns.push({key: 'area', title: 'Area', first: 'ascending', by: (i) => area(i) || null, cell: area});
  }
  columns.push(...group.columns.map(text), number('size', capital(group.size), '', (i) => group.items[i].size));
  if (group.series) {
    const at = shown.moment;
    const year = moment().label;
    columns.push(number('value', group.valueTitle, year, (i) => pupilsAndPlaces(group.items[i], at)[0]),
      number('limit', group.limitTitle, year, (i) => pupilsAndPlaces(group.items[i], at)[1]),
      {key: 'room', title: 'Free or short', note: year, first: 'ascending',
        by: (i) => { const [v, m] = pupilsAndPlaces(group.items[i], at); return v === null || m === null ? null : m - v; },
        cell: (i) => room(...pupilsAndPlaces(group.items[i], at))});
  }
  return columns;
}
