"""The little that both examples share. Needs only the package websockets (Debian: python3-websockets)."""
import asyncio
import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request

import websockets


def demo():
    """What `make run` wrote for you: addresses, login and tokens. Environment variables win over it."""
    path = os.environ.get("DEMO_FILE", ".data/demo.json")
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return {"url": "http://127.0.0.1:8000", "ws_url": "ws://127.0.0.1:8000/ws/events", "groups": [], "triggers": []}


DEMO = demo()
WS_URL = os.environ.get("WS_URL") or DEMO["ws_url"]
API_URL = os.environ.get("API_URL") or DEMO["url"]


def group_token():
    token = os.environ.get("TRADING_GROUP_TOKEN") or next((g["token"] for g in DEMO["groups"]), None)
    return token or sys.exit("set TRADING_GROUP_TOKEN, or start `make run` and come back (DEMO_FILE names another demo.json)")


def connect(token):
    # The header keeps the token out of every log that notes addresses.
    return websockets.connect(WS_URL, extra_headers={"Authorization": f"Bearer {token}"}, ping_interval=10, ping_timeout=10)


class Api:
    """REST with the login of demo.json, or API_USERNAME and API_PASSWORD."""

    def __init__(self):
        admin = DEMO.get("admin", {})
        self._login = {
            "username": os.environ.get("API_USERNAME") or admin.get("username"),
            "password": os.environ.get("API_PASSWORD") or admin.get("password"),
        }
        self._token = None

    def _call(self, path, body=None):
        headers = {"Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        request = urllib.request.Request(API_URL + path, json.dumps(body).encode() if body else None, headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def get(self, path, **query):
        full = f"/api/v1/{path}?{urllib.parse.urlencode(query)}"
        if self._token:
            try:
                return self._call(full)
            except urllib.error.HTTPError as error:
                if error.code != 401:
                    raise
        self._token = None
        self._token = self._call("/api/v1/auth/login", self._login)["access_token"]
        return self._call(full)


def run(main):
    """Runs a bot until Ctrl-C and connects it again when the connection breaks."""
    async def forever():
        wait = 1
        while True:
            try:
                await main()
                return
            except websockets.ConnectionClosed as closed:
                # 1008: unknown or revoked token, or its session is open elsewhere. 1007, 1009: our frame was wrong.
                if closed.code in (1007, 1008, 1009):
                    sys.exit(f"refused: {closed.code} {closed.reason}")
                print(f"connection closed ({closed.code}), again in {wait} s", flush=True)
            except (OSError, asyncio.TimeoutError, websockets.InvalidHandshake) as error:
                print(f"no connection ({error}), again in {wait} s", flush=True)
            await asyncio.sleep(wait)
            wait = min(30, wait * 2)

    try:
        asyncio.run(forever())
    except KeyboardInterrupt:
        pass
