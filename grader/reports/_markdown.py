"""A student's markdown as inert HTML: no raw HTML, no picture, no link but to the web, sanitised twice."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from markupsafe import Markup, escape
from mdit_py_plugins.dollarmath import dollarmath_plugin

from grader.reports._text import one_line, visible

LIMIT = 40_000
"""Characters of one cell that are rendered; what comes after them is shown as it is written."""

_LINK = re.compile(r"(?:https?://|mailto:|#)", re.IGNORECASE)
_HEADINGS = {"h1": "h4", "h2": "h5", "h3": "h6", "h4": "h6", "h5": "h6", "h6": "h6"}
_TAGS = {
    *("p", "br", "hr", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "em", "strong", "s", "a"),
    *("table", "thead", "tbody", "tr", "th", "td", "span"),
}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
_CLASSES = {"code": {"math"}, "span": {"picture"}}


def rendered(text: str) -> Markup:
    """Markdown as HTML that is safe in a page."""
    shown = visible(text)
    html = _sanitised(_parser().render(shown[:LIMIT]))
    return html + Markup("<pre>{}</pre>").format(shown[LIMIT : 2 * LIMIT]) if shown[LIMIT:] else html


def _sanitised(html: str) -> Markup:
    # Sanitised by a parser of HTML, from an allow-list: nothing in it can leave its place.
    return Markup(  # noqa: S704
        nh3.clean(
            html,
            tags=_TAGS,
            attributes=_ATTRIBUTES,
            allowed_classes=_CLASSES,
            url_schemes={"http", "https", "mailto"},
            link_rel="nofollow noopener noreferrer",
        )
    )


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.use(dollarmath_plugin, allow_space=False, double_inline=True)
    parser.validateLink = lambda url: _LINK.match(url) is not None  # type: ignore[method-assign]
    parser.add_render_rule("image", _picture)
    for kind in ("math_inline", "math_inline_double"):
        parser.add_render_rule(kind, _formula)
    for kind in ("math_block", "math_block_label"):
        parser.add_render_rule(kind, _formulas)
    for kind in ("heading_open", "heading_close"):
        parser.add_render_rule(kind, _heading)
    return parser


_Tokens = Sequence[Token]


def _picture(_self: RendererHTML, tokens: _Tokens, at: int, _options: OptionsDict, _env: Any) -> str:  # noqa: ANN401
    alt = one_line(tokens[at].content, 80)
    told = f"picture: {alt}" if alt else "picture"
    return f'<span class="picture">[{escape(told)} (not shown)]</span>'


def _formula(_self: RendererHTML, tokens: _Tokens, at: int, _options: OptionsDict, _env: Any) -> str:  # noqa: ANN401
    return f'<code class="math">{escape(tokens[at].content.strip())}</code>'


def _formulas(_self: RendererHTML, tokens: _Tokens, at: int, _options: OptionsDict, _env: Any) -> str:  # noqa: ANN401
    return f'<pre><code class="math">{escape(tokens[at].content.strip())}</code></pre>'


def _heading(_self: RendererHTML, tokens: _Tokens, at: int, _options: OptionsDict, _env: Any) -> str:  # noqa: ANN401
    """A student's headings stand below the page's own."""
    tag = _HEADINGS[tokens[at].tag]
    return f"<{tag}>" if tokens[at].nesting == 1 else f"</{tag}>\n"
