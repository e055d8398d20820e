"""The colours of lines and letters in figures, in both themes."""

# The ink of book/matplotlibrc, and what becomes of it in the dark theme. The picture follows the
# page: inside an <img>, prefers-color-scheme is the colour scheme of the element that embeds it.
INK, PALE_INK = "#222832", "#ced6dd"
DARK_STYLE = (
    "<style>@media (prefers-color-scheme: dark) {"
    f'[style*="fill: {INK}"] {{ fill: {PALE_INK} !important }} '
    f'[style*="stroke: {INK}"] {{ stroke: {PALE_INK} !important }}'
    "}</style>"
)
