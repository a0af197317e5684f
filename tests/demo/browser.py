"""A headless browser for pages of the disk."""

import contextlib
import json
import shutil
import tempfile
import time

import pytest

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--window-size=1000,1500",
    "--hide-scrollbars",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextlib.contextmanager
def browser(*flags):
    """A driver of Chromium; the test is skipped where Chromium, its driver or Selenium is missing."""
    webdriver = pytest.importorskip("selenium.webdriver")
    binary, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if binary is None or driver is None:
        pytest.skip("Chromium and its driver are not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        for flag in (*FLAGS, f"--user-data-dir={profile}", *flags):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        found = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
        try:
            found.get("about:blank")
            found.get_log("performance")  # requests of its start page
            found.set_script_timeout(120)
            yield found
        finally:
            found.quit()


def wait(driver, condition, seconds=60):
    """Wait until a JavaScript expression is true."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if driver.execute_script(f"return Boolean({condition})"):
            return
        time.sleep(0.05)
    raise AssertionError(driver.execute_script("return document.getElementById('status')?.textContent"))


def requests(driver):
    """Addresses that the page asked for, without data: and blob:."""
    found = []
    for entry in driver.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            found.append(message["params"]["request"]["url"])
    return [url for url in found if not url.startswith(("data:", "blob:", "about:", "chrome:"))]


def errors(driver):
    return [entry["message"] for entry in driver.get_log("browser") if entry["level"] == "SEVERE"]
