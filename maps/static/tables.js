// Tables that people sort by the buttons in their headings and narrow down by a word.
//
// A column: {key, title, note, first, now, by(row), cell(row, td)}. `by` gives what to sort by (null stands last either way),
// `first` the direction of the first press. The first column names the row.

const OTHER = {ascending: 'descending', descending: 'ascending'};

/** Make a table with its filter box. The heading is given by the caller; `show` fills it, and fills it anew when all changes. */
function sortable({id, filterLabel, things}) {
  const table = {columns: [], rows: [], sort: {key: '', direction: 'ascending'}, lines: new Map()};
  const caption = make('caption', {id: id + '-caption'});
  const head = make('tr', {});
  const body = make('tbody', {});
  const foot = make('tfoot', {});
  const told = make('span', {class: 'told', role: 'status'});
  const box = make('input', {type: 'search', id: id + '-filter', autocomplete: 'off', spellcheck: 'false', on: {input: narrow}});
  const scroll = make('div', {class: 'scroll'},
    make('table', {id: id + '-table'}, caption, make('thead', {}, head), body, foot));
  table.tools = make('div', {class: 'tools'}, make('p', {class: 'filter'}, make('label', {for: id + '-filter'}, filterLabel), box, told));
  table.element = make('div', {class: 'sortable'}, table.tools, scroll);

  /** Fill the table: its caption, columns, rows, sums, and the order that it opens in. */
  table.show = function (words, columns, rows, sums, sort) {
    caption.replaceChildren(...words);
    Object.assign(table, {columns, rows, sort: sort || table.sort});
    if (!columns.some((column) => column.key === table.sort.key)) table.sort = {key: columns[0].key, direction: columns[0].first};
    head.replaceChildren(...columns.map((column, i) => heading(column, i > 0 && columns[i - 1].note === column.note)));
    table.lines = new Map(rows.map((row) => [row, line(row)]));
    foot.replaceChildren(...(sums ? [sumsLine(sums)] : []));
    arrange();
    narrow();
  };

  /** A heading; a note that the one before has as well is said but not written again. */
  function heading(column, same) {
    const button = make('button', {type: 'button', class: 'sort', on: {click: () => turn(column)}},
      make('span', {class: 'sort-title'}, column.title), !column.note ? null : same ? unseen(' ' + column.note) : make('small', {}, ' ' + column.note),
      make('span', {class: 'arrow', 'aria-hidden': 'true'}));
    return make('th', {scope: 'col', class: column.now ? 'now' : null, 'data-key': column.key}, button);
  }

  function turn(column) {
    const again = table.sort.key === column.key;
    table.sort = {key: column.key, direction: again ? OTHER[table.sort.direction] : column.first};
    arrange();
  }

  function line(row) {
    const cells = table.columns.map((column, i) => {
      const cell = i ? make('td', {class: column.now ? 'now' : null}) : make('th', {scope: 'row'});
      const content = column.cell(row, cell);
      cell.append(...(Array.isArray(content) ? content : [content]));
      return cell;
    });
    return make('tr', {}, ...cells);
  }

  function sumsLine(sums) {
    return make('tr', {}, ...sums.map((sum, i) => (i ? make('td', {}, ...sum) : make('th', {scope: 'row'}, ...sum))));
  }

  function arrange() {
    const {key, direction} = table.sort;
    const column = table.columns.find((one) => one.key === key);
    const sign = direction === 'ascending' ? 1 : -1;
    const keyed = table.rows.map((row, i) => ({row, i, by: column.by(row)}));
    keyed.sort((a, b) => {
      if (a.by === null || b.by === null) return (a.by === null) - (b.by === null) || a.i - b.i;
      return sign * (typeof a.by === 'string' ? a.by.localeCompare(b.by, 'en-GB', {numeric: true}) : a.by - b.by) || a.i - b.i;
    });
    body.replaceChildren(...keyed.map(({row}) => table.lines.get(row)));
    for (const cell of head.children) {
      const sorted = cell.dataset.key === key;
      if (sorted) cell.setAttribute('aria-sort', direction);
      else cell.removeAttribute('aria-sort');
      cell.querySelector('.arrow').textContent = sorted ? (sign > 0 ? '\u25b2' : '\u25bc') : '\u25bf';
    }
  }

  function narrow() {
    const words = box.value.trim().toLocaleLowerCase('en-GB').split(/\s+/);
    let left = 0;
    for (const one of table.lines.values()) {
      const text = one.textContent.toLocaleLowerCase('en-GB');
      one.hidden = !words.every((word) => text.includes(word));
      left += !one.hidden;
    }
    told.textContent = left === table.lines.size ? left + ' ' + things() : left + ' of ' + table.lines.size + ' ' + things();
  }

  return table;
}

