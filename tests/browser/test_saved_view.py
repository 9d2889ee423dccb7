"""The saved HTML file in a real browser: what it shows at every step is what the engine computes."""

from itertools import pairwise

import pytest

import nn
from autograd import Value, step_through, topological_order
from autograd.formulas import equation_text
from autograd.formulas.notation import number_text
from autograd.graphs import gradients_of
from autograd.stepping.wording import Wording
from tests.shared import HOSTILE

pytestmark = pytest.mark.browser


def reuse():
    """A graph with parallel edges, a value that is used four times, a constant, and a quotient."""
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    y = (a * a + b).sigmoid() * a - a / b + 1.5 * b
    y.label = "L"
    return y


@pytest.fixture
def opened(page, tmp_path, view_of):
    """Open the views of these outputs in one page, or one as it is saved."""

    def open_page(*outputs):
        path = tmp_path / "steps.html"
        if len(outputs) == 1:
            step_through(outputs[0]).save(path)
        else:
            parts = [step_through(output)._repr_html_() for output in outputs]
            path.write_text("<!DOCTYPE html><meta charset=utf-8>" + "\n".join(parts), encoding="utf-8")
        page.goto(path.as_uri())
        found = [view_of(i) for i in range(len(outputs))]
        return found[0] if len(found) == 1 else found

    return open_page


def expected_states(output):
    """For each step, the seed first: name → (data, gradient so far, arrived) as the engine's events have it."""
    wording = Wording(output)
    uses = {step.parent: step.uses for step in wording.shown}
    states = {v: [number_text(v.data), "0", f"0 of {uses.get(v)}"] for v in wording.nodes}
    states[output][1:] = ["1", "the seed"]
    by_name = lambda: {wording.names[v].text: tuple(state) for v, state in states.items()}  # noqa: E731
    yield by_name()
    for step in wording.shown:
        final = ", final" if step.arrived == step.uses else ""
        states[step.parent][1:] = [number_text(step.after), f"{step.arrived} of {step.uses}{final}"]
        yield by_name()


@pytest.mark.parametrize("way", ["button", "key"])
def test_every_step_shows_the_gradients_of_the_engine(opened, way):
    output = reuse()
    wording = Wording(output)
    view = opened(output)
    numbers = {node: i for i, node in enumerate(wording.nodes)}
    for index, expected in enumerate(expected_states(output)):
        assert view.rows() == expected
        for node, box in zip(wording.nodes, view.boxes(), strict=True):
            data, so_far, arrived = expected[wording.names[node].text]
            assert box[1] == f"data {data}"
            assert box[2].split()[:2] == ["grad", so_far]
            assert ("✓" in box[2]) == ("final" in arrived or "seed" in arrived)
        if index:
            step = wording.shown[index - 1]
            assert view.lines() == [wording.rule(step), wording.numbers(step)]
            assert view.marked("cg-child") == [f"v{numbers[step.child]}"]
            assert view.marked("cg-parent") == [f"v{numbers[step.parent]}"]
            assert view.marked("cg-edge") == [f"e{numbers[step.child]}_{step.position}"]
            assert view.counter() == f"step {index} of {len(wording.shown)}"
            assert f"= {' = '.join(wording.formulas(step))}" in view.equation.inner_text()
            assert f"{step.arrived} of {step.uses} arrived, " in view.equation.inner_text()
            assert ("final: may pass on" in view.equation.inner_text()) == (step.is_final and bool(step.parent.parents))
        else:
            assert "dL/dL = 1" in view.equation.inner_text()
        if index < len(wording.shown):
            view.button("Next step").click() if way == "button" else view.press("ArrowRight")
    output.backward()
    assert {v: number_text(v.grad) for v in wording.nodes} == {
        v: expected[wording.names[v].text][1] for v in wording.nodes
    }
    assert view.button("Next step").get_attribute("aria-disabled") == "true"


def test_buttons_keys_and_slider_go_to_the_same_steps(opened):
    view = opened(reuse())
    states = [*expected_states(reuse())]
    total = len(states) - 1
    moves = [
        (lambda: view.button("Last step").click(), total),
        (lambda: view.button("Previous step").click(), total - 1),
        (lambda: view.button("First step").click(), 0),
        (lambda: view.press("End"), total),
        (lambda: view.press("ArrowLeft", "ArrowLeft"), total - 2),
        (lambda: view.press("Home"), 0),
        (lambda: view.root.get_by_role("slider", name="Step").fill("3"), 3),
        (lambda: view.page.keyboard.press("ArrowRight"), 4),
    ]
    for move, at in moves:
        move()
        assert view.rows() == states[at]


