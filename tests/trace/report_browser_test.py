#!/usr/bin/env python3
"""Opens HTML reports in headless Chromium and checks that they draw and react.

Usage: report_browser_test.py PATH/TO/write_sample_report. Exit status 77: the browser, its driver or selenium is missing.
"""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

SKIPPED = 77


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(SKIPPED)


try:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.actions.wheel_input import ScrollOrigin
    from selenium.webdriver.common.keys import Keys
except ImportError:
    skip("Python's selenium is missing (Debian: python3-selenium)")

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
if not BROWSER or not DRIVER:
    skip("chromium or chromedriver is missing (Debian: chromium chromium-driver)")

HOSTILE = "<script>alert('x')</script> \"quoted\" \u00e9t\u00e9\nsecond line"
WORKERS = 4

# Pixels of a rectangle of the chart, in CSS pixels, that are not transparent.
INKED = """
const [left, top, width, height] = arguments, ratio = window.devicePixelRatio;
const canvas = document.getElementById('gantt');
const pixels = canvas.getContext('2d').getImageData(left * ratio, top * ratio, width * ratio, height * ratio).data;
let inked = 0;
for (let i = 3; i < pixels.length; i += 4) inked += pixels[i] > 0;
return inked / (pixels.length / 4);
"""
PICTURE = "return document.getElementById('gantt').toDataURL()"
# Two frames: what was asked for before is drawn after them.
SETTLE = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done()));"


def open_browser():
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1400,1000"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(service=Service(DRIVER), options=options)


class Report(unittest.TestCase):
    """Opens the report of `tasks` tasks before each test."""

    tasks = 300

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.browser = open_browser()

    @classmethod
    def tearDownClass(cls):
        cls.browser.quit()
        cls.folder.cleanup()

    def setUp(self):
        self.open(self.tasks)

    def open(self, tasks):
        path = pathlib.Path(self.folder.name) / f"{tasks}.html"
        if not path.exists():
            subprocess.run([WRITE_SAMPLE_REPORT, str(tasks), str(WORKERS), str(path)], check=True)
        for kind in ("browser", "performance"):
            self.browser.get_log(kind)  # forget what other pages logged
        self.browser.get(path.as_uri())
        self.settle()

    def js(self, script, *arguments):
        return self.browser.execute_script(script, *arguments)

    def settle(self):
        self.browser.execute_async_script(SETTLE)

    def state(self, name):
        return self.js(f"return window.heddle.{name}")

    def find(self, selector):
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def texts(self, selector):
        return self.js("return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent)", selector)

    def inked(self, left, top, width, height):
        return self.js(INKED, left, top, width, height)

    def point_at(self, task):
        """Actions that have moved to the middle of a task's bar."""
        self.js("document.getElementById('gantt').scrollIntoView({block: 'center'})")
        box = self.js("return window.heddle.barBox(arguments[0])", task)
        canvas = self.find("#gantt").rect
        x = box["left"] + box["width"] / 2 - canvas["width"] / 2
        y = box["top"] + box["height"] / 2 - canvas["height"] / 2
        return ActionChains(self.browser).move_to_element_with_offset(self.find("#gantt"), int(x), int(y))

    def press(self, *keys):
        self.find("#gantt").send_keys(*keys)
        self.settle()


