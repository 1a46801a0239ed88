/**
 * What the window weighs, how soon it can be used, and whether it stays smooth while Nix prints: the built window in
 * Chromium, served by the real host. A bare page does the same in the same run, because machines are noisy: where
 * Chromium itself is slow, that shows in its figures too. Limits: 250 kB of script and style packed by gzip, 800 ms to
 * the first press of a button, 50 ms for the longest task of the page while 10,000 lines a second come in.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { chromium } from '@playwright/test';
import { runnerImport } from 'vite';
import { build } from '../../scripts/build.mjs';
import { median, table, tenths } from './figures.mjs';
import { judge } from './judge.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const renderer = path.join(root, 'dist/renderer');
const pairs = Number(process.env.PAIRS ?? 7);
const seconds = Number(process.env.SECONDS ?? 10);
const linesASecond = 10_000;
const limits = { kilobytes: 250, interactiveMillis: 800, taskMillis: 50, frameMillis: 50 };

await build(['window']);
const load = async (/** @type {string} */ file) =>
  (await runnerImport(path.join(root, file), { root, configFile: false, logLevel: 'error' })).module;
const { openWebHost } = await load('src/main/web-host.ts');
const { ordinaryWorld, emptyRecipe, laptopKey } = await load('test/wizard/world.ts');
const { cancelled, done, failed } = await load('src/shared/problem.ts');

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
try {
  const kilobytes = weigh();
  const interactiveMillis = await measureOpening();
  const { taskMillis, frameMillis } = await measureLog();
  const good = [
    judge({ what: 'window: by gzip', measured: kilobytes, unit: 'kB', most: limits.kilobytes }),
    judge({
      what: 'window: first screen can be used',
      measured: interactiveMillis,
      unit: 'ms',
      most: limits.interactiveMillis,
    }),
    judge({
      what: `window: longest frame at ${linesASecond} lines/s`,
      measured: frameMillis,
      unit: 'ms',
      most: limits.frameMillis,
    }),
    judge({
      what: `window: longest task at ${linesASecond} lines/s, processor time`,
      measured: taskMillis,
      unit: 'ms',
      most: limits.taskMillis,
    }),
  ].every(Boolean);
  await browser.close();
  // What was loaded for the host holds on to this process.
  process.exit(good ? 0 : 1);
} finally {
  await browser.close();
}

/** Prints what is loaded. @returns {number} kB of script, style and page, packed by gzip */
function weigh() {
  const page = readFileSync(path.join(renderer, 'index.html'), 'utf8');
  const styles = [...page.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.(?:js|css))"/g)].map(
    (match) => match[1] ?? '',
  );
  const packed = ['index.html', ...styles].map((file) => {
    const content = readFileSync(path.join(renderer, file));
    return {
      file,
      'kB as it is': content.length / 1000,
      'kB by gzip': gzipSync(content, { level: 9 }).length / 1000,
    };
  });
  table(packed);
  const fonts = readdirSync(path.join(renderer, 'assets')).filter((file) =>
    /-latin-wght.*\.woff2$/.test(file),
  );
  const fontBytes = fonts.reduce(
    (sum, file) => sum + readFileSync(path.join(renderer, 'assets', file)).length,
    0,
  );
  const total = packed.reduce((sum, one) => sum + one['kB by gzip'], 0);
  console.log(
    `the window: ${tenths(total)} kB by gzip (at most ${limits.kilobytes}); fonts of a page in English: ${tenths(fontBytes / 1000)} kB`,
  );
  return total;
}

/**
 * From the start of loading until the first button of the first screen is there, laid out, and the page is idle.
 * @returns {Promise<number>} ms, median
 */
async function measureOpening() {
  const bare = await serveBare();
  const rows = [];
  try {
    for (let pair = 0; pair <= pairs; pair += 1) {
      const host = await openHost();
      const plain = await open(bare.url);
      const ours = await open(host.url);
      await host.close();
      // The first pair pays for filling Chromium's and the system's caches.
      if (pair > 0) rows.push({ pair, 'window (ms)': ours, 'bare page (ms)': plain, ratio: ours / plain });
    }
  } finally {
    bare.close();
  }
  table(rows);
  const ours = median(rows.map((row) => row['window (ms)']));
  const plain = median(rows.map((row) => row['bare page (ms)']));
  console.log(
    `usable after ${tenths(ours)} ms (at most ${limits.interactiveMillis}); a bare page with one button: ${tenths(plain)} ms`,
  );
  return ours;
}

