// What an equation answers: an opened mark steps through more numbers and offers changes to break
// the equation, a letter of an equation says what it is, a reference to an equation shows it. The
// answers of a page are in a file of their own, which is loaded when something first asks for it.
{
  const root = document.documentElement.dataset.content_root;
  const MARK = "details.mathcheck[data-answers]";
  const files = {};

  // A script and not JSON, which a page that is opened from a disk may not read.
  const answersOf = async (mark) => {
    const [page, key] = mark.dataset.answers.split("#");
    files[page] ??= new Promise((resolve, reject) => {
      const script = Object.assign(document.createElement("script"), { onload: resolve, onerror: reject });
      script.src = `${root}_static/equations/${page}.js`;
      document.head.append(script);
    });
    // What could not be loaded is asked for again.
    await files[page].catch((error) => {
      delete files[page];
      throw error;
    });
    return window.equationAnswers[page][key];
  };

  // The playground judges what the reader writes; only the published book brings Python along.
  const offerPlayground = (mark) => {
    const id = mark.parentElement.previousElementSibling?.id ?? "";
    if (!id.startsWith("equation-") || !document.querySelector('script[src*="_static/live/"]')) return;
    const page = mark.dataset.answers.split("#")[0];
    const href = `${root}playground.html#${page}/${id.slice("equation-".length)}`;
    const link = Object.assign(document.createElement("a"), { href, textContent: "Open in the playground" });
    const line = document.createElement("p");
    line.append(link);
    mark.append(line);
  };

  const fill = async (mark) => {
    if (mark.dataset.filled) return;
    mark.dataset.filled = "yes";
    const answers = await answersOf(mark).catch(() => undefined);
    if (!answers) return void delete mark.dataset.filled;
    const { samples, html } = answers;
    const numbers = mark.querySelector(".sample");
    const after = numbers?.closest("p") ?? mark.querySelector("p");
    after.insertAdjacentHTML("afterend", html);
    offerPlayground(mark);
    window.MathJax?.typesetPromise?.([mark]);
    if (samples.length < 2) return;
    numbers.setAttribute("aria-live", "polite");
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Other numbers" });
    let shown = 0;
    button.addEventListener("click", () => {
      shown = (shown + 1) % samples.length;
      numbers.textContent = samples[shown];
      button.textContent = `Other numbers (${shown + 1} of ${samples.length})`;
    });
    after.append(" ", button);
  };

  // `toggle` does not bubble.
  document.addEventListener("toggle", ({ target }) => target.open && target.matches(MARK) && fill(target), true);

  // --- the list of all equations, folded by chapters ---

  const folds = [...document.querySelectorAll(".equation-entries")];
  // The theme finds boxes that scroll when the window's size changes; those in a fold had no size.
  folds.forEach((fold) => fold.addEventListener("toggle", () => dispatchEvent(new Event("resize"))));
  const unfold = () => folds.forEach((fold) => (fold.open = true));
  document.querySelector(".unfold")?.addEventListener("click", unfold);

  // --- what is shown beside a letter or a reference ---

  const note = Object.assign(document.createElement("div"), { className: "equation-note" });
  note.popover = "manual";
  let wanted, leaving;

  const place = (element) => {
    // Beside the whole equation of a letter, which so stays in sight.
    const whole = (element.closest("math") ?? element).getBoundingClientRect();
    const size = note.getBoundingClientRect();
    const above = whole.top - size.height - 6;
    const left = Math.min(element.getBoundingClientRect().left, innerWidth - size.width - 8);
    note.style.left = `${Math.max(8, left)}px`;
    note.style.top = `${above > 8 ? above : whole.bottom + 6}px`;
  };
  const show = (element, content) => {
    clearTimeout(leaving);
    note.replaceChildren(...content);
    if (!note.isConnected) document.body.append(note);
    note.showPopover();
    place(element);
  };
  const hide = () => {
    wanted = undefined;
    if (note.isConnected && note.matches(":popover-open")) note.hidePopover();
  };
  // The pointer may go to the note, and there it stays.
  const leave = () => {
    clearTimeout(leaving);
    leaving = setTimeout(hide, 200);
  };
  note.addEventListener("pointerenter", () => clearTimeout(leaving));
  note.addEventListener("pointerleave", leave);
  document.addEventListener("keydown", ({ key }) => key === "Escape" && hide());
  document.addEventListener("scroll", () => wanted && place(wanted), { passive: true });

  // Each form of a letter is looked up as it is drawn, the widest first: in a name with a hat the
  // letter under it is another.
  const drawn = (math) => {
    const copy = math.cloneNode(true);
    copy.querySelectorAll("annotation").forEach((annotation) => annotation.remove());
    return copy.textContent.replace(/\s/g, "");
  };
  const markOf = (math) => {
    const block = math.closest("div.math");
    return block?.nextElementSibling?.querySelector(`:scope > ${MARK}`) ?? math.closest(MARK);
  };
  const letter = async (mi) => {
    const math = mi.closest("math");
    const mark = markOf(math);
    if (!mark) return;
    const { html } = await answersOf(mark);
    const list = new DOMParser().parseFromString(html, "text/html").querySelectorAll(".letters dt");
    const meanings = new Map([...list].flatMap((dt) => [...dt.querySelectorAll("math")].map((m) => [drawn(m), dt])));
    let term;
    for (let part = mi; part !== math; part = part.parentElement) term = meanings.get(drawn(part)) ?? term;
    return term && [term, term.nextElementSibling];
  };

  const pages = {};
  const equation = async (link) => {
    const url = new URL(link.href);
    const here = url.pathname === location.pathname;
    const page = here
      ? document
      : await (pages[url.pathname] ??= fetch(url).then(async (answer) =>
          new DOMParser().parseFromString(await answer.text(), "text/html")
        ));
    const math = page.getElementById(decodeURIComponent(url.hash.slice(1)))?.querySelector("math");
    return math && [document.importNode(math, true)];
  };

  const ask = async (element, answer) => {
    wanted = element;
    const content = await answer(element).catch(() => undefined);
    if (content && wanted === element) show(element, content);
  };
  const REFERENCE = 'a.reference.internal[href*="#equation-"]';
  const point = ({ target }) => {
    const reference = target.closest?.(REFERENCE);
    const mi = target.closest?.("div.math mi");
    if (reference) ask(reference, equation);
    else if (mi && !note.contains(mi)) ask(mi, letter);
  };
  const unpoint = ({ target }) => target.closest?.(`${REFERENCE}, div.math mi`) && leave();
  document.addEventListener("pointerover", point);
  document.addEventListener("pointerout", unpoint);
  document.addEventListener("focusin", point);
  document.addEventListener("focusout", unpoint);
}
