"""A student's markdown as inert HTML: no raw HTML, no picture, no link but to the web, sanitised twice."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
_Tokens = Sequence[Token]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A paragraph, a list, a table …: safe HTML, and the last line (from 1) of its source."""

    html: Markup
    last_line: int


def blocks(text: str) -> tuple[Block, ...]:
    """Markdown as blocks of HTML that is safe in a page, in order."""
    shown = visible(text)
    parser, env = _parser(), dict[str, Any]()
    made = []
    for tokens in _top_level(parser.parse(shown[:LIMIT], env)):
        html = _sanitised(parser.renderer.render(tokens, parser.options, env))
        last = max((token.map[1] for token in tokens if token.map), default=0)
        made.append(Block(html=html, last_line=last))
    if shown[LIMIT:]:
        rest = Markup("<pre>{}</pre>").format(shown[LIMIT : 2 * LIMIT])
        made.append(Block(html=rest, last_line=shown.count("\n") + 1))
    return tuple(made)


def _top_level(tokens: _Tokens) -> Iterator[_Tokens]:
    """The tokens of one block after the other; each begins and ends on the outermost level."""
    start = 0
    for number, token in enumerate(tokens):
        if token.level == 0 and token.nesting <= 0:
            yield tokens[start : number + 1]
            start = number + 1


def _sanitised(html: str) -> Markup:
    # Sanitised by a parser of HTML, from an allow-list: nothing in it can leave its place. Looked at for what is
    # hidden afterwards: `&#x202e;` is plain letters before it is rendered.
    return Markup(visible(_cleaner().clean(html)))  # noqa: S704


@cache
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        allowed_classes=_CLASSES,
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener noreferrer",
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
