#!/usr/bin/python3
"""The report in a real browser: what is shown, clicked, zoomed, printed, and what may never run."""

import os
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import browser, evidence, program, tap  # noqa: E402

if browser.available():
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.select import Select

# A command that tries to be markup where it stands, at the end of an element and in an attribute.
HOSTILE = ("</script><script>window.owned=1;document.title='owned'</script><img src=x onerror=\"window.owned=1\">"
           "<a href=\"javascript:window.owned=1\">'\"&amp;")


class ReportTest(program.ProgramTest):
    @classmethod
    def setUpClass(cls):
        holder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(holder.cleanup)
        cls.folder = pathlib.Path(holder.name)
        cls.driver = browser.start()
        cls.addClassCleanup(cls.driver.quit)

    def report(self, name, *arguments):
        path = self.folder / name
        run = program.run("report", *arguments, "-o", path, "--force")
        self.assertEqual(run.status, 0, run.err)
        self.assertEqual(run.out, b"")
        return path

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def text(self, selector):
        return self.one(selector).text

    def assert_quiet(self):
        """Nothing was refused by the page's policy, and nothing failed."""
        self.assertEqual([entry["message"] for entry in self.driver.get_log("browser")], [])
        self.assertEqual(self.driver.execute_script("return performance.getEntriesByType('resource').length"), 0)


