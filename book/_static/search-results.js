// Search results quote the text of a page: Sphinx would take all that stands in <main>, its menus and
// tables of contents too.
{
  const OMITTED = "h1, annotation, .equation-code, .equation-entry, .toctree-wrapper";
  const textOfMain = Search.htmlToText;
  Search.htmlToText = (html, anchor) => {
    const article = new DOMParser().parseFromString(html, "text/html").querySelector(".bd-article");
    article.querySelectorAll(OMITTED).forEach((element) => element.remove());
    article.querySelectorAll("div.math").forEach((equation) => equation.replaceWith(" … "));
    article.setAttribute("role", "main");
    return textOfMain(article.outerHTML, anchor);
  };
}

// Sphinx shows a result every 5 ms. A search begins when the one before it has ended, without the rest
// of its results and its count of them, which would stand among those of the next.
{
  const STEP = 5;
  const { query, _performSearch } = Search;
  let left = [];
  let waiting;
  Search._performSearch = (...parts) => (left = _performSearch(...parts));
  Search.query = (text) => {
    left.length = 0;
    clearTimeout(waiting);
    waiting = setTimeout(() => query(text), STEP);
  };
}
