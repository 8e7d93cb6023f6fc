package org.holdfast.console;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.JavascriptExecutor;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.WebDriverWait;

/** Chromium without a window, and what it complained about. */
final class Browser implements AutoCloseable {

    private static final Path SCREENSHOTS = Path.of("target/screenshots");

    private final ChromeDriver driver;

    private Browser(ChromeDriver driver) {
        this.driver = driver;
    }

    /** The driver that fits the installed Chromium; nothing is ever downloaded. */
    static Optional<Path> driverBinary() {
        return Stream.of("/usr/bin/chromedriver", "/usr/local/bin/chromedriver", "/usr/lib/chromium/chromedriver")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
    }

    static Browser open(Path profile) {
        ChromeOptions options = new ChromeOptions();
        Stream.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
                .filter(path -> Files.isExecutable(Path.of(path)))
                .findFirst()
                .ifPresent(options::setBinary);
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--lang=en",
                "--user-data-dir=" + profile);
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        options.setCapability("goog:loggingPrefs", logs);
        ChromeDriver driver = new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(driverBinary().orElseThrow().toFile())
                        .build(),
                options);
        driver.manage().timeouts().pageLoadTimeout(Duration.ofMinutes(2));
        return new Browser(driver).size(1440, 1000);
    }

    Browser size(int width, int height) {
        driver.manage().window().setSize(new Dimension(width, height));
        return this;
    }

    /** As wide as a telephone, which a window cannot be. */
    void narrow(int width, int height) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    }

    void wide() {
        driver.executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
    }

    void go(String url) {
        driver.get(url);
    }

    String url() {
        return driver.getCurrentUrl();
    }

    WebElement element(String css) {
        return new WebDriverWait(driver, Duration.ofMinutes(1)).until(d -> d.findElement(By.cssSelector(css)));
    }

    List<WebElement> elements(String css) {
        return driver.findElements(By.cssSelector(css));
    }

    void type(String css, String text) {
        WebElement field = element(css);
        field.clear();
        field.sendKeys(text);
    }

    void click(String css) {
        WebElement element = element(css);
        new WebDriverWait(driver, Duration.ofMinutes(1)).until(d -> element.isDisplayed() && element.isEnabled());
        element.click();
    }

    /** The visible text of a part of the page, once it has this in it. */
    String textOnceItSays(String css, String words) {
        return new WebDriverWait(driver, Duration.ofSeconds(90))
                .withMessage("No \"" + words + "\" in " + css)
                .ignoring(org.openqa.selenium.StaleElementReferenceException.class)
                .until(d -> Optional.of(d.findElements(By.cssSelector(css)))
                        .filter(found -> !found.isEmpty())
                        .map(found -> found.get(0).getText())
                        .filter(text -> text.contains(words))
                        .orElse(null));
    }

    Object script(String script) {
        return ((JavascriptExecutor) driver).executeScript(script);
    }

    String title() {
        return driver.getTitle();
    }

    void shot(String name) {
        try {
            Files.createDirectories(SCREENSHOTS);
            Files.write(SCREENSHOTS.resolve(name + ".png"), driver.getScreenshotAs(OutputType.BYTES));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Everything severe since the last call: failing scripts, refused by the policy, not found. */
    List<String> complaints() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.SEVERE.intValue())
                .map(LogEntry::getMessage)
                .toList();
    }

    @Override
    public void close() {
        driver.quit();
    }
}
