// The parts of the stepping view: equation, guess, picture, table, nudge box. Each has an `element` and a function
// `show(now)`; what `now` holds is said in start.js. All texts come from Python, ready to be shown, and are put in as
// text, never as markup.

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

const bracketed = (text) => (text.startsWith("−") ? `(${text})` : text);
const block = (kind, ...children) => make("div", { class: kind }, ...children);

function button(text, label, action) {
  return make("button", { type: "button", title: label, "aria-label": label, onclick: action }, text);
}

// Most texts stay as they are from step to step, and writing one costs a layout.
function write(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

// Scroll a frame alone, never the page, so that these of its elements can be seen.
function scrollTo(frame, elements) {
  const within = frame.getBoundingClientRect();
  const shown = elements.map((element) => element.getBoundingClientRect());
  const margin = 4; // for the thick lines
  const left = Math.min(...shown.map((r) => r.left)) - within.left;
  const right = Math.max(...shown.map((r) => r.right)) - within.left;
  const top = Math.min(...shown.map((r) => r.top)) - within.top;
  const bottom = Math.max(...shown.map((r) => r.bottom)) - within.top;
  if (left < margin || right > within.width - margin) frame.scrollLeft += (left + right - within.width) / 2;
  if (top < margin || bottom > within.height - margin) frame.scrollTop += (top + bottom - within.height) / 2;
}

// ---- the equation: what happens in names, in numbers, why, and what it means for the receiver

function equationPart(data) {
  const element = make("div", { class: "cg-equation", "aria-live": "polite", "aria-atomic": "true" });
  const output = data.nodes[data.output];

  function seed() {
    const why = `${output.name} changes as itself: here the backward pass starts. Every other gradient starts at 0.`;
    return [block("cg-names", `${output.gradient} = 1`), block("cg-why", why)];
  }

  function computed({ step, hidden }) {
    const result = hidden === null ? data.nodes[step.node].data : "?";
    const why = "With it its local derivatives are recorded: the numbers on the edges that lead to it.";
    const numbers = `${step.numbers} = ${result}${step.note}`;
    return [block("cg-names", step.rule), block("cg-numbers", numbers), block("cg-why", why)];
  }

  function passedOn({ step, states, before, hidden }) {
    const [child, parent] = [data.nodes[step.child], data.nodes[step.parent]];
    const columns = [
      [parent.gradient, bracketed(before), "cg-parent"],
      ["+=", "+", ""],
      [child.gradient, bracketed(states[step.child].gradient), "cg-child"],
      ["·", "·", ""],
      [step.symbol, bracketed(step.local), ""],
      ["", "=", ""],
      ["", hidden === null ? step.after : "?", "cg-parent"],
    ];
    const row = (i) => columns.flatMap((column) => [make("span", { class: column[2] }, column[i]), " "]);
    const { arrived, isFinal } = states[step.parent];
    const verdict = isFinal ? (parent.arity ? "final: may pass on" : "final") : "not final: must wait";
    return [
      block("cg-grid", block("cg-names", ...row(0)), block("cg-numbers", ...row(1))),
      block("cg-why", `${child.definition}, so ${step.symbol} = ${step.formula}`),
      block(`cg-arrived ${isFinal ? "cg-final" : ""}`, `${parent.gradient}: ${arrived} of ${parent.uses} arrived, ${verdict}`),
    ];
  }

  function show(now) {
    const leaves = "The leaves are given. Every other value is computed from values before it.";
    const start = now.isForward ? [block("cg-why", leaves)] : seed();
    element.replaceChildren(...(!now.step ? start : now.isForward ? computed(now) : passedOn(now)));
  }

  return { element, show };
}

// ---- the guess

function parsed(text) {
  const plain = text.trim().replace(/[−–]/g, "-").replace(",", ".").replace("∞", "inf");
  if (/^nan$/i.test(plain)) return NaN;
  if (/^[+-]?inf(inity)?$/i.test(plain)) return plain.startsWith("-") ? -Infinity : Infinity;
  return plain === "" || Number.isNaN(Number(plain)) ? null : Number(plain);
}

// Whether a guess is right to two digits.
function isNear(guess, number) {
  if (Object.is(guess, number) || guess === number) return true;
  return Math.abs(guess - number) <= (number === 0 ? 5e-5 : 0.01 * Math.abs(number));
}

function adviceFor(guess, { step, isForward, before }) {
  if (guess === null) return "Type a number.";
  if (isNear(guess, -step.number)) return "The size is right, the sign is not.";
  if (isForward) return "Not yet.";
  if (isNear(guess, step.share)) return `That is this share alone: ${before} had arrived before, and stays.`;
  if (isNear(guess, step.slope)) return "That is the local derivative alone: multiply it by the gradient that comes in.";
  return "Not yet: multiply first, then add.";
}

function guessPart(reveal) {
  const guess = make("input", { type: "text", inputmode: "decimal", size: 9, "aria-label": "Your guess" });
  const advice = make("span", { role: "status" });
  const check = make("button", { type: "submit" }, "Check");
  const label = make("label", {}, "Your guess: ", guess);
  const form = make("form", { autocomplete: "off" }, label, check, button("Show", "Show the number", () => reveal("")));
  let now = null;

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const number = parsed(guess.value);
    if (number !== null && isNear(number, now.step.number)) reveal("Right.");
    else advice.textContent = adviceFor(number, now);
  });

  function show(shown, words = "") {
    now = shown;
    form.hidden = now.hidden === null;
    guess.value = "";
    advice.textContent = words;
  }

  return { element: block("cg-asked", form, advice), show };
}

