'use strict';
// The page is complete without this: the search is added, and sections without a shown change are hidden.
(() => {
  const search = document.getElementById('search');
  const boxes = [...document.querySelectorAll('.controls input[type=checkbox]')];
  const sections = [...document.querySelectorAll('.subject')].map((section) => ({
    section,
    title: section.querySelector('summary').textContent.toLowerCase(),
    changes: [...section.querySelectorAll('.change')].map((change) => ({ change, text: change.textContent.toLowerCase() })),
  }));
  const left = document.getElementById('left');
  const update = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const shown = new Set(boxes.filter((box) => box.checked).map((box) => box.id.replace('show-', '')));
    const isShown = (change) => change.classList.contains('accepted') && !shown.has('accepted') ? false : [...change.classList].some((name) => name !== 'accepted' && shown.has(name));
    let count = 0;
    for (const { section, title, changes } of sections) {
      let own = 0;
      for (const { change, text } of changes) {
        const found = words.every((word) => text.includes(word) || title.includes(word));
        change.classList.toggle('is-elsewhere', !found);
        if (found && isShown(change)) own += 1;
      }
      // A section without changes of its own refers to components.
      const refers = changes.length === 0 && words.every((word) => title.includes(word));
      section.classList.toggle('is-elsewhere', own === 0 && !refers);
      count += own;
    }
    left.textContent = `${count} shown`;
  };
  // A link to a change that a filter hides shows it all the same.
  const reveal = () => {
    const target = document.getElementById(location.hash.slice(1));
    if (!target) return;
    for (const box of boxes) if (target.classList.contains(box.id.replace('show-', ''))) box.checked = true;
    search.value = '';
    update();
    target.closest('details').open = true;
    target.scrollIntoView();
  };
  let waiting = 0;
  search.addEventListener('input', () => { clearTimeout(waiting); waiting = setTimeout(update, 120); });
  for (const box of boxes) box.addEventListener('change', update);
  addEventListener('hashchange', reveal);
  search.hidden = false;
  update();
  reveal();
})();