class Case(ReportTest):
    """The bundled case of 2001."""

    def setUp(self):
        super().setUp()
        self.path = self.report("case.html", *program.ZONE, program.E01)
        browser.open_report(self.driver, self.path)

    def tearDown(self):
        self.assert_quiet()

    def shown_range(self):
        return self.text("#graph .pids-title")

    def test_says_first_what_matters_most(self):
        self.assertEqual(self.text("#headline"), "842 unexplained PIDs · 8 Nov 2000, 08:50 to 09:00 (−06:00)")
        self.assertEqual(self.text("#levels").split()[:2], ["9", "critical"])
        self.assertIn("842 unexplained PIDs", self.text("#detail"))
        # A thread takes a PID as a process does, and the log tells them not apart.
        self.assertEqual(self.text("#graph .lane-title"), "Unexplained PIDs in each interval")
        self.assertIn("936 unexplained PIDs", self.text(".night h3"))
        self.assertNotRegex(self.text("main"), "(unexplained|fewer) process")

    def test_a_finding_has_its_lines_verbatim(self):
        lines = [code.text for code in self.all("#detail .line code")]
        self.assertEqual(lines, ["root (11/08-08:50:00-2441) CMD (   /sbin/rmmod -as)",
                                 "root (11/08-09:00:00-3285) CMD (   /sbin/rmmod -as)"])
        self.assertIn("84 comparable intervals: from 2 to 44 PIDs; this one 844", self.text("#detail"))
        self.assertIn("line 503 of /var/log/cron", self.text("#detail"))
        self.assertIn("line 504 of /var/log/cron", self.text("#detail"))

    def test_nights_are_the_hosts_whatever_zone_is_shown(self):
        nights = lambda: [night.text for night in self.all(".night h3")]
        before = nights()
        # 19:50 of the host is behind midnight, and 09:00 behind noon, of UTC.
        Select(self.one("#zone")).select_by_value("utc")
        self.assertIn("UTC", self.text("#headline"))
        self.assertEqual(nights(), before)

    def test_a_comparison_may_be_of_any_number_of_costs(self):
        drawn = self.driver.execute_script("""
          const many = Array.from({length: 500000}, (_, i) => [i, 1]);
          return histogram(many, 7).querySelector('figcaption').textContent;""")
        self.assertEqual(drawn, "500,000 comparable intervals: from 0 to 499,999 PIDs; this one 7.")

    def test_activities_hold_their_findings(self):
        night = self.all(".night")[0]
        self.assertIn("Night of 7 to 8 Nov 2000", night.text)
        parts = [entry.text.split("\n")[1] for entry in night.find_elements(By.CSS_SELECTOR, ".plain .plain .entry")]
        self.assertEqual(parts, [f"{n} unexplained PIDs" for n in (41, 18, 842, 29)])

    def test_a_bar_is_clicked(self):
        self.driver.find_element(By.XPATH, "//button[contains(., '22 unexplained')]").click()
        self.assertIn("22 unexplained PIDs", self.text("#detail .lead"))
        self.driver.find_element(By.CSS_SELECTOR, "[data-view=all]").click()
        # The largest bar of the overview is that of 842: a click on the highest coloured pixel finds it.
        place = self.driver.execute_script("""
          for (const canvas of document.querySelectorAll('#graph .bars canvas')) {
            const scale = canvas.width / canvas.clientWidth;
            const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
            const critical = (x, y) => pixels[(y * canvas.width + x) * 4] > 180 && pixels[(y * canvas.width + x) * 4 + 1] < 20;
            for (let y = 0; y < canvas.height / 2; ++y)
              for (let x = 0; x < canvas.width; ++x) {
                let run = 0;  // a bar goes down from there; a letter does not
                while (run < 100 * scale && critical(x, y + run)) ++run;
                if (run >= 100 * scale) return [x / scale, y / scale + 20];
              }
          }
          return null;""")
        self.assertIsNotNone(place, "no bar is drawn")
        bars = self.one("#graph .bars")
        size = bars.size
        ActionChains(self.driver).move_to_element_with_offset(
            bars, place[0] - size["width"] / 2, place[1] - size["height"] / 2).click().perform()
        self.assertIn("842 unexplained PIDs", self.text("#detail .lead"))

    def test_the_numbers_stand_beside_the_bars(self):
        """That of a small bar before a large one went into it."""
        drawn = self.driver.execute_script("""
          const rects = [], texts = [];
          const of = CanvasRenderingContext2D.prototype, rect = of.fillRect, text = of.fillText;
          const bars = (canvas) => canvas.canvas.closest('#graph .bars');
          of.fillRect = function(x, y, w, h) { if (bars(this)) rects.push([x, y, x + w, y + h]); return rect.apply(this, arguments); };
          of.fillText = function(t, x, y) { if (bars(this)) texts.push([t, x, y, x + this.measureText(t).width, y + 10]); return text.apply(this, arguments); };
          document.querySelector('[data-view=all]').click();
          of.fillRect = rect; of.fillText = text;
          return {rects: rects.slice(1), texts};  // the first is behind the chosen one, as high as the lane""")
        self.assertEqual([text[0] for text in drawn["texts"]][:2], ["842", "42"])
        self.assertIn("41", [text[0] for text in drawn["texts"]])
        for name, *text in drawn["texts"]:
            for bar in drawn["rects"]:
                apart = text[2] <= bar[0] or bar[2] <= text[0] or text[3] <= bar[1] or bar[3] <= text[1]
                self.assertTrue(apart, f"{name} at {text} stands on the bar {bar}")

    def test_buttons_and_keys_zoom_and_move(self):
        whole = self.shown_range()
        self.one("[data-view=in]").click()
        nearer = self.shown_range()
        self.assertNotEqual(whole, nearer)
        self.one("[data-view=later]").click()
        self.assertNotEqual(self.shown_range(), nearer)
        self.one("[data-view=all]").click()
        self.assertEqual(self.shown_range(), whole)
        self.one("#graph").send_keys("+")
        self.assertEqual(self.shown_range(), nearer)
        self.one("#graph").send_keys(Keys.ARROW_RIGHT)
        self.assertNotEqual(self.shown_range(), nearer)
        self.one("#graph").send_keys("0")
        self.assertEqual(self.shown_range(), whole)

    def test_zooming_keeps_the_chosen_finding_in_view(self):
        for _ in range(4):
            self.one("[data-view=in]").click()
        self.assertIn("8 Nov 2000", self.shown_range())
        labels = [label.text for label in self.all("#graph .bars .dygraph-axis-label-y")]
        self.assertIn("800", labels)
        # Another one is far from it.
        self.driver.find_element(By.XPATH, "//button[contains(., '22 unexplained')]").click()
        for _ in range(4):
            self.one("[data-view=in]").click()
        self.assertRegex(self.shown_range(), "8 Nov 2000, 20:[0-3][0-9] to 20:[3-5][0-9]")

    def test_an_axis_of_few_pids_repeats_no_number(self):
        self.one("[data-view=all]").click()
        bars = self.one("#graph .bars")
        # A stretch of the night from 6 to 7 November, where nothing but the host's own work is.
        width = bars.size["width"]
        ActionChains(self.driver).move_to_element_with_offset(bars, int(width * 0.50 - width / 2), 0).click_and_hold() \
            .move_by_offset(int(width * 0.12), 0).release().perform()
        labels = [label.text for label in self.all("#graph .bars .dygraph-axis-label-y") if label.text]
        self.assertEqual(len(labels), len(set(labels)), labels)
        self.assertLess(max(int(label) for label in labels), 10)

    def test_a_drag_zooms_both_lanes(self):
        whole = self.shown_range()
        bars = self.one("#graph .bars")
        ActionChains(self.driver).move_to_element_with_offset(bars, 0, 0).click_and_hold() \
            .move_by_offset(120, 0).release().perform()
        self.assertNotEqual(self.shown_range(), whole)
        labels = [[label.text for label in self.all(f"{lane} .dygraph-axis-label-x")] for lane in ("#graph .bars", "#graph .pids")]
        self.assertEqual(labels[0], labels[1])
        self.assertEqual(self.one("#graph .bars canvas").size["width"], self.one("#graph .pids canvas").size["width"])

    def test_keys_go_from_finding_to_finding(self):
        graph = self.one("#graph")
        graph.send_keys("n")
        self.assertIn("29 unexplained PIDs", self.text("#detail .lead"))
        # The focus stays in the graph: a live region says it.
        self.assertEqual(self.one("#reading").get_attribute("aria-live"), "polite")
        self.assertRegex(self.text("#reading"), r"^\w+: 29 unexplained PIDs, 8 Nov 2000, \d\d:\d\d to ")
        graph.send_keys("p")
        graph.send_keys("p")
        self.assertIn("18 unexplained PIDs", self.text("#detail .lead"))
        self.assertIn("18 unexplained PIDs", self.text("#reading"))

    def test_keys_go_from_an_activity_to_the_first_and_the_last(self):
        """An activity is chosen, and is none of those that the keys go to."""
        findings = []
        for key in ("n", "p"):
            self.driver.find_element(By.XPATH, "//button[contains(., '930 unexplained')]").click()
            self.assertIn("930 unexplained PIDs", self.text("#detail .lead"))
            self.one("#graph").send_keys(key)
            findings.append(self.text("#detail .lead"))
        self.one("#graph").send_keys("n")
        self.assertEqual(self.text("#detail .lead"), findings[0], "what follows the last one is the first")

    def test_the_table_sorts_and_filters(self):
        rows = lambda: [row.text for row in self.all("#table tbody tr")]
        self.assertEqual(len(rows()), 16)
        # As many findings as the head counts; an activity sums them up.
        self.assertEqual(self.text("#shown"), "14 of 14 findings, 2 of 2 activities")
        self.driver.find_element(By.XPATH, "//table[@id='table']//th/button[contains(., 'PIDs')]").click()
        self.assertIn("930 unexplained", rows()[0])
        sorted_by = [head.get_attribute("aria-sort") for head in self.all("#table th")]
        self.assertEqual(sorted_by.count("descending"), 1)
        Select(self.one("#filter-kind")).select_by_visible_text("pid deficit")
        self.assertEqual(len(rows()), 1)
        Select(self.one("#filter-kind")).select_by_visible_text("all")
        self.one("#filter-text").send_keys("09:01:01-3287")
        self.assertEqual(len(rows()), 1)
        self.assertIn("29 unexplained", rows()[0])

    def test_times_of_the_host_or_utc(self):
        Select(self.one("#zone")).select_by_visible_text("UTC")
        self.assertEqual(self.text("#headline"), "842 unexplained PIDs · 8 Nov 2000, 14:50 to 15:00 (UTC)")

    def test_light_and_dark(self):
        background = lambda: self.driver.execute_script("return getComputedStyle(document.body).backgroundColor")
        light = background()
        self.one("#theme").click()
        self.assertNotEqual(background(), light)
        self.one("#theme").click()
        self.assertEqual(background(), light)

    def test_what_was_read_and_how(self):
        told = self.text("#evidence")
        for words in ("redhat62.E01", "159e4c1c627b22a737363b3379199476",
                      "09eeeeada8fbd20d95bd4468b3e12d32ad76d4e20d573c82dd4184e75210051c",
                      "year inferred: last line 2000-11-08 (host's clock) by modification time 2000-11-09 UTC", "libtsk"):
            self.assertIn(words, told)
        self.assertIn("every hour, in the interval that starts at minute 30", self.text("#schedule"))

    def test_prints(self):
        pdf = self.folder / "case.pdf"
        pdf.write_bytes(browser.print_pdf(self.driver))
        printed = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, check=True).stdout.decode()
        self.assertIn("842 unexplained PIDs", printed)
        self.assertIn("root (11/08-09:00:00-3285) CMD", printed)
        self.assertIn("root (11/08-21:20:00-", printed)  # also of findings that are not the chosen one
        self.assertNotIn("Zoom in", printed)
        pages = printed.split("\f")
        # Two findings a page; a heading stands with its table; the fields of a crontab in one line.
        self.assertLessEqual(len(pages) - 1, 10)
        schedule, = [page for page in pages if "What the host does by itself" in page]
        self.assertRegex(schedule, r"\*/10 \* \* \* \* +root +/sbin/rmmod -as +508 of 508")
        self.assertIn("/etc/cron.hourly", printed)
        self.assertIn("What could have been seen", printed)
        self.assertRegex(printed, r"8 Nov 2000 +8 Nov 2000 +[0-9]+")
        self.assertEqual([part.get_attribute("open") for part in self.all("#schedule details")], [None], "as it was")
        # The worst night stands with the graph.
        self.assertIn("Night of 7 to 8 Nov 2000", pages[0])
        self.assertRegex(pages[0], r"842 unexplained PIDs · 8 Nov 2000, 08:50 to 09:00 \(−06:00\)")

    def test_the_printed_graph_fits_its_axes(self):
        """It is a graph of its own, as wide as paper: a squeezed one has its labels elsewhere."""
        self.one("[data-view=in]").click()
        time.sleep(1)
        self.assertTrue(self.all("#paper .bars .dygraph-axis-label-x"))
        self.assertEqual(self.one("#paper .pids-title").get_attribute("textContent"), self.shown_range())
        widths = [self.one(f"#paper {lane} canvas").size["width"] for lane in (".bars", ".pids")]
        self.assertEqual(widths[0], widths[1])
        self.assertLessEqual(widths[0], 688)

    def test_everything_that_acts_has_a_name(self):
        nameless = self.driver.execute_script("""
          return [...document.querySelectorAll('button, select, input:not(.dygraph-roller)')].filter((control) =>
            !control.textContent.trim() && !(control.labels && control.labels.length && control.labels[0].textContent.trim()) &&
            !control.getAttribute('aria-label')).map((control) => control.outerHTML);""")
        self.assertEqual(nameless, [])
        self.assertEqual(len(self.all("h1")), 1)
        self.assertEqual(self.driver.execute_script(
            "return [...document.querySelectorAll('th')].filter((head) => head.scope !== 'col').length"), 0)


