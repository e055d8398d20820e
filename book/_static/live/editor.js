// What the buttons of a cell do: run, run all above, stop, edit, reset.
import { fieldFor, isEdited } from "./field.js";
import { button, make, outputIn, statusLine } from "./output.js";
import { ask, description, stop, whenStopped } from "./python.js";

// Give the cells their editors, and return them.
export async function attach(elements) {
  const manifest = await description();
  const cells = elements.map((element, index) => liveCell(element, index, manifest));
  const live = cells.filter(Boolean);
  const note = make("p", { className: "live-note" }, manifest.versions); // below the first that runs
  for (const [place, cell] of live.entries()) {
    const above = live.slice(0, place);
    // The cells above that have not run yet run first, because this one may need them.
    const runAfter = (others) => {
      if (!note.isConnected) cell.bar.after(note);
      return inOrder([...others, cell]);
    };
    cell.run = () => runAfter(above.filter((other) => !other.ran));
    cell.runAbove = () => runAfter(above);
    addButtons(cell, above.length > 0);
    if (isEdited(cell.field.original)) cell.field.open();
  }
  whenStopped(() => live.forEach((cell) => (cell.ran = false)));
  return cells;
}

// Run cells one after the other, up to one that fails or is stopped.
async function inOrder(cells) {
  const last = cells.at(-1);
  if (cells.length > 1) last.status.say("Running the cells above");
  for (const cell of cells) {
    if (await execute(cell)) continue;
    if (cell !== last) last.status.say(`Not run: ${cell.name} did not come to its end.`);
    return;
  }
}

function liveCell(element, index, manifest) {
  if (element.dataset.missing) return undefined;
  const name = `cell ${index + 1}`;
  const empty = () => element.appendChild(make("div", { className: "cell_output" }));
  const box = element.querySelector(".cell_output") ?? empty();
  const cell = {
    name,
    box,
    bar: element.querySelector(".live-bar"),
    field: fieldFor(element.querySelector(".cell_input .highlight"), name, () => cell.run()),
    asBuilt: box.innerHTML,
    look: { dark: manifest.dark, alt: box.querySelector("img")?.alt },
    status: statusLine(),
    ran: false,
  };
  return cell;
}

async function execute(cell) {
  const { status } = cell;
  const output = outputIn(cell.box, cell.look);
  status.say("Waiting");
  cell.halt.disabled = false;
  const hear = (kind, data) => {
    if (kind === "loading") status.loading(data);
    if (kind === "running") status.say("Running");
    if (kind === "text") output.print(data);
    if (kind === "html") output.insert(data);
    if (kind === "figure") output.draw(data);
  };
  const { error, stopped } = await ask("cell", { source: cell.field.text(), name: cell.name }, hear);
  cell.halt.disabled = true;
  if (error) output.fail(error);
  status.say(stopped ?? (error ? "Ended with an error." : "Done."));
  cell.ran = !error && !stopped;
  return cell.ran;
}

function addButtons(cell, hasAbove) {
  const run = button("Run", () => cell.run());
  const above = button("Run all above", () => cell.runAbove());
  cell.halt = button("Stop", () => stop());
  cell.halt.disabled = true;
  const edit = button("Edit", () => cell.field.open().focus());
  const restore = button("Reset", () => reset(cell));
  const had = [...cell.bar.children].indexOf(document.activeElement);
  const buttons = [run, ...(hasAbove ? [above] : []), cell.halt, edit, restore];
  cell.bar.replaceChildren(...buttons, ...cell.status.elements);
  if (had >= 0) run.focus();
}

// Show the cell as it was printed. What other cells made of its edits stays until they run again.
function reset(cell) {
  cell.field.close();
  cell.box.innerHTML = cell.asBuilt;
  cell.status.say("");
}
