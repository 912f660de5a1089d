// The script of the menus, whose address stands in the element before, is run when a reader first stirs.
(() => {
  const { href } = document.currentScript.previousElementSibling;
  const kinds = ["pointerover", "pointerdown", "focusin", "keydown"]; // the theme itself scrolls
  let missed = null; // a menu that was clicked on before the script was there
  const miss = (event) => { missed = event.target.closest("[data-bs-toggle='dropdown']"); };
  const run = () => {
    for (const kind of kinds) removeEventListener(kind, run, true);
    const script = Object.assign(document.createElement("script"), { src: href });
    script.onload = () => {
      removeEventListener("click", miss, true);
      missed?.click();
    };
    document.head.append(script);
  };
  for (const kind of kinds) addEventListener(kind, run, true);
  addEventListener("click", miss, true);
})();
