// The data of the page as it was before it was packed; each form is explained where it is made, in packing.py.

/** The data out of {data, parts, signs, mark}. */
function unpack(told) {
  const {parts, signs, mark} = told;
  const place = new Map([...signs].map((sign, i) => [sign, i]));

  function open(value) {
    if (Array.isArray(value)) return value.map(open);
    if (value === null || typeof value !== 'object') return value;
    if (!Object.hasOwn(value, mark)) return named(Object.entries(value).map(([name, part]) => [name, open(part)]));
    const form = value[mark];
    if (typeof form === 'number') return open(parts[form]);
    return forms[form](open(named(Object.entries(value).filter(([name]) => name !== mark))));
  }

  const forms = {
    // columns of lists that are all as long
    t: ({c}) => c[0].map((_, i) => c.map((column) => column[i])),
    // lists laid end to end
    j({n, v}) {
      const lengths = n.length === 2 && n[0] * n[1] === v.length ? new Array(n[1]).fill(n[0]) : n;
      let at = 0;
      return lengths.map((many) => v.slice(at, at += many));
    },
    // columns of things with names; x says which lack one
    k({n, k, c, x}) {
      const things = Array.from({length: n}, () => []);
      k.forEach((name, j) => {
        const lacking = new Set(x && Object.hasOwn(x, name) ? x[name] : []);
        let at = 0;
        things.forEach((thing, i) => lacking.has(i) || thing.push([name, c[j][at++]]));
      });
      return things.map(named);
    },
    // a line of signs, each of which stands for a value
    s({u, w, i}) {
      const found = [];
      for (let at = 0; at < i.length; at += w) {
        let which = 0;
        for (const sign of i.slice(at, at + w)) which = which * place.size + place.get(sign);
        found.push(u[which]);
      }
      return found;
    },
    // steps from each number to the next
    d({b, v}) {
      let at = 0;
      return v.map((step) => (at += step) / b);
    },
  };
  return open(told.data);
}

/** A thing out of its names and values; a name such as __proto__ is a name like any other. */
function named(entries) {
  return Object.fromEntries(entries);
}
