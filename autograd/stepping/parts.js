// The parts of the stepping view: here equation and guess, in files of their own picture, tables and sliders. Each has
// an `element` and a function `show(now)`; what `now` holds is said in start.js. All texts are put in as text, never as
// markup.

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
  const shift = (from, to, room) => {
    return from < margin || to > room - margin ? Math.min(from - margin, (from + to - room) / 2) : 0;
  };
  frame.scrollLeft += shift(left, right, within.width);
  frame.scrollTop += shift(top, bottom, within.height);
}

// ---- the equation: what happens in names, in numbers, why, and what it means for the receiver

function equationPart(data) {
  const element = make("div", { class: "cg-equation", "aria-live": "polite", "aria-atomic": "true" });
  const output = data.nodes[data.output];

  function seed() {
    const why = `${output.name} changes as itself: here the backward pass starts. Every other gradient starts at 0.`;
    return [block("cg-names", `${output.gradient} = 1`), block("cg-why", why)];
  }

  function computed({ step, scene, valueOf }) {
    const why = "With it its local derivatives are recorded: the numbers on the edges that lead to it.";
    const note = data.stale.includes(step.node) ? " as recorded" : "";
    const numbers = `${scene.numbersOf(step.node)} = ${valueOf(step.node)}${note}`;
    return [block("cg-names", data.nodes[step.node].definition), block("cg-numbers", numbers), block("cg-why", why)];
  }

  function passedOn({ step, scene, states, text, hides, gradientOf, localOf }) {
    const [child, parent] = [data.nodes[step.child], data.nodes[step.parent]];
    const [symbol] = child.edges[step.position];
    const formula = hides.includes("local") ? "?" : scene.formulasOf(step.child, step.position);
    const columns = [
      [parent.gradient, bracketed(text(step.before)), "cg-parent"],
      ["+=", "+", ""],
      [child.gradient, bracketed(text(step.upstream)), "cg-child"],
      ["·", "·", ""],
      [symbol, bracketed(localOf(step.child, step.position)), ""],
      ["", "=", ""],
      ["", gradientOf(step.parent), "cg-parent"],
    ];
    const row = (i) => columns.flatMap((column) => [make("span", { class: column[2] }, column[i]), " "]);
    const { arrived, isFinal } = states[step.parent];
    const verdict = isFinal ? (parent.inputs.length ? "final: may pass on" : "final") : "not final: must wait";
    const count = `${arrived} of ${parent.uses} arrived, ${verdict}`;
    return [
      block("cg-grid", block("cg-names", ...row(0)), block("cg-numbers", ...row(1))),
      block("cg-why", `${child.definition}, so ${symbol} = ${formula}`),
      block(`cg-arrived ${isFinal ? "cg-final" : ""}`, `${parent.gradient}: ${count}`),
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

function adviceFor(guess, { step, isForward, text, asked, hides }) {
  if (guess === null) return "Type a number.";
  if (isNear(guess, -asked)) return "The size is right, the sign is not.";
  if (isForward || hides[0] === "local") return "Not yet.";
  if (isNear(guess, step.share)) return `That is this share alone: ${text(step.before)} had arrived before, and stays.`;
  if (isNear(guess, step.local)) return "That is the local derivative alone: multiply it by the gradient that comes in.";
  return "Not yet: multiply first, then add.";
}

function guessPart(data, reveal) {
  const guess = make("input", { type: "text", inputmode: "decimal", size: 9, "aria-label": "Your guess" });
  const advice = make("span", { role: "status" });
  const check = make("button", { type: "submit" }, "Check");
  const about = make("span");
  const label = make("label", {}, about, guess);
  const form = make("form", { autocomplete: "off" }, label, check, button("Show", "Show the number", () => reveal("")));
  let now = null;

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const number = parsed(guess.value);
    if (number !== null && isNear(number, now.asked)) reveal("Right.");
    else advice.textContent = adviceFor(number, now);
  });

  function show(shown, words = "") {
    now = shown;
    form.hidden = !now.hides.length;
    const local = now.hides[0] === "local" ? ` of ${data.nodes[now.child].edges[now.step.position][0]}` : "";
    about.textContent = `Your guess${local}: `;
    guess.setAttribute("aria-label", `Your guess${local}`);
    guess.value = "";
    advice.textContent = words;
  }

  return { element: block("cg-asked", form, advice), show };
}
