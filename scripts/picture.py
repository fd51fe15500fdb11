#!/usr/bin/env python3
"""Draws what the binary prints as docs/picture.svg: a failing check and a passing flow, in the terminal's own colours.

Run it after `cargo build --release`, from the root: `scripts/picture.py`. Only the standard library is used.
"""

import html
import os
import re
import subprocess

BINARY = os.environ.get("CARGO_TARGET_DIR", "target") + "/release/banister"
COLOURS = {
    "30": "#6b7280", "31": "#f87171", "32": "#4ade80", "33": "#facc15", "34": "#60a5fa", "35": "#c084fc", "36": "#22d3ee",
    "90": "#6b7280", "91": "#f87171", "92": "#4ade80", "93": "#facc15", "94": "#60a5fa", "95": "#c084fc", "96": "#22d3ee",
}
FOREGROUND, BACKGROUND, PROMPT = "#e5e7eb", "#111827", "#4ade80"
LINE, CHARACTER, MARGIN, BAR = 19, 8.43, 18, 34
ESCAPE = re.compile(r"\x1b\[([0-9;]*)m")


def run(arguments, keep):
    """The output of a command, as many lines as `keep` says from its start and its end."""
    environment = {**os.environ, "CLICOLOR_FORCE": "1"}
    done = subprocess.run([BINARY, *arguments], capture_output=True, text=True, env=environment)
    lines = done.stdout.rstrip("\n").split("\n")
    first, last = keep
    if len(lines) > first + last:
        lines = lines[:first] + ["…"] + lines[len(lines) - last:]
    return ["\x1b[92m$\x1b[0m banister " + " ".join(arguments), *lines, ""]


def spans(line):
    """Pieces of a line with colour and weight."""
    colour, bold, at = FOREGROUND, False, 0
    for escape in [*ESCAPE.finditer(line), None]:
        text = line[at:escape.start() if escape else len(line)]
        if text:
            yield text, colour, bold
        if escape is None:
            return
        at = escape.end()
        for code in escape.group(1).split(";"):
            if code in ("", "0"):
                colour, bold = FOREGROUND, False
            elif code == "1":
                bold = True
            elif code in COLOURS:
                colour = COLOURS[code]


def draw(lines):
    width = max(len(ESCAPE.sub("", line)) for line in lines) * CHARACTER + 2 * MARGIN
    height = len(lines) * LINE + MARGIN + BAR
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height}" viewBox="0 0 {width:.0f} {height}">',
        f'<rect width="100%" height="100%" rx="10" fill="{BACKGROUND}"/>',
        *(f'<circle cx="{20 + 18 * i}" cy="18" r="6" fill="{fill}"/>' for i, fill in enumerate(["#f87171", "#facc15", "#4ade80"])),
        '<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14" xml:space="preserve">',
    ]
    for row, line in enumerate(lines):
        pieces = "".join(
            f'<tspan fill="{colour}" font-weight="{700 if bold else 400}">{html.escape(text)}</tspan>'
            for text, colour, bold in spans(line)
        )
        out.append(f'<text x="{MARGIN}" y="{BAR + LINE * (row + 0.8):.0f}">{pieces}</text>')
    return "\n".join([*out, "</g>", "</svg>", ""])


if __name__ == "__main__":
    lines = run(["check", "tests/projects/broken-ecommerce"], (20, 1)) + run(["test", "-C", "examples/ecommerce"], (100, 3))
    with open("docs/picture.svg", "w", encoding="utf-8") as picture:
        picture.write(draw(lines))
