// Above the ledger: which chapter, which verdict, which words, the article's statements alone. The address keeps the choice.
(() => {
  const table = document.querySelector("table.ledger"), rows = [...table.tBodies[0].rows];
  const bar = document.createElement("div"), told = document.createElement("span");
  bar.className = "ledger-choice";
  told.setAttribute("role", "status");
  const named = (row) => row.querySelector("a.judged").getAttribute("href").match(/(\d\d_\w+)/)[1].replaceAll("_", " ");
  const chapter = (row) => named(row).slice(0, 2);
  const names = new Map(rows.map((row) => [chapter(row), named(row)]));
  const verdict = (row) => row.querySelector("a.judged").textContent;
  const fields = { chapter, verdict };

  function select(name) {
    const box = document.createElement("select"), label = document.createElement("label");
    const found = [...new Set(rows.map(fields[name]))].sort();
    for (const value of ["", ...found]) box.add(new Option(names.get(value) || value || "all", value));
    label.append(name + " ", box);
    bar.append(label);
    return box;
  }

  const boxes = { chapter: select("chapter"), verdict: select("verdict") };
  const words = Object.assign(document.createElement("input"), { type: "search" });
  const label = document.createElement("label");
  label.append("with the words ", words);
  const article = Object.assign(document.createElement("input"), { type: "checkbox" }), tick = document.createElement("label");
  tick.append(article, " only what the article said otherwise");
  bar.append(label, tick, told);

  function show() {
    const wanted = words.value.toLowerCase();
    let seen = 0;
    for (const row of rows) {
      const fits = Object.keys(boxes).every((name) => !boxes[name].value || boxes[name].value === fields[name](row));
      const said = row.querySelector("details.said");
      if (said) said.open = article.checked;
      row.hidden = !(fits && (said || !article.checked) && row.textContent.toLowerCase().includes(wanted));
      seen += !row.hidden;
    }
    told.textContent = `${seen} of ${rows.length} claims`;
  }

  function choose() {
    show();
    const state = new URLSearchParams({ chapter: boxes.chapter.value, verdict: boxes.verdict.value, words: words.value });
    if (article.checked) state.set("article", "otherwise");
    for (const name of [...state.keys()]) if (!state.get(name)) state.delete(name);
    try { history.replaceState(null, "", "#" + state); } catch { /* a file in a sandbox has no history */ }
  }

  const linked = new URLSearchParams(location.hash.slice(1));
  for (const name of ["chapter", "verdict"]) boxes[name].value = linked.get(name) || "";
  words.value = linked.get("words") || "";
  article.checked = linked.has("article");
  for (const box of [boxes.chapter, boxes.verdict, words, article]) box.addEventListener("input", choose);
  table.before(bar);
  show();
})();
