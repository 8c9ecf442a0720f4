// The whole of our own script. Every page and form works without it; it only adds comfort.
(() => {
  'use strict';
  const all = (sel, root = document) => root.querySelectorAll(sel);

  // After a boosted page change the focus would stay on body and a screen reader would say nothing:
  // move it to the error summary, else the message, else the heading of the tab, else of the page.
  document.addEventListener('htmx:after:swap', (e) => {
    counts();
    if (e.target !== document.body && e.target !== document) return;
    // One by one: a list of selectors would give the first in the page, which is always h1.
    const to = ['#errors', '[data-flash]', '[data-focus]', 'h1']
      .map((sel) => document.querySelector(sel)).find(Boolean);
    if (!to) return;
    to.tabIndex = -1;
    to.focus({ preventScroll: true });
    if (to.id === 'errors') to.scrollIntoView({ block: 'start' });
    showTab();
  });

  // Tabs scroll sideways on a phone: bring the current one into sight.
  const showTab = () => {
    const tab = document.querySelector('.tabs [aria-current]');
    if (tab) tab.closest('.tabs').scrollLeft = tab.offsetLeft - 16;
  };

  // Menus: Esc closes and gives the focus back, a click elsewhere or focus leaving closes.
  document.addEventListener('keydown', (e) => {
    if (e.key !== 'Escape') return;
    for (const menu of all('details.menu[open]')) {
      const inside = menu.contains(document.activeElement);
      menu.open = false;
      if (inside) menu.querySelector('summary').focus();
    }
  });
  const closeOthers = (e) => {
    for (const menu of all('details.menu[open]')) if (!menu.contains(e.target)) menu.open = false;
  };
  document.addEventListener('click', closeOthers);
  document.addEventListener('focusin', closeOthers);

  // Selections: <form data-select> holds checkboxes; [data-count] shows how many are ticked, with "#"
  // for the number. [data-select-all] ticks every box of its form.
  const counts = () => {
    for (const form of all('form[data-select]')) {
      const boxes = [...all('input[type=checkbox]:not([data-select-all])', form)];
      const n = boxes.filter((b) => b.checked).length;
      for (const el of all('[data-count]', form)) {
        const text = n === 1 ? el.dataset.countOne : n ? el.dataset.count : el.dataset.countNone;
        const words = (text || '').replace('#', n);
        if (el.textContent !== words) el.textContent = words;
      }
      const every = form.querySelector('[data-select-all]');
      if (every) {
        every.closest('[hidden]')?.removeAttribute('hidden');
        every.checked = n > 0 && n === boxes.length;
        every.indeterminate = n > 0 && n < boxes.length;
      }
    }
  };
  document.addEventListener('change', (e) => {
    const form = e.target.form;
    if (!form || !form.matches('[data-select]')) return;
    if (e.target.matches('[data-select-all]')) {
      for (const b of all('input[type=checkbox]', form)) b.checked = e.target.checked;
    }
    counts();
  });

  // A second submit of a form that is on its way is dropped. htmx does it by hx-sync; this is for the
  // native submit. The server has the last word through the idempotency key.
  document.addEventListener('submit', (e) => {
    if (e.defaultPrevented || e.target.method !== 'post') return;
    if (e.target.dataset.sent) return e.preventDefault();
    e.target.dataset.sent = '1';
  });
  // A page that comes back from the browser's cache can be sent again.
  addEventListener('pageshow', () => {
    for (const form of all('form[data-sent]')) delete form.dataset.sent;
  });

  // [data-copy] holds a button that copies the text of the element with that id. It stays hidden where the
  // browser does not let pages copy, which is everywhere but on https and on this machine.
  const copies = () => {
    if (navigator.clipboard) for (const el of all('[data-copy][hidden]')) el.hidden = false;
  };
  document.addEventListener('click', async (e) => {
    const el = e.target.closest?.('[data-copy] button')?.closest('[data-copy]');
    if (!el) return;
    const text = document.getElementById(el.dataset.copy);
    try {
      await navigator.clipboard.writeText(text.textContent);
      document.getElementById(el.dataset.copy + '-said').textContent = el.dataset.copied;
    } catch {
      getSelection().selectAllChildren(text); // not allowed to: then it is selected, for the reader to copy
    }
  });
  document.addEventListener('htmx:after:swap', copies);

  // [data-fallback] holds what does by hand what htmx does by itself.
  const fallbacks = () => {
    if (window.htmx) for (const el of all('[data-fallback]')) el.hidden = true;
  };
  document.addEventListener('htmx:after:swap', fallbacks);

  counts();
  showTab();
  copies();
  fallbacks();
})();
