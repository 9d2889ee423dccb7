// The tables, and the nudge box beside them.

// ---- the table of gradients, the output's first

function tablePart(data) {
  const rows = data.nodes.map((node) => {
    const cells = [node.name, "", node.gradient, "", ""].map((text) => make("td", {}, text));
    return make("tr", {}, ...cells);
  });
  const heads = ["value", "data", "gradient", "so far", "arrived"].map((text) => make("th", { scope: "col" }, text));
  const [head, body] = [make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...rows.slice().reverse())];
  const caption = make("caption");
  const element = block("cg-scroll", make("table", { class: "cg-gradients" }, caption, head, body));

  function arrival({ arrived, isFinal }, uses) {
    if (isFinal && !uses) return "the seed";
    return `${arrived} of ${uses}${isFinal ? ", final" : ""}`;
  }

  function show(now) {
    caption.textContent = now.isForward ? "Values so far" : "Gradients so far";
    data.nodes.forEach((node, i) => {
      const [, value, , gradient, arrived] = rows[i].children;
      write(value, now.valueOf(i));
      write(gradient, now.gradientOf(i));
      write(arrived, now.isForward ? "" : arrival(now.states[i], node.uses));
      rows[i].className = i === now.child ? "cg-child" : now.parents.includes(i) ? "cg-parent" : "";
    });
    if (!now.isMoving) scrollTo(element, [rows[!now.step ? data.output : now.isForward ? now.child : now.step.parent]]);
  }

  return { element, show };
}

// ---- the steps as a table, which Python wrote

function stepsPart(data, element) {
  const cells = (table) => [...element.querySelectorAll("table")[table].tBodies[0].rows].map((row) => row.cells);
  const [forward, backward] = [cells(0), cells(1)];
  let latest = null;

  function refresh() {
    const { scene, text } = latest;
    if (!element.open || data.stale.length) return;
    scene.forward.forEach(({ node, number }, i) => {
      write(forward[i]?.[2], `${scene.numbersOf(node)} = ${text(number)}`);
    });
    scene.backward.forEach(({ before, upstream, local, after }, i) => {
      const [sum, factor, slope] = [before, upstream, local].map((x) => bracketed(text(x)));
      write(backward[i][3], `${sum} + ${factor} · ${slope} = ${text(after)}`);
    });
  }

  element.addEventListener("toggle", refresh);
  return { show: (now) => ((latest = now), refresh()) };
}

// ---- the nudge box

function nudgePart(data, model) {
  const output = data.nodes[data.output];
  const text = block("cg-nudged");
  const select = (label, texts) => {
    const options = texts.map((text, i) => make("option", { value: i }, text));
    return make("select", { "aria-label": label, onchange: () => show(now) }, ...options);
  };
  const sizes = [0.1, 0.01, 0.001, -0.001, -0.01, -0.1];
  const leaves = data.nodes.flatMap((node, i) => (node.leaf === "" ? [i] : []));
  const leaf = select("Value to nudge", leaves.map((i) => data.nodes[i].name));
  const size = select("Size of the nudge h", sizes.map(model.text));
  const choice = block("", make("label", {}, "value ", leaf), " ", make("label", {}, "h = ", size));
  let now = null;

  function show(shown) {
    now = shown;
    const [i, h] = [leaves[leaf.value], sizes[size.value]];
    if (!now.isComputed) return text.replaceChildren(`${output.name} is not computed yet.`);
    const { values } = now.scene;
    const [node, x, y] = [data.nodes[i], values[i] + h, values[data.output]];
    const nudged = model.evaluated(new Map([...now.moved, [i, x]])).values[data.output];
    const [before, after] = [y, nudged].map((number) => general(number, 8));
    const lines = [
      `${node.name}: ${model.text(values[i])} → ${general(x, 8)}`,
      `${output.name}: ${before} → ${after}`,
      `(${after} − ${bracketed(before)}) / ${model.text(h)} = ${model.text((nudged - y) / h)}`,
      `${node.gradient} = ${now.states[i].isFinal && i !== now.hidden ? now.gradientOf(i) : "not final yet"}`,
    ];
    text.replaceChildren(...lines.map((line) => block("", line)));
  }

  return { element: block("cg-nudge", make("strong", {}, "Nudge a value"), choice, text), show };
}
