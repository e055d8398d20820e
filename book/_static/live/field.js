// A field to edit code in, which replaces the printed code. What is written survives a reload.
import { make } from "./output.js";

const memory = `cells ${location.pathname}`;
const edits = JSON.parse(localStorage.getItem(memory) ?? "{}"); // by the text that was edited

export const textOf = (code) => code.querySelector("pre").textContent.replace(/\n$/, "");
export const isEdited = (original) => original in edits;

function remember(original, text) {
  if (text === original) delete edits[original];
  else edits[original] = text;
  if (Object.keys(edits).length) localStorage.setItem(memory, JSON.stringify(edits));
  else localStorage.removeItem(memory);
}

// Begin a new line with the indentation of this one, or one level deeper after a colon.
function breakLine(field) {
  const line = field.value.slice(0, field.selectionStart).split("\n").pop();
  const indent = line.match(/^ */)[0] + (line.trimEnd().endsWith(":") ? "    " : "");
  field.setRangeText(`\n${indent}`, field.selectionStart, field.selectionEnd, "end");
}

// Return a function that gives the text, and others that open the field and put the printed code back.
export function fieldFor(code, name, run) {
  const original = textOf(code);
  let field;

  const fit = () => (field.rows = Math.max(2, field.value.split("\n").length));
  const changed = () => {
    fit();
    remember(original, field.value);
  };

  // Enter keeps the indentation; Shift and Enter run the cell. Tab goes on to the next button.
  const typed = (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    if (event.shiftKey) {
      run();
      return;
    }
    breakLine(field);
    changed();
  };

  const open = () => {
    if (field) return field;
    const value = edits[original] ?? original;
    const look = { spellcheck: false, wrap: "off", className: "live-source", autocapitalize: "off" };
    field = make("textarea", { value, ariaLabel: `Code of ${name}`, ...look });
    field.addEventListener("input", changed);
    field.addEventListener("keydown", typed);
    code.hidden = true;
    code.after(field);
    fit();
    return field;
  };

  const close = () => {
    remember(original, original);
    field?.remove();
    field = undefined;
    code.hidden = false;
  };

  return { original, text: () => field?.value ?? original, open, close };
}
