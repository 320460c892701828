// Tables that people sort by the buttons in their headings and narrow down by a word.
//
// A column: {key, title, note, same, first, now, by(row), cell(row, td)}. `by` gives what to sort by (null stands last either
// way), `first` the direction of the first press, `same` that the note is that of the column before. The first names the row.

const OTHER = {ascending: 'descending', descending: 'ascending'};

/**
 * Make a table with its filter box. The heading is given by the caller; `show` fills it, and fills it anew when all changes.
 * `textOf` gives the text of a row in which the filter looks, `counted` says how many rows there are, `none` that none is left.
 */
function sortable({id, filterLabel, textOf, counted, none}) {
  const table = {columns: [], rows: [], sort: {key: '', direction: 'ascending'}, lines: new Map()};
  const caption = make('caption', {id: id + '-caption'});
  const head = make('tr', {});
  const body = make('tbody', {});
  const foot = make('tfoot', {});
  const told = make('span', {class: 'told', role: 'status'});
  const box = make('input', {type: 'search', id: id + '-filter', autocomplete: 'off', spellcheck: 'false', on: {input: narrow}});
  const scroll = make('div', {class: 'scroll', on: {focusin: ({target}) => uncover(scroll, target)}},
    make('table', {id: id + '-table'}, caption, make('thead', {}, head), body, foot));
  table.tools = make('div', {class: 'tools'},
    make('p', {class: 'filter'}, make('label', {for: id + '-filter'}, filterLabel), box, told));
  table.element = make('div', {class: 'sortable'}, table.tools, scroll);

  /** Fill the table: its caption, columns, rows, sums, and the order that it opens in. */
  table.show = function (words, columns, rows, sums, sort) {
    caption.replaceChildren(make('span', {class: 'caption-words'}, ...words));
    Object.assign(table, {columns, rows, sort: sort || table.sort});
    if (!columns.some((column) => column.key === table.sort.key)) table.sort = {key: columns[0].key, direction: columns[0].first};
    head.replaceChildren(...columns.map(heading));
    table.lines = new Map(rows.map((row) => [row, line(row)]));
    foot.replaceChildren(...(sums ? [sumsLine(sums)] : []));
    arrange();
    narrow();
  };

  /** A heading; a note that is the same as the one before is said but not written again. */
  function heading(column) {
    const note = column.same ? unseen(' ' + column.note) : make('small', {}, ' ' + column.note);
    const parts = [make('span', {class: 'sort-title'}, column.title), column.note ? note : null];
    const button = make('button', {type: 'button', class: 'sort', on: {click: () => turn(column)}},
      ...parts, make('span', {class: 'arrow', 'aria-hidden': 'true'}));
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
    const sought = box.value.trim().toLocaleLowerCase('en-GB').split(/\s+/);
    let left = 0;
    for (const [row, one] of table.lines) {
      const text = textOf(row).toLocaleLowerCase('en-GB');
      one.hidden = !sought.every((word) => text.includes(word));
      left += !one.hidden;
    }
    const all = table.lines.size;
    const nothing = left === 0 && all > 0;
    told.textContent = nothing ? none : left === all ? counted(all) : count(left) + ' of ' + counted(all);
    told.classList.toggle('nothing', nothing);
    scroll.hidden = nothing;
  }

  return table;
}

/** Bring what has the focus out from the edges of its box, and from under the headings that stay in place. */
function uncover(scroll, target) {
  const cell = target.closest('th, td');
  const box = scroll.getBoundingClientRect();
  const at = cell.getBoundingClientRect();
  const [corner] = scroll.querySelector('thead tr').cells;
  const foot = scroll.querySelector('tfoot tr');
  const left = cell.matches(':first-child') ? box.left : corner.getBoundingClientRect().right;
  const top = cell.closest('thead') ? box.top : corner.getBoundingClientRect().bottom;
  const bottom = foot && !cell.closest('tfoot') ? Math.min(box.bottom, foot.getBoundingClientRect().top) : box.bottom;
  const past = (low, from, high, to) => (from < low ? from - low : Math.max(0, Math.min(to - high, from - low)));
  scroll.scrollBy(past(left, at.left, box.right, at.right), past(top, at.top, bottom, at.bottom));
}

/** A plain table of a card: headings, and rows of a heading and cells. */
function plainTable(caption, headings, rows) {
  return make('div', {class: 'scroll', role: 'group', 'aria-label': caption},
    make('table', {}, make('caption', {class: 'unseen'}, caption),
      make('thead', {}, make('tr', {}, ...headings.map((text) => make('th', {scope: 'col'}, text)))),
      make('tbody', {}, ...rows.map(({cells, now}) => make('tr', {class: now ? 'now' : null},
        ...cells.map((cell, i) => (i ? make('td', {}, cell) : make('th', {scope: 'row'}, cell))))))));
}
