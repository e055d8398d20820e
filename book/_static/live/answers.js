// What the buttons below the start of an answer do: check it, stop, reset.
import { fieldFor, isEdited, textOf } from "./field.js";
import { button, make, statusLine } from "./output.js";
import { ask, stop } from "./python.js";

// Show an answer that an earlier visit began.
export function reopen(element, bar) {
  if (isEdited(textOf(element.querySelector(".highlight")))) attach(element, bar);
}

// Give an answer its field, which is returned, and its buttons.
export function attach(element, bar) {
  const status = statusLine();
  const box = make("div", { className: "live-results" });
  const check = async () => {
    status.say("Waiting");
    halt.disabled = false;
    const hear = (kind, data) => (kind === "loading" ? status.loading(data) : status.say("Checking"));
    const question = { source: field.text(), tests: element.dataset.tests };
    const found = await ask("answer", question, hear);
    halt.disabled = true;
    status.say(found.stopped ?? summary(found));
    box.replaceChildren(...(found.stopped ? [] : told(found)));
  };
  const field = fieldFor(element.querySelector(".highlight"), "your answer", check);
  const halt = button("Stop", () => stop());
  halt.disabled = true;
  const restore = button("Reset", () => {
    field.close();
    field.open().focus();
    box.replaceChildren();
    status.say("");
  });
  bar.replaceChildren(button("Check my answer", check), halt, restore, ...status.elements);
  bar.after(box);
  return field.open();
}

function summary(results) {
  if (results[0]?.error) return "Your code ended with an error.";
  const failed = results.filter((result) => !result.passed).length;
  if (failed) return `${failed} of ${results.length} tests fail.`;
  return `Right: all ${results.length} tests pass.`;
}

function told(results) {
  if (results[0]?.error) return [make("pre", { className: "live-error", tabIndex: 0 }, results[0].error)];
  const cell = (tag, text) => make(tag, {}, text);
  const code = (text) => make("td", {}, make("code", {}, text));
  const rows = results.map(({ call, value, wanted, passed }) =>
    make("tr", {}, cell("td", passed ? "✓ passes" : "✗ fails"), code(call), code(value), code(wanted)),
  );
  const head = make("tr", {}, ...["Test", "Call", "Value", "Value wanted"].map((words) => cell("th", words)));
  const table = make("table", { className: "table" }, make("thead", {}, head), make("tbody", {}, ...rows));
  return [make("div", { className: "pst-scrollable-table-container", tabIndex: 0 }, table)];
}