async function open(/** @type {string} */ url) {
  const context = await browser.newContext({ viewport: { width: 1180, height: 760 } });
  try {
    const page = await context.newPage();
    await page.addInitScript(() => {
      const usable = () => document.querySelector('main .page-foot button, #bare') !== null;
      const note = () => {
        // The page can be used once it has been drawn and nothing else keeps it busy.
        if (usable())
          requestAnimationFrame(() => requestIdleCallback(() => (window.usableAt = performance.now())));
        else requestAnimationFrame(note);
      };
      note();
    });
    await page.goto(url);
    return Number(await (await page.waitForFunction(() => window.usableAt)).jsonValue());
  } finally {
    await context.close();
  }
}

/** A page with one button and a script that makes it: what Chromium and the machine need for anything at all. */
async function serveBare() {
  const script = `document.body.innerHTML = '<main><button id="bare">Go</button></main>'`;
  const server = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.end(`<!doctype html><title>Bare</title><body><script>${script}</script>`);
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', () => listening(undefined)));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The bare page has no port.');
  return { url: `http://127.0.0.1:${address.port}/`, close: () => server.close() };
}

/**
 * The real host over scripted services: a build that prints and nothing else.
 * @param {() => void} [onPrinted] is told when it has printed everything
 */
async function openHost(onPrinted) {
  const answers = { ...ordinaryWorld(), emptyRecipe: () => ({ ...emptyRecipe, keys: [laptopKey.line] }) };
  return openWebHost(
    {
      call: async (/** @type {keyof typeof answers} */ name, /** @type {never} */ input) =>
        done(await answers[name](input)),
      async *job(
        /** @type {string} */ name,
        /** @type {unknown} */ _input,
        /** @type {AbortSignal} */ signal,
      ) {
        if (name !== 'build') return failed(cancelled);
        yield { kind: 'phase', phase: 'build' };
        yield* printLines(signal);
        onPrinted?.();
        return failed(cancelled);
      },
    },
    renderer,
    0,
  );
}

/** As many lines as the clock asks for, of the length that Nix prints. */
async function* printLines(/** @type {AbortSignal} */ signal) {
  const started = performance.now();
  for (let printed = 0; !signal.aborted && printed < seconds * linesASecond;) {
    const due = Math.min(seconds * linesASecond, ((performance.now() - started) / 1000) * linesASecond);
    for (; printed < due; printed += 1)
      yield {
        kind: 'log',
        line: `python3.13-requests> copying path ${printed} /nix/store/…-source/tests/test_${printed}.py`,
      };
    await new Promise((soon) => setTimeout(soon, 10));
  }
}

/**
 * Frames, tasks and memory while a build prints, against the same window while nothing happens.
 * While lines came in: ms of processor time of the longest task, and ms of the longest frame.
 * @returns {Promise<{ taskMillis: number, frameMillis: number }>}
 */
