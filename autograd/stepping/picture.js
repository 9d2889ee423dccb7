// The picture, parsed from the still image, so that it is carried once. Its texts change in place.

function parsedPicture(image) {
  const bytes = Uint8Array.from(atob(image.src.split(",")[1]), (c) => c.charCodeAt(0));
  const parsed = new DOMParser().parseFromString(new TextDecoder().decode(bytes), "image/svg+xml");
  const svg = document.importNode(parsed.documentElement, true);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", image.alt);
  svg.style.minWidth = `${0.7 * svg.width.baseVal.value}px`; // a wide picture shrinks a little before it scrolls
  return svg;
}

// Shows a text within this width of letters: a longer one is set more narrowly.
function squeeze(element, room) {
  const width = element.textContent.length * 6.6; // in Courier of 11 points
  if (width > room) element.setAttribute("textLength", room);
  else element.removeAttribute("textLength");
}

function picturePart(data, image, choose) {
  const svg = parsedPicture(image);
  const element = block("cg-picture", svg);
  const boxes = data.nodes.map((_, i) => svg.querySelector(`g.v${i}`));
  const placeOf = (group) => group.classList[1].slice(1).split("_").map(Number); // of a node, or a child and a position
  const edges = data.nodes.map(() => []);
  for (const edge of svg.querySelectorAll("g.edge")) {
    const [child, position] = placeOf(edge);
    edges[child]?.push([edge, position, edge.querySelector("text")]);
  }
  const texts = boxes.map((box) => [...box.querySelectorAll("text")]);
  const rooms = boxes.map((box) => {
    const outline = box.querySelector("path, polygon").outerHTML;
    const xs = [...outline.matchAll(/([-.\d]+),/g)].map((found) => Number(found[1]));
    return Math.max(...xs) - Math.min(...xs) - 8;
  });
  for (const [, value, gradient] of texts) {
    value.classList.add("cg-value");
    gradient.classList.add("cg-gradient");
    for (const text of [value, gradient]) text.setAttribute("lengthAdjust", "spacingAndGlyphs");
  }
  let latest = null;

  // Under the mouse: the rule of a box or an edge, as it is now.
  function explain({ target }) {
    const group = target.closest("g.node, g.edge");
    if (!group) return;
    const [i, position] = placeOf(group);
    const { definition, edges: rules = [] } = data.nodes[i];
    if (!definition) return; // a leaf's title has its full name
    const rule = (at) => `${rules[at][0]} = ${latest.hidesLocals ? "?" : latest.scene.formulasOf(i, at)}`;
    const lines = position === undefined ? [definition, ...rules.map((_, at) => rule(at))] : [rule(position)];
    if (group.firstElementChild.tagName !== "title") {
      group.prepend(document.createElementNS(svg.namespaceURI, "title"));
    }
    write(group.firstElementChild, lines.slice(0, 20).join("\n"));
  }

  svg.addEventListener("pointerover", explain);
  svg.addEventListener("click", ({ target }) => {
    const group = target.closest("g.node");
    if (group) choose(placeOf(group)[0]);
  });

  function mark({ arrived, isFinal }, uses) {
    if (isFinal) return " ✓";
    return arrived ? ` (${arrived} of ${uses})` : "";
  }

  function show(now) {
    latest = now;
    data.nodes.forEach((node, i) => {
      const state = now.states[i];
      const [, value, gradient] = texts[i];
      write(value, `data ${now.valueOf(i)}`);
      write(gradient, `grad ${now.gradientOf(i)}${mark(state, node.uses)}`);
      for (const text of [value, gradient]) squeeze(text, rooms[i]);
      gradient.classList.toggle("cg-partial", state.arrived > 0 && !state.isFinal);
      gradient.classList.toggle("cg-untouched", state.arrived === 0 && !state.isFinal);
      boxes[i].classList.toggle("cg-child", i === now.child);
      boxes[i].classList.toggle("cg-parent", i !== now.child && now.parents.includes(i));
      edges[i].forEach(([edge, position, number]) => {
        write(number, now.localOf(i, position));
        const isOfStep = i === now.child && (now.isForward || position === now.step.position);
        edge.classList.toggle("cg-edge", isOfStep);
        edge.classList.toggle("cg-later", !state.isKnown);
      });
    });
    const shown = now.step ? [now.child, ...now.parents] : [data.output];
    if (!now.isMoving) scrollTo(element, shown.map((i) => boxes[i]).filter(Boolean));
  }

  return { element, show };
}
