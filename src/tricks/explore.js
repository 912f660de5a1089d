// Draws the stored frames of every figure.xp that is not alive yet. No arithmetic on data but the scaling of axes.
(() => {
  const W = 320, H = 230, RIGHT = 8, TOP = 24, BOTTOM = 36, LINE = 15;
  const svg = (name, attributes, words) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const key in attributes) node.setAttribute(key, attributes[key]);
    if (words !== undefined) node.textContent = words;
    return node;
  };
  const tag = (name, properties = {}, ...children) => {
    const node = Object.assign(document.createElement(name), properties);
    node.append(...children);
    return node;
  };

  // A number's place on the axis, from 0 to 1.
  const along = (axis, value) => {
    const f = axis.log ? Math.log : (v) => v, [low, high] = axis.lim;
    return (f(value) - f(low)) / (f(high) - f(low));
  };
  const X = (panel, value) => panel.left + (W - panel.left - RIGHT) * along(panel.x, value);
  const Y = (panel, value) => H - BOTTOM - (H - panel.top - BOTTOM) * along(panel.y, value);
  const insideX = (panel, x) => Math.max(panel.left, Math.min(W - RIGHT, x));
  const insideY = (panel, y) => Math.max(panel.top, Math.min(H - BOTTOM, y));

  // A tick as one reads it: on a logarithmic axis that goes far, a power of ten.
  const raised = (power) => String(power).replace(/./g, (sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)]);
  const read = ({ log, ticks }) => {
    const far = log && ticks.some(([, words]) => words.length > 4);
    return ticks.map(([value, words]) => [value, far ? "10" + raised(Math.round(Math.log10(value))) : words.replace(/^-(?=\d)/, "−")]);
  };

  function figure(root) {
    const spec = JSON.parse(root.querySelector("script").textContent);
    const at = [...spec.start], inputs = [], redraw = [];
    const ruler = tag("canvas").getContext("2d");
    ruler.font = `11px ${getComputedStyle(root).fontFamily}`;
    const width = (words) => ruler.measureText(words).width;

    function frame(name) {
      const { by, sizes, along, numbers } = spec.series[name];
      const first = by.reduce((place, k, i) => place * sizes[i] + at[k], 0), length = along ? along.length : 1;
      return numbers.slice(first * length, (first + 1) * length);
    }

    // Controls
    function control(c, k) {
      const id = `${root.id}-${c.name}`.replace(/\s/g, "-");
      const label = tag("label", { htmlFor: id });
      let input;
      if (c.kind === "slider") {
        input = tag("input", { type: "range", min: 0, max: c.values.length - 1, step: 1 });
        input.setAttribute("aria-label", c.label);
      } else if (c.kind === "switch") input = tag("input", { type: "checkbox" });
      else input = tag("select", {}, ...c.values.map((v, i) => tag("option", { value: i, textContent: v })));
      input.id = id;
      input.dataset.lmSuppressShortcuts = "true"; // JupyterLab would take the arrow keys
      input.addEventListener("input", () => move(k, c.kind === "switch" ? +input.checked : +input.value));
      input.addEventListener("change", settle);
      inputs.push(() => {
        const value = c.values[at[k]];
        if (c.kind === "switch") input.checked = at[k] === 1;
        else input.value = at[k];
        label.textContent = c.kind === "slider" ? `${c.label} = ${value}` : c.label;
        if (c.kind === "slider") input.setAttribute("aria-valuetext", value);
      });
      return tag("div", { className: "xp-control" }, label, input);
    }

    function move(k, place) {
      at[k] = place;
      draw();
    }

    function settle() {
      said.textContent = readouts.innerText.replace(/\s+/g, " ");
      if (!document.querySelector(".bd-article")) return; // the address belongs to JupyterLab
      const state = spec.controls.map((c, k) => `${c.name}=${encodeURIComponent(c.values[at[k]])}`);
      try { history.replaceState(null, "", "#" + state.join("&")); } catch { /* a file in a sandbox has no history */ }
    }

    function linked() {
      const wanted = new URLSearchParams(location.hash.slice(1));
      if (!spec.controls.every((c) => c.values.includes(wanted.get(c.name)))) return false;
      spec.controls.forEach((c, k) => (at[k] = c.values.indexOf(wanted.get(c.name))));
      return true;
    }

    // Pictures
    function axes(canvas, panel) {
      for (const [value, words] of panel.y.ticks) {
        const y = Y(panel, value);
        canvas.append(svg("line", { x1: panel.left, x2: W - RIGHT, y1: y, y2: y, stroke: "currentColor", opacity: 0.12 }));
        canvas.append(svg("text", { x: panel.left - 5, y: y + 4, "text-anchor": "end" }, words));
      }
      for (const [value, words] of panel.x.ticks) {
        const x = X(panel, value), anchor = x > W - RIGHT - 8 ? "end" : "middle";
        const small = panel.x.ticks.length > 6 && isNaN(words) ? "font-size:9px" : "";
        canvas.append(svg("text", { x, y: H - BOTTOM + 14, "text-anchor": anchor, style: small }, words));
      }
      canvas.append(svg("path", { d: `M${panel.left} ${panel.top}V${H - BOTTOM}H${W - RIGHT}`, stroke: "currentColor", fill: "none" }));
    }

    // The labels of marks, each with a piece of its mark, in lines between the title and the picture: there nothing passes.
    function key(panel) {
      const parts = [];
      let x = panel.left;
      for (const [i, mark] of panel.marks.entries()) {
        if (!mark.label) continue;
        const length = 18 + width(mark.label);
        if (!parts.length) panel.top += LINE;
        else if (x + length > W) [x, panel.top] = [panel.left, panel.top + LINE];
        const y = panel.top - 11, look = { stroke: colour(mark, i), fill: colour(mark, i), opacity: mark.faint ? 0.5 : 1 };
        const piece = mark.kind === "line" ? svg("path", { d: `M${x} ${y}h14`, "stroke-width": 2.5, ...look })
          : mark.kind === "dots" ? svg("circle", { cx: x + 8, cy: y, r: 3, ...look }) : svg("rect", { x: x + 2, y: y - 4, width: 9, height: 9, ...look });
        parts.push(piece, svg("text", { x: x + 18, y: y + 4 }, mark.label));
        x += length + 12;
      }
      return parts;
    }

    const colour = (mark, i) => (mark.faint ? "currentColor" : `var(--xp-${i % 5})`);

    // How much room a panel's words need: its ticks, the label beside them, the labels of its marks.
    function measure(panel) {
      const heat = panel.marks[0].kind === "heat" && spec.controls[spec.series[panel.marks[0].y].by[1]].values;
      for (const axis of [panel.x, panel.y]) axis.ticks = axis.ticks ? read(axis) : [];
      const longest = Math.max(12, ...(heat || panel.y.ticks.map(([, words]) => words)).map(width));
      panel.left = longest + (panel.y.label ? 24 : 8);
      panel.top = TOP;
      return key(panel);
    }

    function curve(panel, mark, colour) {
      const path = svg("path", { stroke: colour, "stroke-width": mark.faint ? 1 : 2, fill: "none", opacity: mark.faint ? 0.4 : 1, "data-series": mark.y });
      const spots = svg("g", { fill: colour, opacity: 0.75 }), gone = svg("text", { x: W / 2, y: H / 2 });
      gone.setAttribute("text-anchor", "middle");
      redraw.push(() => {
        const y = frame(mark.y), x = mark.x ? frame(mark.x) : spec.series[mark.y].along;
        const seen = y.map((v, i) => v !== null && x[i] !== null && !(panel.y.log && v <= 0));
        const points = y.map((v, i) => seen[i] && [insideX(panel, X(panel, x[i])).toFixed(1), insideY(panel, Y(panel, v)).toFixed(1)]);
        gone.textContent = y.every((v) => v === null) ? "diverged" : "";
        if (mark.kind === "line") path.setAttribute("d", points.map((p, i) => p && (points[i - 1] ? "L" : "M") + p.join(" ")).filter(Boolean).join(""));
        else spots.replaceChildren(...points.filter(Boolean).map(([cx, cy]) => svg("circle", { cx, cy, r: 3 })));
      });
      return [path, spots, gone];
    }

    function bars(panel, mark, colour) {
      const group = svg("g", { fill: colour, "data-series": mark.y });
      redraw.push(() => {
        const foot = panel.y.log ? H - BOTTOM : insideY(panel, Y(panel, 0)), places = spec.series[mark.y].along;
        const broad = 0.7 * (X(panel, places[1]) - X(panel, places[0]));
        group.replaceChildren(...frame(mark.y).map((v, i) => {
          const top = v === null || (panel.y.log && v <= 0) ? foot : insideY(panel, Y(panel, v));
          return svg("rect", { x: X(panel, places[i]) - broad / 2, y: Math.min(top, foot), width: broad, height: Math.abs(foot - top) });
        }));
      });
      return [group];
    }

    function heat(panel, mark, canvas) {
      const { by, sizes, numbers } = spec.series[mark.y], [nx, ny] = sizes, [kx, ky] = by;
      const finite = numbers.filter((v) => v !== null), low = Math.min(...finite), high = Math.max(...finite);
      const { left, top } = panel, w = (W - left - RIGHT) / nx, h = (H - top - BOTTOM) / ny, group = svg("g", { class: "xp-heat", "data-series": mark.y });
      numbers.forEach((v, i) => {
        const [a, b] = [Math.floor(i / ny), i % ny], look = { x: left + a * w, y: H - BOTTOM - (b + 1) * h, width: w + 0.3, height: h + 0.3 };
        const fill = v === null ? { fill: "var(--xp-1)", opacity: 0.35 } : { fill: "var(--xp-0)", opacity: 0.06 + (0.94 * (v - low)) / (high - low) };
        group.append(svg("rect", { ...look, ...fill }));
      });
      const ring = svg("circle", { r: 6, fill: "none", stroke: "currentColor", "stroke-width": 2.5, "pointer-events": "none" });
      redraw.push(() => {
        ring.setAttribute("cx", left + (at[kx] + 0.5) * w);
        ring.setAttribute("cy", H - BOTTOM - (at[ky] + 0.5) * h);
      });
      const go = (event) => {
        const box = canvas.getBoundingClientRect(), scale = W / box.width;
        const x = (event.clientX - box.left) * scale - left, y = H - BOTTOM - (event.clientY - box.top) * scale;
        at[kx] = Math.max(0, Math.min(nx - 1, Math.floor(x / w)));
        at[ky] = Math.max(0, Math.min(ny - 1, Math.floor(y / h)));
        draw();
      };
      group.addEventListener("pointerdown", (event) => { if (!locked) { group.setPointerCapture(event.pointerId); go(event); } });
      group.addEventListener("pointermove", (event) => event.buttons && !locked && go(event));
      group.addEventListener("pointerup", settle);
      for (const [k, axis] of [[kx, "x"], [ky, "y"]]) {
        const names = spec.controls[k].values, step = Math.ceil(names.length / 6);
        names.forEach((words, i) => {
          if (i % step) return;
          const place = axis === "x" ? { x: left + (i + 0.5) * w, y: H - BOTTOM + 14, "text-anchor": "middle" } : { x: left - 5, y: H - BOTTOM - (i + 0.5) * h + 4, "text-anchor": "end" };
          canvas.append(svg("text", place, words));
        });
      }
      return [group, ring, ...legend(low, high, finite.length < numbers.length)];
    }

    function image(panel, mark) {
      const n = Math.round(Math.sqrt(spec.series[mark.y].along.length)), size = (H - panel.top - 8) / n, left = (W - n * size) / 2;
      const corner = (i) => `M${(left + Math.floor(i / n) * size).toFixed(2)} ${(H - 8 - ((i % n) + 1) * size).toFixed(2)}`;
      const square = `h${(size + 0.3).toFixed(2)}v${(size + 0.3).toFixed(2)}h${(-size - 0.3).toFixed(2)}z`;
      const group = svg("g", { "data-series": mark.y });
      redraw.push(() => {
        const shades = {}; // squares of one shade are one path
        frame(mark.y).forEach((v, i) => {
          const fill = v < 0.5 ? "var(--xp-0)" : "var(--xp-4)", opacity = Math.round(64 * Math.abs(2 * v - 1)) / 64;
          (shades[fill + opacity] ??= { fill, opacity, d: "" }).d += corner(i) + square;
        });
        group.replaceChildren(...Object.values(shades).map((look) => svg("path", look)));
      });
      return [group];
    }

    function legend(low, high, some) {
      const words = (x, text) => svg("text", { x, y: 13, "text-anchor": "end" }, text), right = W - RIGHT - (some ? 66 : 0);
      const square = (x, look) => svg("rect", { x, y: 5, width: 9, height: 9, ...look });
      const five = [0, 1, 2, 3, 4].map((i) => square(right - 80 + 9 * i, { fill: "var(--xp-0)", opacity: 0.06 + 0.235 * i }));
      const ends = [words(right - 84, low.toPrecision(2).replace("-", "−")), svg("text", { x: right - 31, y: 13 }, high.toPrecision(2).replace("-", "−"))];
      return [...five, ...ends, ...(some ? [square(W - 66, { fill: "var(--xp-1)", opacity: 0.35 }), words(W - RIGHT, "diverged")] : [])];
    }

    function picture(panel, labels) {
      const canvas = svg("svg", { viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": panel.title });
      if (!["heat", "image"].includes(panel.marks[0].kind)) axes(canvas, panel);
      panel.marks.forEach((mark, i) => {
        const draw = { line: curve, dots: curve, bars, heat, image }[mark.kind];
        canvas.append(...draw(panel, mark, mark.kind === "heat" ? canvas : colour(mark, i)));
      });
      canvas.append(...labels);
      canvas.append(svg("text", { x: panel.left, y: 13, style: "font-weight:600;font-size:12px" }, panel.title));
      canvas.append(svg("text", { x: (W + panel.left) / 2, y: H - 6, "text-anchor": "middle" }, panel.x.label));
      canvas.append(svg("text", { transform: `translate(11 ${(H - BOTTOM + panel.top) / 2}) rotate(-90)`, "text-anchor": "middle" }, panel.y.label));
      return canvas;
    }

    // What is asked before, and told after
    let locked = Boolean(spec.predict);
    function question() {
      if (!spec.predict) return [];
      const [asked, answers, comes] = spec.predict, told = tag("p", { hidden: true }), group = tag("fieldset", {}, tag("legend", { textContent: asked }));
      const choose = (answer, button) => {
        locked = false;
        parts.disabled = false;
        for (const other of group.querySelectorAll("button")) other.setAttribute("aria-pressed", other === button);
        told.hidden = false;
        told.textContent = (answer ? `You say: ${answer}. ` : "") + comes;
      };
      for (const answer of [...answers, ""]) {
        const button = tag("button", { type: "button", textContent: answer || "just let me try" });
        button.setAttribute("aria-pressed", false);
        button.addEventListener("click", () => choose(answer, button));
        group.append(button);
      }
      group.append(told);
      return [group];
    }

    const presets = Object.entries(spec.presets).map(([words, places]) => {
      const button = tag("button", { type: "button", textContent: words });
      button.addEventListener("click", () => { at.splice(0, at.length, ...places); draw(); settle(); });
      return button;
    });
    const parts = tag("fieldset", { disabled: locked }, tag("div", { className: "xp-controls" }, ...spec.controls.map(control)), ...presets);
    parts.setAttribute("aria-label", "controls");
    const numbers = Object.entries(spec.readouts).map(([words, name]) => {
      const value = tag("b");
      redraw.push(() => { const [v] = frame(name); value.textContent = v === null ? "diverged" : String(+v.toPrecision(3)).replace("-", "−"); });
      return tag("span", {}, words + " ", value);
    });
    const readouts = tag("div", { className: "xp-readouts" }, ...numbers);
    const said = tag("div", { className: "xp-said" });
    said.setAttribute("role", "status");

    function draw() {
      for (const part of [...inputs, ...redraw]) part();
      root.dataset.at = at.join(",");
    }

    const labels = spec.panels.map(measure), top = Math.max(...spec.panels.map((panel) => panel.top)); // equal heights compare
    const pictures = spec.panels.map((panel, i) => picture(Object.assign(panel, { top }), labels[i]));
    const panels = tag("div", { className: "xp-panels" }, ...pictures);
    root.querySelector("figcaption").before(...question(), parts, readouts, panels, said);
    if (linked()) { parts.disabled = locked = false; root.scrollIntoView(); }
    addEventListener("hashchange", () => linked() && draw());
    draw();
  }

  // A figure comes alive when it is near; at once in JupyterLab, as a page's first question, or where the address tells a setting.
  function wake(root) {
    near.unobserve(root);
    if (!root.dataset.at) figure(root);
  }
  const near = new IntersectionObserver((met) => met.filter((m) => m.isIntersecting).forEach((m) => wake(m.target)), { rootMargin: "1000px" });
  for (const root of document.querySelectorAll("figure.xp:not([data-at])")) {
    if (location.hash.includes("=") || root.closest(".question") || !root.closest(".bd-article")) wake(root);
    else near.observe(root);
    addEventListener("hashchange", () => location.hash.includes("=") && wake(root));
  }
})();
