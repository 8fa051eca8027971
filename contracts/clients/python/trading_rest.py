"""Reads REST with the token of the socket."""
import asyncio
import http.client
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from decimal import Decimal

from trading_errors import NoReply, RestError


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The token goes nowhere else."""

    def redirect_request(self, *_):
        return None


# The same way as the socket's: no proxy of the environment in between.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)


async def get(base, token, path, query, deadline):
    """The JSON of /api/v1/<path>, its numbers as Decimal. RestError for another answer, NoReply for none."""
    if not re.fullmatch(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*", path):
        raise ValueError("path: expected what follows /api/v1/, such as positions or orders/open")
    given = {name: str(value).lower() if isinstance(value, bool) else value for name, value in query.items() if value is not None}
    url = base + path + (f"?{urllib.parse.urlencode(given)}" if given else "")

    def call():
        try:
            with _opener.open(urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"}), timeout=deadline) as answer:
                return answer.read()
        except urllib.error.HTTPError as refused:
            with refused:
                raise RestError(path, refused.code, refused.read(65536).decode(errors="replace")) from None

    try:
        text = await asyncio.wait_for(asyncio.to_thread(call), deadline)
    except asyncio.TimeoutError:
        raise NoReply(f"no answer of {base}{path} within {deadline} s") from None
    except (OSError, http.client.HTTPException) as error:
        raise NoReply(f"no answer of {base}{path}: {getattr(error, 'reason', error) or type(error).__name__}") from None
    try:
        return json.loads(text, parse_float=Decimal)
    except ValueError:
        raise RestError(path, 200, f"no JSON: {text[:200].decode(errors='replace')}") from None