class Drawing(Report):
    def check_lanes(self, tasks):
        self.open(tasks)
        boxes = self.state("laneBoxes")
        self.assertEqual(len(boxes), WORKERS)
        for box in boxes:
            self.assertGreater(self.inked(box["left"], box["top"], box["width"], box["height"]), 0.05)
        self.assertGreaterEqual(self.state("barsDrawn"), min(tasks, 100))
        self.assertEqual([e for e in self.browser.get_log("browser") if e["level"] == "SEVERE"], [])
        self.assertEqual(self.requests(), [])

    def requests(self):
        """What the page asked for beside itself."""
        messages = [json.loads(entry["message"])["message"] for entry in self.browser.get_log("performance")]
        urls = [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]
        return [url for url in urls if url != self.browser.current_url and not url.startswith("data:")]

    def test_10_tasks(self):
        self.check_lanes(10)

    def test_300_tasks(self):
        self.check_lanes(300)

    def test_2000_tasks(self):
        self.check_lanes(2000)

    def test_100000_tasks_are_merged_into_pixels(self):
        self.check_lanes(100000)
        self.assertLess(self.state("barsDrawn"), 20000)
        self.assertLess(len(self.texts("#tasks tbody tr")), 100)

    def test_a_lane_is_empty_where_nothing_ran(self):
        self.open(10)
        self.find("#show-planned").click()
        self.find("#show-critical").click()
        self.settle()
        last = max((self.js("return window.heddle.barBox(arguments[0])", name) for name in self.state("tableOrder")),
                   key=lambda box: box["left"] + box["width"])
        others = [box for box in self.state("laneBoxes") if box["top"] != last["top"]]
        inside = last["left"] + last["width"] - 20
        self.assertLess(min(self.inked(inside, box["top"], 8, box["height"]) for box in others), 0.3)

    def test_no_task_ran(self):
        self.open(0)
        self.assertEqual(self.state("barsDrawn"), 0)
        self.assertEqual([e for e in self.browser.get_log("browser") if e["level"] == "SEVERE"], [])

    def test_narrow_and_wide_windows_need_no_sideways_scrolling(self):
        for width in (800, 1600):
            self.browser.set_window_size(width, 1000)
            self.settle()
            self.assertLessEqual(self.js("return document.documentElement.scrollWidth"), width)
        self.browser.set_window_size(1400, 1000)

    def test_dark_scheme_is_followed(self):
        light = self.js(PICTURE)
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark"}]})
        self.settle()
        self.assertNotEqual(self.js(PICTURE), light)
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


class Chart(Report):
    def test_hover_shows_the_task_pointed_at(self):
        self.assertFalse(self.find("#tooltip").is_displayed())
        name = self.state("criticalPath")[2]
        self.point_at(name).perform()
        self.assertEqual(self.state("hovered"), name)
        self.assertTrue(self.find("#tooltip").is_displayed())
        self.assertEqual(self.texts("#tooltip b"), [name])

    def test_wheel_zooms_around_the_pointer(self):
        before, picture = self.state("view"), self.js(PICTURE)
        origin = ScrollOrigin.from_element(self.find("#gantt"), 100, 0)
        ActionChains(self.browser).scroll_from_origin(origin, 0, -120).perform()
        self.settle()
        after = self.state("view")
        self.assertLess(after["end"] - after["start"], before["end"] - before["start"])
        self.assertNotEqual(self.js(PICTURE), picture)

    def test_keys_and_buttons_zoom_pan_and_fit(self):
        whole = self.state("view")
        self.press("+", "+")
        zoomed = self.state("view")
        self.assertLess(zoomed["end"] - zoomed["start"], 0.5 * whole["end"])
        self.press(Keys.ARROW_RIGHT)
        self.assertGreater(self.state("view")["start"], zoomed["start"])
        self.press("0")
        self.assertEqual(self.state("view"), whole)
        self.find("#zoom-in").click()
        self.assertLess(self.state("view")["end"], whole["end"])
        self.find("#zoom-fit").click()
        self.assertEqual(self.state("view"), whole)

    def test_drag_pans(self):
        self.press("+", "+", "+")
        before = self.state("view")
        ActionChains(self.browser).drag_and_drop_by_offset(self.find("#gantt"), 150, 0).perform()
        self.settle()
        self.assertLess(self.state("view")["start"], before["start"])
        self.assertIsNone(self.state("selected"))

    def test_click_selects_and_escape_clears(self):
        name = self.state("criticalPath")[3]
        picture = self.js(PICTURE)
        self.point_at(name).click().perform()
        self.settle()
        self.assertEqual(self.state("selected"), name)
        self.assertEqual(self.texts("#details h3"), [name])
        self.assertNotEqual(self.js(PICTURE), picture)
        self.press(Keys.ESCAPE)
        self.assertIsNone(self.state("selected"))
        self.assertFalse(self.find("#details").is_displayed())

    def test_j_and_k_walk_along_a_worker(self):
        self.press("j")
        first = self.state("selected")
        self.press("j")
        self.assertNotEqual(self.state("selected"), first)
        self.press("k")
        self.assertEqual(self.state("selected"), first)

    def test_planned_and_critical_path_can_be_switched(self):
        bars = self.state("barsDrawn")
        for switch in ("#show-planned", "#show-critical"):
            with_it = self.js(PICTURE)
            self.find(switch).click()
            self.settle()
            without = self.js(PICTURE)
            self.assertNotEqual(without, with_it)
            if switch == "#show-planned":
                self.assertLess(self.state("barsDrawn"), bars)
            self.find(switch).click()
            self.settle()
            self.assertEqual(self.js(PICTURE), with_it)

    def test_zooming_in_draws_fewer_bars(self):
        whole = self.state("barsDrawn")
        self.press(*"++++++")
        self.assertLess(self.state("barsDrawn"), whole / 2)


