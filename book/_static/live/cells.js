// Gives each cell a button to run and to edit it, and each exercise that asks for code a button to
// solve it. What these need is loaded at the first click.
{
  const folder = new URL(".", document.currentScript.src);
  const load = (name) => import(new URL(name, folder));
  const cells = [...document.querySelectorAll(".bd-article .cell:has(.cell_input)")];
  const answers = [...document.querySelectorAll(".bd-article .answer")];
  const edited = localStorage.getItem(`cells ${location.pathname}`) ?? "";

  const place = (element) => {
    const bar = Object.assign(document.createElement("div"), { className: "live-bar" });
    (element.querySelector(".cell_input") ?? element).append(bar);
    return bar;
  };
  const addButton = (bar, words, action) => {
    const made = Object.assign(document.createElement("button"), { type: "button", textContent: words });
    made.addEventListener("click", () =>
      action().catch(() => bar.append("What this needs could not be loaded; reload the page to try again.")),
    );
    bar.append(made);
  };

  let editor;
  const attached = () => (editor ??= load("editor.js").then(({ attach }) => attach(cells)));
  const offer = (cell, number) => {
    const bar = place(cell);
    if (cell.dataset.missing) {
      bar.append(`This cell can't run in a browser: it needs ${cell.dataset.missing}.`);
      return;
    }
    addButton(bar, "Run", async () => (await attached())[number].run());
    addButton(bar, "Edit", async () => (await attached())[number].field.open().focus());
  };
  const offerAnswer = (answer) => {
    const bar = place(answer);
    addButton(bar, "Solve it here", async () => (await load("answers.js")).attach(answer, bar).focus());
    if (edited) load("answers.js").then(({ reopen }) => reopen(answer, bar));
  };

  if (location.protocol === "file:") {
    // A browser starts no worker for a page that is opened as a file.
    const words = "Cells can't run in a page that is opened as a file; they need a server, such as python -m http.server.";
    for (const element of [...cells, ...answers].slice(0, 1)) place(element).append(words);
  } else {
    cells.forEach(offer);
    answers.forEach(offerAnswer);
    // Edits that an earlier visit left are shown at once.
    if (edited && cells.length) attached();
  }
}