def test_keys_go_on_working_after_a_button_has_led_to_the_end(opened, page):
    view = opened(reuse())
    total = len(Wording(reuse()).shown)
    view.button("Last step").click()
    page.keyboard.press("ArrowLeft")
    assert view.counter() == f"step {total - 1} of {total}"
    view.button("First step").click()
    page.keyboard.press("ArrowRight")
    assert view.counter() == f"step 1 of {total}"


def test_it_plays_by_button_and_by_the_space_bar(opened, page):
    page.clock.install()
    view = opened(reuse())
    total = len(Wording(reuse()).shown)
    view.button("Play").click()
    assert view.button("Play").inner_text() == "Pause"
    page.clock.run_for(2500)
    assert view.counter() == f"step 2 of {total}"
    view.press("Space")
    page.clock.run_for(5000)
    assert view.counter() == f"step 2 of {total}"
    view.press("Space")
    page.clock.run_for(1300)
    view.press("Home")  # by hand, so it plays no more
    page.clock.run_for(5000)
    assert view.counter() == f"the seed, then {total} steps"
    view.button("Forward pass").click()
    view.press("Space")
    page.clock.run_for(60_000)  # through both passes
    assert view.counter() == f"step {total} of {total}"
    assert view.button("Play").inner_text() == "Play"


def test_the_forward_pass_computes_one_value_after_the_other(opened):
    output = reuse()
    wording = Wording(output)
    view = opened(output)
    view.button("Forward pass").click()
    known = {v for v in wording.nodes if not v.parents}
    for step in [None, *wording.forward]:
        if step:
            view.press("ArrowRight")
            known.add(step.node)
            assert view.lines() == [
                wording.definition(step.node),
                f"{wording.evaluation(step)} = {number_text(step.value)}",
            ]
        data = {name: row[0] for name, row in view.rows().items()}
        assert data == {wording.names[v].text: number_text(v.data) if v in known else "" for v in wording.nodes}
        assert {box[2] for box in view.boxes()} == {"grad –"}
        assert len(view.marked("cg-later")) == sum(
            p in wording.nodes for v in wording.nodes if v not in known for p in v.parents
        )
    view.press("ArrowRight")
    assert "dL/dL = 1" in view.equation.inner_text()
    view.press("ArrowLeft")
    assert view.lines()[0] == wording.definition(output)


def test_a_learner_guesses_the_next_number(opened):
    output = reuse()
    steps = Wording(output).shown
    view = opened(output)
    view.root.get_by_label("hide the next number").check()
    guess, check, advice = view.root.get_by_label("Your guess"), view.button("Check"), view.root.get_by_role("status")
    assert not guess.is_visible()
    index = next(i for i, s in enumerate(steps) if s.before and s.contribution != s.local_derivative)
    for _ in range(index):
        view.press("ArrowRight", "ArrowRight")  # the second asks for the number
    view.press("ArrowRight")
    step = steps[index]
    wording = Wording(output)

    def hidden():
        row = view.root.locator("tr.cg-parent td").all_inner_texts()
        return view.lines()[1].endswith("= ?") and row[3] == "?" and "grad ?" in view.root.locator("svg").inner_html()

    assert hidden()
    assert not view.root.get_by_text("The steps as a table").is_visible()
    for wrong, words in [
        (str(step.contribution), "this share alone"),
        (str(step.local_derivative), "local derivative alone"),
        (str(-step.after), "the sign is not"),
        ("77", "Not yet"),
        ("", "Type a number"),
        ("much", "Type a number"),
    ]:
        guess.fill(wrong)
        check.click()
        assert words in advice.inner_text()
        assert hidden()
    guess.fill(f"{step.after:.3g}".replace("-", "−"))
    guess.press("Enter")
    assert advice.inner_text() == "Right."
    assert view.lines() == [wording.rule(wording.shown[index]), wording.numbers(step)]
    assert not guess.is_visible()
    view.page.keyboard.press("ArrowRight")  # the focus is the view's again
    assert view.lines()[1].endswith("= ?")
    view.button("Show the number").click()
    assert view.lines()[1] == wording.numbers(steps[index + 1])
    view.press("ArrowLeft")
    assert not guess.is_visible()


