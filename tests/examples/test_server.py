"""examples/server: right answers, clear refusals, slow clients let go, load without loss, and an end that loses nothing."""
import http.client
import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

import numpy

from example import CLOTHES, EXAMPLES, FASHION, Example, enlarged, has_sanitizer, main, png, png_chunks, read_pgm, run

try:
    from PIL import Image
except ImportError:
    Image = None

# How long, and with how many requests a second, the server is loaded.
SECONDS = os.environ.get("LCC_LOAD_SECONDS", "8")
RATE = os.environ.get("LCC_LOAD_RATE", "200")
IMAGES = os.path.join(FASHION, "images")
NETWORK = [os.path.join(FASHION, "fashion.net"), "-w", os.path.join(FASHION, "fashion.safetensors")]


def read_bytes(path):
    with open(path, "rb") as f:
        return f.read()


class Server(Example):
    name = "server"

    def program_with(self, flags):
        """The server, built with sanitizers, for example."""
        build = self.build(*(["-DCMAKE_BUILD_TYPE=None", f"-DCMAKE_C_FLAGS={flags}"] if flags else []))
        self.program = os.path.join(build, "server")

    def start(self, *options):
        said = self.path("said.txt")
        with open(said, "wb") as errors:
            process = subprocess.Popen([self.program, "--port", "0", "--threads", "2", *options], stdout=subprocess.PIPE,
                                       stderr=errors, text=True)
        process.said = said
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.addCleanup(process.stdout.close)
        self.port = int(re.search(r"127\.0\.0\.1:(\d+)/", process.stdout.readline()).group(1))
        return process

    def ask(self, method, path, body=None, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer, text

    def refused(self, status, says, *request, **headers):
        answer, text = self.ask(*request, **headers)
        self.assertEqual((answer.status, answer.getheader("Content-Type")), (status, "application/json"), text)
        self.assertIn(says, json.loads(text)["error"])

    def stop(self, process):
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(60), 0, read_bytes(process.said))
        self.assertNotIn(b"Sanitizer", read_bytes(process.said))

    def test_server(self):
        self.program_with("-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all"
                          if has_sanitizer("address,undefined") else "")
        process = self.start()
        self.check_answers()
        self.check_refusals()
        self.stop(process)
        self.check_options()
        self.check_slow_clients()
        self.check_end()
        self.check_load(2, 50)

    def check_answer(self, picture, label, percent):
        answer, text = self.ask("POST", "/classify", picture)
        self.assertEqual(answer.status, 200, text)
        classes = json.loads(text)["classes"]
        self.assertEqual((classes[0]["label"], CLOTHES[classes[0]["class"]]), (label, label))
        self.assertAlmostEqual(100 * classes[0]["probability"], percent, delta=0.01)
        shares = [c["probability"] for c in classes]
        self.assertEqual((len(shares), shares), (5, sorted(shares, reverse=True)))

    def check_answers(self):
        """Those of the interpreter, for each kind of file."""
        for path, (label, percent) in self.fashion_answers().items():
            self.check_answer(read_bytes(path), label, percent)
            self.check_answer(png(enlarged(read_pgm(path), 1)), label, percent)
            answer, text = self.ask("POST", "/classify", png(enlarged(read_pgm(path), 10)))
            self.assertEqual((answer.status, json.loads(text)["classes"][0]["label"]), (200, label))
        self.check_jpegs()
        answer, text = self.ask("GET", "/health")
        self.assertEqual((answer.status, json.loads(text)["status"]), (200, "ok"))
        self.assertIn(b"/classify", self.ask("GET", "/")[1])

    def check_jpegs(self):
        if not Image:
            print("JPEG files are left out: Debian's python3-pil is not here")
            return
        for path in sorted(os.listdir(IMAGES)):
            grey = Image.fromarray(read_pgm(os.path.join(IMAGES, path))[:, :, 0])
            tinted = Image.merge("RGB", [grey, grey.point(lambda v: v * 9 // 10), grey.point(lambda v: v * 4 // 5)])
            for image in (grey, tinted):
                file = io.BytesIO()
                image.save(file, "JPEG", quality=90, subsampling=0)
                seen = numpy.asarray(Image.open(file).convert("L")).reshape(28, 28, 1)
                probs = self.reference(NETWORK, seen)
                # A level of grey that is rounded otherwise is allowed for.
                answer, text = self.ask("POST", "/classify", file.getvalue())
                self.assertEqual(answer.status, 200, text)
                first = json.loads(text)["classes"][0]
                self.assertAlmostEqual(first["probability"], probs[first["class"]], delta=0.01)
                self.assertGreater(first["probability"], probs.max() - 0.01)

    def check_refusals(self):
        bag = png(enlarged(read_pgm(os.path.join(IMAGES, "bag.pgm")), 1))
        self.refused(400, "no picture in", "POST", "/classify", b"")
        self.refused(400, "no JPEG", "POST", "/classify", b"hello")
        self.refused(400, "", "POST", "/classify", bag[:100])
        self.refused(400, "ends too soon", "POST", "/classify", b"P5 # 9 9\n28 28 255\n" + bytes(783))
        self.refused(400, "25 million", "POST", "/classify", b"P5 20000 20000 255\n")
        self.refused(400, "25 million", "POST", "/classify", png_chunks(30000, 30000, b""))
        if Image:
            file = io.BytesIO()
            Image.fromarray(enlarged(read_pgm(os.path.join(IMAGES, "bag.pgm")))).save(file, "JPEG")
            photo = file.getvalue()
            size = photo.index(b"\xff\xc0") + 5
            self.refused(400, "Premature end", "POST", "/classify", photo[:len(photo) - 500])
            self.refused(400, "25 million", "POST", "/classify", photo[:size] + b"\x75\x30\x75\x30" + photo[size + 4:])
            self.refused(400, "", "POST", "/classify", photo[:30])
        self.refused(413, "too large", "POST", "/classify", bytes(9 << 20))
        self.refused(413, "too large", "POST", "/classify", iter([bytes(1 << 20)] * 9))  # in chunks: it does not say how large
        self.refused(415, "no form", "POST", "/classify", b"--x", Content_Type="multipart/form-data; boundary=x")
        self.refused(404, "/health", "GET", "/nowhere")
        self.refused(405, "POST", "GET", "/classify")
        self.refused(405, "GET", "POST", "/health", b"")
        answer, text = self.ask("GET", "/health")
        self.assertGreater(json.loads(text)["refused"], 10)

    def check_options(self):
        self.write("nine.txt", "a\n" * 9)
        with open(self.path("latin.txt"), "wb") as f:
            f.write(b"a\n" * 9 + b"caf\xe9\n")
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            s.listen()
            port = str(s.getsockname()[1])
            for words, status, why in (([], 1, f"port {port} cannot be listened on: Address already in use"),
                                       (["--threads", "0"], 2, "from 1 to 256"),
                                       (["--request-threads", "65"], 2, "from 1 to 64"),
                                       (["--port", "x"], 2, "from 0 to 65535"), (["more"], 2, "what is 'more'?"),
                                       (["--labels", "nine.txt"], 1, "9 lines, but the network has 10 classes"),
                                       (["--labels", "none.txt"], 1, "none.txt: No such file"),
                                       (["--labels", "latin.txt"], 1, "line 10 is not UTF-8")):
                done = run([self.program, "--port", port, *words], self.folder)
                self.assertEqual((done.returncode, done.stdout), (status, ""), words)
                self.assertIn(why, done.stderr)
        self.write("scores.net", "net scores {\n    input image: uint8[8, 8, 3]\n    global_avg_pool\n    output scores\n}\n")
        done = self.configure("refused", f"-DMODEL={self.path('scores.net')}", "-DWEIGHTS=")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("gives `scores`", re.sub(r"\s+", " ", done.stderr))

    def check_slow_clients(self):
        """One is silent; one trickles, so that it never is silent for a second, and is let go all the same."""
        process = self.start("--timeout", "1")
        for trickles in (False, True):
            with socket.create_connection(("127.0.0.1", self.port), 60) as s:
                s.settimeout(0.2)
                s.sendall(b"POST /classify HTTP/1.1\r\nHost: x\r\nContent-Length: 999\r\n\r\n")
                start, ended = time.monotonic(), False
                while not ended and time.monotonic() - start < 30:
                    try:
                        if trickles:
                            s.sendall(b"x")
                        ended = not s.recv(100)
                    except socket.timeout:
                        pass
                    except OSError:
                        ended = True
                self.assertTrue(ended, f"trickles: {trickles}")
        self.stop(process)

    def check_end(self):
        """SIGTERM in the middle of an upload: no newcomers, but this one gets its answer."""
        bag = read_bytes(os.path.join(IMAGES, "bag.pgm"))
        process = self.start()
        with socket.create_connection(("127.0.0.1", self.port), 60) as s:
            s.sendall(b"POST /classify HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(bag))
            begun = b""
            while not begun.endswith(b"\r\n\r\n"):
                more = s.recv(1)
                self.assertTrue(more, begun)
                begun += more
            self.assertIn(b" 100 ", begun)
            s.sendall(bag[:300])
            process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            self.assertIsNone(process.poll())
            s.sendall(bag[300:])
            answer = b""
            while more := s.recv(4096):
                answer += more
        self.assertIn(b" 200 ", answer.split(b"\r\n")[0])
        self.assertIn(b'"label":"bag"', answer)
        self.assertEqual(process.wait(60), 0, read_bytes(process.said))

    def check_load(self, seconds, rate, *options, how=()):
        process = self.start(*options)
        pictures = [os.path.join(IMAGES, name) for name in sorted(os.listdir(IMAGES))]
        done = self.good(sys.executable, os.path.join(EXAMPLES, "server", "load.py"), "--port", str(self.port),
                         "--seconds", str(seconds), "--rate", str(rate), *how, *pictures)
        print(done.stdout, end="")
        self.stop(process)


    def test_load(self):
        self.program_with("")
        self.check_load(SECONDS, RATE)

    def test_no_two_threads_meet(self):
        if not has_sanitizer("thread"):
            self.skipTest("programs with ThreadSanitizer do not run here")
        self.program_with("-O1 -g -fsanitize=thread")
        self.check_load(2, 50)
        self.check_load(2, 50, "--request-threads", "3")
        self.check_load(2, 50, "--request-threads", "2", "--threads", "4", how=("--at-once", "4"))

    def test_readme(self):
        if not shutil.which("curl"):
            self.skipTest("there is no curl here")
        with socket.socket() as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                s.bind(("127.0.0.1", 8080))
            except OSError:
                self.skipTest("somebody else listens on port 8080")
        told = self.follow_readme()
        self.assertIn('"label":"bag"', told)
        self.assertIn("lost: 0\n", told)


if __name__ == "__main__":
    main([package for package, name in (("libmicrohttpd-dev", "libmicrohttpd"), ("libturbojpeg0-dev", "libturbojpeg"),
                                        ("libpng-dev", "libpng"))
          if subprocess.call(["pkg-config", "--exists", name])])
