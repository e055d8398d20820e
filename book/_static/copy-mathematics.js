// Copying a selection with formulas gives their LaTeX as plain text; as HTML they stay formulas.
document.addEventListener("copy", (event) => {
  const selection = getSelection();
  // A field has a selection of its own.
  if (selection.isCollapsed || event.target.closest?.("input, textarea")) return;
  const copied = document.createElement("div");
  for (let i = 0; i < selection.rangeCount; i++) copied.append(wholeFormulas(selection.getRangeAt(i)).cloneContents());
  if (!copied.querySelector("annotation")) return;
  for (const link of copied.querySelectorAll("a[href]")) link.href = link.href; // with its host
  event.clipboardData.setData("text/html", copied.innerHTML);
  event.clipboardData.setData("text/plain", withLatex(copied));
  event.preventDefault();
});

function wholeFormulas(range) {
  const formula = (node) => (node.closest ? node : node.parentElement).closest("math");
  const whole = range.cloneRange();
  const [first, last] = [formula(range.startContainer), formula(range.endContainer)];
  if (first) whole.setStartBefore(first);
  if (last) whole.setEndAfter(last);
  return whole;
}

function withLatex(copied) {
  for (const math of copied.querySelectorAll("math:has(annotation)")) {
    const dollars = math.getAttribute("display") === "block" ? "$$" : "$";
    const latex = document.createElement("span");
    latex.style.whiteSpace = "pre";
    latex.textContent = dollars + math.querySelector("annotation").textContent + dollars;
    math.replaceWith(latex);
  }
  // Only what is on the page, and laid out, has its lines told apart by `innerText`.
  copied.className = "copied";
  copied.style.cssText = "position: fixed; left: -9999px";
  document.body.append(copied);
  const text = copied.innerText;
  copied.remove();
  return text;
}
