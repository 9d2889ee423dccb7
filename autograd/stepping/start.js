// The stepping view: finds the elements that its data belong to, and makes each of them step. Nothing is global, since
// notebooks put several outputs into one page, and one output may stand on it twice.

const INTERVAL = 1200; // ms between steps while playing
const FORWARD = "forward";
const BACKWARD = "backward";

// ---- what is known after `at` steps of a pass

// For each node, whether its value is known, and what has arrived of its gradient.
function statesAfter(data, pass, at) {
  const isForward = pass === FORWARD;
  const states = data.nodes.map(() => ({ isKnown: true, gradient: isForward ? "–" : "0", arrived: 0, isFinal: false }));
  if (isForward) {
    for (const step of data.forward.slice(at)) states[step.node].isKnown = false;
    return states;
  }
  Object.assign(states[data.output], { gradient: "1", isFinal: true });
  for (const step of data.backward.slice(0, at)) {
    const state = states[step.parent];
    state.gradient = step.after;
    state.arrived += 1;
    state.isFinal = state.arrived === data.nodes[step.parent].uses;
  }
  return states;
}

// What the parts show: the step just made (none at the start), the node it is about and those it is computed from or
// passes on to, and the one whose number is hidden until asked for (or null).
function momentOf(data, { pass, at, isHidden }) {
  const isForward = pass === FORWARD;
  const step = at ? data[pass][at - 1] : null;
  const states = statesAfter(data, pass, at);
  const child = !step ? null : isForward ? step.node : step.child;
  const parents = !step ? [] : isForward ? step.parents : [step.parent];
  const hidden = !isHidden ? null : isForward ? child : step.parent;
  const before = step && !isForward ? statesAfter(data, pass, at - 1)[step.parent].gradient : "";
  const valueOf = (i) => (isForward && i === hidden ? "?" : states[i].isKnown ? data.nodes[i].data : "");
  const gradientOf = (i) => (!isForward && i === hidden ? "?" : states[i].gradient);
  return { isForward, step, states, child, parents, hidden, before, valueOf, gradientOf };
}

// ---- one view

function build(root, data) {
  root.setAttribute("data-bp-ready", "");
  root.querySelector("[data-bp-untrusted]")?.remove();
  const details = root.querySelector("details");
  const image = root.querySelector("img");
  const state = { pass: BACKWARD, at: 0, isHidden: false };
  let timer = null;

  const count = (pass) => data[pass].length;
  const isAtEnd = () => state.pass === BACKWARD && state.at === count(BACKWARD) && !state.isHidden;

  // -- moving

  function go(pass, at) {
    const isAhead = pass === state.pass ? at > state.at : pass === BACKWARD;
    Object.assign(state, { pass, at: Math.max(0, Math.min(at, count(pass))) });
    state.isHidden = hide.checked && isAhead && state.at > 0;
    show();
  }

  function reveal(words) {
    state.isHidden = false;
    show(words);
    root.focus({ preventScroll: true });
  }

  function advance() {
    if (state.isHidden) reveal("");
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
    if (target.matches("input[type=text], select")) return;
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
  const [hide, hideLabel] = checkbox("hide the next number", false, () => {
    state.isHidden &&= hide.checked;
    show();
  });
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

  const [equation, guess, table] = [equationPart(data), guessPart(reveal), tablePart(data)];
  const picture = image ? picturePart(data, image) : null;
  const nudge = data.nudges.length ? nudgePart(data) : null;

  function show(words) {
    const now = momentOf(data, state);
    showControls();
    if (details) details.hidden = hide.checked; // it would give the number away
    guess.show(now, words);
    for (const part of [equation, picture, table, nudge]) part?.show(now);
  }

  root.prepend(
    block("cg-bar", block("cg-switch", ...Object.values(passes)), first, previous, next, last, play, slider, counter),
    block("cg-bar cg-options", hideLabel, block("cg-layers", "show: ", ...layers)),
    equation.element,
    guess.element,
    picture ? picture.element : "",
    block("cg-tables", table.element, nudge ? nudge.element : ""),
  );
  image?.remove();
  root.addEventListener("keydown", onKey);
  for (const name of ["keyup", "keypress"]) root.addEventListener(name, (event) => event.stopPropagation());
  show();
}

// The elements may come a moment after their script.
function start(data) {
  const begun = Date.now();
  (function find() {
    const roots = document.querySelectorAll(`[data-bp="${data.id}"]:not([data-bp-ready])`);
    for (const root of roots) build(root, data);
    if (!roots.length && Date.now() - begun < 2000) setTimeout(find, 50);
  })();
}
