"""A page as a browser would take it: its tags in order, its anchors, and what it links to."""

from html.parser import HTMLParser

VOID = frozenset({"meta", "br", "hr", "img", "input", "link"})
FETCHING = ("src", "srcset", "data", "poster", "action", "formaction", "background", "xlink:href")


class Page(HTMLParser):
    """Reads a page and fails on tags that are not closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.ids: list[str] = []
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.meta: dict[str, str] = {}
        self.text: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert not self._open, f"never closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        self.attributes |= set(given)
        self.ids += [given["id"]] if "id" in given else []
        if "href" in given and tag == "a":
            self.links.append(given["href"])
        elif "href" in given:
            self.fetched.append(given["href"])
        self.fetched += [given[name] for name in FETCHING if name in given]
        if tag == "meta" and "http-equiv" in given:
            self.meta[given["http-equiv"]] = given["content"]
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        assert self._open.pop() == tag, f"</{tag}> closes another tag"

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    @property
    def words(self) -> str:
        """All text of the page, white space folded."""
        return " ".join(" ".join(self.text).split())

    @property
    def anchors(self) -> list[str]:
        """The places in this page that it links to."""
        return [link.removeprefix("#") for link in self.links if link.startswith("#")]
