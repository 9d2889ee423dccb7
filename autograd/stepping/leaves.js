// The sliders: one for each leaf, with a field for its number, and a button that puts it back.

function leavesPart(data, model, move, live) {
  const places = data.nodes.flatMap((node, i) => (node.leaf === undefined ? [] : [i]));
  const element = make("details", { class: "cg-leaves" }, make("summary", {}, "Drag a leaf, and everything follows"));
  element.open = places.length <= 12; // of more, nobody wants to tab through all
  const rows = new Map(places.map((i) => [i, leafRow(data.nodes[i], model, (x) => move(i, x))]));
  element.append(block("cg-scroll", ...[...rows.values()].map((row) => row.element)));
  // A slider says by itself what it is moved to. The equation would be read out at every move.
  element.addEventListener("focusin", () => live.setAttribute("aria-live", "off"));
  element.addEventListener("focusout", () => live.setAttribute("aria-live", "polite"));

  function show(now) {
    const { name } = data.nodes[data.output];
    const result = now.isComputed ? `, ${name} = ${now.valueOf(data.output)}` : "";
    for (const [i, row] of rows) row.show(now.scene.values[i], result);
  }

  function find(i) {
    for (const [place, row] of rows) row.element.classList.toggle("cg-found", place === i);
    if (rows.has(i) && element.open) scrollTo(element.lastChild, [rows.get(i).element]);
  }

  return { element, show, find };
}

function leafRow({ name, data: start, leaf: reason }, model, move) {
  const size = Number.isFinite(start) ? Math.max(1, Math.abs(start)) : 1;
  const center = Number.isFinite(start) ? start : 0;
  const unit = 10 ** Math.floor(Math.log10(size) - 3);
  const range = { type: "range", min: center - 2 * size, max: center + 2 * size, step: "any" };
  const slider = make("input", { ...range, "aria-label": name, value: center });
  const number = { type: "text", inputmode: "decimal", autocomplete: "off", size: 9 };
  const field = make("input", { ...number, "aria-label": `${name} =` });
  const back = button("↺", `Put ${name} back`, () => move(start));
  const label = make("label", {}, make("span", { class: "cg-leaf-name" }, name), slider);
  const element = block("cg-leaf", label, field, back);
  if (reason) {
    element.append(make("span", { class: "cg-reason" }, `stays: ${reason}`));
    for (const input of [slider, field]) {
      input.disabled = true;
      input.setAttribute("aria-label", `${name} stays: ${reason}`);
    }
  }

  slider.addEventListener("input", () => {
    const x = Number((Math.round(slider.value / unit) * unit).toPrecision(12)); // few digits, not a pixel's
    move(Math.abs(x - start) < unit ? start : x);
  });
  field.addEventListener("change", () => {
    const x = parsed(field.value);
    if (x === null) field.value = model.text(Number(field.dataset.x));
    else move(x);
  });

  function show(x, result) {
    const text = model.text(x);
    if (Number(slider.value) !== x) slider.value = x;
    field.value = text;
    field.dataset.x = x;
    slider.setAttribute("aria-valuetext", text + result);
    back.setAttribute("aria-disabled", Object.is(x, start));
  }

  return { element, show };
}