class WithoutScripts(ReportTest):
    def test_the_findings_can_be_read(self):
        path = self.report("case.html", *program.ZONE, program.E01)
        driver = browser.start(scripts=False)
        try:
            driver.get(path.as_uri())
            body = driver.find_element(By.TAG_NAME, "body").text
        finally:
            driver.quit()
        self.assertIn("842 more PIDs were handed out", body)
        self.assertIn("2000-11-08T14:50:00.000000+00:00", body)


class Hostile(ReportTest):
    def test_no_script_of_the_evidence_runs(self):
        log = self.folder / "cron"
        lines = evidence.LOG.replace(b"/sbin/rmmod -as)", HOSTILE.encode() + b")")
        log.write_bytes(lines)
        os.utime(log, (973743001, 973743001))
        named = self.folder / "<img src=x onerror=window.owned=1>"
        named.mkdir()
        (named / "cron").write_bytes(lines)
        os.utime(named / "cron", (973743001, 973743001))
        path = self.report("hostile.html", *program.ZONE, log, named / "cron")
        browser.open_report(self.driver, path)
        for row in self.all("#table tbody tr")[:5]:
            row.find_element(By.CSS_SELECTOR, "button").click()
        self.assertIsNone(self.driver.execute_script("return window.owned || null"))
        self.assertNotEqual(self.driver.title, "owned")
        self.assertIn(HOSTILE, self.text("#detail .line code"))
        self.assertEqual(self.all("main img"), [])
        self.assertEqual(self.all("main a"), [])
        self.assert_quiet()

    def test_no_markup_is_markup_without_scripts(self):
        """A message holds what others wrote: here a calendar of changes."""
        reason = "<img src=x><a href=x>y</a></noscript></td>"
        known = self.folder / "known.csv"
        known.write_text(f"begin,end,reason\n2000-11-08T08:00,2000-11-08T10:00,{reason}\n")
        path = self.report("hostile_table.html", *program.ZONE, "--known", known, program.E01)
        driver = browser.start(scripts=False)
        try:
            driver.get(path.as_uri())
            self.assertIn(f"within known work ({reason})", driver.find_element(By.TAG_NAME, "body").text)
            self.assertEqual(driver.find_elements(By.CSS_SELECTOR, "noscript img, noscript a"), [])
        finally:
            driver.quit()


if __name__ == "__main__":
    tap.main()
