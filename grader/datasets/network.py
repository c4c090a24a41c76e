"""Whether the network is there: found out in a few seconds, once for all data sets."""

import ssl
import threading
import urllib.error
import urllib.request
from http.client import HTTPException
from urllib.parse import urlsplit

SECONDS = 4.0
"""How long a machine without network may take to find out, name resolution included."""


class Network:
    """Remembers the answer, so that the second data set does not wait for it again."""

    def __init__(self) -> None:
        self._answer: str | None = None

    def problem(self, url: str) -> str:
        """Why an address cannot be reached, or ``""``. A server that answers with an error is reached."""
        if self._answer is None:
            self._answer = self._ask(url)
        return self._answer

    def _ask(self, url: str) -> str:
        # A daemon thread, because name resolution obeys no time limit and must not hold up the way out either.
        answers: list[str] = []
        thread = threading.Thread(target=lambda: answers.append(_head(url)), daemon=True)
        thread.start()
        thread.join(SECONDS)
        reason = answers[0] if answers else f"no answer within {SECONDS:g} seconds"
        return reason and f"no network: {urlsplit(url).hostname} could not be reached ({reason})"


def _head(url: str) -> str:
    request = urllib.request.Request(url, method="HEAD")  # noqa: S310  # addresses of the catalogue only
    try:
        with urllib.request.urlopen(request, timeout=SECONDS):  # noqa: S310
            return ""
    except urllib.error.HTTPError:
        return ""
    except urllib.error.URLError as error:
        # Somebody answered; whether the certificate is good is for the download itself to decide.
        return "" if isinstance(error.reason, ssl.SSLError) else str(error.reason)
    except (OSError, HTTPException) as error:
        return str(error)