// ---- the picture, parsed from the still image, so that it is carried once

function parsedPicture(image) {
  const bytes = Uint8Array.from(atob(image.src.split(",")[1]), (c) => c.charCodeAt(0));
  const parsed = new DOMParser().parseFromString(new TextDecoder().decode(bytes), "image/svg+xml");
  const svg = document.importNode(parsed.documentElement, true);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", image.alt);
  svg.style.minWidth = `${0.7 * svg.width.baseVal.value}px`; // a wide picture shrinks a little before it scrolls
  return svg;
}

function picturePart(data, image) {
  const svg = parsedPicture(image);
  const element = block("cg-picture", svg);
  const boxes = data.nodes.map((_, i) => svg.querySelector(`g.v${i}`));
  const edgesInto = (i) => [...svg.querySelectorAll(`g[class^="edge e${i}_"]`)].map((edge) => [edge, position(edge)]);
  const position = (edge) => Number(edge.classList[1].split("_")[1]);
  const edges = data.nodes.map((_, i) => edgesInto(i));
  const texts = boxes.map((box) => [...box.querySelectorAll("text")]);
  for (const [, value, gradient] of texts) {
    value.classList.add("cg-value");
    gradient.classList.add("cg-gradient");
  }

  function mark({ arrived, isFinal }, uses) {
    if (isFinal) return " ✓";
    return arrived ? ` (${arrived} of ${uses})` : "";
  }

  function show(now) {
    data.nodes.forEach((node, i) => {
      const state = now.states[i];
      const [, value, gradient] = texts[i];
      write(value, `data ${now.valueOf(i)}`);
      write(gradient, `grad ${now.gradientOf(i)}${mark(state, node.uses)}`);
      gradient.classList.toggle("cg-partial", state.arrived > 0 && !state.isFinal);
      gradient.classList.toggle("cg-untouched", state.arrived === 0 && !state.isFinal);
      boxes[i].classList.toggle("cg-child", i === now.child);
      boxes[i].classList.toggle("cg-parent", i !== now.child && now.parents.includes(i));
      edges[i].forEach(([edge, position]) => {
        const isOfStep = i === now.child && (now.isForward || position === now.step.position);
        edge.classList.toggle("cg-edge", isOfStep);
        edge.classList.toggle("cg-later", !state.isKnown);
      });
    });
    scrollTo(element, (now.step ? [now.child, ...now.parents] : [data.output]).map((i) => boxes[i]));
  }

  return { element, show };
}

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
    scrollTo(element, [rows[!now.step ? data.output : now.isForward ? now.child : now.step.parent]]);
  }

  return { element, show };
}

// ---- the nudge box

function nudgePart(data) {
  const output = data.nodes[data.output];
  const text = block("cg-nudged");
  const select = (label, texts) => {
    const options = texts.map((text, i) => make("option", { value: i }, text));
    return make("select", { "aria-label": label, onchange: () => show(now) }, ...options);
  };
  const leaf = select("Value to nudge", data.nudges.map((nudge) => data.nodes[nudge.node].name));
  const size = select("Size of the nudge h", data.sizes);
  const choice = block("", make("label", {}, "value ", leaf), " ", make("label", {}, "h = ", size));
  let now = null;

  function show(shown) {
    now = shown;
    const { node: i, results } = data.nudges[leaf.value];
    const node = data.nodes[i];
    const [at, result, slope] = results[size.value];
    if (now.valueOf(data.output) !== output.data) return text.replaceChildren(`${output.name} is not computed yet.`);
    const lines = [
      `${node.name}: ${node.data} → ${at}`,
      `${output.name}: ${data.result} → ${result}`,
      `(${result} − ${bracketed(data.result)}) / ${data.sizes[size.value]} = ${slope}`,
      `${node.gradient} = ${now.states[i].isFinal && i !== now.hidden ? now.gradientOf(i) : "not final yet"}`,
    ];
    text.replaceChildren(...lines.map((line) => block("", line)));
  }

  return { element: block("cg-nudge", make("strong", {}, "Nudge a value"), choice, text), show };
}
