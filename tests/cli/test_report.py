"""--emit html: the page is whole, says what the plan says, and takes nothing from elsewhere; --times."""
import html.parser
import json
import unittest

from common import Case, TINY


class Page(html.parser.HTMLParser):
    """Checks that tags nest, and collects the cells of the rows and what the page would load."""

    def __init__(self, text):
        super().__init__()
        self.open, self.rows, self.loads, self.facts, self.stages = [], [], [], {}, 0
        self.name = None
        self.feed(text)
        assert not self.open, self.open

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.loads += [given[name] for name in ("src", "href", "data", "action") if name in given]
        self.stages += tag == "details"
        if tag == "meta":
            return
        self.open.append(tag)
        if "row" in given.get("class", "").split():
            self.rows.append([])
        if tag == "span" and len([t for t in self.open if t == "span"]) == 1 and self.rows:
            self.rows[-1].append("")

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, (self.open, tag, self.getpos())
        self.open.pop()

    def handle_data(self, data):
        if self.rows and self.rows[-1] and "span" in self.open:
            self.rows[-1][-1] += data
        if "dt" in self.open:
            self.name = data
        if "dd" in self.open:
            self.facts[self.name] = data


class Report(Case):
    def refuse(self, message, *words, status=1):
        self.bad(status, message, *words)

    def page(self, *words):
        return Page(self.good("tiny.net", "--emit", "html", *words))

    def test_says_what_the_plan_says(self):
        for target in ("generic", "x86-64-v4"):
            about = json.loads(self.good("tiny.net", "--emit", "json", "--target", target))
            page = self.page("--target", target)
            self.assertEqual(page.facts["arena"], f"{about['arena_bytes']:,} bytes")
            self.assertEqual(page.facts["steps"], str(len(about["steps"])))
            self.assertEqual(page.facts["parameters"], f"{about['params']:,}")
            self.assertEqual(page.loads, [])
            labels = [row[0] for row in page.rows]
            for label in ("stem", "block.project", "head", "fc"):
                self.assertIn(label, labels)
            self.assertGreaterEqual(page.stages, 3)

    def test_lines_of_the_file(self):
        """A row's line holds the comment of the step that computes it."""
        for words in ((), ("--selftest", "--profile"), ("--storage", "file"), ("--target", "x86-64,x86-64-v4")):
            self.good("tiny.net", *words, "-o", "model.c")
            lines = self.read("model.c").decode().splitlines()
            found = 0
            for row in self.page(*words).rows:
                if len(row) == 9 and row[7].isdigit():
                    text = lines[int(row[7]) - 1]
                    self.assertRegex(text, r"^    /\* \d+\. ")
                    comment = "\n".join(lines[int(row[7]) - 1:int(row[7]) + 8]).split("*/")[0]
                    self.assertIn(row[0], comment)
                    found += 1
            self.assertGreaterEqual(found, 5)

    def test_names_are_escaped(self):
        self.write("tiny.net", TINY.replace('@"head"', '@"<b>&head"'))
        page = self.page()
        self.assertIn("<b>&head", [row[0] for row in page.rows])

    def test_file_and_warnings(self):
        self.good("tiny.net", "--emit", "html", "-o", "page.html")
        self.assertTrue(self.read("page.html").startswith(b"<!DOCTYPE html>"))
        self.good("tiny.net", "--emit", "net", "-o", "flat.net")
        text = self.good("tiny.net", "--emit", "html", "--weights-dtype", "f16")
        self.assertIn("f16 weights: ", text)

    def test_times(self):
        steps = len(json.loads(self.good("tiny.net", "--emit", "json", "--target", "generic"))["steps"])
        times = ["# step microseconds", ""]
        for run, factor in enumerate((1, 100, 2)):
            times += [f"{i + 1} {(i + 1) * factor} anything" for i in range(steps)]
        self.write("times.txt", "\n".join(times) + "\n")
        page = self.page("--target", "generic", "--times", "times.txt")
        whole = sum(2 * (i + 1) for i in range(steps))  # the median of three
        self.assertEqual(page.facts["time, measured"], f"{whole / 1000:.3f} ms")

    def test_times_refused(self):
        self.write("bad.txt", "1 2.5\n99 1\n  x\n2 -1\n3\n4 nan\n1 2.5x\n")
        self.refuse("""bad.txt:2:1: error: --times: expected the number of a step, from 1 to 11, and microseconds
    2 | 99 1
      | ^~~~
bad.txt:3:3: error: --times: expected the number of a step, from 1 to 11, and microseconds
    3 |   x
      |   ^
bad.txt:4:1: error: --times: expected the number of a step, from 1 to 11, and microseconds
    4 | 2 -1
      | ^~~~
bad.txt:5:1: error: --times: expected the number of a step, from 1 to 11, and microseconds
    5 | 3
      | ^
bad.txt:6:1: error: --times: expected the number of a step, from 1 to 11, and microseconds
    6 | 4 nan
      | ^~~~~
bad.txt:7:1: error: --times: expected the number of a step, from 1 to 11, and microseconds
    7 | 1 2.5x
      | ^~~~~~
6 errors
""", "tiny.net", "--emit", "html", "--target", "generic", "--times", "bad.txt")
        self.write("empty.txt", "# nothing\n")
        self.refuse("empty.txt: error: --times: there is no time in the file\n1 error\n", "tiny.net", "--emit", "html",
                    "--times", "empty.txt")
        self.refuse("lcc: error: --times: none.txt: cannot open: No such file or directory\n1 error\n", "tiny.net", "--emit", "html",
                    "--times", "none.txt")

    def test_only_for_the_page(self):
        self.write("times.txt", "1 1\n")
        self.refuse("lcc: error: --times needs --emit html, which shows the times\n1 error\nlcc --help lists the options\n",
                    "tiny.net", "--times", "times.txt", "-o", "m.c", status=2)
        self.write("times.txt", "1 1\n")
        self.refuse("lcc: error: times.txt: this file is an input, and would be overwritten\n1 error\n", "tiny.net",
                    "--emit", "html", "--times", "times.txt", "-o", "times.txt")


if __name__ == "__main__":
    unittest.main()
