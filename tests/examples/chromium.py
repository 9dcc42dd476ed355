"""A headless Chromium for tests: the DevTools protocol through a pair of pipes, in which messages end with a zero byte."""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

TIME_LIMIT = 300


def find():
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Chromium:
    """One browser with one page. Leaves nothing behind when closed."""

    def __init__(self, *flags):
        self.profile = tempfile.mkdtemp()
        to_browser, self.send_end = os.pipe()
        self.receive_end, from_browser = os.pipe()
        # It reads from descriptor 3 and writes to 4. The sandbox wants more rights than a container has, or less than root.
        command = [find(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-pipe",
                   "--no-first-run", f"--user-data-dir={self.profile}", "--window-size=1000,900", *flags, "about:blank"]
        # Not sh, which may know descriptors of one digit only.
        shell = ["bash", "-c", f'exec "$@" 3<&{to_browser} 4>&{from_browser}', "sh", *command]
        self.process = subprocess.Popen(shell, pass_fds=(to_browser, from_browser), stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.received, self.count, self.session = b"", 0, None
        self.errors = []  # of scripts, and of what the page loads
        page = next(t for t in self.call("Target.getTargets")["targetInfos"] if t["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=page["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "DOM"):
            self.call(domain + ".enable")

    def close(self):
        try:
            self.session = None
            self.call("Browser.close")
            self.process.wait(60)
        except (OSError, subprocess.TimeoutExpired, RuntimeError):
            self.process.kill()
            self.process.wait()
        os.close(self.send_end)
        os.close(self.receive_end)
        shutil.rmtree(self.profile, True)

    def read_message(self, until):
        while b"\0" not in self.received:
            if not select.select([self.receive_end], [], [], max(0, until - time.monotonic()))[0]:
                raise RuntimeError("the browser does not answer")
            more = os.read(self.receive_end, 1 << 16)
            if not more:
                raise RuntimeError("the browser has ended")
            self.received += more
        message, self.received = self.received.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **params):
        self.count += 1
        message = {"id": self.count, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.send_end, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + TIME_LIMIT
        while True:
            answer = self.read_message(until)
            if answer.get("id") == self.count:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            if answer.get("method") == "Runtime.exceptionThrown":
                self.errors.append(answer["params"]["exceptionDetails"].get("exception", {}).get("description", "?"))
            if answer.get("method") == "Log.entryAdded" and answer["params"]["entry"]["level"] == "error":
                self.errors.append(answer["params"]["entry"]["text"])

    def open(self, url):
        self.errors.clear()
        self.call("Page.navigate", url=url)

    def evaluate(self, script):
        """What the script's expression gives in the page; a promise is waited for."""
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True, userGesture=True)
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"]["exception"].get("description", "?"))
        return result["result"].get("value")

    def wait_for(self, script, seconds=TIME_LIMIT):
        """Waits until the expression gives something true, and returns it."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                value = self.evaluate(script)
            except RuntimeError:  # the page that it was asked of is gone
                value = None
            if value:
                return value
            time.sleep(0.05)
        raise AssertionError(f"in vain waited for {script}; the page has "
                             f"{self.evaluate('document.body.innerText')!r}, errors {self.errors}")

    def choose_file(self, selector, path):
        root = self.call("DOM.getDocument")["root"]["nodeId"]
        node = self.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.call("DOM.setFileInputFiles", nodeId=node, files=[path])

    def press(self, key, text=""):
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code={" ": "Space"}.get(key, key),
                      windowsVirtualKeyCode={"Tab": 9, " ": 32, "Enter": 13}[key], text=text if kind == "keyDown" else "")

    def screenshot(self, path):
        with open(path, "wb") as f:
            f.write(base64.b64decode(self.call("Page.captureScreenshot")["data"]))
