// Runs Python beside the page, so that the page can be used meanwhile.
let python, live, judging, answers, current;
let queue = Promise.resolve();

const say = (kind, data) => postMessage({ number: current, kind, data });

onmessage = ({ data }) => {
  queue = queue.then(() => perform(data));
};

async function perform({ number, task, value }) {
  current = number;
  try {
    say("done", await tasks[task](value));
  } catch (error) {
    say("done", { stopped: `Python could not do it: ${error.message ?? error}` });
  }
}

// What is printed, in larger pieces, because each message costs time.
const decoder = new TextDecoder();
let printed = "";
let told = 0;
const flush = () => {
  if (printed) say("text", printed);
  printed = "";
  told = performance.now();
};
const write = (bytes) => {
  printed += decoder.decode(bytes, { stream: true });
  if (performance.now() - told > 100) flush();
  return bytes.length;
};

// Count what is loaded of the files whose size is known.
function countLoading(sizes) {
  const load = self.fetch;
  let [received, total] = [0, 0];
  self.fetch = async (address, options) => {
    const response = await load(address, options);
    const size = sizes[String(address.url ?? address).split("/").pop()];
    if (!size || !response.body) return response;
    total += size;
    const counter = new TransformStream({
      transform(chunk, controller) {
        received += chunk.length;
        say("loading", [received, total]);
        controller.enqueue(chunk);
      },
    });
    return new Response(response.body.pipeThrough(counter), response);
  };
}

async function start(manifest) {
  countLoading(manifest.sizes);
  const base = new URL(manifest.runtime, import.meta.url).href;
  const { loadPyodide } = await import(`${base}pyodide.mjs`);
  python = await loadPyodide({ indexURL: base, packageBaseUrl: base });
  python.setStdout({ write });
  python.setStderr({ write });
  const quiet = { messageCallback: () => {} };
  const [book] = await Promise.all([
    fetch(new URL(manifest.book, import.meta.url)).then((response) => response.arrayBuffer()),
    python.loadPackage(["numpy", "mpmath"], quiet),
  ]);
  python.unpackArchive(book, "zip", { extractDir: "/book" });
  python.runPython("import sys; sys.path[:0] = ['/book/code']");
  live = python.pyimport("live");
  live.prepare("/book/book");
}

async function cell({ source, name }) {
  await python.loadPackagesFromImports(live.without_settings(source), { messageCallback: () => {} });
  say("running");
  const show = (kind, data) => {
    flush();
    say(kind, kind === "text" ? `${data}\n` : data);
  };
  const error = live.run(source, name, show);
  flush();
  return { error };
}

function judge(written) {
  judging ??= python.pyimport("judging");
  const verdicts = judging.judge(python.toPy(written), "softmax_theory");
  return verdicts.toJs({ dict_converter: Object.fromEntries });
}

function answer({ source, tests }) {
  say("running");
  answers ??= python.pyimport("answers");
  return answers.results(source, tests).toJs({ dict_converter: Object.fromEntries });
}

const tasks = { start, cell, judge, answer };
