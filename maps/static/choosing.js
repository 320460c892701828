// Choosing an area or a thing: its card opens and takes the focus, and what opened it gets the focus back.

const trail = [];      // what was chosen before, and where the focus goes when we come back to it

/** Choose an area or a thing: its card opens and takes the focus; closing it gives the focus back. */
function choose(chosen, from) {
  const opener = from instanceof Event ? from.currentTarget : from;
  const further = byId('card').contains(opener);
  if (!further) trail.length = 0;
  trail.push({before: further ? shown.chosen : null, opener: openerOf(opener)});
  shown.chosen = chosen;
  openCard();
}

/** A way to find the element again, even when its table has been filled anew. */
function openerOf(element) {
  const {area, group, item} = element.dataset;
  const place = '#' + (element.closest('[id]:not(button)') || document.body).id;
  if (area === undefined && item === undefined) return () => element;
  const which = area !== undefined ? `[data-area="${area}"]` : `[data-group="${group}"][data-item="${item}"]`;
  return () => document.querySelector(`${place} button${which}`) || element;
}

function openCard() {
  byId('card').hidden = false;
  fillCard();
  markChosen();
  arrangeTags();
  markRow();
  byId('card-heading').focus();
}

function fillCard() {
  const before = trail.length ? trail[trail.length - 1].before : null;
  const cameFrom = before && (before.kind === 'area' ? layer().names[before.area] : itemOf(before).name);
  const held = document.activeElement && byId('card').contains(document.activeElement) ? document.activeElement.id : null;
  byId('card').replaceChildren(...cardOf(shown.chosen, choose, back, cameFrom).filter(Boolean));
  if (held) byId(held).focus();
  reachScrolls();
}

/** What has to be scrolled sideways can be reached by keyboard; what has not is no stop on the way. */
function reachScrolls() {
  for (const box of byId('card').querySelectorAll('.scroll')) {
    if (box.scrollWidth > box.clientWidth) box.setAttribute('tabindex', 0);
    else box.removeAttribute('tabindex');
  }
}

/** Close the card, or go back to the one it was opened from. */
function back() {
  const {before, opener} = trail.pop();
  shown.chosen = before;
  if (before) openCard();
  else closeCard();
  const element = opener();
  if (!element || !element.isConnected) return;
  if (element.closest('details')) element.closest('details').open = true;
  element.focus();
}

function closeCard() {
  shown.chosen = null;
  trail.length = 0;
  byId('card').hidden = true;
  byId('card').replaceChildren();
  markChosen();
  arrangeTags();
  markRow();
}

function markRow() {
  for (const button of byId('areas').querySelectorAll('[data-area]')) {
    const chosen = shown.chosen && shown.chosen.kind === 'area' && Number(button.dataset.area) === shown.chosen.area;
    if (chosen) button.setAttribute('aria-current', 'true');
    else button.removeAttribute('aria-current');
    button.closest('tr').classList.toggle('chosen-row', Boolean(chosen));
  }
}
