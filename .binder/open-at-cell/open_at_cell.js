/* JupyterLab opens a notebook at its top: the cell of an address `…#cell-id=ID` is looked for before the notebook is
   there. So a link of the ledger ends in `?cell=ID`, and once the notebook has come, this goes to the cell.
   A query, not a fragment: Binder appends its token, and behind a `#` that would be lost.

   This is a prebuilt extension, written by hand: a container in the manner of Webpack's module federation, which
   takes nothing from JupyterLab's shared modules and offers one module, the plugin. */
(() => {
  const address = new URL(location.href); // as one came: JupyterLab soon takes the query away
  const wanted = address.searchParams.get("cell");

  const opened = (panel) => panel?.context && decodeURI(address.pathname).endsWith(`/tree/${panel.context.path}`);

  /* The notebook's cells are put on the page a few at a time. */
  const onPage = async (cell) => {
    while (!cell.isAttached) await new Promise((resolve) => setTimeout(resolve, 100));
  };

  const go = async ({ context, content, revealed }) => {
    await context.ready;
    await revealed;
    const index = content.widgets.findIndex((cell) => cell.model.id === wanted);
    if (index < 0) return;
    await onPage(content.widgets[index]);
    content.activeCellIndex = index;
    await content.scrollToItem(index, "start");
  };

  const plugin = {
    id: "open-at-cell:plugin",
    autoStart: true,
    activate({ shell }) {
      const look = (_, { newValue: panel }) => {
        if (!opened(panel)) return;
        shell.currentChanged.disconnect(look);
        go(panel);
      };
      if (wanted) shell.currentChanged.connect(look);
    },
  };

  window._JUPYTERLAB ??= {};
  window._JUPYTERLAB["open-at-cell"] = { init() {}, get: async () => () => ({ __esModule: true, default: plugin }) };
})();
