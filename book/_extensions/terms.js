// Meanings of terms: seen while one points at a term or reaches it by keyboard; Escape puts one away. Where nothing hovers,
// the first touch shows it, and the second follows the link.
(() => {
  let now = null, touched = null; // the term whose meaning is seen, and the one that a touch has just met
  const at = (event) => event.target.closest?.("a.term") ?? null;
  const box = (term) => document.getElementById(term.getAttribute("aria-describedby"));

  function hide() {
    if (now) box(now).hidePopover();
    now = null;
  }

  function show(term) {
    if (term === now) return;
    hide();
    now = term;
    box(term).popover = "manual"; // above the page, of which only the parts in sight are drawn
    box(term).showPopover();
  }

  for (const kind of ["mouseover", "focusin"]) document.addEventListener(kind, (event) => at(event) && show(at(event)));
  for (const kind of ["mouseout", "focusout"]) document.addEventListener(kind, (event) => at(event) === now && hide());
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
  document.addEventListener("pointerdown", (event) => {
    touched = event.pointerType === "touch" && at(event) !== now ? at(event) : null;
    if (at(event) !== now) hide();
  });
  document.addEventListener("click", (event) => {
    if (touched && at(event) === touched) {
      event.preventDefault();
      show(touched);
    }
    touched = null;
  });
})();
