// The stepping view: finds the elements that its data belong to, and makes each of them step. Nothing is global, since
// notebooks put several outputs into one page, and one output may stand on it twice.

const INTERVAL = 1200; // ms between steps while playing
const FORWARD = "forward";
const BACKWARD = "backward";

// ---- what is known after `at` steps of a pass

// For each node, whether its value is known, and what has arrived of its gradient.
function statesAfter(data, scene, pass, at) {
  const isForward = pass === FORWARD;
  const states = data.nodes.map(() => ({ isKnown: true, gradient: 0, arrived: 0, isFinal: false }));
  if (isForward) {
    for (const step of scene.forward.slice(at)) states[step.node].isKnown = false;
    return states;
  }
  Object.assign(states[data.output], { gradient: 1, isFinal: true });
  for (const step of scene.backward.slice(0, at)) {
    const state = states[step.parent];
    state.gradient = step.after;
    state.arrived += 1;
    state.isFinal = state.arrived === data.nodes[step.parent].uses;
  }
  return states;
}

// What the parts show: the graph's numbers (`scene`, see numbers.js) with some leaves `moved`; the step just made (none
// at the start), the node it is about and those it is computed from or passes on to; what it `hides` until asked for,
// "local" or "sum", the first of which is asked; and `hidden`, the node whose number that is, or null.
function momentOf(data, model, scene, { pass, at, hides, hidesLocals, moved, isMoving }) {
  const { text } = model;
  const isForward = pass === FORWARD;
  const step = at ? scene[pass][at - 1] : null;
  const states = statesAfter(data, scene, pass, at);
  const child = !step ? null : isForward ? step.node : step.child;
  const parents = !step ? [] : isForward ? step.parents.filter((i) => i < data.nodes.length) : [step.parent];
  const hidden = !hides.includes("sum") ? null : isForward ? child : step.parent;
  const asked = hides[0] === "local" ? step.local : step?.number;
  const isComputed = states[data.output].isKnown && !(isForward && hidden === data.output);
  const done = new Set(isForward ? [] : scene.backward.slice(0, at - hides.includes("local")).map(edgeOf));
  const valueOf = (i) => (isForward && i === hidden ? "?" : states[i].isKnown ? text(scene.values[i]) : "");
  const gradientOf = (i) => (isForward ? "–" : i === hidden ? "?" : text(states[i].gradient));
  const isSeen = (child, position) => !hidesLocals || done.has(edgeOf({ child, position }));
  const localOf = (child, position) => (isSeen(child, position) ? text(scene.locals[child][position]) : "?");
  const what = { isForward, step, states, child, parents, hides, hidesLocals, hidden, asked, isComputed, isMoving };
  return { ...what, scene, moved, text, valueOf, gradientOf, localOf };
}

const edgeOf = ({ child, position }) => `${child} ${position}`;

// ---- one view

