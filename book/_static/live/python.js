// The Python of a page: one worker, which does one task after the other.
let worker, manifest;
const waiting = new Map(); // by their numbers, the tasks that are not done
const hearers = []; // who is told when all that was computed is lost
const START = 0; // the number of the first task of a worker, which nobody waits for
let last = START;

export const whenStopped = (hearer) => hearers.push(hearer);

export async function description() {
  manifest ??= fetch(new URL("manifest.json", import.meta.url)).then((response) => response.json());
  return manifest;
}

async function started() {
  const described = await description();
  worker ??= start(described);
  return worker;
}

function start(described) {
  const started = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
  started.addEventListener("message", ({ data }) => {
    // What is loaded at the start is for all that wait for it.
    if (data.kind === "loading") return waiting.forEach((task) => task.hear("loading", data.data));
    const task = waiting.get(data.number);
    if (data.kind !== "done") return task?.hear(data.kind, data.data);
    if (data.number === START) return data.data?.stopped && stop(data.data.stopped);
    waiting.delete(data.number);
    task?.finish(data.data);
  });
  started.addEventListener("error", (event) => stop(event.message || "Python could not be started"));
  started.postMessage({ number: START, task: "start", value: described });
  return started;
}

// Do a task; `hear` is told what is printed, drawn and loaded meanwhile. The result is JSON, or
// `{ stopped }` with the reason.
export async function ask(task, value, hear = () => {}) {
  const number = ++last;
  const result = new Promise((finish) => waiting.set(number, { hear, finish }));
  (await started()).postMessage({ number, task, value });
  return result;
}

// End all that runs; what was computed is lost, and the next task starts Python anew.
export function stop(reason = "Stopped.") {
  worker?.terminate();
  worker = undefined;
  const stopped = [...waiting.values()];
  waiting.clear();
  stopped.forEach((task) => task.finish({ stopped: reason }));
  hearers.forEach((hearer) => hearer());
}
