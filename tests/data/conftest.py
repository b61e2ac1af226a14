"""A home for data on this machine: a web server in a thread, and a cache folder of the test's own."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from seqlearn.data import download


class Handler(BaseHTTPRequestHandler):
    """Serves `server.files`; the first part of an address says what goes wrong: /cut/a.txt, /loop/a.txt …"""

    protocol_version = "HTTP/1.1"

    def do_CONNECT(self):
        self.send_error(407)

    def do_GET(self):
        if self.server.proxy_status:
            self.send_error(self.server.proxy_status)
            return
        self.server.requests.append(self.path)
        _, behaviour, name = self.path.split("/", 2)
        getattr(self, f"serve_{behaviour}")(self.server.files.get(name, b""))

    def start(self, length=None, **headers):
        self.close_connection = True
        self.send_response(200)
        if length is not None:
            self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def serve_whole(self, data):
        self.start(len(data))
        self.wfile.write(data)

    def serve_slowly(self, data):
        """Whole, in eight pieces, so that two downloads overlap."""
        self.start(len(data))
        for begin in range(0, len(data), len(data) // 8 + 1):
            self.wfile.write(data[begin : begin + len(data) // 8 + 1])
            self.server.closing.wait(0.05)

    def serve_cut(self, data):
        self.start(len(data))
        self.wfile.write(data[: len(data) // 2])

    def serve_cutchunked(self, data):
        self.start(Transfer_Encoding="chunked")
        self.wfile.write(f"{len(data):x}\r\n".encode() + data[: len(data) // 2])

    def serve_cutunseen(self, data):
        """Half the file from a server that never said how long it is."""
        self.start()
        self.wfile.write(data[: len(data) // 2])

    def serve_cutonce(self, data):
        """The first try is cut, the next is whole."""
        first = self.server.requests.count(self.path) == 1
        (self.serve_cut if first else self.serve_whole)(data)

    def serve_wrong(self, data):
        self.serve_whole(data[:-1] + b"?")

    def serve_missing(self, _data):
        self.close_connection = True
        self.send_error(404)

    def serve_loop(self, _data):
        self.redirect(self.path)

    def serve_moved(self, _data):
        self.redirect(self.path.replace("/moved/", "/whole/"))

    def redirect(self, where):
        self.close_connection = True
        self.send_response(302)
        self.send_header("Location", where)
        self.send_header("Connection", "close")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def serve_silent(self, _data):
        self.close_connection = True
        self.server.closing.wait(10)

    def serve_halting(self, data):
        self.start(len(data))
        self.wfile.write(data[: len(data) // 2])
        self.wfile.flush()
        self.server.closing.wait(10)

    def serve_trickling(self, data):
        """A byte now and then: never silent, never done."""
        self.start(len(data))
        end = time.monotonic() + 10
        while time.monotonic() < end and not self.server.closing.wait(0.02):
            self.wfile.write(b"x")

    def serve_longer(self, data):
        """Ten times the file, without a word about its length."""
        self.start()
        for _ in range(10):
            self.wfile.write(data)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    proxy_status = None  # what it answers when it is asked as a proxy

    def handle_error(self, *_):
        """A client that hangs up is what these tests are about."""


@pytest.fixture
def server():
    """files: name to bytes; requests: the addresses asked for; url(behaviour, name)."""
    with Server(("127.0.0.1", 0), Handler) as server:
        server.files, server.requests, server.closing = {}, [], threading.Event()
        server.url = lambda behaviour, name: f"http://127.0.0.1:{server.server_port}/{behaviour}/{name}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.closing.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def cache(monkeypatch, tmp_path):
    """An empty cache folder; no SEQLEARN_DATA and no proxy."""
    folder = tmp_path / "cache"
    monkeypatch.setattr(download, "cache_folder", lambda: folder)
    monkeypatch.delenv("SEQLEARN_DATA", raising=False)
    monkeypatch.setenv("NO_PROXY", "*")
    return folder
