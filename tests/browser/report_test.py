#!/usr/bin/python3
"""The report in a real browser: what is shown, clicked, zoomed, printed, and what may never run."""

import datetime
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import time
import zoneinfo

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import archives, browser, evidence, program, tap  # noqa: E402

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
        graph.send_keys("p")
        graph.send_keys("p")
        self.assertIn("18 unexplained PIDs", self.text("#detail .lead"))

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
                      "year inferred: last line 2000-11-08 by modification time 2000-11-09", "libtsk"):
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


class Several(ReportTest):
    def test_each_log_has_a_clock_of_its_own(self):
        for name in ("first", "second"):
            folder = self.folder / name
            folder.mkdir(exist_ok=True)
            (folder / "cron").write_bytes(evidence.LOG)
            os.utime(folder / "cron", (973743001, 973743001))
        path = self.report("two.html", *program.ZONE, self.folder / "first", self.folder / "second")
        browser.open_report(self.driver, path)
        self.assertEqual(len(self.all("#series option")), 2)
        self.driver.find_elements(By.CSS_SELECTOR, ".entry")[-1].click()
        self.assert_quiet()

    def test_the_axis_goes_by_the_hosts_clock_over_a_change_of_it(self):
        """Chicago went from -06:00 to -05:00 at 02:00 on 2 April 2000, and back on 29 October."""
        chicago = zoneinfo.ZoneInfo("America/Chicago")
        utc = datetime.timezone.utc
        for name, begin, days, narrow in (
                ("spring", datetime.datetime(2000, 3, 30, 6, tzinfo=utc), ["30 Mar", "31 Mar", "1 Apr", "2 Apr", "3 Apr", "4 Apr", "5 Apr"],
                 ["2 Apr", "03:00", "04:00"]),
                ("autumn", datetime.datetime(2000, 10, 26, 5, tzinfo=utc), ["26 Oct", "27 Oct", "28 Oct", "29 Oct", "30 Oct", "31 Oct", "1 Nov"],
                 ["29 Oct", "01:00", "02:00", "03:00"])):
            with self.subTest(name):
                log = self.folder / name / "cron"
                log.parent.mkdir(exist_ok=True)
                times = [begin + datetime.timedelta(minutes=10 * i) for i in range(6 * 144)]
                log.write_bytes(b"".join(b"root (%s-%d) CMD (job)\n" % (time.astimezone(chicago).strftime("%m/%d-%H:%M:%S").encode(), 600 + 2 * i)
                                         for i, time in enumerate(times)))
                end = times[-1].timestamp()
                os.utime(log, (end, end))
                browser.open_report(self.driver, self.report(f"{name}.html", "--timezone", "America/Chicago", log))
                labels = lambda: [label.text for label in self.all("#graph .pids .dygraph-axis-label-x")]
                self.assertEqual([label for label in labels() if ":" not in label], days)
                for label in labels():  # at equal hours of each day
                    self.assertRegex(label, "^(00|06|12|18):00$|^[0-9]+ ")
                for _ in range(3):
                    self.one("[data-view=in]").click()
                for label in labels():
                    self.assertRegex(label, "^[0-9]{2}:00$|^[0-9]+ ")
                shown = {label.text: label.location["x"] for label in self.all("#graph .pids .dygraph-axis-label-x")}
                self.assertLessEqual(set(narrow), set(shown))
                if name == "autumn":  # 01:00 comes twice, and 02:00 two hours behind the first of them
                    self.assertAlmostEqual((shown["02:00"] - shown["01:00"]) / (shown["03:00"] - shown["02:00"]), 2, delta=0.1)
                self.assert_quiet()

    def test_a_job_whose_time_was_changed_has_its_parts(self):
        log = self.folder / "changed" / "cron"
        log.parent.mkdir(exist_ok=True)
        lines = []
        for i in range(30 * 48):
            lines.append(b"root (11/%02d-%02d:%02d:01-%d) CMD (tick)\n" % (1 + i // 48, i // 2 % 24, i % 2 * 30, 600 + 4 * i))
            if i % 48 == (2 if i < 15 * 48 else 6):
                lines.append(b"root (11/%02d-%02d:%02d:01-%d) CMD (backup)\n" % (1 + i // 48, i // 2 % 24, i % 2 * 30, 602 + 4 * i))
        log.write_bytes(b"".join(lines))
        os.utime(log, (975628800, 975628800))
        browser.open_report(self.driver, self.report("changed.html", *program.ZONE, log))
        told = self.one("#schedule").get_attribute("textContent")
        self.assertIn("0 1 * * * until 15 Nov 2000, 01:00:01 (−06:00)", told)
        self.assertIn("0 3 * * * since 16 Nov 2000, 03:00:01 (−06:00)", told)
        self.assert_quiet()

    def test_a_host_s_times_are_by_its_own_clock(self):
        """Two hosts of one name in one image: what is told of the second is not by the first one's clock."""
        tree = {}
        for host, zone in (("a", "Europe/Berlin"), ("b", "America/Chicago")):
            own = zoneinfo.ZoneInfo(zone)
            times = [datetime.datetime(2000, 11, 1, tzinfo=own) + datetime.timedelta(minutes=30 * i) for i in range(30 * 48)]
            lines = []
            for i, time_ in enumerate(times):
                lines.append(f"root ({time_:%m/%d-%H:%M:01}-{600 + 4 * i}) CMD (tick)\n")
                if i % 48 == (2 if i < 15 * 48 else 6):
                    lines.append(f"root ({time_:%m/%d-%H:%M:01}-{602 + 4 * i}) CMD (backup)\n")
            tree[f"{host}/var/log/cron"] = "".join(lines).encode()
            tree[f"{host}/etc/hostname"] = b"web\n"
            tree[f"{host}/etc/localtime"] = pathlib.Path("/usr/share/zoneinfo", zone).read_bytes()
            tree[f"{host}/etc/timezone"] = f"{zone}\n".encode()
        path = self.folder / "hosts.tar"
        with tarfile.open(path, "w") as archive:
            for name, data in tree.items():
                archive.addfile(*archives.member(name, data, mtime=975628800))
        browser.open_report(self.driver, self.report("hosts.html", path))
        told = self.one("#schedule").get_attribute("textContent")
        for zone in ("+01:00", "−06:00"):
            self.assertIn(f"0 3 * * * since 16 Nov 2000, 03:00:01 ({zone})", told)
        # Days of the host's own clock; in UTC the first is of one more, at either end.
        for _ in range(2):
            for table in self.all("#schedule details table"):
                days = [cell.get_attribute("textContent") for cell in table.find_elements(By.CSS_SELECTOR, "td:first-child")]
                self.assertEqual(days, [f"{day} Nov 2000" for day in range(1, 31)])
            Select(self.one("#zone")).select_by_visible_text("UTC")
        self.assertEqual(len(self.all("#schedule details table")), 2)
        self.assert_quiet()

    def test_a_long_command_is_cut_between_characters(self):
        log = self.folder / "long" / "cron"
        log.parent.mkdir(exist_ok=True)
        smile = "\N{GRINNING FACE}"  # two units of UTF-16
        command = "x" * 399 + smile + 1233 * "z"
        log.write_bytes("".join(f"root (11/05-{i // 6:02}:{i % 6 * 10:02}:00-{600 + 2 * i}) CMD ({words})\n"
                                for i in range(140) for words in (command if i % 2 else "y" * 399 + smile,)).encode())
        os.utime(log, (973743001, 973743001))
        browser.open_report(self.driver, self.report("long.html", "--timezone", "UTC", log))
        shown = {code.get_attribute("textContent") for code in self.all("#schedule td code")}
        self.assertEqual(shown, {"y" * 399 + smile,
                                 "x" * 399 + smile + "… and 1,233 characters more: the summary of the run has them"})
        self.assert_quiet()

    def test_a_gap_says_what_was_handed_out_in_it(self):
        log = self.folder / "gap" / "cron"
        log.parent.mkdir(exist_ok=True)
        # Six lines are gone, and 700 PIDs more than their jobs take.
        log.write_bytes(b"".join(b"root (11/%02d-%02d:%02d:01-%d) CMD (tick)\n" % (
            1 + i // 144, i // 6 % 24, i % 6 * 10, 600 + 2 * i + (700 if i > 503 else 0))
            for i in range(6 * 144) if not 500 <= i < 506))
        os.utime(log, (973555200, 973555200))
        browser.open_report(self.driver, self.report("gap.html", "--timezone", "UTC", log))
        self.assertEqual(self.text("#headline"),
                         "700 unexplained PIDs; records are missing: records removed · 4 Nov 2000, 11:10 to 12:20 (UTC)")
        self.assertIn("700 unexplained PIDs", self.text(".night h3"))
        self.assert_quiet()

    def test_nothing_found_is_said(self):
        log = self.folder / "quiet" / "cron"
        log.parent.mkdir(exist_ok=True)
        log.write_bytes(b"".join(b"root (11/05-%02d:%02d:00-%d) CMD (job)\n" % (i // 6, i % 6 * 10, 600 + 2 * i)
                                 for i in range(140)))
        os.utime(log, (973743001, 973743001))
        path = self.report("quiet.html", "--timezone", "UTC", log)
        browser.open_report(self.driver, path)
        self.assertEqual(self.text("#headline"), "No finding")
        self.assertIn("proves nothing", self.text("#nights"))
        self.assert_quiet()


if __name__ == "__main__":
    tap.main()
