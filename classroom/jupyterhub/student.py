"""A student for the load test: logs in, opens a chapter, runs its cells, and drags a slider, as JupyterLab would."""

import asyncio
import json
import time
import uuid
from pathlib import Path

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

AsyncHTTPClient.configure(None, max_clients=100)
SLIDERS = {"05": "spectral radius ρ", "09": "temperature"}  # of the chapter's explorer


class Student:
    """address: of the hub, http://127.0.0.1:8000; token: of a service that may act for its users."""

    def __init__(self, name: str, address: str, token: str) -> None:
        self.name, self.address, self.token = name, address, token
        self.replies: dict[str, asyncio.Future] = {}
        self.widgets: dict[str, dict] = {}  # id of each widget → its first state
        self.errors: list[str] = []
        self.socket = None

    async def ask(self, method: str, path: str, body: dict | None = None, token: str | None = None) -> dict:
        """One request to hub or server; its answer."""
        request = HTTPRequest(
            self.address + path, method, {"Authorization": f"token {token or self.token}"}, request_timeout=180,
            body=json.dumps(body) if body is not None else None, allow_nonstandard_methods=True)
        answer = (await AsyncHTTPClient().fetch(request)).body
        return json.loads(answer) if answer else {}

    async def log_in(self) -> float:
        """Have a server started. Returns seconds until it answers."""
        start = time.monotonic()
        user = f"/hub/api/users/{self.name}"
        try:
            await self.ask("POST", user)
        except HTTPClientError as error:  # 409: the hub knows the name
            if error.code != 409:
                raise
        try:
            await self.ask("POST", f"{user}/server")
        except HTTPClientError as error:  # 400: it runs
            if error.code != 400:
                raise
        self.own_token = (await self.ask("POST", f"{user}/tokens", {"note": "load test"}))["token"]
        while not (await self.ask("GET", user))["servers"].get("", {}).get("ready"):
            await asyncio.sleep(0.3)
        self.server = f"/user/{self.name}"
        self.server_pid = (await self.ask("GET", user))["servers"][""]["state"]["pid"]
        return time.monotonic() - start

    async def open(self, chapter: str) -> float:
        """Read the student's own copy and start its kernel. Returns seconds until the first cell is done."""
        start = time.monotonic()
        files = await self.ask("GET", f"{self.server}/api/contents/work", token=self.own_token)
        self.path = next(each["path"] for each in sorted(files["content"], key=lambda each: each["name"])
                         if each["name"].startswith(f"{chapter}_"))
        self.notebook = await self.read()
        session = await self.ask("POST", f"{self.server}/api/sessions", {
            "path": self.path, "name": "", "type": "notebook", "kernel": {"name": "python3"}}, token=self.own_token)
        self.kernel = session["kernel"]["id"]
        await self.connect()
        self.cells = ["".join(cell["source"]) for cell in self.notebook["cells"] if cell["cell_type"] == "code"
                      and "nbval-skip" not in cell["metadata"].get("tags", [])]
        await self.run(self.cells[0])
        seconds = time.monotonic() - start
        self.kernel_pid = int(await self.value("__import__('os').getpid()"))
        return seconds

    async def read(self) -> dict:
        """The notebook as it is on the disk."""
        return (await self.ask("GET", f"{self.server}/api/contents/{self.path}", token=self.own_token))["content"]

    async def save(self, notebook: dict) -> None:
        content = {"type": "notebook", "content": notebook}
        await self.ask("PUT", f"{self.server}/api/contents/{self.path}", content, token=self.own_token)

    async def connect(self) -> None:
        address = self.address.replace("http", "ws", 1)
        self.socket = await websocket_connect(
            HTTPRequest(f"{address}{self.server}/api/kernels/{self.kernel}/channels",
                        headers={"Authorization": f"token {self.own_token}"}, connect_timeout=60),
            max_message_size=2**28)
        self.listener = asyncio.create_task(self.listen())

    async def listen(self) -> None:
        while (text := await self.socket.read_message()) is not None:
            if isinstance(text, bytes):  # a message with buffers; its JSON comes after a table of places
                count = int.from_bytes(text[:4], "big")
                places = [int.from_bytes(text[4 + 4 * i:8 + 4 * i], "big") for i in range(count)] + [len(text)]
                text = text[places[0]:places[1]]
            message = json.loads(text)
            kind, content = message["header"]["msg_type"], message["content"]
            if kind == "comm_open":
                self.widgets[content["comm_id"]] = content["data"].get("state", {})
            elif kind == "error":
                self.errors.append(f"{content['ename']}: {content['evalue']}")
            elif kind == "status" and content["execution_state"] == "idle" or kind == "execute_reply":
                waiting = self.replies.get(message["parent_header"].get("msg_id"))
                if waiting and not waiting.done():
                    waiting.got[kind] = content
                    if len(waiting.got) == waiting.wanted:
                        waiting.set_result(waiting.got)
        for waiting in self.replies.values():
            if not waiting.done():
                waiting.set_exception(ConnectionError("the connection to the kernel is gone"))

    async def send(self, kind: str, content: dict, wanted: int, seconds: float) -> dict:
        """Send a message and wait until the kernel has done what it asks for."""
        number = uuid.uuid4().hex
        waiting = asyncio.get_running_loop().create_future()
        waiting.got, waiting.wanted = {}, wanted
        self.replies[number] = waiting
        await self.socket.write_message(json.dumps({
            "header": {"msg_id": number, "msg_type": kind, "username": self.name, "session": "load", "version": "5.3",
                       "date": ""},
            "parent_header": {}, "metadata": {}, "content": content, "buffers": [], "channel": "shell"}))
        try:
            return await asyncio.wait_for(waiting, seconds)
        finally:
            del self.replies[number]

    async def run(self, source: str, seconds: float = 300) -> dict:
        """Run a cell; the kernel's reply."""
        answer = await self.send("execute_request", {"code": source, "stop_on_error": False}, 2, seconds)
        return answer["execute_reply"]

    async def value(self, expression: str) -> str:
        """What an expression is in the kernel, as text; the notebook's numbers go on as if nothing had been."""
        content = {"code": "", "silent": True, "user_expressions": {"it": expression}}
        answer = (await self.send("execute_request", content, 2, 60))["execute_reply"]["user_expressions"]["it"]
        if "data" not in answer:
            raise RuntimeError(answer.get("evalue", "no answer"))
        return answer["data"]["text/plain"]

    async def run_all(self) -> float:
        """Run the other cells. Returns the seconds this took; what they raised is in `errors`."""
        start = time.monotonic()
        for cell in self.cells[1:]:
            await self.run(cell)
        return time.monotonic() - start

    async def drag(self, chapter: str, moves: int = 20) -> list[float]:
        """Move the explorer's slider. Returns for each move the seconds until the kernel has shown it."""
        found = [(name, state) for name, state in self.widgets.items()
                 if state.get("description", "").strip() == SLIDERS[chapter] and "min" in state]
        name, state = found[-1]
        seconds = []
        for move in range(moves):
            value = state["min"] + (state["max"] - state["min"]) * (move + 1) / (2 * moves)
            start = time.monotonic()
            data = {"method": "update", "state": {"value": value}, "buffer_paths": []}
            await self.send("comm_msg", {"comm_id": name, "data": data}, 1, 60)
            seconds.append(time.monotonic() - start)
            await asyncio.sleep(0.1)
        return seconds

    async def leave(self) -> None:
        if self.socket is not None:
            self.socket.close()
            await asyncio.wait([self.listener], timeout=5)


def proportional_megabytes(pid: int) -> float:
    """What a process takes, what it shares with n others counted as one nth, in units of 2**20 bytes."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise OSError(f"no size of process {pid}")
