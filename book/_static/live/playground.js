// The playground: an equation that the reader writes, judged by the program that checks the book.
// The address behind "#" is either `chapter/label`, an equation of the book, or `text=…`, a written one.
import { decoded, encoded } from "./address.js";
import { make, statusLine } from "./output.js";
import { ask, description } from "./python.js";

const PAUSE = 600; // milliseconds without a key before the equation is judged
const FIELDS = [
  // name, label, rows of a text or 0 for a line
  ["symbols", "Symbols", 6],
  ["before", "Definitions before it", 6],
  ["latex", "Equation", 4],
  ["defines", "Defines (of its left side, a name with a new meaning)", 0],
  ["where", "Where (a condition under which it is claimed)", 0],
  ["python", "In code (an expression that computes its left side)", 0],
];
const PARTS = { symbols: "In the symbols", before: "In the definitions", equation: "" };
const FIRST = "softmax-derivative/softmax-gradient";

const root = document.getElementById("playground-form");
const { chapters } = await description();
const fields = {};
const status = statusLine();
const verdicts = make("div", { id: "playground-verdicts" });
const chapter = make("select", {}, ...chapters.map(([value, title]) => make("option", { value }, title)));
const equation = make("select", {});
const sharp = make("input", { type: "checkbox" });
const lists = new Map(); // by chapter, its equations
let original; // the equation that was opened, with its address
let pause, asked;

function build() {
  const style = new URL("playground.css", import.meta.url);
  document.head.append(make("link", { rel: "stylesheet", href: style }));
  const row = (...children) => make("p", { className: "live-row" }, ...children);
  const label = (words, control) => make("label", {}, words, control);
  root.replaceChildren(row(label("Chapter", chapter), label("Equation", equation)));
  for (const [name, words, rows] of FIELDS) {
    const field = make(rows ? "textarea" : "input", { spellcheck: false, className: "live-source" });
    if (rows) Object.assign(field, { rows, wrap: "off" });
    field.setAttribute("autocapitalize", "off");
    field.addEventListener("input", changed);
    fields[name] = field;
    root.append(label(words, field));
  }
  sharp.addEventListener("change", changed);
  const judgeNow = make("button", { type: "button", className: "live-button" }, "Judge");
  judgeNow.addEventListener("click", judge);
  const restore = make("button", { type: "button", className: "live-button" }, "Reset");
  restore.addEventListener("click", () => original && show(original.written, original.address, true));
  root.append(label("It is a bound that is nearly attained", sharp));
  root.append(make("div", { className: "live-bar" }, judgeNow, restore, ...status.elements), verdicts);
  chapter.addEventListener("change", () => open(chapter.value, ""));
  equation.addEventListener("change", () => open(chapter.value, equation.value));
}

const written = () => ({
  ...Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.value])),
  sharp: sharp.checked,
});

async function listOf(name) {
  if (!lists.has(name)) {
    const file = new URL(`equations/${name}.json`, import.meta.url);
    lists.set(name, await fetch(file).then((response) => response.json()));
  }
  return lists.get(name);
}

// Open an equation of the book, the first of the chapter if the label is none of it.
async function open(name, label, judged = true) {
  if (!chapters.some(([known]) => known === name)) return open(...FIRST.split("/"), judged);
  const list = await listOf(name);
  const chosen = list.find((one) => one.label === label) ?? list[0];
  chapter.value = name;
  equation.replaceChildren(...list.map((one) => make("option", { value: one.label }, one.title)));
  equation.value = chosen.label;
  original = { address: `${name}/${chosen.label}`, written: chosen };
  show(chosen, original.address, judged);
}

function show(values, address, judged) {
  for (const [name, field] of Object.entries(fields)) {
    field.value = values[name] ?? "";
    if (field.rows) field.rows = Math.min(14, Math.max(2, field.value.split("\n").length));
  }
  sharp.checked = Boolean(values.sharp);
  history.replaceState(null, "", `#${address}`);
  verdicts.replaceChildren();
  if (judged) judge();
  else status.say("Change something, or press Judge: then Python is loaded, 9 MB once.");
}

function changed() {
  clearTimeout(pause);
  pause = setTimeout(async () => {
    history.replaceState(null, "", `#text=${await encoded(written())}`);
    judge();
  }, PAUSE);
}

// Judge what is written. While one equation is judged the newest waits, and those between are left out.
async function judge() {
  clearTimeout(pause);
  if (asked) return void (asked.again = true);
  asked = {};
  status.say("Judging");
  const hear = (kind, data) => (kind === "loading" ? status.loading(data) : undefined);
  const found = await ask("judge", written(), hear);
  const { again } = asked;
  asked = undefined;
  if (again) return judge();
  status.say(found.stopped ?? "");
  if (!found.stopped) verdicts.replaceChildren(...found.map(told));
}

function told({ part, kind, word, message, line }) {
  const place = part === "equation" && fields.latex.value.split("\n").length < 2 ? "" : `line ${line}`;
  const where = [PARTS[part], place].filter(Boolean).join(", ");
  const passed = !["failed", "refused"].includes(kind);
  return make(
    "div",
    { className: `live-verdict ${passed ? "passed" : "wrong"}`, role: part === "equation" ? "status" : "note" },
    make("p", {}, make("span", { className: `verdict ${kind}` }, word), where && !passed ? ` (${where})` : ""),
    make("p", { className: "live-message" }, message),
  );
}

async function fromAddress() {
  const address = decodeURIComponent(location.hash.slice(1));
  if (address.startsWith("text=")) {
    try {
      const values = await decoded(address.slice(5));
      equation.replaceChildren(make("option", {}, "as written below"));
      return show(values, address, true);
    } catch {
      status.say("The address is not one that this page made; here is an equation of the book.");
    }
  }
  const [name, label] = address.split("/");
  await open(name, label ?? "", Boolean(address));
}

build();
await fromAddress();
addEventListener("hashchange", fromAddress);