def test_a_value_of_the_forward_pass_can_be_guessed_too(opened):
    view = opened(Value(2.0, "a") * 3.0)
    view.button("Forward pass").click()
    view.root.get_by_label("hide the next number").check()
    view.press("ArrowRight")
    assert view.lines()[1] == "2 · 3 = ?"
    assert ["y = a · 3", "data ?", "grad –"] in view.boxes()
    view.root.get_by_label("Your guess").fill("6")
    view.page.keyboard.press("Enter")
    assert view.lines()[1] == "2 · 3 = 6"


def test_a_value_is_nudged(opened):
    a, b = 2.0, -3.0
    view = opened((Value(a, "a") * Value(b, "b")).tanh() + Value(a, "c"))
    view.root.get_by_label("Value to nudge").select_option("c")
    view.root.get_by_label("Size of the nudge").select_option("−0.01")
    nudged = view.root.locator(".cg-nudged")
    lines = nudged.inner_text().split("\n")
    assert lines == [
        "c: 2 → 1.99",
        "y: 1.0000123 → 0.99001229",
        "(0.99001229 − 1.0000123) / −0.01 = 1",
        "dy/dc = not final yet",
    ]
    view.press("End")
    assert nudged.inner_text().split("\n")[-1] == "dy/dc = 1"
    view.button("Forward pass").click()
    assert nudged.inner_text() == "y is not computed yet."


def test_layers_are_switched_on_one_after_the_other(opened):
    view = opened(reuse())
    texts = {
        "values": view.root.locator("svg .cg-value").first,
        "local derivatives": view.root.locator("svg .edge text").first,
        "gradients": view.root.locator("svg .cg-gradient").first,
    }
    for layer in texts:
        view.root.get_by_role("checkbox", name=layer).uncheck()
    assert not any(text.is_visible() for text in texts.values())
    shown = set()
    for layer in texts:
        view.root.get_by_role("checkbox", name=layer).check()
        shown.add(layer)
        assert {name for name, text in texts.items() if text.is_visible()} == shown


def test_parameters_are_called_as_in_their_module(page, tmp_path, view_of):
    model = nn.MLP(2, [2, 1], "tanh", rng=0)
    output = nn.mse(model([0.5, -1.0]), 1.0)
    page.goto(step_through(output, model).save(tmp_path / "steps.html").as_uri())
    view = view_of()
    wording = Wording(output, model)
    assert [box[0] for box in view.boxes()] == [equation_text(v, wording.names, 28) for v in wording.nodes]
    assert {"w₁₁", "b₂", "w⁽²⁾₁₂", "h₁ = tanh(v2)", "x₂"} <= {box[0] for box in view.boxes()}
    view.press("End")
    assert view.rows()["w₁₂"][1] == number_text(gradients_of(output)[model.layers[0].neurons[0].w[1]])
    titles = view.root.locator("svg g.node > title").all_text_contents()
    assert "layers.1.weight[0, 1]" in titles


def test_two_views_on_one_page_go_their_own_way(opened, page):
    other = (Value(0.5, "u") * Value(4.0, "v")).tanh()
    one, two, same = opened(reuse(), other, reuse())
    assert page.evaluate("document.querySelectorAll('[id]').length") == 0
    one.press("ArrowRight", "ArrowRight", "ArrowRight")
    two.button("Next step").click()
    assert [view.counter().split(" of ")[0] for view in (one, two)] == ["step 3", "step 1"]
    assert same.counter().startswith("the seed")
    assert two.lines() == ["dy/dv1 += dy/dy · ∂y/∂v1", "0 + 1 · 0.07065 = 0.07065"]
    assert one.rows() == [*expected_states(reuse())][3]


def test_keys_stay_in_the_view(opened, page):
    view = opened(reuse())
    page.evaluate("window.heard = []; document.addEventListener('keydown', event => heard.push(event.key))")
    view.press("d", "d", "ArrowRight", "Space", "Space", "x")
    view.root.get_by_label("Value to nudge").press("d")
    assert page.evaluate("heard") == []
    view.press("Control+k")
    assert page.evaluate("heard") == ["Control", "k"] or page.evaluate("heard") == ["k"]


@pytest.mark.parametrize("label", HOSTILE)
def test_labels_are_shown_and_nothing_in_them_is_run(opened, page, label):
    output = Value(2.0, label) * 3.0
    view = opened(output)
    view.press("ArrowRight")
    name = Wording(output).names[output.parents[0]].text
    assert view.boxes()[0][0] == name
    assert view.rows()[name][1] == "3"
    assert name in view.lines()[0]
    assert page.locator("[data-bp] img, [data-bp] script").count() == 0


