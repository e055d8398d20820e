// The figure to play with in the chapter on the softmax function: sliders for three logits and the
// temperature, bars for the probabilities. Without this script the reader has the static figure.
(() => {
  const figure = document.getElementById("softmax-figure");
  const start = { "z₁": 1, "z₂": 2, "z₃": 0.5 };

  // Shifted by the largest logit, as in the chapter, so that no exponential overflows.
  const softmax = (z) => {
    const largest = Math.max(...z);
    const exponentials = z.map((logit) => Math.exp(logit - largest));
    const sum = exponentials.reduce((total, term) => total + term, 0);
    return exponentials.map((term) => term / sum);
  };

  const add = (parent, tag, properties) =>
    parent.appendChild(Object.assign(document.createElement(tag), properties));

  const addSlider = (name, range, show) => {
    const label = add(figure, "label", { className: "softmax-slider" });
    add(label, "span", { textContent: name });
    const input = add(label, "input", { type: "range", ...range });
    // A slider over a logarithm says its value itself: the browser would read out the exponent.
    const number = add(label, "span", { className: "softmax-number" });
    const refresh = () => {
      number.textContent = show(input.value);
      input.setAttribute("aria-valuetext", number.textContent);
    };
    return { input, refresh };
  };

  const logits = Object.entries(start).map(([name, value]) =>
    addSlider(name, { min: -5, max: 5, step: 0.1, defaultValue: value }, (z) => Number(z).toFixed(1))
  );
  const temperature = (exponent) => 10 ** exponent;
  const tau = addSlider("τ", { min: -1, max: 1, step: 0.05, defaultValue: 0 }, (exponent) =>
    temperature(exponent).toFixed(2)
  );

  const bars = logits.map((_, c) => {
    const row = add(figure, "div", { className: "softmax-bar" });
    add(row, "span", { textContent: `y${"₁₂₃"[c]}` });
    const bar = add(add(row, "span", { className: "softmax-track" }), "span", {});
    return { bar, number: add(row, "span", { className: "softmax-number" }) };
  });

  const draw = () => {
    [...logits, tau].forEach((slider) => slider.refresh());
    const scale = temperature(tau.input.value);
    softmax(logits.map((slider) => slider.input.value / scale)).forEach((y, c) => {
      bars[c].bar.style.width = `${100 * y}%`;
      bars[c].number.textContent = y.toFixed(4);
    });
  };

  const reset = add(figure, "button", { type: "button", textContent: "Reset" });
  reset.addEventListener("click", () => {
    [...logits, tau].forEach(({ input }) => (input.value = input.defaultValue));
    change();
  });

  // A screen reader hears the probabilities together, once the sliders rest.
  const announcement = add(figure, "output", { className: "visually-hidden" });
  let rest;
  const announce = () => {
    clearTimeout(rest);
    rest = setTimeout(() => {
      announcement.textContent = bars
        .map(({ number }, c) => `y${"₁₂₃"[c]} = ${number.textContent}`)
        .join(", ");
    }, 500);
  };
  const change = () => {
    draw();
    announce();
  };
  figure.addEventListener("input", change);
  draw();
})();