/** A plain table of a card: headings, and rows of a heading and cells. */
function plainTable(caption, headings, rows) {
  return make('div', {class: 'scroll', role: 'group', 'aria-label': caption},
    make('table', {}, make('caption', {class: 'unseen'}, caption),
      make('thead', {}, make('tr', {}, ...headings.map((text) => make('th', {scope: 'col'}, text)))),
      make('tbody', {}, ...rows.map(({cells, now}) => make('tr', {class: now ? 'now' : null},
        ...cells.map((cell, i) => (i ? make('td', {}, cell) : make('th', {scope: 'row'}, cell))))))));
}

/** The button that chooses an area, wherever it stands. */
function areaButton(area, from) {
  return make('button', {type: 'button', class: 'choose', 'data-area': area, on: {click: (event) => from({kind: 'area', area}, event)}},
    layer().names[area]);
}

/** The button that chooses a thing of a group. */
function pointButton(group, item, from) {
  return make('button', {
    type: 'button', class: 'choose', 'data-group': group, 'data-item': item, on: {click: (event) => from({kind: 'point', group, item}, event)},
  }, data.points[group].items[item].name);
}

/** The columns of the table of areas: one view over the years, or all views of one year. */
function areaColumns(choose) {
  const name = {key: 'name', title: 'Area', first: 'ascending', by: (area) => layer().names[area], cell: (area) => areaButton(area, choose)};
  const figures = (one, at, key, title, note) => ({
    key, title, note, first: one.worst === 'low' ? 'ascending' : 'descending', now: shown.columns === 'years' && at === shown.moment,
    by: (area) => one.v[area][at], cell: (area, cell) => heat(one, area, at, cell),
  });
  if (shown.columns === 'years') {
    return [name, ...layer().moments.map((m, at) => figures(measure(), at, 'year ' + m.key, m.label, m.note))];
  }
  return [name, ...layer().measures.map((one, i) => figures(one, shown.moment, 'view ' + i, one.title, one.unit))];
}

/** A figure on the colour of its class, and beneath it what stands beside it. */
function heat(one, area, at, cell) {
  const shade = shadesOf(one)[one.c[area][at]];
  cell.classList.add('heat');
  if (one.v[area][at] === null) cell.classList.add('missing');
  cell.style.backgroundColor = shade.fill;
  cell.style.color = shade.ink;
  return besides(one.n[area][at], one.b[area][at]);
}

const besides = (text, small) => (small ? [text, ' ', make('small', {}, small)] : [text]);

/** The sums of the area table, for the measures that have a sum. */
function areaSums() {
  const columns = shown.columns === 'years' ? layer().moments.map((m, at) => [measure(), at]) : layer().measures.map((one) => [one, shown.moment]);
  if (columns.every(([one]) => one.sum === null)) return null;
  return [['All areas'], ...columns.map(([one, at]) => (one.sum === null ? [] : besides(...one.sum[at])))];
}

/** The columns of a table of things: the area each is in, what the sheet says of it, its size, and its figures in the year shown. */
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
    const area = (i) => (layer().key in group.items[i].areas ? layer().names[group.items[i].areas[layer().key]] : '');
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
