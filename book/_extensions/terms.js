// Meanings of terms: Escape puts one away; where nothing hovers, the first touch shows it, and the second follows the link.
(() => {
  const root = document.documentElement;
  const shown = () => document.querySelector("a.term-shown");
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    root.classList.add("terms-away");
    shown()?.classList.remove("term-shown");
  });
  const next = (event) => event.target.closest("a.term") && root.classList.remove("terms-away");
  for (const kind of ["mouseover", "focusin"]) document.addEventListener(kind, next); // a page scrolled below a pointer is no reason
  document.addEventListener("click", (event) => {
    const term = event.target.closest("a.term"), before = shown();
    before?.classList.remove("term-shown");
    if (!term || term === before || matchMedia("(hover: hover)").matches || !event.detail) return;
    event.preventDefault();
    term.classList.add("term-shown");
  });
})();
