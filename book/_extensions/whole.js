// Whoever comes to a place within a page, goes to one or comes back, finds the page laid out as a whole, and so that place.
(() => {
  const lay = () => { document.documentElement.dataset.whole = ""; };
  if (location.hash || performance.getEntriesByType("navigation")[0]?.type !== "navigate") lay();
  addEventListener("click", (event) => {
    if (!event.target.closest?.("a[href*='#']")) return;
    lay();
    dispatchEvent(new Event("resize")); // the theme marks the blocks that scroll
  }, true);
})();
