"""Drives Debian's Chromium without a screen."""

import base64
import pathlib
import time
import unittest

try:
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service
except ImportError:
    webdriver = None

CHROMIUM = pathlib.Path("/usr/bin/chromium")
DRIVER = pathlib.Path("/usr/bin/chromedriver")
# The first page of a new browser on a loaded machine takes its time.
READY_SECONDS = 120


def available():
    return webdriver is not None and CHROMIUM.exists() and DRIVER.exists()


def start(scripts=True, dark=False, width=1400, height=1000):
    """A browser. It finds nothing to fetch: all its own traffic is turned off."""
    if not available():
        raise unittest.SkipTest("chromium, chromium-driver or python3-selenium is not installed")
    options = Options()
    options.binary_location = str(CHROMIUM)
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage",
                     "--disable-background-networking", "--disable-component-update", "--disable-sync",
                     "--force-device-scale-factor=1", f"--window-size={width},{height}"):
        options.add_argument(argument)
    if dark:
        options.add_argument("--force-dark-mode")
    if not scripts:
        options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=Service(str(DRIVER)))


def open_report(driver, path):
    """Opens a report and waits until it says that it is drawn."""
    driver.get(pathlib.Path(path).resolve().as_uri())
    end = time.monotonic() + READY_SECONDS
    while driver.execute_script("return document.documentElement.dataset.ready") != "yes":
        failure = driver.execute_script("return document.getElementById('failure').textContent")
        if failure or time.monotonic() > end:
            raise AssertionError(f"the report is not drawn: {failure or 'no answer'}")
        time.sleep(0.05)


def print_pdf(driver):
    made = driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": True, "preferCSSPageSize": True})
    return base64.b64decode(made["data"])