function build(root, data, model) {
  root.setAttribute("data-bp-ready", "");
  root.querySelector("[data-bp-untrusted]")?.remove();
  const details = root.querySelector("details");
  const image = root.querySelector("img");
  const state = { pass: BACKWARD, at: 0, hides: [], hidesLocals: false, moved: new Map(), isMoving: false };
  let scene = model.at(state.moved);
  let timer = null;

  const count = (pass) => data[pass].length;
  const isAtEnd = () => state.pass === BACKWARD && state.at === count(BACKWARD) && !state.hides.length;

  // -- moving

  function go(pass, at) {
    const isAhead = pass === state.pass ? at > state.at : pass === BACKWARD;
    Object.assign(state, { pass, at: Math.max(0, Math.min(at, count(pass))) });
    state.hides = isAhead && state.at > 0 ? hidden() : [];
    show();
  }

  function reveal(words) {
    state.hides = state.hides.slice(1);
    show(words);
    root.focus({ preventScroll: true });
  }

  function advance() {
    if (state.hides.length) reveal("");
    else if (state.at < count(state.pass)) go(state.pass, state.at + 1);
    else if (state.pass === FORWARD) go(BACKWARD, 0);
  }

  function retreat() {
    if (state.at > 0) go(state.pass, state.at - 1);
    else if (state.pass === BACKWARD) go(FORWARD, count(FORWARD));
  }

  // -- moving by hand, which ends playing

  const byHand = (move) => () => {
    stop();
    move();
  };
  const toFirst = byHand(() => go(state.pass, 0));
  const toLast = byHand(() => go(state.pass, count(state.pass)));
  const toNext = byHand(advance);
  const toPrevious = byHand(retreat);

  // -- a number that is dragged, and a box that is chosen

  function move(i, x) {
    if (Object.is(x, data.nodes[i].data)) state.moved.delete(i);
    else state.moved.set(i, x);
    scene = model.at(state.moved);
    state.isMoving = true;
    show();
    state.isMoving = false;
  }

  let chosen = null;
  function choose(i) {
    if (i === chosen && state.moved.has(i)) return move(i, data.nodes[i].data); // a second click puts a leaf back
    chosen = i;
    const steps = state.pass === FORWARD ? data.forward : scene.backward.map((step) => step.parent);
    byHand(() => go(state.pass, steps.lastIndexOf(i) + 1))();
    leaves?.find(i);
  }

  function goToAddress() {
    const step = /^#step-(\d+)$/.exec(location.hash);
    if (step && root.isConnected) go(BACKWARD, Number(step[1]));
  }

  // -- playing

  function togglePlay() {
    if (timer !== null) return stop();
    if (isAtEnd()) go(BACKWARD, 0);
    timer = setInterval(tick, INTERVAL);
    play.textContent = "Pause";
  }

  function tick() {
    if (root.isConnected) advance();
    if (isAtEnd() || !root.isConnected) stop();
  }

  function stop() {
    clearInterval(timer);
    timer = null;
    play.textContent = "Play";
  }

  // Keys stay in the view: a notebook would take "dd" for deleting the cell.
  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    event.stopPropagation();
    const { target, key } = event;
    if (target.matches("input[type=text], select, .cg-leaf input")) return;
    if (key === " " && target.matches("button, input, summary")) return;
    const actions = { ArrowRight: toNext, ArrowLeft: toPrevious, Home: toFirst, End: toLast, " ": togglePlay };
    if (!Object.hasOwn(actions, key)) return;
    event.preventDefault();
    actions[key]();
  }

  // -- controls

  const first = button("« First", "First step (Home)", toFirst);
  const previous = button("‹ Previous", "Previous step (←)", toPrevious);
  const next = button("Next ›", "Next step (→)", toNext);
  const last = button("Last »", "Last step (End)", toLast);
  const play = button("Play", "Play or pause (Space)", togglePlay);
  const slider = make("input", { type: "range", min: 0, "aria-label": "Step" });
  slider.addEventListener("input", byHand(() => go(state.pass, Number(slider.value))));
  const counter = make("span", { class: "cg-counter" });
  const passes = { [FORWARD]: "Forward pass", [BACKWARD]: "Backward pass" };
  for (const [pass, word] of Object.entries(passes)) passes[pass] = button(word, word, byHand(() => go(pass, 0)));

  const checkbox = (text, isChecked, action) => {
    const input = make("input", { type: "checkbox", onchange: action });
    input.checked = isChecked;
    return [input, make("label", {}, input, ` ${text}`)];
  };
  const hidden = () => {
    const isAsked = { local: hideLocal.checked && state.pass === BACKWARD, sum: hide.checked };
    return Object.keys(isAsked).filter((kind) => isAsked[kind]);
  };
  const onHide = () => {
    state.hides = state.hides.filter((kind) => hidden().includes(kind));
    state.hidesLocals = hideLocal.checked;
    show();
  };
  const [hide, hideLabel] = checkbox("hide the next number", false, onHide);
  const [hideLocal, hideLocalLabel] = checkbox("hide the next local derivative", false, onHide);
  const layers = ["values", "local derivatives", "gradients"].map((layer) => {
    const [, label] = checkbox(layer, true, () => root.classList.toggle(`cg-no-${layer.replace(" ", "-")}`));
    return label;
  });

  // A button that leads nowhere is not `disabled`: that would take the focus, and the keys with it, out of the view.
  function showControls() {
    const total = count(state.pass);
    const start = state.pass === FORWARD ? "the leaves" : "the seed";
    slider.max = total;
    slider.value = state.at;
    counter.textContent = state.at ? `step ${state.at} of ${total}` : `${start}, then ${total} steps`;
    first.setAttribute("aria-disabled", state.at === 0);
    previous.setAttribute("aria-disabled", state.at === 0 && state.pass === FORWARD);
    next.setAttribute("aria-disabled", isAtEnd());
    last.setAttribute("aria-disabled", state.at === total);
    for (const [pass, button] of Object.entries(passes)) button.setAttribute("aria-pressed", pass === state.pass);
  }

  // -- putting it together

  const [equation, guess, table] = [equationPart(data), guessPart(data, reveal), tablePart(data)];
  const picture = image ? picturePart(data, image, choose) : null;
  const has = (isIt) => data.nodes.some(({ leaf }) => isIt(leaf));
  const nudge = has((reason) => reason === "") ? nudgePart(data, model) : null;
  const leaves = has((reason) => reason !== undefined) ? leavesPart(data, model, move, equation.element) : null;
  const steps = stepsPart(data, details);

  function show(words) {
    const now = momentOf(data, model, scene, state);
    showControls();
    details.hidden = hide.checked || hideLocal.checked; // it would give the number away
    guess.show(now, words);
    for (const part of [equation, picture, leaves, table, nudge, steps]) part?.show(now);
  }

  root.prepend(
    block("cg-bar", block("cg-switch", ...Object.values(passes)), first, previous, next, last, play, slider, counter),
    block("cg-bar cg-options", hideLabel, hideLocalLabel, block("cg-layers", "show: ", ...layers)),
    equation.element,
    guess.element,
    picture ? picture.element : "",
    leaves ? leaves.element : "",
    block("cg-tables", table.element, nudge ? nudge.element : ""),
  );
  image?.remove();
  root.addEventListener("keydown", onKey);
  for (const name of ["keyup", "keypress"]) root.addEventListener(name, (event) => event.stopPropagation());
  window.addEventListener("hashchange", goToAddress);
  show();
  goToAddress();
}

// The elements may come a moment after their script.
function start(data, rows) {
  const begun = Date.now();
  (function find() {
    const roots = document.querySelectorAll(`[data-bp="${data.id}"]:not([data-bp-ready])`);
    for (const root of roots) build(root, data, modelOf(data, rows));
    if (!roots.length && Date.now() - begun < 2000) setTimeout(find, 50);
  })();
}
