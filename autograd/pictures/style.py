"""The look of pictures: colours and fonts."""

FONTS = 'font-family="ui-monospace, Menlo, Consolas, DejaVu Sans Mono, monospace"'
PATH_COLOURS = "#d1242f", "#0969da", "#1a7f37", "#8250df", "#bf8700", "#1b7c83"
BLUE, ORANGE = (0x3B, 0x82, 0xC4), (0xE6, 0x7E, 0x22)  # a gradient above and below zero
