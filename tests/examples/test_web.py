"""examples/web in a headless Chromium: pictures come by sample, file, drop, keyboard and camera, and the page names the
right class; what is wrong it says."""
import functools
import http.server
import json
import os
import shutil
import threading

import chromium
from example import FASHION, MODELS, Example, enlarged, main, png, read_pgm

IMAGES = os.path.join(FASHION, "images")

ANSWER = "document.getElementById('answer').textContent"
BARS = """[...document.querySelectorAll('#bars li')].map((row) => [
    row.querySelector('.label').textContent, parseFloat(row.querySelector('.share').textContent),
    100 * row.querySelector('.bar').offsetWidth / row.querySelector('.track').offsetWidth])"""
TROUBLE = "document.getElementById('trouble').textContent"


class Quiet(http.server.SimpleHTTPRequestHandler):
    extensions_map = {"": "application/octet-stream", ".html": "text/html", ".css": "text/css", ".js": "text/javascript"}

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        """A browser that leaves a page hangs up in the middle of things."""


def capitalized(label):
    return label[0].upper() + label[1:]


def picture(name):
    return read_pgm(os.path.join(IMAGES, name))


class Page(Example):
    name, wrapper = "web", ["emcmake"]

    def setUp(self):
        super().setUp()
        self.closers = []

    def tearDown(self):
        for close in reversed(self.closers):
            close()

    def serve(self, site):
        server = Server(("127.0.0.1", 0), functools.partial(Quiet, directory=site))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.closers += [server.server_close, server.shutdown]
        return f"http://127.0.0.1:{server.server_port}/"

    def browser(self, *flags):
        browser = chromium.Chromium(*flags)
        self.closers.append(browser.close)
        return browser

    def site(self, *words):
        return os.path.join(self.build(*words), "site")

    def wait_for_answer(self, browser, label):
        browser.wait_for(f"{ANSWER} === {json.dumps(capitalized(label))}")

    def test_fashion(self):
        site = self.site()
        url = self.serve(site)
        browser = self.browser()
        self.check_samples(browser, url, self.fashion_answers())
        self.check_files(browser)
        self.check_drop(browser)
        self.check_keyboard(browser, url)
        self.assertEqual(browser.errors, [])
        self.check_from_a_file(browser, site)
        self.check_wrong_labels(browser, url, site)
        self.check_camera(url)

    def check_samples(self, browser, url, answers):
        """Every picture that ships, by the query of the page and by its button, with the interpreter's answer."""
        names = sorted(os.listdir(IMAGES))
        browser.open(f"{url}?picture=samples/{names[0]}")
        self.wait_for_answer(browser, answers[os.path.join(IMAGES, names[0])][0])
        self.assertEqual(browser.evaluate("document.querySelectorAll('#samples button').length"), len(names))
        for name in names:
            browser.evaluate(f"document.querySelector('#samples button[title=\"{name}\"]').click()")
            label, percent = answers[os.path.join(IMAGES, name)]
            self.wait_for_answer(browser, label)
            (best, share, _), *_ = browser.evaluate(BARS)
            self.assertEqual(best, label)
            self.assertAlmostEqual(share, percent, delta=0.06, msg=name)
        browser.wait_for("document.getAnimations().length === 0")
        bars = browser.evaluate(BARS)
        self.assertEqual(len(bars), 5)
        self.assertEqual(bars, sorted(bars, key=lambda bar: -bar[1]))
        for _, share, width in bars:
            self.assertAlmostEqual(share, width, delta=1.5)
        self.assertRegex(browser.evaluate("document.getElementById('facts').textContent"),
                         r"^\d+(\.\d+)? ms for 28 × 28 pixels$")
        if os.environ.get("LCC_SCREENSHOTS"):
            browser.screenshot(os.path.join(os.environ["LCC_SCREENSHOTS"], "web_fashion.png"))

    def write_bytes(self, name, content):
        with open(self.path(name), "wb") as f:
            f.write(content)
        return self.path(name)

    def check_files(self, browser):
        """A PNG, many times larger than the network's picture; the same with a light background; and no picture at all."""
        browser.choose_file("#file", self.write_bytes("bag.png", png(enlarged(picture("bag.pgm"), 20))))
        self.wait_for_answer(browser, "bag")
        browser.evaluate("document.getElementById('invert').click()")
        browser.choose_file("#file", self.write_bytes("light.png", png(255 - enlarged(picture("ankle_boot.pgm"), 20))))
        self.wait_for_answer(browser, "ankle boot")
        browser.evaluate("document.getElementById('invert').click()")
        for name, content, said in (("text.png", b"no picture", "text.png: It is no picture that this browser knows."),
                                    ("short.pgm", b"P5 28 28 255\nabc", "short.pgm: The picture ends too soon.")):
            browser.choose_file("#file", self.write_bytes(name, content))
            browser.wait_for(f"{TROUBLE} === {json.dumps(said)}")

    def check_drop(self, browser):
        browser.evaluate("""(() => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(%s)], 'sandal.png', {type: 'image/png'}));
            for (const type of ['dragover', 'drop']) {
                document.getElementById('drop').dispatchEvent(new DragEvent(type,
                    {dataTransfer: data, bubbles: true, cancelable: true}));
            }
        })()""" % list(png(enlarged(picture("sandal.pgm"), 1))))
        self.wait_for_answer(browser, "sandal")
        self.assertEqual(browser.evaluate(TROUBLE), "")

    def check_keyboard(self, browser, url):
        """Tab reaches everything in order, each with a name; space presses a sample."""
        browser.open(url)
        browser.wait_for("document.querySelectorAll('#samples button').length === 12")
        names = []
        for _ in range(4):
            browser.press("Tab")
            names.append(browser.evaluate("""(() => {
                const at = document.activeElement;
                return at.getAttribute('aria-label') || (at.labels && at.labels[0] || at).textContent.trim();
            })()"""))
        self.assertEqual(names, ["Choose a picture", "Camera", "The background is light: invert it", "ankle boot"])
        browser.press(" ", " ")
        self.wait_for_answer(browser, "ankle boot")

    def check_from_a_file(self, browser, site):
        browser.open("file://" + os.path.join(site, "index.html"))
        browser.wait_for(f"{TROUBLE}.includes('python3 -m http.server')")

    def check_wrong_labels(self, browser, url, site):
        labels = os.path.join(site, "labels.txt")
        with open(labels, encoding="utf-8") as f:
            right = f.read()
        with open(labels, "w", encoding="utf-8") as f:
            f.write(right + "hat\n")
        browser.call("Network.enable")
        browser.call("Network.setCacheDisabled", cacheDisabled=True)
        browser.open(url)
        browser.wait_for(f"{TROUBLE} === 'labels.txt has 11 lines, and the network 10 classes.'")
        with open(labels, "w", encoding="utf-8") as f:
            f.write(right)

    def check_camera(self, url):
        """Chromium takes a film for the camera: here of a bag that stands still."""
        grey = enlarged(picture("bag.pgm"))[:, :, 0]
        height, width = grey.shape
        frame = b"FRAME\n" + grey.tobytes() + bytes([128]) * (width * height // 2)
        film = self.write_bytes("film.y4m", b"YUV4MPEG2 W%d H%d F20:1 Ip A1:1 C420jpeg\n" % (width, height) + frame * 4)
        browser = self.browser("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
                               "--use-file-for-fake-video-capture=" + film)
        browser.open(url)
        browser.wait_for("!document.getElementById('camera').disabled")
        browser.evaluate("document.getElementById('camera').click()")
        self.wait_for_answer(browser, "bag")
        self.assertEqual(browser.evaluate("document.getElementById('camera').getAttribute('aria-pressed')"), "true")
        browser.evaluate("document.getElementById('camera').click()")
        browser.wait_for("document.getElementById('video').hidden")
        self.assertEqual(browser.errors, [])

    def test_photographs(self):
        """A network of ImageNet and photographs, where they are at hand: the class that ONNX Runtime gives."""
        if not os.path.isdir(MODELS):
            self.skipTest(f"there are no models in {MODELS}")
        with open(os.path.join(MODELS, "imagenet_labels_1001.txt"), encoding="utf-8") as f:
            self.write("labels.txt", "".join(f.readlines()[1:]))  # behind the background, which this one does not know
        with open(os.path.join(MODELS, "expected.json"), encoding="utf-8") as f:
            expected = json.load(f)["mobilenet_v1_025_224"]["top5"]
        pictures = {name: os.path.join(MODELS, "images", name + ".png") for name in expected}
        site = self.site("-DMODEL=mobilenet_v1.net", "-DOPTIONS=-D;width=0.25",
                         f"-DWEIGHTS={MODELS}/mobilenet_v1_025_224.safetensors", f"-DLABELS={self.path('labels.txt')}",
                         "-DSAMPLES=" + ";".join(pictures.values()))
        url = self.serve(site)
        browser = self.browser()
        with open(self.path("labels.txt"), encoding="utf-8") as f:
            labels = f.read().splitlines()
        for name, top in expected.items():
            browser.open(f"{url}?picture=samples/{name}.png")
            self.wait_for_answer(browser, labels[top[0][0]])
            label, share, _ = browser.evaluate(BARS)[0]
            self.assertEqual(label, labels[top[0][0]])
            self.assertAlmostEqual(share, 100 * top[0][2], delta=0.2)
            if os.environ.get("LCC_SCREENSHOTS"):
                browser.wait_for("document.getAnimations().length === 0")
                browser.screenshot(os.path.join(os.environ["LCC_SCREENSHOTS"], f"web_{name}.png"))
        self.assertEqual(browser.errors, [])


    def test_readme(self):
        self.follow_readme()
        browser = self.browser()
        browser.open(self.serve(self.path("examples/web/build/site")) + "?picture=samples/bag.pgm")
        self.wait_for_answer(browser, "bag")


if __name__ == "__main__":
    main([package for package, found in (("emscripten", shutil.which("emcmake")), ("chromium", chromium.find())) if not found])
