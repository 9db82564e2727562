#!/usr/bin/python3
"""The report of logs of other kinds than the bundled case's, in a real browser."""

import datetime
import os
import pathlib
import subprocess
import sys
import tarfile
import zoneinfo

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.browser.report_test import ReportTest  # noqa: E402
from tests.support import archives, browser, evidence, program, tap  # noqa: E402

if browser.available():
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.select import Select


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

    def test_the_table_fits_the_window_and_breaks_no_word(self):
        """With a host and a log in each row "unexplained" was broken in two, over four lines."""
        for name, skipped in (("left", 0), ("right", 1)):
            folder = self.folder / name
            folder.mkdir(exist_ok=True)
            (folder / "cron").write_bytes(b"".join(evidence.LOG.splitlines(True)[skipped:]))
            os.utime(folder / "cron", (973743001, 973743001))
        path = self.report("wide.html", *program.ZONE, "--host", "web01.example.org", self.folder / "left", self.folder / "right")
        for width, media in ((1280, "screen"), (688, "print"), (420, "screen")):
            with self.subTest(width=width, media=media):
                self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                            {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False})
                self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media})
                try:
                    browser.open_report(self.driver, path)
                    self.assertEqual([head.text.strip(" ▲▼") for head in self.all("#table th")][-2:], ["Host", "Log"])
                    broken, over = self.driver.execute_script("""
                      const broken = [];
                      for (const button of document.querySelectorAll('#table td button')) {
                        const text = button.firstChild, range = document.createRange();
                        for (const word of text.data.matchAll(/\\S+/g)) {
                          range.setStart(text, word.index);
                          range.setEnd(text, word.index + word[0].length);
                          if (range.getClientRects().length > 1) broken.push(word[0]);
                        }
                      }
                      const table = document.getElementById('table');
                      return [broken, table.scrollWidth - table.parentElement.clientWidth];""")
                    self.assertEqual(broken, [])
                    self.assertLessEqual(over, 0)
                finally:
                    self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
                    self.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        self.assert_quiet()

    def test_what_holds_for_the_whole_log_hides_no_tick(self):
        """Log and crontab differ over all of it: a bar as high as the ticks hid those of its level."""
        root = self.folder / "host"
        for folder in ("var/log", "etc", "var/spool/cron"):
            (root / folder).mkdir(parents=True, exist_ok=True)
        (root / "var/log/cron").write_bytes(evidence.LOG)
        os.utime(root / "var/log/cron", (973743001, 973743001))
        (root / "etc/crontab").write_text("17 3 * * * root /bin/never-ran\n")
        browser.open_report(self.driver, self.report("mismatch.html", *program.ZONE, "--root", root))
        self.assertTrue(self.all("#table td.finding"))
        self.assertIn("log and crontab differ", self.text("#table"))
        rects = self.driver.execute_script("""
          const rects = [], of = CanvasRenderingContext2D.prototype, rect = of.fillRect;
          of.fillRect = function(x, y, w, h) { if (this.canvas.closest('#graph .pids')) rects.push([w, h]); return rect.apply(this, arguments); };
          document.querySelector('[data-view=all]').click();
          of.fillRect = rect;
          return rects.filter(([, h]) => h < 20);  // not what goes over the whole lane""")
        long = [i for i, (width, _) in enumerate(rects) if width > 500]
        ticks = [i for i, (width, _) in enumerate(rects) if width < 50]
        self.assertTrue(long and ticks, rects)
        self.assertLess(max(long), min(ticks), "drawn before them")
        self.assertLess(max(rects[i][1] for i in long), min(rects[i][1] for i in ticks) / 2)
        self.assert_quiet()

    def test_a_damaged_log_is_not_said_to_be_read_without_more(self):
        image = self.folder / "flipped.E01"
        evidence.flipped_e01(image)
        for name, arguments, words in (("whole", [program.E01], "read to its end\nyes\n"),
                                       ("damaged", [image, "--partial-ok"], "read to its end\nyes, but for the damage\n")):
            browser.open_report(self.driver, self.report(f"{name}.html", *program.ZONE, *arguments))
            self.driver.execute_script("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
            self.assertIn(words, self.text("#evidence"))
        self.assert_quiet()

    def test_a_finding_is_drawn_in_its_own_log(self):
        evidence.write_nameless_hosts(self.folder / "nameless")
        path = self.report("nameless.html", "--timezone", "UTC", "--year", "2000", self.folder / "nameless")
        browser.open_report(self.driver, path)
        self.assertIn("700 unexplained PIDs", self.text("#headline"))
        names = [f"{self.folder}/nameless · {self.folder}/nameless/{name}" for name in "ab"]
        series = Select(self.one("#series"))
        self.assertEqual([option.text for option in series.options], names)
        self.assertEqual(series.first_selected_option.text, names[0])
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
        command = "x" * 399 + smile + 1233 * "Q"  # in no name of a temporary folder
        log.write_bytes("".join(f"root (11/05-{i // 6:02}:{i % 6 * 10:02}:00-{600 + 2 * i}) CMD ({words})\n"
                                for i in range(140) for words in (command if i % 2 else "y" * 399 + smile,)).encode())
        os.utime(log, (973743001, 973743001))
        browser.open_report(self.driver, self.report("long.html", "--timezone", "UTC", log))
        shown = {code.text for code in self.all("#schedule td code")}
        self.assertEqual(shown, {"y" * 399 + smile,
                                 "x" * 399 + smile + "… and 1,233 characters more: the summary of the run has them"})
        # Paper has it whole, in as many lines as it takes.
        pdf = self.folder / "long.pdf"
        pdf.write_bytes(browser.print_pdf(self.driver))
        printed = subprocess.run(["pdftotext", "-raw", pdf, "-"], capture_output=True, check=True).stdout.decode()
        schedule = printed[printed.index("What the host does by itself"):printed.index("Evidence and method")]
        self.assertEqual(schedule.count("Q"), 1233)
        self.assertNotIn("characters more", schedule)
        self.assert_quiet()

    def test_a_gap_says_what_was_handed_out_in_it(self):
        log = self.folder / "gap" / "cron"
        log.parent.mkdir(exist_ok=True)
        # Six lines are gone, and 700 PIDs more than their jobs take: other work may have taken all.
        log.write_bytes(b"".join(b"root (11/%02d-%02d:%02d:01-%d) CMD (tick)\n" % (
            1 + i // 144, i // 6 % 24, i % 6 * 10, 600 + 2 * i + (700 if i > 503 else 0))
            for i in range(6 * 144) if not 500 <= i < 506))
        os.utime(log, (973555200, 973555200))
        browser.open_report(self.driver, self.report("gap.html", "--timezone", "UTC", log))
        self.assertEqual(self.text("#headline"),
                         "700 unexplained PIDs; records are missing: cause unknown · 4 Nov 2000, 11:10 to 12:20 (UTC)")
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
        # Two lines a month apart.
        log.write_text("root (10/05-03:00:00-600) CMD (job)\nroot (11/05-03:00:00-900) CMD (job)\n")
        os.utime(log, (973743001, 973743001))
        browser.open_report(self.driver, self.report("unjudged.html", "--timezone", "America/Chicago", log))
        self.assertEqual(self.text("#headline"), "Nothing was judged")
        self.assertEqual(self.driver.execute_script("return plural(2, 'stretch')"), "2 stretches")
        told = self.one("#evidence").get_attribute("textContent")
        self.assertIn("1 stretch not judged", told)
        self.assertIn("5 Oct 2000, 03:00:00 (−05:00)", told)  # each by the offset of its day
        self.assertIn("5 Nov 2000, 03:00:00 (−06:00)", told)
        self.assert_quiet()

    def test_nothing_read_is_no_all_clear(self):
        path = self.folder / "missing.html"
        empty = self.folder / "empty" / "cron"
        empty.parent.mkdir()
        empty.touch()
        subprocess.run([program.PROGRAM, "report", "-o", path, "--force", empty.parent, self.folder / "no-such-image"],
                       check=False, capture_output=True)
        browser.open_report(self.driver, path)
        self.assertRegex(self.text("#headline"), "^Nothing was read · .*no-such-image")
        self.assert_quiet()

    def test_a_log_without_readings_has_no_graph(self):
        for name, text in (("a", "Nov  5 03:00:00 web01 sshd[9]: hello\n"), ("b", None)):
            log = self.folder / "readings" / name / "cron"
            log.parent.mkdir(exist_ok=True, parents=True)
            log.write_bytes(text.encode() if text else evidence.LOG)
            os.utime(log, (973743001, 973743001))
        folder = self.folder / "readings"
        browser.open_report(self.driver, self.report("readings.html", *program.ZONE, folder / "a", folder / "b"))
        self.assertTrue(self.one("#graph").is_displayed())
        self.assertFalse(self.one("#no-readings").is_displayed())
        about_the_graph = ("#graph", "#clock .buttons", "#clock .legend", "#clock .hint", "[data-view='in']", "#logscale")
        for part in about_the_graph:
            self.assertTrue(self.one(part).is_displayed(), part)
        options = self.all("#series option")
        if len(options) > 1:
            self.assertIn("/b", options[0].text)
            Select(self.one("#series")).select_by_index(1)
            for part in about_the_graph:
                self.assertFalse(self.one(part).is_displayed(), part)
            self.assertIn("nothing to draw", self.text("#no-readings"))
            self.driver.find_element(By.TAG_NAME, "body").send_keys("+")  # a key that zooms has nothing to zoom
            Select(self.one("#series")).select_by_index(0)
            for part in about_the_graph:
                self.assertTrue(self.one(part).is_displayed(), part)
        else:
            self.fail("the log without readings has no series")
        self.assert_quiet()


if __name__ == "__main__":
    tap.main()
