"""A language client for measuring: sends as fast as an editor may, and notes when each message came."""

import json
import os
import pathlib
import queue
import subprocess
import threading
import time


class ServerEnded(Exception):
    """The server closed its output before it was asked to."""


class OutOfPatience(Exception):
    """The server takes longer than is worth waiting for."""


class Client:
    """One server and this side of the conversation, which takes `patience` seconds at most."""

    def __init__(self, command, root, patience=600):
        self.patience = patience
        self.given_up = time.perf_counter() + patience
        self.root = pathlib.Path(root)
        self.process = subprocess.Popen(
            [str(part) for part in command], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self.messages = queue.Queue()
        self.next_id = 0
        self.findings = {}
        self.last = time.perf_counter()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        stream = self.process.stdout
        while True:
            length = 0
            while line := stream.readline().strip():
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            if not length:
                self.messages.put(None)
                return
            body = stream.read(length)
            # Reading the JSON is the client's own time.
            at = time.perf_counter()
            self.messages.put((at, json.loads(body)))

    def uri(self, path):
        return (self.root / path).resolve().as_uri()

    def send(self, method, params, id=None):
        message = {"jsonrpc": "2.0", "method": method, "params": params}
        if id is not None:
            message["id"] = id
        self._write(message)

    def _write(self, message):
        body = json.dumps(message).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def take(self, limit):
        """The next message and when it came; nothing after `limit` seconds. Requests of the server are answered."""
        left = self.given_up - time.perf_counter()
        if left <= 0:
            raise OutOfPatience(f"it was not done after {self.patience:.0f} seconds")
        try:
            item = self.messages.get(timeout=max(0, min(limit, left)))
        except queue.Empty:
            return None
        if item is None:
            raise ServerEnded(f"it ended with exit code {self.process.wait(10)}")
        at, message = item
        self.last = at
        if message.get("method") == "textDocument/publishDiagnostics":
            self.findings[message["params"]["uri"]] = (at, message["params"]["diagnostics"])
        elif "method" in message and "id" in message:
            asked = message["params"].get("items", []) if message["method"] == "workspace/configuration" else None
            self._write({"jsonrpc": "2.0", "id": message["id"], "result": None if asked is None else [{} for _ in asked]})
        return at, message

    def request(self, method, params, limit=60):
        """The result and the milliseconds until it came; `None, None` if it did not, or was an error."""
        self.next_id += 1
        begun = time.perf_counter()
        self.send(method, params, self.next_id)
        while time.perf_counter() - begun < limit:
            taken = self.take(limit - (time.perf_counter() - begun))
            if taken and taken[1].get("id") == self.next_id and "method" not in taken[1]:
                at, message = taken
                return (None, None) if "error" in message else (message.get("result"), (at - begun) * 1000)
        return None, None

    def wait(self, condition, limit):
        """When `condition` first held, looked at after each message; nothing after `limit` seconds."""
        end = time.perf_counter() + limit
        while not condition():
            if time.perf_counter() > end:
                return None
            self.take(end - time.perf_counter())
        return self.last

    def wait_for_silence(self, silence, limit):
        """When the last message came before `silence` seconds without one."""
        end = time.perf_counter() + limit
        while time.perf_counter() < end and self.take(silence):
            pass
        return self.last

    def initialize(self):
        """The milliseconds until the answer to `initialize`."""
        # What the widespread editors say of themselves, so that each server does what it does for them.
        item = {
            "snippetSupport": False,
            "documentationFormat": ["markdown", "plaintext"],
            "resolveSupport": {"properties": ["documentation", "detail", "additionalTextEdits"]},
        }
        text = {
            "publishDiagnostics": {"versionSupport": True},
            "completion": {"completionItem": item},
            "hover": {"contentFormat": ["markdown", "plaintext"]},
            "synchronization": {"didSave": True},
        }
        capabilities = {"textDocument": text, "workspace": {"configuration": True, "workspaceFolders": True}}
        folder = {"uri": self.uri("."), "name": "project"}
        _, took = self.request(
            "initialize",
            {"processId": os.getpid(), "rootUri": folder["uri"], "capabilities": capabilities, "workspaceFolders": [folder]},
        )
        self.send("initialized", {})
        return took

    def memory(self):
        """Peak memory in MB of the server and what it started, added up (shared pages count in each)."""
        total, todo = 0, [self.process.pid]
        while todo:
            pid = todo.pop()
            try:
                status = pathlib.Path(f"/proc/{pid}/status").read_text()
                total += next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
                for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
                    todo += [int(child) for child in (task / "children").read_text().split()]
            except (OSError, StopIteration):
                continue
        return total / 1000

    def end(self):
        """Ends the server, whatever state it is in."""
        self.given_up = time.perf_counter() + 10
        try:
            self.request("shutdown", None, 10)
            self.send("exit", None)
            self.process.wait(10)
        except (ServerEnded, OutOfPatience, OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