async function measureLog() {
  /** @type {() => void} */
  let tell = () => {};
  const printed = new Promise((resolve) => (tell = () => resolve(undefined)));
  const host = await openHost(tell);
  const context = await browser.newContext({ viewport: { width: 1180, height: 760 } });
  try {
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send('Performance.enable');
    await page.goto(host.url);
    await page.getByRole('button', { name: /^Build / }).click();
    const start = page.getByRole('button', { name: 'Build the image' });
    await start.isEnabled();
    const before = await memory(session);
    const idle = await record(page, session, () => page.waitForTimeout(seconds * 1000));
    const busy = await record(page, session, async () => {
      await start.click();
      // Not by looking for something on the page: that would read all of its text, again and again.
      await printed;
    });
    await page.getByRole('heading', { level: 1, name: 'The build was stopped' }).waitFor({ timeout: 60_000 });
    const shown = await page
      .locator('.log-lines')
      .evaluate((log) => log.textContent?.trim().split('\n').at(-1));
    if (!shown?.includes(`test_${seconds * linesASecond - 1}.py`))
      throw new Error(`The log ends in ${shown}`);
    const after = await memory(session);
    table([
      { while: 'nothing happens', ...idle },
      { while: `${linesASecond} lines a second come in`, ...busy },
    ]);
    table([
      { memory: 'before the build', ...before },
      { memory: `after ${seconds * linesASecond} lines`, ...after },
    ]);
    console.log(
      `longest task ${tenths(busy['longest task (ms)'])} ms of processor time (at most ${limits.taskMillis}); ` +
        `longest frame ${tenths(busy['longest frame (ms)'])} ms, ${tenths(idle['longest frame (ms)'])} ms while nothing happens; ` +
        `script heap ${tenths(after['script heap (MB)'])} MB`,
    );
    return { taskMillis: busy['longest task (ms)'], frameMillis: busy['longest frame (ms)'] };
  } finally {
    await context.close();
    await host.close();
  }
}

/**
 * Runs something and says how smooth the page was meanwhile. A frame counts as long as the wait for it was; a task
 * counts the time that the processor worked for it, whatever else the machine had to do.
 * @param {import('@playwright/test').Page} page
 * @param {import('@playwright/test').CDPSession} session
 * @param {() => Promise<unknown>} act
 */
async function record(page, session, act) {
  /** @type {{ name: string; ph: string; dur?: number; tdur?: number; pid: number; tid: number; args?: { name?: string } }[]} */
  const events = [];
  session.on(
    'Tracing.dataCollected',
    ({ value }) => void events.push(.../** @type {typeof events} */ (value)),
  );
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: {
      includedCategories: ['toplevel'],
      excludedCategories: ['*'],
    },
  });
  await page.evaluate(() => {
    /** @type {number[]} */
    const frames = [];
    window.frameMillis = frames;
    let last = performance.now();
    const next = (/** @type {number} */ now) => {
      frames.push(now - last);
      last = now;
      window.frameRequest = requestAnimationFrame(next);
    };
    window.frameRequest = requestAnimationFrame(next);
  });
  await act();
  const frames = await page.evaluate(() => {
    cancelAnimationFrame(window.frameRequest);
    return window.frameMillis;
  });
  const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
  await session.send('Tracing.end');
  await complete;
  session.removeAllListeners('Tracing.dataCollected');
  const mains = new Set(
    events
      .filter((event) => event.name === 'thread_name' && event.args?.name === 'CrRendererMain')
      .map((event) => `${event.pid} ${event.tid}`),
  );
  const tasks = events
    .filter((event) => event.ph === 'X' && mains.has(`${event.pid} ${event.tid}`))
    .map((event) => (event.tdur ?? event.dur ?? 0) / 1000);
  return {
    'longest task (ms)': Math.max(0, ...tasks),
    'tasks over 16 ms': tasks.filter((millis) => millis > 16).length,
    frames: frames.length,
    'median frame (ms)': median(frames),
    'frames over 50 ms': frames.filter((millis) => millis > 50).length,
    'longest frame (ms)': Math.max(...frames),
  };
}

/**
 * What is left after the rubbish was collected.
 * @param {import('@playwright/test').CDPSession} session
 */
async function memory(session) {
  await session.send('HeapProfiler.collectGarbage');
  const { metrics } = await session.send('Performance.getMetrics');
  const of = (/** @type {string} */ name) => metrics.find((metric) => metric.name === name)?.value ?? 0;
  const whole = await browser.newBrowserCDPSession();
  const { processInfo } = await whole.send('SystemInfo.getProcessInfo');
  await whole.detach();
  const resident = processInfo
    .filter(({ type }) => type === 'renderer')
    .map(({ id }) => residentMegabytes(id));
  return {
    'script heap (MB)': of('JSHeapUsedSize') / 1e6,
    'nodes of the page': of('Nodes'),
    'its process (MB)': Math.max(0, ...resident),
  };
}

/** What a process has in memory; 0 where the system does not say. */
function residentMegabytes(/** @type {number} */ pid) {
  try {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1000;
  } catch {
    return 0;
  }
}
