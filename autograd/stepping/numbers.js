// The numbers of the view: how they are written, how they fill the slots of a text, and what follows when a leaf moves.

// A number in so many significant digits as Python has it: a half to the even digit, an exponent of two digits or more.
function general(x, digits) {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "nan" : x < 0 ? "−∞" : "∞";
  if (x === 0) return "0";
  const size = Math.abs(x);
  let [mantissa, power] = size.toExponential(digits - 1).split("e");
  if (Number(size.toExponential(digits)) === size) {
    const [exact, place] = size.toExponential(99).replace(".", "").split("e"); // JavaScript rounds a half up
    const isHalf = /^50*$/.test(exact.slice(digits));
    if (isHalf && exact[digits - 1] % 2 === 0) [mantissa, power] = [exact.slice(0, digits), place];
  }
  const [figures, e] = [mantissa.replace(".", "").replace(/0+$/, ""), Number(power)];
  const pointed = (at) => figures.slice(0, at).padEnd(at, "0") + (figures.length > at ? `.${figures.slice(at)}` : "");
  const sign = x < 0 ? "−" : "";
  if (e < -4 || e >= digits) return `${sign}${pointed(1)}e${e < 0 ? "−" : "+"}${String(Math.abs(e)).padStart(2, "0")}`;
  return sign + (e < 0 ? `0.${"0".repeat(-e - 1)}${figures}` : pointed(e + 1));
}

// The same, but numbers below a million in full if they are whole or have that many digits before the point.
function numberText(x, digits) {
  const size = Math.abs(x);
  if (!(size < 1e6 && (size >= 10 ** digits || size % 1 === 0))) return general(x, digits);
  const whole = size % 1 === 0.5 ? 2 * Math.round(size / 2) : Math.round(size);
  return (x < 0 ? "−" : "") + whole;
}

// A text with its slots filled. In Python's `slot` and `operand`: each place has three letters, by who needs brackets.
function filled(template, texts) {
  return template.replace(/(\^?)(\p{Co})/gu, (_, power, letter) => {
    const code = letter.codePointAt(0) - 0xf0000;
    const [text, kind] = [texts[Math.floor(code / 3)], code % 3];
    if (power && /^−?\d+$/.test(text)) return text.replace(/./g, (c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[c] ?? "⁻");
    return power + (kind && (text.startsWith("−") || (kind === 2 && text.includes("e"))) ? `(${text})` : text);
  });
}

// What there is to compute with: `at(moved)` are the graph's numbers with some leaves moved (a Map: place → number).
function modelOf(data, rows) {
  const { nodes, digits, longest } = data;
  const recorded = [...nodes.map((node) => node.data), ...data.constants];
  const text = (x) => numberText(x, digits);
  const computed = (i, values) => rows[nodes[i].row](...nodes[i].inputs.map((j) => values[j]));
  const known = nodes.map(({ row }, i) => row !== undefined && row !== null && String(computed(i, recorded)[2]));

  // The values and local derivatives; and of nodes with other equalities among their numbers than were recorded, whether
  // they have one at all (1) or none (0): then their derivatives have other forms.
  function evaluated(moved) {
    const [values, locals, ties] = [[...recorded], nodes.map((node) => node.local), new Map()];
    const follows = new Set(moved.keys());
    for (const [i, x] of moved) values[i] = x;
    nodes.forEach(({ row, inputs }, i) => {
      if (row === null || !inputs.some((j) => follows.has(j))) return;
      follows.add(i);
      const [y, derivatives, equal] = computed(i, values);
      values[i] = Number(y);
      locals[i] = derivatives.map(Number);
      if (String(equal) !== known[i]) ties.set(i, equal.some(Boolean) ? 1 : 0);
    });
    return { values, locals, ties };
  }

  // The steps of the backward pass, as `backward_steps` has them.
  function swept({ values, locals }) {
    const gradients = nodes.map(() => 0);
    gradients[data.output] = 1;
    return data.backward.map(([child, position]) => {
      const [parent, upstream, local] = [nodes[child].inputs[position], gradients[child], locals[child][position]];
      const [before, share] = [gradients[parent], local * upstream];
      const after = (gradients[parent] = before + share);
      return { child, parent, position, upstream, local, share, before, after, number: after };
    });
  }

  function at(moved) {
    const now = evaluated(moved);
    const textsOf = (i) => [i, ...nodes[i].inputs].map((j) => text(now.values[j]));
    const forward = data.forward.map((node) => ({ node, parents: nodes[node].inputs, number: now.values[node] }));
    // What a node is computed as, in numbers: −3 · 2.
    const numbersOf = (i) => {
      const forms = nodes[i].numbers.map((form) => filled(form, textsOf(i)));
      return forms.find((form) => form.length <= longest) ?? forms.at(-1);
    };
    // What a local derivative is: 1 − y² = 1 − 0.4621² = 0.7864.
    const formulasOf = (i, position) => {
      const [, forms, ...others] = nodes[i].edges[position];
      const shown = (others[now.ties.get(i)] || forms).map((form) => filled(form, textsOf(i)));
      shown.push(text(now.locals[i][position]));
      return [...new Set(shown.filter((form) => form.length <= longest))].join(" = ");
    };
    return { ...now, forward, backward: swept(now), numbersOf, formulasOf };
  }

  return { at, evaluated, text };
}