class Page(Report):
    def test_hostile_name_is_shown_literally(self):
        self.assertIn(HOSTILE, self.texts("#tasks tbody td:first-child"))
        self.assertEqual(self.js("return document.querySelectorAll('#tasks script, #critical-list script').length"), 0)
        self.point_at(HOSTILE).perform()
        self.assertEqual(self.texts("#tooltip b"), [HOSTILE])

    def test_failures_stand_on_top_with_their_message(self):
        self.assertEqual(self.texts("#failures-title"), ["1 task failed"])
        self.assertEqual(self.texts("#failure-list .message"), ['exit status 1: <b>no such file</b>: "/data/in.fits"'])
        self.find("#failure-list button").click()
        self.assertEqual([self.state("selected")], self.texts("#failure-list button"))

    def test_table_sorts_both_ways(self):
        heading = "#tasks thead th:nth-child(5) button"  # duration
        seconds = "return window.heddle.tableOrder.map((n) => window.heddle.barBox(n)?.width)"
        self.find(heading).click()
        ascending = [width for width in self.js(seconds) if width is not None]
        for one, next_one in zip(ascending, ascending[1:]):
            self.assertLessEqual(one, next_one + 1e-6)
        self.find(heading).click()
        descending = [width for width in self.js(seconds) if width is not None]
        for a, b in zip(descending, reversed(ascending)):
            self.assertAlmostEqual(a, b, places=6)
        self.assertEqual(self.find("#tasks thead th:nth-child(5)").get_attribute("aria-sort"), "descending")

    def test_table_filters(self):
        self.find("#filter").send_keys("ADD_")
        names = self.state("tableOrder")
        self.assertTrue(0 < len(names) < 300 and all("add_" in name for name in names))
        self.find("#filter").send_keys(" nothing is called so")
        self.assertEqual(self.state("tableOrder"), [])
        self.assertEqual(self.texts("#tasks-count"), ["0 of 300 tasks"])

    def test_table_scrolls_to_its_last_task(self):
        self.open(2000)
        last = self.state("tableOrder")[-1]
        self.assertNotIn(last, self.texts("#tasks tbody td:first-child"))
        self.js("document.getElementById('tasks-scroll').scrollTop = 1e9")
        self.settle()
        self.assertIn(last, self.texts("#tasks tbody td:first-child"))

    def test_click_on_a_row_selects_its_task(self):
        row = self.find("#tasks tbody tr:nth-child(5)")
        name = row.find_element(By.CSS_SELECTOR, "td").text
        row.click()
        self.assertEqual(self.state("selected"), name)
        self.assertEqual(self.texts("#tasks tr[aria-selected=true] td:first-child"), [name])

    def test_critical_path_leads_to_the_last_finish_without_overlap(self):
        boxes = [self.js("return window.heddle.barBox(arguments[0])", name) for name in self.state("criticalPath")]
        pixels_per_second = self.state("laneBoxes")[0]["width"] / self.state("view")["end"]
        for box, following in zip(boxes, boxes[1:]):
            gap = following["left"] - box["left"] - box["width"]
            self.assertGreaterEqual(gap, -1e-6)
            self.assertLessEqual(gap, 0.0021 * pixels_per_second)  # the sample waits 2 ms for predecessors
        ends = [self.js("return window.heddle.barBox(arguments[0])", name) for name in self.state("tableOrder")]
        self.assertAlmostEqual(boxes[-1]["left"] + boxes[-1]["width"], max(b["left"] + b["width"] for b in ends if b), places=6)
        self.assertEqual(self.texts("#critical-list button"), self.state("criticalPath"))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    WRITE_SAMPLE_REPORT = sys.argv.pop(1)
    unittest.main(verbosity=2)
