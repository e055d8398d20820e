// Shows what Python prints, draws and says.
const LONGEST = 100_000; // characters; an endless loop would fill the memory

export const make = (tag, properties, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

export const button = (words, action) => {
  const made = make("button", { type: "button" }, words);
  made.addEventListener("click", action);
  return made;
};

const pre = (className, text) => make("pre", { className, tabIndex: 0 }, text);

// What a task prints and draws goes into the box, where it replaces what is there. A figure that has a
// caption keeps it, and the place that links lead to.
export function outputIn(box, { dark, alt }) {
  let text;
  let length = 0;
  let captioned = box.querySelector("figure");
  box.replaceChildren(...(captioned ? [captioned] : []));
  const print = (words) => {
    if (length > LONGEST) return;
    length += words.length;
    if (!text) box.append((text = pre("live-text", "")));
    text.append(length > LONGEST ? "\n… The cell printed more than is shown here.\n" : words);
  };
  const draw = (svg) => {
    text = undefined;
    const themed = svg.replace("<defs>", `${dark}<defs>`);
    const source = `data:image/svg+xml,${encodeURIComponent(themed)}`;
    const image = make("img", { src: source, alt: alt ?? "What the cell draws" });
    if (captioned) captioned.querySelector("img").replaceWith(image);
    else box.append(image);
    captioned = undefined;
  };
  const insert = (html) => {
    text = undefined;
    box.append(make("div", { className: "live-html", innerHTML: html }));
  };
  const fail = (words) => {
    text = undefined;
    box.append(pre("live-error", words));
  };
  return { print, draw, insert, fail };
}

// A line that says what goes on, with a bar while something is loaded.
export function statusLine() {
  const words = make("span", { role: "status" });
  const bar = make("progress", { hidden: true });
  bar.setAttribute("aria-label", "Loading Python");
  const say = (text) => {
    bar.hidden = true;
    words.textContent = text;
  };
  const loading = ([received, total]) => {
    if (bar.hidden) words.textContent = "Loading Python";
    Object.assign(bar, { hidden: false, value: received, max: total });
    bar.title = `${(received / 1e6).toFixed(1)} of ${(total / 1e6).toFixed(1)} MB`;
  };
  return { elements: [words, bar], say, loading };
}