def test_a_view_without_a_picture_steps(opened, no_dot, monkeypatch):
    output = reuse()
    view = opened(output)
    monkeypatch.undo()
    assert "shown without a picture" in view.root.inner_text()
    view.press("End")
    assert view.rows() == [*expected_states(output)][-1]


def test_without_scripts_there_are_picture_and_table(chromium, tmp_path):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(step_through(reuse()).save(tmp_path / "steps.html").as_uri())
    assert page.locator("img").bounding_box()["width"] > 300
    page.get_by_text("The steps as a table").click()
    wording = Wording(reuse())
    assert page.get_by_role("cell", name=wording.rule(wording.shown[-1])).is_visible()
    assert page.get_by_role("button").count() == 0
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_stand_out_from_the_page_in_both_schemes(opened, page, scheme):
    page.emulate_media(color_scheme=scheme)
    view = opened(reuse())
    view.press("ArrowRight")
    script = """elements => {
        const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
        const light = (color) => {
            canvas.clearRect(0, 0, 1, 1);
            canvas.fillStyle = color;
            canvas.fillRect(0, 0, 1, 1);
            const parts = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((c) => c / 255);
            const [r, g, b] = parts.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const page = light(getComputedStyle(document.querySelector("[data-bp]")).backgroundColor);
        return [page, ...elements.map((element) => {
            const text = light(getComputedStyle(element).color);
            return (Math.max(text, page) + 0.05) / (Math.min(text, page) + 0.05);
        })];
    }"""
    kinds = ".cg-names span, .cg-numbers span, .cg-why, .cg-counter, .cg-gradients td, .cg-nudged div"
    background, *contrasts = view.root.locator(kinds).evaluate_all(script)
    assert (background > 0.9) if scheme == "light" else (background < 0.1)
    assert min(contrasts) > 4.5  # WCAG 2.1, AA
    fills = """elements => elements.map((element) => {
        const fill = getComputedStyle(element).fill; // rgb(…), or color(srgb …) of a mixed one
        const parts = fill.match(/[0-9.]+/g).slice(0, 3).map(Number);
        return parts.map((part) => (fill.startsWith("color") ? 255 * part : part));
    })"""
    texts = view.root.locator("svg text").evaluate_all(fills)
    (paper,) = view.root.locator("svg g.graph > polygon").evaluate_all(fills)
    assert all(abs(sum(text) - sum(paper)) > 3 * 90 for text in texts)
    assert (sum(paper) > 3 * 200) if scheme == "light" else (sum(paper) < 3 * 60)


def test_it_can_be_used_by_name(opened):
    view = opened(reuse())
    assert view.root.get_attribute("aria-label") == "Backpropagation of L, step by step"
    for name in ("First step (Home)", "Previous step (←)", "Next step (→)", "Last step (End)", "Play or pause (Space)"):
        assert view.button(name).is_enabled() != name.startswith(("First",))
    assert view.equation.get_attribute("aria-live") == "polite"
    assert view.root.get_by_role("img", name="The graph of L with all gradients").is_visible()
    assert view.root.get_by_role("slider", name="Step").is_visible()


def test_the_picture_scrolls_to_the_step_and_the_page_does_not(opened, page):
    x = Value(0.5, "x")
    y = x
    for _ in range(40):
        y = y.tanh()
    view = opened(y)
    view.press("End")
    frame, box = (view.root.locator(kind).bounding_box() for kind in (".cg-picture", "g.cg-parent"))
    assert frame["x"] <= box["x"] <= box["x"] + box["width"] <= frame["x"] + frame["width"]
    view.press("Home", "ArrowRight")
    box = view.root.locator("g.cg-child").bounding_box()
    assert frame["x"] <= box["x"] <= box["x"] + box["width"] <= frame["x"] + frame["width"]
    assert page.evaluate("scrollY + scrollX") == 0


def test_many_steps_are_quick(opened):
    x = [Value(0.01 * i, f"x{i}") for i in range(16)]
    for _ in range(15):
        x = [(a * b).tanh() for a, b in pairwise(x)]
    output = x[0]
    assert 300 < len(step_through(output)) <= 500
    view = opened(output)
    click = """() => Math.min(...Array.from({ length: 20 }, () => {
        const start = performance.now();
        document.querySelector("[aria-label^=Next]").click();
        document.body.offsetHeight; // the layout too
        return performance.now() - start;
    }))"""
    assert view.page.evaluate(click) < 100
    assert view.counter().startswith("step 20 of")
    assert len(topological_order(output)) == len(view.boxes())
