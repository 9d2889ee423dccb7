"""A browser's own Graphviz: where Python runs in a page (Pyodide) no program can be started, but viz-js can be called.

The page brings it as its global `viz`: `globalThis.viz = await Viz.instance()`, of the npm package @viz-js/viz.
"""

import sys
from importlib import import_module


def svg_by_page(source: str) -> str:
    """The SVG of a graph in Graphviz's language, or "" outside a browser and where the page has no viz-js."""
    viz = getattr(import_module("js"), "viz", None) if sys.platform == "emscripten" else None
    return str(viz.renderString(source, format="svg")) if viz else ""
