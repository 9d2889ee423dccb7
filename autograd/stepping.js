// The stepping view: finds the element that its data belong to, and adds buttons, keys, equation, picture and tables.
// All texts come from Python, ready to be shown, and are put in as text, never as markup. Nothing is global: notebooks
// put several outputs into one page, and one output may stand on it twice.
(data) => {
  "use strict";

  const INTERVAL = 1200; // ms between steps while playing
  const FORWARD = "forward";
  const BACKWARD = "backward";

  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (value === true) element.setAttribute(name, "");
      else if (value !== false) element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
  }

  // ---- what is known at each step

  // The state of every node after `at` steps of a pass: whether its value is known, and what has arrived of its gradient.
  function statesAfter(pass, at) {
    const computed = new Map(data.forward.map((step, i) => [step.node, i]));
    const states = data.nodes.map((node, i) => ({
      isKnown: pass === BACKWARD || !computed.has(i) || computed.get(i) < at,
      gradient: pass === BACKWARD ? "0" : "–",
      number: 0,
      arrived: 0,
      isFinal: false,
    }));
    if (pass === BACKWARD) {
      Object.assign(states[data.output], { gradient: "1", number: 1, isFinal: true });
      for (const step of data.backward.slice(0, at)) {
        const state = states[step.parent];
        const arrived = state.arrived + 1;
        const isFinal = arrived === data.nodes[step.parent].uses;
        Object.assign(state, { gradient: step.after, number: step.number, arrived, isFinal });
      }
    }
    return states;
  }

  function markOf(node, state) {
    if (state.isFinal) return " ✓";
    return state.arrived ? ` ${state.arrived}/${node.uses}` : "";
  }

  // ---- guesses

  function parsed(text) {
    const plain = text.trim().replace(/[−–]/g, "-").replace(",", ".").replace("∞", "Infinity");
    if (/^nan$/i.test(plain)) return NaN;
    if (/^[+-]?inf(inity)?$/i.test(plain)) return plain.startsWith("-") ? -Infinity : Infinity;
    return plain === "" || Number.isNaN(Number(plain)) ? null : Number(plain);
  }

  // Whether a guess is right to two digits.
  function isNear(guess, number) {
    if (Object.is(guess, number) || guess === number) return true;
    return Math.abs(guess - number) <= (number === 0 ? 5e-5 : 0.01 * Math.abs(number));
  }

  function adviceFor(guess, pass, step, before) {
    if (guess === null) return "Type a number.";
    if (isNear(guess, step.number)) return "Right.";
    if (isNear(guess, -step.number)) return "The size is right, the sign is not.";
    if (pass === FORWARD) return "Not yet.";
    if (isNear(guess, step.share)) return `That is this share alone: what arrived before, ${before}, stays and is added to.`;
    if (isNear(guess, step.slope)) return "That is the local derivative alone: it is multiplied by the gradient that comes in.";
    return "Not yet: multiply first, then add.";
  }

  // ---- one view

  function build(root) {
    root.setAttribute("data-bp-ready", "");
    const state = { pass: BACKWARD, at: 0, isHidden: false, timer: null };
    const details = root.querySelector("details");
    const image = root.querySelector("img");
    root.querySelector("[data-bp-untrusted]")?.remove();

    // -- controls

    const button = (text, label, action) =>
      make("button", { type: "button", title: label, "aria-label": label, onclick: action }, text);
    const first = button("« First", "First step (Home)", () => go(state.pass, 0));
    const previous = button("‹ Previous", "Previous step (←)", goBack);
    const next = button("Next ›", "Next step (→)", goOn);
    const last = button("Last »", "Last step (End)", () => go(state.pass, count(state.pass)));
    const play = button("Play", "Play or pause (Space)", togglePlay);
    const slider = make("input", { type: "range", min: 0, "aria-label": "Step" });
    slider.addEventListener("input", () => go(state.pass, Number(slider.value)));
    const counter = make("span", { class: "cg-counter" });
    const passes = [FORWARD, BACKWARD].map((pass) => {
      const word = pass === FORWARD ? "Forward pass" : "Backward pass";
      return [pass, make("button", { type: "button", onclick: () => go(pass, 0) }, word)];
    });
    const box = (text, isOn, action) => {
      const input = make("input", { type: "checkbox" });
      input.checked = isOn;
      input.addEventListener("change", () => action(input.checked));
      return [input, make("label", {}, input, ` ${text}`)];
    };
    const [hide, hideLabel] = box("hide the next number", false, () => {
      state.isHidden = hide.checked && state.isHidden;
      show();
    });
    const layers = ["values", "local derivatives", "gradients"].map(
      (layer) => box(layer, true, (isOn) => root.classList.toggle(`cg-no-${layer.replace(" ", "-")}`, !isOn))[1],
    );
    const equation = make("div", { class: "cg-equation", "aria-live": "polite", "aria-atomic": "true" });

    // -- the guess

    const guess = make("input", { type: "text", inputmode: "decimal", size: 9, "aria-label": "Your guess" });
    const advice = make("span", { class: "cg-advice", role: "status" });
    const form = make(
      "form",
      { class: "cg-guess", autocomplete: "off", onsubmit: judge },
      make("label", {}, "Your guess: ", guess),
      make("button", { type: "submit" }, "Check"),
      button("Show", "Show the number", () => reveal("")),
    );

    function judge(event) {
      event.preventDefault();
      const step = current();
      if (!state.isHidden || !step) return;
      const number = parsed(guess.value);
      const before = state.pass === BACKWARD ? statesAfter(BACKWARD, state.at - 1)[step.parent].gradient : "";
      const words = adviceFor(number, state.pass, step, before);
      if (words === "Right.") reveal(words);
      else advice.textContent = words;
    }

    function reveal(words) {
      state.isHidden = false;
      show();
      advice.textContent = words;
      root.focus({ preventScroll: true });
    }

    // -- the picture, parsed from the still image so that it is carried once

    const svg = image ? parsePicture(image) : null;
    const frame = make("div", { class: "cg-picture" });
    if (svg) frame.append(svg);
    const find = (name) => svg?.querySelector(`g.${name}`);
    const boxes = data.nodes.map((_, i) => find(`v${i}`));
    const edges = data.nodes.map((node, i) => Array.from({ length: node.arity }, (_, p) => find(`e${i}_${p}`)));
    const texts = boxes.map((group) => (group ? [...group.querySelectorAll("text")] : []));
    for (const [, value, gradient] of texts) {
      value?.classList.add("cg-value");
      gradient?.classList.add("cg-gradient");
    }

    // -- the table of gradients, the output's first

    const rows = data.nodes.map((node) => {
      const cells = [node.name, node.data, node.gradient, "", ""].map((text) => make("td", {}, text));
      return make("tr", {}, ...cells);
    });
    const heads = ["value", "data", "gradient", "so far", "arrived"].map((text) => make("th", { scope: "col" }, text));
    const caption = make("caption");
    const table = make(
      "table",
      { class: "cg-gradients" },
      caption,
      make("thead", {}, make("tr", {}, ...heads)),
      make("tbody", {}, ...rows.slice().reverse()),
    );

    // -- the nudge box

    const nudged = make("output", { class: "cg-nudged" });
    const leaf = make("select", { "aria-label": "Value to nudge", onchange: showNudge });
    const size = make("select", { "aria-label": "Size of the nudge h", onchange: showNudge });
    data.nudges.forEach((nudge, i) => leaf.append(make("option", { value: i }, data.nodes[nudge.node].name)));
    data.sizes.forEach((h, i) => size.append(make("option", { value: i }, h)));

    function showNudge() {
      const nudge = data.nudges[leaf.value];
      if (!nudge) return;
      const node = data.nodes[nudge.node];
      const name = data.nodes[data.output].name;
      const [at, output, slope] = nudge.results[size.value];
      const final = statesAfter(state.pass, state.at)[nudge.node];
      const gradient = final.isFinal && !state.isHidden ? final.gradient : "not final yet";
      const lines = [
        `${node.name}: ${node.data} → ${at}`,
        `${name}: ${data.result} → ${output}`,
        `(${output} − ${data.result.replace(/^−.*/, "($&)")}) / ${data.sizes[size.value]} = ${slope}`,
        `${node.gradient} = ${gradient}`,
      ];
      nudged.replaceChildren(...lines.map((line) => make("div", {}, line)));
    }

    // -- moving

    const count = (pass) => data[pass].length;
    const current = () => (state.at ? data[state.pass][state.at - 1] : null);

    function go(pass, at) {
      const isAhead = pass === state.pass ? at > state.at : pass === BACKWARD;
      Object.assign(state, { pass, at: Math.max(0, Math.min(at, count(pass))) });
      state.isHidden = hide.checked && isAhead && state.at > 0;
      guess.value = advice.textContent = "";
      show();
    }

    function goOn() {
      if (state.isHidden) reveal("");
      else if (state.at < count(state.pass)) go(state.pass, state.at + 1);
      else if (state.pass === FORWARD) go(BACKWARD, 0);
    }

    function goBack() {
      if (state.at > 0) go(state.pass, state.at - 1);
      else if (state.pass === BACKWARD) go(FORWARD, count(FORWARD));
    }

    const isAtEnd = () => state.pass === BACKWARD && state.at === count(BACKWARD) && !state.isHidden;

    function togglePlay() {
      if (state.timer === null && isAtEnd()) go(BACKWARD, 0);
      if (state.timer !== null) stop();
      else state.timer = setInterval(() => (isAtEnd() || !root.isConnected ? stop() : goOn()), INTERVAL);
      show();
    }

    function stop() {
      clearInterval(state.timer);
      state.timer = null;
      show();
    }

    // Keys stay in the view: a notebook would take "dd" for deleting the cell.
    function onKey(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      event.stopPropagation();
      const { target, key } = event;
      if (target.matches("input[type=text], select")) return;
      if (key === " " && target.matches("button, input, summary")) return;
      const actions = {
        ArrowRight: goOn,
        ArrowLeft: goBack,
        Home: () => go(state.pass, 0),
        End: () => go(state.pass, count(state.pass)),
        " ": togglePlay,
      };
      if (!Object.hasOwn(actions, key)) return;
      event.preventDefault();
      actions[key]();
    }

    // -- showing the state

    function show() {
      const states = statesAfter(state.pass, state.at);
      const step = current();
      equation.replaceChildren(...lines(step, states));
      form.hidden = !state.isHidden;
      if (details) details.hidden = hide.checked; // it would give the number away
      showControls();
      showNodes(step, states);
      showNudge();
    }

    function showControls() {
      const total = count(state.pass);
      slider.max = total;
      slider.value = state.at;
      const start = state.pass === FORWARD ? "the leaves" : "the seed";
      counter.textContent = state.at ? `step ${state.at} of ${total}` : `${start}, then ${total} steps`;
      first.disabled = state.at === 0;
      previous.disabled = state.at === 0 && state.pass === FORWARD;
      last.disabled = state.at === total;
      next.disabled = isAtEnd();
      caption.textContent = state.pass === FORWARD ? "Values so far" : "Gradients so far";
      play.textContent = state.timer === null ? "Play" : "Pause";
      for (const [pass, button] of passes) button.setAttribute("aria-pressed", pass === state.pass);
    }

    function showNodes(step, states) {
      const child = step && (state.pass === FORWARD ? step.node : step.child);
      const parents = !step ? [] : state.pass === FORWARD ? step.parents : [step.parent];
      const hidden = !state.isHidden ? null : state.pass === FORWARD ? child : step.parent;
      data.nodes.forEach((node, i) => {
        const { isKnown, gradient, arrived, isFinal } = states[i];
        const value_ = i === hidden && state.pass === FORWARD ? "?" : isKnown ? node.data : "";
        const shown = i === hidden && state.pass === BACKWARD ? "?" : gradient;
        const [, value, grad] = texts[i];
        if (value) value.textContent = `data ${value_}`;
        if (grad) grad.textContent = `grad ${shown}${markOf(node, states[i])}`;
        grad?.classList.toggle("cg-partial", arrived > 0 && !isFinal);
        grad?.classList.toggle("cg-untouched", arrived === 0 && !isFinal);
        boxes[i]?.classList.toggle("cg-child", i === child);
        boxes[i]?.classList.toggle("cg-parent", i !== child && parents.includes(i));
        edges[i].forEach((edge, position) => {
          const isOfStep = i === child && (state.pass === FORWARD || position === step.position);
          edge?.classList.toggle("cg-edge", isOfStep);
          edge?.classList.toggle("cg-later", !isKnown);
        });
        const cells = rows[i].children;
        cells[1].textContent = value_;
        cells[3].textContent = shown;
        const whole = isFinal && !node.uses ? "the seed" : `${arrived} of ${node.uses}`;
        cells[4].textContent = state.pass === FORWARD ? "" : whole + (isFinal && node.uses ? ", final" : "");
        rows[i].className = i === child ? "cg-child" : parents.includes(i) ? "cg-parent" : "";
      });
      scrollTo(child === null ? [boxes[data.output]] : [boxes[child], ...parents.map((p) => boxes[p])]);
    }

    // Scroll the picture alone, never the page, so that the step can be seen.
    function scrollTo(groups) {
      const shown = groups.filter(Boolean).map((group) => group.getBoundingClientRect());
      const within = frame.getBoundingClientRect();
      if (!shown.length || !within.width) return;
      const left = Math.min(...shown.map((r) => r.left)) - within.left;
      const right = Math.max(...shown.map((r) => r.right)) - within.left;
      const top = Math.min(...shown.map((r) => r.top)) - within.top;
      const bottom = Math.max(...shown.map((r) => r.bottom)) - within.top;
      if (left < 0 || right > within.width) frame.scrollLeft += (left + right - within.width) / 2;
      if (top < 0 || bottom > within.height) frame.scrollTop += (top + bottom - within.height) / 2;
    }

    // The equation: what happens in names, in numbers, why, and what it means for the receiver.
    function lines(step, states) {
      const line = (text, kind) => make("div", { class: kind }, text);
      const name = data.nodes[data.output].name;
      if (!step && state.pass === FORWARD) return [line("The leaves are given. Each next value is computed from values before it.", "cg-why")];
      if (!step) {
        const seed = data.nodes[data.output].gradient;
        return [
          line(`${seed} = 1`, "cg-names"),
          line(`${name} changes as itself: here the backward pass starts. Every other gradient starts at 0.`, "cg-why"),
        ];
      }
      if (state.pass === FORWARD) {
        const result = state.isHidden ? "?" : data.nodes[step.node].data;
        const after = state.isHidden ? "" : `With it, its local derivatives are recorded: the numbers on the edges to it.`;
        return [line(step.rule, "cg-names"), line(`${step.numbers} = ${result}${step.note}`, "cg-numbers"), line(after, "cg-why")];
      }
      const before = statesAfter(BACKWARD, state.at - 1)[step.parent].gradient;
      const [child, parent] = [data.nodes[step.child], data.nodes[step.parent]];
      const cells = [
        [parent.gradient, before, "cg-parent"],
        ["+=", "+", ""],
        [child.gradient, states[step.child].gradient, "cg-child"],
        ["·", "·", ""],
        [step.symbol, step.local, "cg-local"],
        ["", "=", ""],
        ["", state.isHidden ? "?" : step.after, "cg-parent"],
      ];
      const row = (k) => cells.flatMap((cell) => [make("span", { class: cell[2] }, cell[k]), " "]);
      const { arrived, isFinal } = states[step.parent];
      const verdict = isFinal ? (parent.arity ? "final: may pass on" : "final") : "not final: must wait";
      return [
        make("div", { class: "cg-grid" }, make("div", { class: "cg-names" }, ...row(0)), make("div", { class: "cg-numbers" }, ...row(1))),
        line(`${child.definition}, so ${step.symbol} = ${step.formula}`, "cg-why"),
        line(`${parent.gradient}: ${arrived} of ${parent.uses} arrived, ${verdict}`, isFinal ? "cg-arrived cg-final" : "cg-arrived"),
      ];
    }

    // -- putting it together

    const group = (kind, ...children) => make("div", { class: kind }, ...children);
    const nudgeBox = group(
      "cg-nudge",
      make("strong", {}, "Nudge a value"),
      group("", make("label", {}, "value ", leaf), " ", make("label", {}, "h = ", size)),
      nudged,
    );
    const parts = [
      group("cg-bar", group("cg-switch", ...passes.map(([, button]) => button)), first, previous, next, last, play, slider, counter),
      group("cg-bar cg-options", hideLabel, group("cg-layers", "show: ", ...layers)),
      equation,
      group("cg-asked", form, advice),
      svg ? frame : "",
      group("cg-tables", group("cg-scroll", table), data.nudges.length ? nudgeBox : ""),
    ];
    root.prepend(...parts);
    image?.remove();
    root.addEventListener("keydown", onKey);
    for (const name of ["keyup", "keypress"]) root.addEventListener(name, (event) => event.stopPropagation());
    show();
  }

  function parsePicture(image) {
    const bytes = Uint8Array.from(atob(image.src.split(",")[1]), (c) => c.charCodeAt(0));
    const parsed = new DOMParser().parseFromString(new TextDecoder().decode(bytes), "image/svg+xml");
    const svg = document.importNode(parsed.documentElement, true);
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", image.alt);
    svg.style.minWidth = `${0.7 * svg.width.baseVal.value}px`; // a wide picture shrinks a little before it scrolls
    return svg;
  }

  // The element may come a moment after its script. A second view of the same output is another element.
  const start = Date.now();
  (function find() {
    const roots = document.querySelectorAll(`[data-bp="${data.id}"]:not([data-bp-ready])`);
    roots.forEach(build);
    if (!roots.length && Date.now() - start < 2000) setTimeout(find, 50);
  })();
}
