// What searches, 40 KB, is loaded at the first letter. The theme calls this stand-in, a property of
// the window, which the constant `Search` of searchtools.js then hides.
{
  const root = new URL("..", document.currentScript.src).href;
  // Results link from here; the page for missing addresses is shown at any depth.
  document.documentElement.dataset.content_root = root;
  const FILES = ["_static/language_data.js", "_static/searchtools.js", "_static/search-results.js", "searchindex.js"];
  // searchtools.js empties the fields when it starts.
  const typed = new Map();
  document.addEventListener("input", ({ target }) => typed.set(target, target.value));
  const load = (file) => new Promise((loaded) => {
    const script = Object.assign(document.createElement("script"), { src: root + file });
    script.onload = () => {
      typed.forEach((text, field) => { field.value = text; });
      loaded();
    };
    document.head.append(script);
  });
  let loading, latest;
  window.Search = {
    performSearch(query) {
      latest = query;
      loading ??= FILES.reduce((before, file) => before.then(() => load(file)), Promise.resolve())
        .then(() => Search.performSearch(latest));
    },
  };
}
